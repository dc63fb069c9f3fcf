"""Train: how long studies take, and whether their verdict can be believed.

    python -m tests.benchmarks.training [budgets] [reference] [nulls] [power]

Budgets: in processor time, so that a busy machine blurs them less; the aim beside each. Nulls and power: 200 studies
each with the default protocol (5 x 5 folds) and fresh data, minutes each.
Null A: six identical plans under other seeds. Null B: two plans that boost one of two classes between which the data
are symmetric, so that neither is better in the population. At most 16 of 200 may claim a difference. Power: a boost
whose difference in the population, fixed by pilot studies, is the one found with 80 % power: 150 of 200 must find it.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch.utils.data import DataLoader, TensorDataset

from sampler_core import (
    Boost,
    Constant,
    Linear,
    PowerSkew,
    ProgressivelyBalanced,
    SamplingPlan,
    ScheduledClassSampler,
)
from sampler_core.training import (
    Folds,
    Given,
    HoldOut,
    LabelledFeatures,
    LinearLearner,
    MlpLearner,
    Study,
    load_features,
)
from sampler_core.training.stacked_runs import train
from sampler_core.training.study_tables import comparisons

STUDIES, MOST_CLAIMS = 200, 16  # 97.5 % point of Binomial(200, .05)
FULL = Folds(5, 5)  # the default protocol
NATURAL = PowerSkew(Constant(0.0))


# --- can the verdict be believed? ------------------------------------------------------------------------------------


def symmetric(seed: int, counts: tuple[int, int, int] = (240, 50, 50)) -> LabelledFeatures:
    """A large class in the middle and two rare ones, which x -> -x swaps."""
    generator = np.random.default_rng([seed, 7])
    labels = np.repeat(["middle", "left", "right"], counts)
    centres = np.repeat([[0.0, 0.0], [-1.5, 0.6], [1.5, 0.6]], counts, axis=0)
    return LabelledFeatures(centres + generator.normal(size=centres.shape), labels)


def plan_of(target: object, seed: int = 0, epochs: int = 3, batch_size: int = 32) -> SamplingPlan:
    return SamplingPlan(target=target, epochs=epochs, batch_size=batch_size, drawing="exact", seed=seed)  # type: ignore[arg-type]


IDENTICAL = {f"plan {i}": plan_of(NATURAL, seed=i) for i in range(6)}
SWAPPED = {side: plan_of(Boost(NATURAL, {side: 3.0}, 0, 2)) for side in ("left", "right")}


def compared(
    plans: Mapping[str, SamplingPlan], seed: int, splits: Folds, reference: str | None = None
) -> list[dict[str, object]]:
    """The comparisons of one study on fresh data, without those of the baseline and of added natural draws."""
    study = Study(symmetric(seed), plans, LinearLearner(0.05), splits=splits, reference=reference, seed=seed)
    rows = comparisons(study.train()).to_dict("records")
    return [row for row in rows if row["candidate"] in plans]


def claims(
    plans: Mapping[str, SamplingPlan],
    studies: int,
    splits: Folds = FULL,
    reference: str | None = None,
) -> int:
    """How many of the studies call any plan better or worse; every 20 of them are told."""
    claimed = 0
    for seed in range(studies):
        rows = compared(plans, seed, splits, reference)
        claimed += any(row["verdict"] in ("better", "worse") for row in rows)
        if seed % 20 == 19:
            print(f"  {claimed} of {seed + 1}", flush=True)
    return claimed


def nulls(studies: int = STUDIES) -> None:
    """Both nulls."""
    for name, plans, reference in (("A, identical plans", IDENTICAL, None), ("B, symmetric plans", SWAPPED, "left")):
        claimed = claims(plans, studies, reference=reference)
        print(f"null {name}: {claimed} of {studies} studies claim a difference (at most {MOST_CLAIMS})", flush=True)


def power(studies: int = STUDIES, pilots: int = 20) -> None:
    """Fixes the boost whose difference is the 80 % point by pilot studies, then counts how many others find it."""
    factors = np.array([1.3, 1.6, 2.0, 2.5, 3.0])
    means, found = [], []
    for factor in factors:
        plans = {"natural": plan_of(NATURAL), "boost": boosted(float(factor))}
        rows = [compared(plans, 10_000 + seed, FULL)[0] for seed in range(pilots)]
        means.append(np.mean([row["mean"] for row in rows]))
        found.append(np.mean([row["found"] for row in rows]))
        print(f"pilot, boost {factor:.2f}: difference {means[-1]:.4f}, 80 % point {found[-1]:.4f}", flush=True)
    factor = float(np.interp(0.0, np.array(means) - np.array(found), factors))
    plans = {"natural": plan_of(NATURAL), "boost": boosted(factor)}
    better = sum(compared(plans, 20_000 + seed, FULL)[0]["verdict"] == "better" for seed in range(studies))
    print(
        f"power, boost {factor:.2f}: found in {better} of {studies} studies (at least {0.75 * studies:.0f})", flush=True
    )


def boosted(factor: float) -> SamplingPlan:
    """Both rare classes oftener than natural."""
    return plan_of(Boost(NATURAL, {"left": factor, "right": factor}, 0, 2))


# --- how long it takes -----------------------------------------------------------------------------------------------


def six_plans(epochs: int) -> dict[str, SamplingPlan]:
    targets = {
        "natural": NATURAL, "square-root": PowerSkew(Constant(0.5)), "balanced": PowerSkew(Constant(1.0)),
        "progressive": ProgressivelyBalanced(), "linear": PowerSkew(Linear(0.0, 1 / (epochs - 1))),
        "reversed": PowerSkew(Constant(1.5)),
    }  # fmt: skip
    return {name: plan_of(target, epochs=epochs, batch_size=128) for name, target in targets.items()}


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Of processor and wall."""
    begin, on_wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - begin, time.perf_counter() - on_wall


def one_by_one(study: Study, runs: int) -> None:
    """Some runs of a study as a training script has them."""
    for split in study.splits[:runs]:
        X = study.features.X
        inputs = torch.from_numpy((X - X[split.train].mean(0)) / np.maximum(X[split.train].std(0), 1e-6))[split.train]
        labels = torch.from_numpy(study.features.y[split.train])
        plan = study.candidates[0].plan
        sampler = ScheduledClassSampler(labels, plan)
        widths = study.learner.widths(X.shape[1], study.features.class_counts.num_classes)
        model = torch.nn.Sequential(
            torch.nn.Linear(widths[0], widths[1]), torch.nn.ReLU(), torch.nn.Linear(widths[1], widths[2])
        )
        optimiser = torch.optim.Adam(model.parameters(), lr=study.learner.learning_rate)
        loader = DataLoader(TensorDataset(inputs, labels), batch_size=plan.needed_batch_size, sampler=sampler)
        for epoch in range(plan.epochs or 0):
            sampler.set_epoch(epoch)
            for features, targets in loader:
                optimiser.zero_grad()
                torch.nn.functional.cross_entropy(model(features), targets).backward()
                optimiser.step()


def stacked_against_one_by_one(epochs: int = 60, alone: int = 2) -> None:
    """30 runs, with all metrics of every epoch; of those one after another, a few are run and the rest counted."""
    ratios = []
    for name, tail in (("page_blocks", None), ("yeast", None), ("optdigits", 50)):
        study = Study(load_features(name, tail), six_plans(epochs), MlpLearner(hidden=64), splits=HoldOut(5, 0.3))
        runs = len(study.candidates) * len(study.splits)
        cpu, wall = seconds(lambda: [None for stack in study._stacks() for _ in train(stack)])  # noqa: B023
        slow_cpu, slow_wall = (runs / alone * taken for taken in seconds(lambda: one_by_one(study, alone)))  # noqa: B023
        ratios.append((slow_cpu / cpu, slow_wall / wall))
        said = f"{cpu:.1f} s of processor ({wall:.1f} on the wall) against {slow_cpu:.0f} ({slow_wall:.0f})"
        print(f"stack {name:12} {runs} runs: {said}: {slow_cpu / cpu:.1f}x ({slow_wall / wall:.1f}x)", flush=True)
    mean = np.mean(ratios, axis=0)
    print(f"stack, mean: {mean[0]:.1f}x of processor, {mean[1]:.1f}x on the wall (aim 8x)")


def studies_by_size() -> None:
    """The two studies of the budget."""
    study = Study(load_features(), six_plans(60), MlpLearner(hidden=64), splits=HoldOut(10, 0.3))
    cpu, wall = seconds(study.run)
    said = f"{cpu:.1f} s of processor, {wall:.1f} on the wall (aim 25)"
    print(f"six plans x ten runs x 60 epochs, page_blocks, mlp 64: {said}", flush=True)
    generator = np.random.default_rng(0)
    labels = generator.choice(8, 25_000, p=np.array([2.0 ** -(c + 1) for c in range(8)]) / (1 - 2.0**-8))
    centres = generator.normal(size=(8, 768)).astype(np.float32) * 0.1
    X = centres[labels] + generator.standard_normal((25_000, 768), dtype=np.float32)
    study = Study(LabelledFeatures(X, labels), six_plans(30), LinearLearner(), splits=Folds(5, 1))
    cpu, wall = seconds(study.run)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    said = f"{cpu:.1f} s of processor, {wall:.1f} on the wall (aim 180), {memory:.2f} GiB at most (aim 2)"
    print(f"25,000 x 768, 8 classes, linear, six plans x five runs x 30 epochs: {said}")


def reference_numbers(epochs: int = 60) -> None:
    """Balanced accuracy of the networks that the bundled sets were published with, five seeds on their drawn split."""
    for name, tail, expected in (
        ("page_blocks", None, (0.767, 0.912, 0.952)),
        ("optdigits", 50, (0.807, 0.826, 0.838)),
        ("yeast", None, (0.560, 0.579, 0.568)),
    ):
        data = load_features(name, tail, with_split=True)
        plans = {
            kind: plan for kind, plan in six_plans(epochs).items() if kind in ("natural", "square-root", "balanced")
        }
        summary = Study(data, plans, MlpLearner(hidden=64), splits=Given(5)).run().tables["runs"].groupby("candidate")
        for kind, of_readme in zip(plans, expected, strict=True):
            values = summary.get_group(kind)
            mean, deviation = values["balanced_accuracy"].mean(), values["balanced_accuracy"].std()
            said = (
                f"{mean:.3f} (sd {deviation:.3f}), published {of_readme:.3f}; accuracy {values['accuracy'].mean():.3f}"
            )
            print(f"reference {name:12} {kind:12} balanced accuracy {said}", flush=True)


PARTS = {"budgets": lambda: (stacked_against_one_by_one(), studies_by_size()), "reference": reference_numbers,
    "nulls": nulls, "power": power}  # fmt: skip


if __name__ == "__main__":
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", torch.get_num_threads())))
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
