"""Random data, plans and requirements for the search, and the fixed grid of plans that it is compared with."""

from dataclasses import replace
from itertools import product

import numpy as np

from sampler_core import ClassCounts, Linear, PowerSkew, SamplingPlan
from sampler_core.draws import SCHEMES
from sampler_core.tuning.requirements import MissingFromAtMost, RepeatsAtMost, SeenAtLeast, ShareOfClass, ShareRatio

SIGMAS = 6  # a normal number is further off once in 500 million times


def random_set(number):
    """(plan, counts, one to three requirements): small data, any scheme, bounds that can be met, and often not."""
    rng = np.random.default_rng([17, number])
    classes, ratio, samples = int(rng.integers(2, 9)), float(rng.choice([3, 10, 30, 100])), int(rng.integers(300, 2000))
    weights = ratio ** (-np.arange(classes) / (classes - 1))
    counts = np.maximum((weights / weights.sum() * samples).astype(int), 2)
    epochs, batch_size = int(rng.integers(3, 9)), int(rng.choice([8, 16, 32, 48]))
    target = PowerSkew(Linear(0.0, float(rng.choice([0.0, 0.02, 0.1]))))
    scheme, seed, first = str(rng.choice(list(SCHEMES))), int(rng.integers(1000)), int(rng.integers(0, epochs))
    plan = SamplingPlan(target=target, epochs=epochs, batch_size=batch_size, drawing=scheme, seed=seed)

    def one_of(*values):
        return values[int(rng.integers(len(values)))]

    kinds = [
        lambda: MissingFromAtMost(one_of(0.0, 0.01, 0.05, 0.1, 0.2), one_of("rarest", "every"), first_epoch=first),
        lambda: RepeatsAtMost(float(rng.integers(2, 16)), first_epoch=int(rng.integers(0, epochs))),
        lambda: RepeatsAtMost(float(rng.integers(2, 12) * epochs), "run"),
        lambda: ShareOfClass(one_of(0.02, 0.05, 0.1, 0.2), first_epoch=first),
        lambda: ShareRatio(one_of(2.0, 5.0, 10.0, 30.0), first_epoch=first),
        lambda: SeenAtLeast(one_of(0.3, 0.6, 0.9), one_of("run", "epoch")),
    ]
    chosen = rng.choice(len(kinds), size=int(rng.integers(1, 4)), replace=False, p=[0.3, 0.25, 0.1, 0.15, 0.1, 0.1])
    return plan, ClassCounts.from_counts(counts.tolist()), tuple(kinds[kind]() for kind in chosen)


def grid_of_plans(plan, counts):
    """Three schemes, floors of 0 to 2 and 21 x 21 linear schedules, for the seed and sizes of the plan."""
    for scheme, floor in (("independent", 0), ("exact", 0), ("stratified", 0), ("stratified", 1), ("stratified", 2)):
        for start, rise in product(np.linspace(-0.5, 1.5, 21), np.linspace(-2, 2, 21)):
            schedule = Linear(round(float(start), 6), round(float(rise) / max(plan.epochs - 1, 1), 6))
            changed = replace(plan, drawing=scheme, min_per_batch=floor, target=PowerSkew(schedule))
            try:
                changed.check(counts)
            except ValueError:
                continue
            yield changed


def is_hopeless(plan, counts, requirements):
    """Whether the draws of a class are further from what is required than chance ever takes them: not worth drawing."""
    n, samples = counts.counts, plan.samples(counts)
    batches, shares = max(samples // plan.batch_size, 1), plan.class_shares(counts)
    for requirement in requirements:
        rows = shares[list(requirement.epochs(plan.epochs))]
        judged = {"rarest": [n.argmin()], "largest": [n.argmax()], "every": list(range(n.size))}[requirement.group]
        mean, kind = samples * rows, type(requirement).__name__
        if kind == "RepeatsAtMost":
            mean = mean.sum(axis=0, keepdims=True) if requirement.per == "run" else mean
            if (_least(mean) > requirement.bound * n)[:, judged].any():
                return True
        if kind == "ShareOfClass" and (_most(mean) < requirement.bound * samples)[:, judged].any():
            return True
        if kind == "ShareRatio" and (_least(mean).max(axis=1) > requirement.bound * _most(mean).min(axis=1)).any():
            return True
        if kind == "MissingFromAtMost" and plan.drawing != "exact":
            stratified = np.maximum(1 - plan.batch_size * rows, 0)
            absent = batches * (stratified if plan.drawing == "stratified" else (1 - rows) ** plan.batch_size)
            if (_least(absent) > requirement.bound * batches)[:, judged].any():
                return True
    return False


def _least(mean):
    return mean - SIGMAS * np.sqrt(mean) - 1


def _most(mean):
    return mean + SIGMAS * np.sqrt(mean) + 1
