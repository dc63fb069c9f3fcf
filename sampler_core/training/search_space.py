"""What a search by training tries: schedules from a quasi-random design, and as many static skews."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import check_number
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.registry import TARGETS
from sampler_core.plans.schedules import SKEW, Constant, Schedule
from sampler_core.plans.targets import PowerSkew, Target
from sampler_core.tuning.schedule_families import FAMILIES, family

FIRST_SPLITS = 2  # that all candidates are trained on
NUMBERS = (4, 8, 16, 32, 64)  # a Sobol design is even at powers of 2


@dataclass(frozen=True, slots=True)
class SearchSpace:
    """Schedules from a start skew to an end skew, of some shapes, under some targets.

    candidates: how many, one of 4, 8, 16, 32, 64, and as many static skews. least, most: of the skews. shapes: those
    that go from one skew to another. targets: "power_skew", or adaptive ones, which have the schedule as their base.
    """

    candidates: int = 16
    least: float = 0.0
    most: float = 1.5
    shapes: tuple[str, ...] = ("linear", "cosine", "exponential", "step")
    targets: tuple[str, ...] = ("power_skew",)

    def __post_init__(self) -> None:
        if self.candidates not in NUMBERS:
            raise ValueError(f"candidates must be one of {', '.join(map(str, NUMBERS))}, got {self.candidates!r}")
        check_number("least", self.least, SKEW.allowed, SKEW.minimum or 0.0, SKEW.maximum or 0.0)
        check_number("most", self.most, f"a number above least ({self.least:g})", self.least, SKEW.maximum or 0.0)
        for name, given, known in (
            ("shapes", self.shapes, SEARCHED_SHAPES),
            ("targets", self.targets, SEARCHED_TARGETS),
        ):
            if not given or not set(given) <= set(known):
                raise ValueError(f"{name} must be some of {', '.join(known)}, got {given!r}")
        if self.most == self.least:
            raise ValueError(f"most must be a number above least ({self.least:g}), got {self.most:g}")

    def schedules(self, base: SamplingPlan, counts: ClassCounts, seed: int) -> tuple[SamplingPlan, ...]:
        """The base plan with each target of the design. Left out is what the base's limits do not allow."""
        return _drawable([self._target(point, base.epochs or 1) for point in self._design(seed)], base, counts)

    def static_skews(self, base: SamplingPlan, counts: ClassCounts) -> tuple[SamplingPlan, ...]:
        """The base plan with each of as many constant skews, evenly from least to most."""
        skews = np.linspace(self.least, self.most, self.candidates).round(2).tolist()
        return _drawable([PowerSkew(Constant(skew)) for skew in skews], base, counts)

    def _design(self, seed: int) -> FloatArray:
        """Sobol's points, shifted by the seed: start, end, shape, how the shape goes, target; each from 0 to 1."""
        from scipy.stats import qmc

        shift = np.random.default_rng(seed).random(5)
        return np.asarray((qmc.Sobol(d=5, scramble=False).random(self.candidates) + shift) % 1.0)

    def _target(self, point: FloatArray, epochs: int) -> Target:
        start, end = (self.least + point[:2] * (self.most - self.least)).round(2).tolist()
        shapes = family(self.shapes[int(point[2] * len(self.shapes))], epochs, [0])
        schedule: Schedule = shapes.build(int(point[3] * len(shapes.ways)), start, end)
        target = TARGETS[self.targets[int(point[4] * len(self.targets))]]
        of_schedule: Target = target(schedule) if target is PowerSkew else target(base=PowerSkew(schedule))
        return of_schedule


def _drawable(targets: list[Target], base: SamplingPlan, counts: ClassCounts) -> tuple[SamplingPlan, ...]:
    plans = []
    for target in targets:
        try:
            plan = replace(base, target=target, tuned_on=None)
            plan.check(counts)
            plans.append(plan)
        except ValueError as error:
            refused = error
    if not plans:
        raise refused
    return tuple(plans)


SEARCHED_SHAPES = tuple(shape for shape in FAMILIES if family(shape, 8, [0]).ways.shape[1] == 2 and shape != "periodic")
SEARCHED_TARGETS = ("power_skew", *(name for name, cls in TARGETS.items() if "base" in {f.name for f in fields(cls)}))


class Rung(NamedTuple):
    """How many candidates are left, and the inner splits that they are trained on."""

    candidates: int
    splits: range


def rungs(candidates: int) -> tuple[Rung, ...]:
    """Half of the candidates at each rung, on twice as many splits in all, until one is left.

    Source: Jamieson and Talwalkar 2016 (arXiv 1502.07943), with splits as the resource.

    Examples:
        >>> [(rung.candidates, len(rung.splits)) for rung in rungs(16)]
        [(16, 2), (8, 2), (4, 4), (2, 8)]
    """
    made, begin = list[Rung](), 0
    while candidates > 1:
        end = max(FIRST_SPLITS, 2 * begin)
        made.append(Rung(candidates, range(begin, end)))
        begin, candidates = end, -(-candidates // 2)
    return tuple(made)


def trainings(*candidates: int) -> int:
    """How many trainings a search of so many candidates of each kind is: all kinds meet the same splits."""
    return sum(min(most, rung.candidates) * len(rung.splits) for rung in rungs(max(candidates)) for most in candidates)
