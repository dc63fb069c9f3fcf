"""How long Tune takes to answer: the plan searched for, on random sets and on what is known to be slow.

    python -m tests.benchmarks.plan_search [part of a name]

In seconds of processor time, each answer once and in the process of the others; those above the aim are named.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence

import numpy as np

from sampler_core import ClassCounts, Linear, PowerSkew, SamplingPlan
from sampler_core.datasets import cifar_lt, load, synthetic
from sampler_core.draws import SCHEMES
from sampler_core.tuning.plan_search import Answer, search_plan
from sampler_core.tuning.requirements import (
    MissingFromAtMost,
    NaturalMix,
    RepeatsAtMost,
    Requirement,
    SeenAtLeast,
    ShareOfClass,
    ShareRatio,
)
from tests.core.random_requirements import random_set

AIM = 2.0  # seconds
RANDOM_SETS = 60
Case = tuple[str, SamplingPlan, ClassCounts, Sequence[Requirement]]

CIFAR = cifar_lt(10, 5_000, 100.0)
THOUSAND = synthetic("exponential", 1000, 115_846, 256.0)
LATE = (MissingFromAtMost(0.05, first_epoch=20), RepeatsAtMost(15.0))
OF_RUN: dict[str, Sequence[Requirement]] = {
    "run repeats": (RepeatsAtMost(500.0, "run"), MissingFromAtMost(0.05, first_epoch=50)),
    "run repeats, tight": (RepeatsAtMost(150.0, "run"), MissingFromAtMost(0.05, first_epoch=20)),
    "run repeats, none": (RepeatsAtMost(101.0, "run"), ShareOfClass(0.09, first_epoch=5)),
    "run coverage": (SeenAtLeast(0.99), ShareOfClass(0.05, first_epoch=20)),
    "run coverage, none": (SeenAtLeast(0.99999), ShareOfClass(0.09), RepeatsAtMost(30.0)),
    "both over the run": (SeenAtLeast(0.95, "run", "every"), RepeatsAtMost(900.0, "run"), LATE[0]),
}


def cases() -> Iterator[Case]:
    """What is searched for."""
    for number in range(RANDOM_SETS):
        yield (f"random {number}", *random_set(number))
    for scheme in SCHEMES:
        for name, requirements in OF_RUN.items():
            yield f"{name}, {scheme}", plan_of(drawing=scheme), CIFAR, requirements
        yield f"1000 classes, {scheme}", plan_of(drawing=scheme), THOUSAND, LATE
        few = (ShareOfClass(1e-4, first_epoch=30), RepeatsAtMost(25.0))
        yield f"1000 classes, shares, {scheme}", plan_of(drawing=scheme), THOUSAND, few
        none = (ShareRatio(2.0, first_epoch=30), RepeatsAtMost(5.0))
        yield f"1000 classes, none, {scheme}", plan_of(drawing=scheme), THOUSAND, none
        of_run = (RepeatsAtMost(1000.0, "run"), ShareOfClass(1e-4, first_epoch=30))
        yield f"1000 classes, run repeats, {scheme}", plan_of(drawing=scheme), THOUSAND, of_run
        yield f"1000 epochs, {scheme}", plan_of(drawing=scheme, epochs=1000), CIFAR, LATE
        none = (MissingFromAtMost(0.001, first_epoch=20), RepeatsAtMost(5.0), NaturalMix(300, "last"))
        yield f"1000 epochs, none, {scheme}", plan_of(drawing=scheme, epochs=1000), CIFAR, none
        of_run = (RepeatsAtMost(9000.0, "run"), ShareOfClass(0.05, first_epoch=700))
        yield f"1000 epochs, run repeats, {scheme}", plan_of(drawing=scheme, epochs=1000), CIFAR, of_run
        yield f"2 classes, {scheme}", plan_of(drawing=scheme), synthetic("one_rare", 2, 20_000, 50.0), LATE
    inat, share = load("inat2018_supercategory"), ShareOfClass(0.05, first_epoch=30)
    yield "iNaturalist", plan_of(), inat, (MissingFromAtMost(0.3, first_epoch=50), RepeatsAtMost(60.0))
    yield "iNaturalist, none", plan_of(), inat, (share, RepeatsAtMost(25.0), SeenAtLeast(0.8))


def plan_of(**others: object) -> SamplingPlan:
    """A hundred epochs of a slow ramp."""
    given = {"target": PowerSkew(Linear(0.0, 0.01)), "epochs": 100, "batch_size": 128, **others}
    return SamplingPlan(**given)  # type: ignore[arg-type]


def in_words(answer: Answer) -> str:
    """What was found, short enough to compare two lists of it."""
    if answer.plan is None:
        least = answer.conflict and answer.conflict.least_change
        return f"none; {least[1].metric} {least[1].bound:g}" if least else "none"
    slack = answer.solution.slack if answer.solution else 0.0
    return (
        f"{', '.join(answer.changes) or 'schedule'}; slack {slack:.3f}, {answer.chance:g}, {len(answer.options)} more"
    )


def main(part: str = "") -> None:
    """Each answer, then all together."""
    taken = {}
    for name, plan, counts, requirements in cases():
        if part in name:
            begin = time.process_time()
            answer = search_plan(plan, counts, requirements)
            taken[name] = time.process_time() - begin
            print(f"{name:42} {taken[name]:6.2f} s  {in_words(answer)}", flush=True)
    seconds = np.array(list(taken.values()))
    middle, high = np.percentile(seconds, [50, 95])
    print(f"{len(taken)} answers: median {middle:.2f} s, 95 % under {high:.2f} s, at most {seconds.max():.2f} s")
    slow = [name for name in taken if taken[name] > AIM]
    print(f"{len(slow)} above {AIM:g} s: {'; '.join(slow)}" if slow else f"all within {AIM:g} s")


if __name__ == "__main__":
    main(*sys.argv[1:])
