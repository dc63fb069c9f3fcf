"""Shapes as families: for fixed discrete parameters, every shape of schedule is linear in a few skews, mostly two.

The one contract here: `family(name, ...).build(h, *skews)` is a schedule with the epochs' skews `skews @ ways[h]`.
A schedule with a start and an end has a family by itself (`_two_ended`), other shapes have one in `_OWN_FAMILIES`; a
shape without one is refused by name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.plans.parameters import rows_of
from sampler_core.plans.registry import SCHEDULES
from sampler_core.plans.schedules import (
    INCREMENT,
    Constant,
    Exponential,
    Linear,
    Periodic,
    Piecewise,
    Schedule,
    Step,
)

MOST_CANDIDATES = 120  # values of a discrete parameter that are tried


class Family(NamedTuple):
    """Candidates h = 0 .. H - 1 of the discrete parameters.

    ways: shape (H, skews, epochs), from 0 to 1 and at most 1 in sum, so that no epoch's skew moves further than the
    family's skews do. most_change: the largest difference of the two skews of each candidate, (H,).
    """

    ways: FloatArray
    most_change: FloatArray
    build: Callable[..., Schedule]

    def epoch_skews(self, h: IntArray, skews: FloatArray) -> FloatArray:
        """The skews of schedules in each epoch; shape (len(h), epochs). skews: (len(h), skews of the family)."""
        return np.asarray(np.einsum("ks,kse->ke", skews, self.ways[h]))


def family(shape: str, epochs: int, starts: Sequence[int]) -> Family:
    """The family of a shape in a run of so many epochs. starts: epochs where requirements begin or end.

    `ValueError` for a shape that the solver does not know.
    """
    if shape not in FAMILIES:
        raise ValueError(f"shape must be one of {', '.join(FAMILIES)}, got {shape!r}")
    return FAMILIES[shape](epochs, list(starts))


def _family_between(
    ways: FloatArray, build: Callable[[int, float, float], Schedule], most_change: Any = np.inf
) -> Family:
    """From a to b by ways, shape (H, epochs)."""
    ways = np.atleast_2d(ways)
    return Family(np.stack([1.0 - ways, ways], axis=1), np.broadcast_to(most_change, len(ways)), build)


def _constant(epochs: int, starts: list[int]) -> Family:
    return Family(np.ones((1, 1, epochs)), np.array([np.inf]), lambda h, a: Constant(_tidy_skew(a)))


def _linear(epochs: int, starts: list[int]) -> Family:
    """Ramps over the whole run first, then ramps that are held (by maximum or minimum) from some epoch on."""
    ramp_ends = [max(epochs - 1, 1), *reversed(_thinned_candidates(1, epochs - 2, starts))]
    e = np.arange(epochs)

    def build(h: int, a: float, b: float) -> Schedule:
        held = ramp_ends[h] < epochs - 1
        return Linear(
            _tidy_skew(a),
            _linear_increment(a, b, ramp_ends[h]),
            _tidy_skew(b) if held and b <= a else None,
            _tidy_skew(b) if held and b > a else None,
        )

    return _family_between(
        np.array([np.minimum(e / end, 1.0) for end in ramp_ends]), build, INCREMENT.maximum * np.array(ramp_ends)
    )


def _exponential(epochs: int, starts: list[int]) -> Family:
    """Bases by how many epochs half of the way takes."""
    bases = [round(0.5 ** (1.0 / half), 4) for half in np.geomspace(0.5, 2.0 * max(epochs, 2), 49)]
    ways = [_schedule_ways(Exponential(base), epochs) for base in bases]
    return _family_between(np.array(ways), lambda h, a, b: Exponential(bases[h], _tidy_skew(a), _tidy_skew(b)))


def _step(epochs: int, starts: list[int]) -> Family:
    step_epochs = _thinned_candidates(0, epochs - 1, starts)
    return _family_between(
        np.array([np.arange(epochs) >= e for e in step_epochs], dtype=np.float64),
        lambda h, a, b: Step(step_epochs[h], _tidy_skew(a), _tidy_skew(b)),
    )


def _periodic(epochs: int, starts: list[int]) -> Family:
    periods = list(reversed(_thinned_candidates(1, epochs, starts)))
    tops = [max(period - 1, 1) for period in periods]
    ways = [(np.arange(epochs) % period) / top for period, top in zip(periods, tops, strict=True)]

    def build(h: int, a: float, b: float) -> Schedule:
        return Periodic(_tidy_skew(a), _linear_increment(a, b, tops[h]) if periods[h] > 1 else 0.0, periods[h])

    return _family_between(np.array(ways), build, INCREMENT.maximum * np.array(tops))


def _piecewise(epochs: int, starts: list[int]) -> Family:
    """A level from each start to the next one: a corner at both ends."""
    piece_ends = [*(start - 1 for start in starts[1:]), epochs - 1]
    e = np.arange(epochs)
    ways = np.array(
        [[(first <= e) & (e <= last) for first, last in zip(starts, piece_ends, strict=True)]], dtype=np.float64
    )

    def build(h: int, *piece_skews: float) -> Schedule:
        pieces = zip(starts, piece_ends, piece_skews, strict=True)
        return Piecewise(tuple((at, _tidy_skew(piece_skew)) for *both, piece_skew in pieces for at in sorted({*both})))

    return Family(ways, np.array([np.inf]), build)


_OWN_FAMILIES: dict[str, Callable[[int, list[int]], Family]] = {
    "constant": _constant,
    "linear": _linear,
    "exponential": _exponential,
    "step": _step,
    "piecewise": _piecewise,
    "periodic": _periodic,
}


def _two_ended(cls: type) -> Callable[[int, list[int]], Family] | None:
    """The family of a schedule that goes from `start` to `end`; None for one whose skews are no mix of these two."""
    schedule_rows = rows_of(cls)
    if not {"start", "end"} <= schedule_rows.keys():
        return None
    others = {name: row.default for name, row in schedule_rows.items() if name not in ("start", "end")}

    def ways(epochs: int, start: float = 0.0, end: float = 1.0) -> FloatArray:
        return _schedule_ways(cls(start=start, end=end, **others), epochs)

    ways_once = ways(7)
    if ways_once.min() < 0.0 or ways_once.max() > 1.0 or not np.allclose(ways(7, 2.0, -1.0), 2.0 - 3.0 * ways_once):
        return None
    return lambda epochs, starts: _family_between(
        ways(epochs), lambda h, a, b: cls(start=_tidy_skew(a), end=_tidy_skew(b), **others)
    )


def _tidy_skew(skew: float) -> float:
    """Without the dust of the arithmetic; edges are known to about as many digits."""
    return round(skew, 10)


def _linear_increment(a: float, b: float, epochs: int) -> float:
    return round(_tidy_skew(b - a) / epochs, 12)


def _schedule_ways(schedule: Schedule, epochs: int) -> FloatArray:
    return np.array([schedule(epoch, epochs) for epoch in range(epochs)])


def _thinned_candidates(first: int, last: int, starts: list[int]) -> list[int]:
    """Whole numbers from first to last; where these are many, evenly thinned, with those where requirements change."""
    if last - first < MOST_CANDIDATES:
        return list(range(first, last + 1))
    thinned_candidates = np.linspace(first, last, MOST_CANDIDATES).round().astype(int).tolist()
    return sorted({*thinned_candidates, *(e for e in starts if first <= e <= last)})


FAMILIES = {
    name: maker for name in SCHEDULES if (maker := _OWN_FAMILIES.get(name) or _two_ended(SCHEDULES[name])) is not None
}
"""Shape -> family maker, of every shape that the solver can look for."""
