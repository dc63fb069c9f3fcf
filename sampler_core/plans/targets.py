"""Targets: class counts and epoch -> class shares.

The one contract here: a target is a frozen value and a pure function, `target(counts, moment) -> log weights of the
classes`, whose softmax are the class shares. It is asked with classes that are not empty, in canonical order; the plan
takes care of order, empty classes, caps and floors (`sampler_core.plans.plan`).
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Protocol, runtime_checkable

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import ClassName, check_number, plain_value, whole_number
from sampler_core.plans.class_pairs import class_pairs
from sampler_core.plans.parameters import Described, Parameter, described
from sampler_core.plans.registry import SCHEDULES, TARGETS
from sampler_core.plans.schedules import Constant, Schedule, progress
from sampler_core.plans.share_limits import water_filled


class Moment(NamedTuple):
    """When a target is asked. epochs: length of the run, None when not bounded; samples: draws in this epoch."""

    epoch: int
    epochs: int | None
    samples: int


@runtime_checkable
class Target(Protocol):
    """A rule for class shares. One that is stretched over the run says so: `needs_epochs = True`."""

    def __call__(self, counts: ClassCounts, moment: Moment) -> FloatArray:
        """Log weights, float64, shape (num_classes,), finite; -inf for a share of 0."""
        ...


@TARGETS.entry("power_skew")
@dataclass(frozen=True, slots=True)
class PowerSkew:
    """p_c ~ n_c ** (1 - s(e)): the basic rule. s = 0 natural, 0.5 square-root, 1 class-balanced, 2 reversed.

    Examples:
        >>> plan = SamplingPlan(target=PowerSkew(Linear(0.0, 1.0)), epochs=2, batch_size=8)
        >>> plan.class_shares({"a": 60, "b": 30, "c": 9, "d": 1}).round(3).tolist()
        [[0.6, 0.3, 0.09, 0.01], [0.25, 0.25, 0.25, 0.25]]
    """

    schedule: Schedule

    def __post_init__(self) -> None:
        SCHEDULES.name_of(self.schedule)  # TypeError for anything else

    @classmethod
    def of_temperature(cls, temperature: float) -> PowerSkew:
        """p_c ~ n_c ** (1 / T), as mixtures are said: skew 1 - 1/T. T from 1 (by size) to infinity (uniform)."""
        number: Any = plain_value(temperature)
        check_number("temperature", number, "a number of at least 1", 1.0, math.inf)
        return cls(Constant(1.0 - 1.0 / min(number, sys.float_info.max)))

    def __call__(self, counts: ClassCounts, moment: Moment) -> FloatArray:
        weights: FloatArray = (1.0 - self.schedule(moment.epoch, moment.epochs)) * np.log(counts.counts)
        return weights


@TARGETS.entry("progressively_balanced")
@dataclass(frozen=True, slots=True)
class ProgressivelyBalanced:
    """p = (1 - t) f + t / C with t from 0 at the first epoch to 1 at the last: a mix of shares, not a skew.

    First: natural. Last and past it: class-balanced. Source: Kang et al. 2020 (arXiv 1910.09217, section 4.1, eq. 2).

    Examples:
        >>> plan = SamplingPlan(target=ProgressivelyBalanced(), epochs=2, batch_size=8)
        >>> plan.class_shares({"a": 60, "b": 30, "c": 9, "d": 1}).round(3).tolist()
        [[0.6, 0.3, 0.09, 0.01], [0.25, 0.25, 0.25, 0.25]]
    """

    needs_epochs: ClassVar[bool] = True

    def __call__(self, counts: ClassCounts, moment: Moment) -> FloatArray:
        t = progress(moment.epoch, moment.epochs)
        shares: FloatArray = (1 - t) * counts.frequencies + t / counts.num_classes
        return np.log(shares)


BETA = Parameter(
    "beta", "Beta", "How soon new samples of a class stop counting: 0 natural, towards 1 class-balanced.",
    0.999, 0.0, 0.999999999, 0.001,
)  # fmt: skip


@TARGETS.entry("effective_number")
@dataclass(frozen=True, slots=True)
class EffectiveNumber(Described):
    """Each sample weighs (1 - beta) / (1 - beta ** n_c), so p_c ~ n_c (1 - beta) / (1 - beta ** n_c), in every epoch.

    Source: Cui et al. 2019 (arXiv 1901.05555, eq. 2 and section 4).

    Examples:
        >>> plan = SamplingPlan(target=EffectiveNumber(0.5), epochs=1, batch_size=8)
        >>> plan.class_shares({"a": 60, "b": 30, "c": 9, "d": 1}).round(3).tolist()
        [[0.594, 0.297, 0.089, 0.02]]
    """

    beta: float = described(BETA)

    def __call__(self, counts: ClassCounts, moment: Moment) -> FloatArray:
        n = counts.counts.astype(np.float64)
        if self.beta == 0.0:
            return np.log(n)
        return np.log(n) - np.log(-np.expm1(n * math.log(self.beta)))


THRESHOLD = Parameter(
    "threshold", "Frequency threshold", "Classes rarer than this share of the data are repeated.",
    0.001, 1e-9, 1.0, 0.001,
)  # fmt: skip
POWER = Parameter("power", "Power", "0.5 repeats by the square root of threshold / frequency.", 0.5, 0.0, 10.0, 0.05)


@TARGETS.entry("repeat_factor")
@dataclass(frozen=True, slots=True)
class RepeatFactor(Described):
    """p_c ~ n_c max(1, (threshold / f_c) ** power): classes rarer than the threshold are repeated. The same each epoch.

    Source: LVIS (arXiv 1908.03195, section 5.1), there with the share of images as f_c and power 1/2.

    Examples:
        >>> plan = SamplingPlan(target=RepeatFactor(0.09), epochs=1, batch_size=8)
        >>> plan.class_shares({"a": 60, "b": 30, "c": 9, "d": 1}).round(3).tolist()
        [[0.588, 0.294, 0.088, 0.029]]
    """

    threshold: float = described(THRESHOLD)
    power: float = described(POWER, 0.5)

    def __call__(self, counts: ClassCounts, moment: Moment) -> FloatArray:
        rarity = np.log(self.threshold) - np.log(counts.frequencies)
        weights: FloatArray = np.log(counts.counts) + np.maximum(0.0, self.power * rarity)
        return weights


MAX_REPEATS = Parameter(
    "unimax_repeats", "Repeats at most", "How often one sample may be drawn per epoch.", 4.0, 1e-4, 1e6, 0.5
)


@TARGETS.entry("unimax")
@dataclass(frozen=True, slots=True)
class UniMax(Described):
    """As uniform as can be with no sample drawn more than max_repeats times an epoch. The same each epoch.

    `ValueError` when max_repeats * N is less than the draws of an epoch.
    Source: UniMax (arXiv 2304.09151, algorithm 1).

    Examples:
        >>> plan = SamplingPlan(target=UniMax(2.0), epochs=1, batch_size=8)
        >>> plan.class_shares({"a": 60, "b": 30, "c": 9, "d": 1}).round(3).tolist()
        [[0.4, 0.4, 0.18, 0.02]]
    """

    max_repeats: float = described(MAX_REPEATS)

    @classmethod
    def of_run(cls, passes: float, epochs: int) -> UniMax:
        """As uniform as can be with at most so many passes over each class in a run of so many epochs."""
        check_number("passes", plain_value(passes), "a number above 0", sys.float_info.min, sys.float_info.max)
        return cls(passes / whole_number("epochs", epochs, least=1))

    def __call__(self, counts: ClassCounts, moment: Moment) -> FloatArray:
        if self.max_repeats * counts.num_samples < moment.samples * (1 - 1e-12):
            raise ValueError(
                f"max_repeats must be at least {moment.samples / counts.num_samples:.4g} (draws per epoch / samples), "
                f"got {self.max_repeats:g}"
            )
        cap = np.minimum(1.0, self.max_repeats * counts.counts / moment.samples)
        return np.log(water_filled(np.zeros(cap.size), np.zeros(cap.size), cap))


FACTORS = Parameter(
    "boosts", "Boosted classes", "Class and factor, as in NV: 0.5, MEL: 3. Or a JSON object, for names with commas.",
    "", kind="text",
)  # fmt: skip
BOOST_FIRST = Parameter("boost_from", "Boost from epoch", "First epoch of the boost.", 0, 0, 100_000, 1, kind="integer")
BOOST_LAST = Parameter(
    "boost_to", "Boost to epoch", "Last epoch of the boost, included.", 9, 0, 100_000, 1, kind="integer"
)


@TARGETS.entry("boost")
@dataclass(frozen=True, slots=True)
class Boost(Described):
    """The shares of `target`, those of named classes times a factor from first_epoch to last_epoch (both included).

    factors: {class name: factor > 0}, or text such as "MEL: 3, NV: 0.5"; a numbered class may be named
    by its number or the number's text. The shares are normalised again. Outside the window: the target's own.

    Examples:
        >>> plan = SamplingPlan(target=Boost(PowerSkew(Constant(1.0)), {"d": 3.0}, 1, 1), epochs=2, batch_size=8)
        >>> plan.class_shares({"a": 60, "b": 30, "c": 9, "d": 1}).round(3).tolist()
        [[0.25, 0.25, 0.25, 0.25], [0.167, 0.167, 0.167, 0.5]]
    """

    target: Target
    factors: Mapping[ClassName, float] | tuple[tuple[ClassName, float], ...] = described(FACTORS)
    first_epoch: int = described(BOOST_FIRST, 0)
    last_epoch: int = described(BOOST_LAST, 0)

    def __post_init__(self) -> None:
        check_needs_no_feedback("target", self.target)
        object.__setattr__(self, "factors", _factor_pairs(self.factors))
        Described.__post_init__(self)
        if self.last_epoch < self.first_epoch:
            raise ValueError(f"last_epoch must be at least first_epoch ({self.first_epoch}), got {self.last_epoch}")

    @property
    def pairs(self) -> tuple[tuple[ClassName, float], ...]:
        """The factors as (class name, factor)."""
        return tuple(self.factors.items()) if isinstance(self.factors, Mapping) else self.factors

    def __call__(self, counts: ClassCounts, moment: Moment) -> FloatArray:
        weights: FloatArray = self.target(counts, moment)
        if self.first_epoch <= moment.epoch <= self.last_epoch:
            position = {str(name): c for c, name in enumerate(counts.names)}
            weights = weights - weights.max()
            for name, factor in self.pairs:
                if str(name) in position:  # an empty class has no share to boost
                    weights[position[str(name)]] += math.log(factor)
        return weights


def check_needs_no_feedback(name: str, target: object) -> None:
    """`TypeError` for what is no target that another one can build on."""
    if type(target) not in TARGETS.values() or hasattr(target, "updated"):
        raise TypeError(f"{name} must be a target that needs no feedback, got {target!r}")


def inner_target(target: Target) -> Target | None:
    """The target that this one builds on."""
    inner: Target | None = next((getattr(target, name) for name in _INNER if hasattr(target, name)), None)
    return inner


def named_classes(target: Target) -> tuple[ClassName, ...]:
    """The class names a target speaks of; they must exist in the data."""
    inner = inner_target(target)
    return (*(name for name, _ in getattr(target, "pairs", ())), *(named_classes(inner) if inner else ()))


def skew_schedule(target: Target) -> Schedule | None:
    """The schedule of a power skew; None for targets that no single skew describes."""
    return target.schedule if isinstance(target, PowerSkew) else None


def needs_epochs(target: Target) -> bool:
    """Whether the target is stretched over the run, so that its length must be known."""
    inner = inner_target(target)
    if inner is not None:
        return needs_epochs(inner)
    return bool(getattr(skew_schedule(target) or target, "needs_epochs", False))


def decode_target(data: Any) -> Target:
    """A target from its JSON form."""
    target: Target = TARGETS.decode(data, schedule=SCHEDULES.decode, **dict.fromkeys(_INNER, decode_target))
    return target


_INNER = ("target", "base", "rest")  # fields that hold the target which another one builds on


def _factor_pairs(factors: Any) -> tuple[tuple[ClassName, float], ...]:
    """(class name, factor) from a mapping, from pairs, or from text: "name: factor, ..." or a JSON object."""
    factor_pairs: list[tuple[ClassName, Any]] = [
        (name, plain_value(factor)) for name, factor in class_pairs("factors", "factor", factors)
    ]
    for name, factor in factor_pairs:
        check_number(f"factor of class {name!r}", factor, "a number above 0", sys.float_info.min, sys.float_info.max)
    return tuple((name, float(factor)) for name, factor in factor_pairs)
