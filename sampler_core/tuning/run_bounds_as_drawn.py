"""Bounds over the run on what is drawn, put as bounds on what may be expected, which the search understands.

The one contract here: under `independent` both say the same. Under the other schemes the start is what is expected at
most, `most` times, and a schedule that fails as drawn tightens it.
"""

from __future__ import annotations

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.forecast.metrics import columns, metric_of
from sampler_core.tuning.as_drawn import is_of_draws, margin_as_drawn, values_as_drawn
from sampler_core.tuning.requirements import Requirement, bounds_of, relaxed
from sampler_core.tuning.shares_by_skew import SharesBySkew

_ROOM = 1 - 1e-9  # of a bound: shares are interpolated where they are searched, and would fail it by rounding
_ROOM_TO_TIGHTEN = 1 - 1e-7  # so that a bound that follows another one does not ask for more and more of less and less


def on_metric(by_skew: SharesBySkew, requirement: Requirement, position: int, epochs: int) -> Requirement:
    """The requirement with the bound that its metric must keep for it to hold, by this class, so far as it is known."""
    if not is_of_draws(requirement):
        return requirement
    most = float(np.floor(requirement.bound))
    if by_skew.draws.scheme != "independent":
        return _with_bound(requirement, most)
    even_shares = _even_shares(by_skew, position, epochs, most)
    return _with_bound(requirement, _ROOM * most * _part_that_holds(by_skew, requirement, position, even_shares))


def tighter_on_metric(
    by_skew: SharesBySkew, requirement: Requirement, run_shares: FloatArray
) -> tuple[Requirement, int]:
    """The bound on its metric that the worst class needs at these shares, (epochs, num_classes), and its position."""
    judged = columns(by_skew.counts, requirement.group, requirement.class_name)
    n, left = by_skew.counts.counts[judged], by_skew.chance_left(requirement)
    position = int(judged[margin_as_drawn(requirement, n, run_shares[:, judged], by_skew.draws, left).argmin()])
    class_shares = run_shares[:, [position]]
    expected = metric_of(requirement.metric).formula(by_skew.counts.counts[[position]], class_shares, by_skew.draws)
    part = _part_that_holds(by_skew, requirement, position, class_shares)
    return _with_bound(requirement, _ROOM_TO_TIGHTEN * part * float(expected[0])), position


def value_of_expected(
    by_skew: SharesBySkew, requirement: Requirement, position: int, epochs: int, expected: float
) -> float:
    """The value that a run keeps to with so much expected of it; under other schemes no more than is expected."""
    if not is_of_draws(requirement) or by_skew.draws.scheme != "independent":
        return expected
    even_shares, n = _even_shares(by_skew, position, epochs, expected), by_skew.counts.counts[[position]]
    return float(values_as_drawn(requirement, n, even_shares, by_skew.draws, by_skew.chance_left(requirement))[0])


def _even_shares(by_skew: SharesBySkew, position: int, epochs: int, expected: float) -> FloatArray:
    """Equal shares of a class in all epochs with which one of its samples is expected so often; (epochs, 1)."""
    share = expected * by_skew.counts.counts[position] / (by_skew.draws.samples * epochs)
    return np.full((epochs, 1), min(share, 1.0))


def _with_bound(requirement: Requirement, bound: float) -> Requirement:
    return relaxed(requirement, max(bound, bounds_of(requirement)[0]))


def _part_that_holds(by_skew: SharesBySkew, requirement: Requirement, position: int, class_shares: FloatArray) -> float:
    """The largest part of these shares of a class, (epochs, 1), with which it meets a requirement on draws."""
    n, left = by_skew.counts.counts[[position]], by_skew.chance_left(requirement)

    def holds(part: float) -> bool:
        return bool(margin_as_drawn(requirement, n, part * class_shares, by_skew.draws, left)[0] >= 0)

    low, high = 0.0, 1.0
    if holds(high):
        return high
    while high - low > 1e-12:
        low, high = (middle, high) if holds(middle := (low + high) / 2) else (low, middle)
    return low
