"""Schedules: epoch -> skew.

The one contract here: a schedule is a frozen value and a pure function, `schedule(epoch, epochs) -> skew`. Epochs count
from 0. A schedule that is stretched over the run (`needs_epochs`) works on t = epoch / (epochs - 1), with t = 1 in a
run of one epoch, so that the last epoch has the end value exactly; past the last epoch it keeps that value.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar, Protocol, TypeAlias, runtime_checkable

from sampler_core.data.plain_values import LARGEST, is_sequence, plain_value, shown
from sampler_core.plans.parameters import Described, Parameter, described
from sampler_core.plans.registry import SCHEDULES

SKEW = Parameter(
    "skew", "Skew factor",
    "How strongly the class mix is moved away from the data's own: 0 natural, 0.5 square-root, 1 class-balanced, "
    "2 reversed (the rarest class becomes the most frequent).",
    0.0, -50.0, 50.0, 0.05,
    slider=(-1.0, 2.0, 0.02),
)  # fmt: skip
INCREMENT = Parameter(
    "increment", "Epoch increment", "What each epoch adds to the skew.", 0.01, -5.0, 5.0, 0.01,
    slider=(-0.1, 0.1, 0.002),
)  # fmt: skip
LIMIT = Parameter(
    "limit", "Limit on the skew", "The skew stops here. Empty: no limit.", None, -50.0, 50.0, 0.05,
    group="schedule", brief="skew at most {}",
)  # fmt: skip
LOWER = Parameter(
    "lower_limit", "Lower limit on the skew", "The skew never goes below this. Empty: no limit.",
    None, -50.0, 50.0, 0.05, group="schedule", brief="skew at least {}",
)  # fmt: skip
END = Parameter(
    "end", "Skew at the end", "The skew of the last epoch.", 1.0, -50.0, 50.0, 0.05, slider=(-1.0, 2.0, 0.02)
)
EPOCH = Parameter(
    "at_epoch", "Switch at epoch", "The first epoch with the second skew.", 40, 0, 100_000, 1,
    kind="integer", slider=(0, 300, 1),
)  # fmt: skip
PERIOD = Parameter(
    "period", "Period", "The ramp starts again after this many epochs.", 10, 1, 100_000, 1, "epochs", "integer",
    slider=(1, 100, 1),
)  # fmt: skip
BASE = Parameter(
    "base", "Base", "What is left of the way to the end after each epoch.", 0.95, 0.0, 1.0, 0.01,
    slider=(0.8, 1.0, 0.002),
)  # fmt: skip


@runtime_checkable
class Schedule(Protocol):
    """epoch -> skew; `epochs` is the length of the run, None when it is not bounded."""

    needs_epochs: ClassVar[bool]

    def __call__(self, epoch: int, epochs: int | None = None) -> float: ...


class ScheduleFields(Described):
    """Base of all schedules here. One that is stretched over the run says so: `needs_epochs = True`."""

    __slots__ = ()
    needs_epochs: ClassVar[bool] = False


@SCHEDULES.entry("constant")
@dataclass(frozen=True, slots=True)
class Constant(ScheduleFields):
    """s(e) = skew. First, last and past the last: the same.

    Examples:
        >>> Constant(0.5)(7)
        0.5
    """

    skew: float = described(SKEW)

    def __call__(self, epoch: int, epochs: int | None = None) -> float:
        return float(self.skew)


@SCHEDULES.entry("linear")
@dataclass(frozen=True, slots=True)
class Linear(ScheduleFields):
    """s(e) = start + e * increment, kept within [minimum, maximum] where these are given.

    First: start. Last: start + (epochs - 1) * increment. Past the last: goes on (a plan holds its last epoch's shares).
    Source: the dynamic sampler `skew + epoch * increment`; with start 0 and increment 1 / (epochs - 1) it is the linear
    schedule of DCL (arXiv 1901.06783, section 3.2).

    Examples:
        >>> [Linear(0.0, 0.25, maximum=1.0)(epoch) for epoch in (0, 1, 9, 25)]
        [0.0, 0.25, 1.0, 1.0]
    """

    start: float = described(SKEW)
    increment: float = described(INCREMENT)
    minimum: float | None = described(LOWER, None)
    maximum: float | None = described(LIMIT, None)

    def __post_init__(self) -> None:
        Described.__post_init__(self)
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError(f"minimum must be at most maximum ({self.maximum}), got {self.minimum}")

    def __call__(self, epoch: int, epochs: int | None = None) -> float:
        skew = self.start + epoch * self.increment
        if self.maximum is not None:
            skew = min(skew, self.maximum)
        if self.minimum is not None:
            skew = max(skew, self.minimum)
        return float(skew)


@dataclass(frozen=True, slots=True)
class StartToEnd(ScheduleFields):
    """Base of schedules that are stretched over the run: s = start + (end - start) way(t), with way(0) = 0.

    First: start. Last and past it: end, and not the end but for a rounding error.
    """

    start: float = described(SKEW, 0.0)
    end: float = described(END, 1.0)
    needs_epochs: ClassVar[bool] = True

    def way(self, t: float) -> float:
        """The part of the way from start to end at t, from 0 (first epoch) to 1 (last)."""
        raise NotImplementedError

    def __call__(self, epoch: int, epochs: int | None = None) -> float:
        t = progress(epoch, epochs)
        return float(self.end if t >= 1.0 else self.start + (self.end - self.start) * self.way(t))


@SCHEDULES.entry("cosine")
@dataclass(frozen=True, slots=True)
class Cosine(StartToEnd):
    """s = start + (end - start) (1 - cos(pi t / 2)): slow at first, fast towards the end.

    First: start. Last and past it: end. Source: DCL, the convex schedule (arXiv 1901.06783, section 3.2).

    Examples:
        >>> [round(Cosine(0.0, 1.0)(epoch, epochs=10), 4) for epoch in (0, 1, 9, 25)]
        [0.0, 0.0152, 1.0, 1.0]
    """

    def way(self, t: float) -> float:
        return 1.0 - math.cos(math.pi * t / 2)


@SCHEDULES.entry("exponential")
@dataclass(frozen=True, slots=True)
class Exponential(ScheduleFields):
    """s(e) = start + (end - start) (1 - base ** e): fast at first, then ever closer to the end, which it never reaches.

    First: start. Last: end - (end - start) base ** (epochs - 1). Past the last: goes on.
    Source: DCL, the concave schedule (arXiv 1901.06783, section 3.2).

    Examples:
        >>> [round(Exponential(0.5)(epoch), 4) for epoch in (0, 1, 9, 25)]
        [0.0, 0.5, 0.998, 1.0]
    """

    base: float = described(BASE)
    start: float = described(SKEW, 0.0)
    end: float = described(END, 1.0)

    def __call__(self, epoch: int, epochs: int | None = None) -> float:
        return float(self.start + (self.end - self.start) * (1.0 - self.base**epoch))


@SCHEDULES.entry("composite")
@dataclass(frozen=True, slots=True)
class Composite(StartToEnd):
    """s = start + (end - start) (1 - cos(pi t)) / 2: slow, fast, slow.

    First: start. Last and past it: end. Source: DCL, the composite schedule (arXiv 1901.06783, section 3.2).

    Examples:
        >>> [round(Composite(0.0, 1.0)(epoch, epochs=10), 4) for epoch in (0, 1, 9, 25)]
        [0.0, 0.0302, 1.0, 1.0]
    """

    def way(self, t: float) -> float:
        return (1.0 - math.cos(math.pi * t)) / 2


@SCHEDULES.entry("step")
@dataclass(frozen=True, slots=True)
class Step(ScheduleFields):
    """s(e) = start before `at_epoch`, then end (deferred re-balancing).

    First: start, unless at_epoch is 0. Last and past it: end, once at_epoch is reached.
    Source: LDAM-DRW (arXiv 1906.07413, section 3.3), there with start 0 and end 1.

    Examples:
        >>> [Step(2)(epoch) for epoch in (0, 1, 9, 25)]
        [0.0, 0.0, 1.0, 1.0]
    """

    at_epoch: int = described(EPOCH)
    start: float = described(SKEW, 0.0)
    end: float = described(END, 1.0)

    def __call__(self, epoch: int, epochs: int | None = None) -> float:
        return float(self.start if epoch < self.at_epoch else self.end)


Points: TypeAlias = tuple[tuple[int, float], ...]
POINTS = Parameter(
    "points", "Points", "Epoch and skew of each corner, as in 0:0, 20:0.5, 60:1. Between corners the skew is linear.",
    "0:0, 50:1", kind="text",
)  # fmt: skip


@SCHEDULES.entry("piecewise")
@dataclass(frozen=True, slots=True)
class Piecewise(ScheduleFields):
    """Linear between given (epoch, skew) points; before the first point its skew, from the last point on its skew.

    points: pairs in rising order of epochs, or text such as "0:0, 20:0.5, 60:1".

    Examples:
        >>> [Piecewise("2:0.5, 10:1.5")(epoch) for epoch in (0, 1, 9, 25)]
        [0.5, 0.5, 1.375, 1.5]
    """

    points: tuple[tuple[int, float], ...] = described(POINTS)

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", checked_points(self.points))
        for _, skew in self.points:
            SKEW.check(skew)

    def __call__(self, epoch: int, epochs: int | None = None) -> float:
        return at_points(self.points, epoch)


@SCHEDULES.entry("periodic")
@dataclass(frozen=True, slots=True)
class Periodic(ScheduleFields):
    """s(e) = start + (e mod period) * increment: a linear ramp that starts again every `period` epochs.

    First: start. Last and past it: wherever the ramp is. Source: the classifier-balancing code of Kang et al.
    (arXiv 1910.09217).

    Examples:
        >>> [Periodic(0.0, 0.5, period=4)(epoch) for epoch in (0, 1, 9, 25)]
        [0.0, 0.5, 0.5, 0.5]
    """

    start: float = described(SKEW)
    increment: float = described(INCREMENT)
    period: int = described(PERIOD)

    def __call__(self, epoch: int, epochs: int | None = None) -> float:
        return float(self.start + (epoch % self.period) * self.increment)


def progress(epoch: int, epochs: int | None) -> float:
    """t = epoch / (epochs - 1), at most 1; 1 in a run of one epoch. `ValueError` when the run has no length."""
    if epochs is None:
        raise ValueError("epochs must be given for a schedule or target that is stretched over the run, got None")
    return 1.0 if epoch >= epochs - 1 else epoch / (epochs - 1)


def at_points(points: Points, epoch: int) -> float:
    """The value of an epoch: linear between points, before the first point its value, from the last on its value."""
    after = bisect_right(points, epoch, key=lambda point: point[0])
    if after in (0, len(points)):
        return points[min(after, len(points) - 1)][1]
    (e0, v0), (e1, v1) = points[after - 1 : after + 1]
    return v0 + (v1 - v0) * (epoch - e0) / (e1 - e0)


def checked_points(given: Any, value: str = "skew") -> Points:
    """(epoch, value) points in rising order of epochs from 0 on, from pairs or from text such as "0:0, 20:0.5"."""
    try:
        points = _points_of_text(given) if isinstance(given, str) else _points_of_pairs(given)
    except (TypeError, ValueError, OverflowError):
        must = f"pairs of a whole epoch and a {value}, as in 0:0, 20:0.5"
        raise ValueError(f"points must be {must}, got {shown(given)}") from None
    epochs = [epoch for epoch, _ in points]
    if not epochs or epochs[0] < 0 or epochs[-1] > LARGEST or any(b <= a for a, b in pairwise(epochs)):
        raise ValueError(f"points must be in rising order of epochs from 0 on, got {shown(given)}")
    return points


def _points_of_text(text: str) -> Points:
    return tuple((int(epoch), float(skew) + 0.0) for epoch, skew in (corner.split(":") for corner in text.split(",")))


def _points_of_pairs(given: Any) -> Points:
    pairs: list[Any] = [(plain_value(epoch), plain_value(skew)) for epoch, skew in given]
    numbers = {type(number) for pair in pairs for number in pair}
    if not is_sequence(given) or not numbers <= {int, float} or any(epoch % 1 for epoch, _ in pairs):
        raise TypeError
    return tuple((int(epoch), float(skew) + 0.0) for epoch, skew in pairs)
