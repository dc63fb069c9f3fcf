"""Shares: the target that gives classes the shares that somebody wrote down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import ClassName, plain_value, shown
from sampler_core.plans.class_pairs import class_pairs
from sampler_core.plans.parameters import Described, Parameter, described
from sampler_core.plans.registry import TARGETS
from sampler_core.plans.schedules import Constant, Points, at_points, checked_points
from sampler_core.plans.share_limits import normalised
from sampler_core.plans.targets import Moment, PowerSkew, Target, check_needs_no_feedback

GivenShare: TypeAlias = float | Points
NATURAL = PowerSkew(Constant(0.0))
SHARES = Parameter(
    "given_shares", "Given shares",
    "Class and share of the draws from 0 to 1, as in NV: 0.3, MEL: 0.2. Classes that are not named share the rest. "
    'Or a JSON object, also with epochs and shares: {"NV": "0:0.6, 20:0.3"}.',
    "", kind="text",
)  # fmt: skip


@TARGETS.entry("shares")
@dataclass(frozen=True, slots=True)
class Shares(Described):
    """p_c(e) = the share given for class c; classes without one share 1 - sum of the given ones as `rest` would.

    shares: {class name: share}, or text such as "NV: 0.3, MEL: 0.2"; a numbered class may be named by its number or the
    number's text. A share is a number from 0 to 1, the same in each epoch, or (epoch, share) points in rising order of
    epochs, also as text ("0:0.6, 20:0.3"): linear between them, before the first point its share, from the last point
    on its share. In no epoch may they sum to more than 1. Where every class has one, they are normalised to sum 1. The
    share of a class without samples goes to the rest.

    Examples:
        >>> plan = SamplingPlan(target=Shares({"d": "0:0.1, 2:0.3"}), epochs=3, batch_size=8)
        >>> plan.class_shares({"a": 60, "b": 30, "c": 9, "d": 1}).round(3).tolist()[1:]  # 0.8 and 0.7 by 60 : 30 : 9
        [[0.485, 0.242, 0.073, 0.2], [0.424, 0.212, 0.064, 0.3]]
    """

    shares: Mapping[ClassName, Any] | tuple[tuple[ClassName, GivenShare], ...] = described(SHARES)
    rest: Target = NATURAL

    def __post_init__(self) -> None:
        check_needs_no_feedback("rest", self.rest)
        pairs = class_pairs("shares", "share", self.shares)
        object.__setattr__(self, "shares", tuple((name, _checked_share(name, share)) for name, share in pairs))
        Described.__post_init__(self)
        self._check_sums()

    @property
    def pairs(self) -> tuple[tuple[ClassName, GivenShare], ...]:
        """The shares as (class name, share)."""
        return tuple(self.shares.items()) if isinstance(self.shares, Mapping) else self.shares

    def __call__(self, counts: ClassCounts, moment: Moment) -> FloatArray:
        given = np.full(counts.num_classes, np.nan)
        position = {str(name): c for c, name in enumerate(counts.names)}
        for name, share in self.pairs:
            if str(name) in position:
                given[position[str(name)]] = _share_at(share, moment.epoch)
        weights: FloatArray = self.rest(counts, moment)
        missing, sum_given = np.isnan(given), float(np.nansum(given))
        if sum_given == 0.0 and not missing.any():
            return weights
        if missing.any():
            given[missing] = max(0.0, 1.0 - sum_given) * normalised(weights[missing])
        with np.errstate(divide="ignore"):  # a share of 0 has a log weight of -inf
            log_shares: FloatArray = np.log(given)
        return log_shares

    def _check_sums(self) -> None:
        """`ValueError` where shares sum to more than 1: they do so first at one of their points."""
        epochs = {0} | {epoch for _, share in self.pairs if isinstance(share, tuple) for epoch, _ in share}
        for epoch in sorted(epochs):
            if (total := sum(_share_at(share, epoch) for _, share in self.pairs)) > 1.0 + 1e-9:
                raise ValueError(f"shares must sum to at most 1 in every epoch, got {total:.6g} in epoch {epoch}")


def _checked_share(name: ClassName, given: Any) -> GivenShare:
    """One class's share, as a number or points. `ValueError` that names the class."""
    share: Any = plain_value(given)
    try:
        if isinstance(share, int | float) and not isinstance(share, bool):
            numbers: list[float] = [share := float(share) + 0.0]
        else:
            share = checked_points(share)
            numbers = [number for _, number in share]
    except (ValueError, OverflowError):
        numbers = [-1.0]
    if not all(0.0 <= number <= 1.0 for number in numbers):
        must = "a number from 0 to 1, or epochs and shares in rising order, as in 0:0.1, 20:0.4"
        raise ValueError(f"share of class {name!r} must be {must}, got {shown(given)}")
    return share  # type: ignore[no-any-return]


def _share_at(share: GivenShare, epoch: int) -> float:
    return at_points(share, epoch) if isinstance(share, tuple) else share
