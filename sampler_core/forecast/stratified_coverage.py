"""Expected coverage under the stratified scheme, of one epoch and of a run.

The one contract here: places and chances are those of `draws.Stratified`, place by place; nothing is drawn, and nothing
is taken as random that is not.

Each class has a cursor that moves through its places 0, 1, ..., n - 1, 0, 1, ... A batch moves it by s places, the
stride, and takes them all but the last one, which it takes with chance f. The last, smaller batch of an epoch moves it
by s places and takes fewer. So with s = 1 every place passed is missed with chance 1 - f. With a longer stride only a
place that is the last of the stride whenever it is passed can be missed at all; within one epoch it is not so twice, as
the cursor skips one place where the pattern of its strides would repeat (`draws.stratified_period`).

NOTE 12 samples, 3.5 of 10 draws a batch: s = 4, f = 0.5. Three batches take places 0 1 2, 4 5 6 and 8 9 10 for sure,
and 3, 7 and 11 with chance 0.5: the epoch covers 1 - 3 * 0.5 / 12 = 0.875. The cursor has come around and skips place
0. The next epoch, of three batches with 1.5 draws (s = 2, f = 0.5), takes 1, 3 and 5 for sure: only 7 and 11 are left
to chance, and the run covers 1 - 2 * 0.5 / 12 = 0.917.

Symbols: n members of a class; s, f of a full batch; t, g the same of the last, smaller one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sampler_core import draws
from sampler_core.data.array_types import FloatArray, IntArray

_SURE = -100.0  # log of the chance that a place is missed by a draw that never misses it
_NEVER = -40.0  # log of a chance that counts as 0
_AT_ONCE = 1 << 20  # pieces computed together
_PARTS, _WITHIN, _LEFT_OUT = 7, 1, 6  # the parts of an epoch (`_parts`)


def epoch_coverage(counts: IntArray, shares: FloatArray, samples: int, batch_size: int) -> FloatArray:
    """Expected share of each class's samples that one epoch draws; counts and shares: (..., num_classes), as result.

    Before the first full pass through a class nothing comes twice. From then on those places are counted that may be
    missed: with s = 1 all, by how often they were passed; with a longer stride those that were its last in the first
    pass and, in the second, were not passed or left to chance by the last batch.
    """
    members = np.broadcast_to(np.maximum(counts, 1), shares.shape)
    full, rest = divmod(samples, batch_size)
    (s, f), (t, g) = _strides(shares, batch_size), _strides(shares, rest)
    seen = samples * shares / members
    again = s * full + t > members
    n, s, f, t, g = members[again], s[again], f[again], t[again], g[again]
    laps, over = np.divmod(full, n)
    one_by_one = (1.0 - f) ** laps * (n - over * f - t * g)
    moved = (n % s == 0) & (s * full >= n)  # by one place, where `draws.stratified_period` is n
    end = s * full + t - n + moved  # how far the second pass came
    last = (end % s == 0) & (end <= np.minimum(n, s * full))
    strides = (1.0 - f) * (np.maximum(np.minimum(n, s * full) // s - end // s, 0) + last * (1.0 - g))
    seen[again] = 1.0 - np.where(s > 1, strides, one_by_one) / n
    return np.where(counts > 0, np.minimum(seen, 1.0), 0.0)


def run_coverage(counts: IntArray, shares: FloatArray, samples: int, batch_size: int) -> FloatArray:
    """Expected share of each class's samples that all epochs draw; (num_classes,). shares: (epochs, num_classes)."""
    n, (full, rest) = np.maximum(counts, 1), divmod(samples, batch_size)
    strides, lengths, logs = _parts(n, shares, samples, batch_size)
    seen = np.minimum(1.0, samples * shares.sum(axis=0) / n)
    once = lengths.sum(axis=0) < n  # nothing is met twice, or stepped over
    twice = ((strides > 1) & (strides * full >= 2 * n)).any(axis=0)  # and left to chance once at most
    sure = twice | ((logs * (lengths // n)).sum(axis=0) < _NEVER)
    seen[sure] = 1.0
    left = np.flatnonzero(~once & ~sure & (counts > 0))
    step = max(1, _AT_ONCE // len(lengths))
    for some in (left[i : i + step] for i in range(0, left.size, step)):
        s, passed, log = strides[:, some], lengths[:, some], logs[:, some]
        passed[_LEFT_OUT::_PARTS] = _left_out(n[some], s, log[::_PARTS] > _SURE, full, rest) - passed[_WITHIN::_PARTS]
        pieces = _pieces(n[some], passed.T, log.T)
        seen[some] = 1.0 - _missed(pieces, n[some], s, full, passed) / n[some]
    return np.where(counts > 0, seen, 0.0)


def approximate_run_coverage(counts: IntArray, shares: FloatArray, samples: int, batch_size: int) -> FloatArray:
    """A quick approximation of `run_coverage` to search with: off by 0.3 at worst, exact before the first full pass.

    The last, smaller batch counts as the part of a batch that it is, f is the run's mean, and where s changes, places
    are taken as met at random.
    """
    n, s = np.maximum(counts, 1), np.maximum(np.ceil(batch_size * shares - 1e-9), 1.0)
    passes = samples / batch_size * s.sum(axis=0) / n
    filled = batch_size * shares.sum(axis=0) / s.sum(axis=0)
    s = np.where(s.min(axis=0) == s.max(axis=0), s[0], 1.0)
    f = np.maximum(0.0, s * filled - (s - 1.0))
    again = np.where(s > 1.0, 0.0, 1.0 - f)
    whole = np.floor(passes)
    missed = (1.0 - f) / s * again ** np.maximum(whole - 1.0, 0.0) * (1.0 - (passes - whole) * (1.0 - again))
    return np.asarray(np.where(passes < 1.0, passes * filled, 1.0 - missed))


def _strides(shares: FloatArray, batch_size: int) -> tuple[IntArray, FloatArray]:
    """Places passed by a batch, and the chance that the last of them is taken: `draws.SystematicRounding`'s.

    Where the others of a row fill the batch, there is no chance: a class of share 1e-12 beside one of all the rest.
    This applies to all classes of an epoch together, not to some of them, nor to one class in several runs.
    """
    sure, chance = draws.floor_and_remainder(batch_size * shares)
    left_over = batch_size - sure.sum(axis=-1)
    whole = np.abs(shares.sum(axis=-1) - 1.0) < 1e-9
    crowded = whole & (left_over < 0)
    sure[crowded], chance[crowded] = draws.floor_and_remainder(batch_size * shares[crowded], upwards=False)
    chance[whole & (left_over == 0)] = 0.0
    return sure + (chance > 0), np.where(chance > 0, chance, 1.0)


def _parts(n: IntArray, shares: FloatArray, samples: int, batch_size: int) -> tuple[IntArray, IntArray, FloatArray]:
    """Strides (epochs, C); and the cursor's moves in parts: places passed, log chance to miss one, (parts, C) each.

    Seven parts an epoch: full batches, a place stepped over, full batches; of the last batch what it surely takes, what
    it may take, what it leaves; places left out, 0 here (see `_left_out`, which takes its time). (A class that skips
    more within one epoch is surely seen.)
    """
    full, rest = divmod(samples, batch_size)
    s, f = _strides(shares, batch_size)
    t, g = _strides(shares, rest)
    period = draws.stratified_period(n, s, f < 1.0)
    within = s * (full - (rest == 0)) >= period
    first = np.minimum(s * full, period)
    t_sure, t_chance = np.maximum(t - 1, 0), np.minimum(t, 1)
    lengths = [first, within, s * full - first, t_sure, t_chance, (s - t) * (rest > 0), np.zeros_like(s)]
    with np.errstate(divide="ignore"):
        log_f, log_g = (np.maximum(np.log1p(-chance), _SURE) for chance in (f, g))
    surely, never = np.full_like(f, _SURE), np.zeros_like(f)
    logs = [log_f, never, log_f, surely, log_g, never, never]
    of_all = (-1, s.shape[1])
    return s, np.stack(lengths, axis=1).reshape(of_all), np.stack(logs, axis=1).reshape(of_all)


def _left_out(n: IntArray, strides: IntArray, by_chance: np.ndarray, full: int, rest: int) -> IntArray:
    """Places that the cursor skips at the end of each epoch (`draws.stratified_advance`); all arrays (epochs, C)."""
    passed = strides * (full + (rest > 0))
    period = draws.stratified_period(n, strides, by_chance)
    period = draws.stratified_epoch_period(period, n, passed, rest > 0)
    left_out = np.zeros_like(strides)
    some = np.flatnonzero((np.cumsum(passed, axis=0) >= period).any(axis=0))  # the others step over none
    start = np.zeros_like(n[some])
    for e, epoch in enumerate(zip(passed[:, some], period[:, some], strides[:, some], strict=True)):
        begin, start = start, draws.stratified_advance(start, *epoch)
        left_out[e, some] = start - begin - epoch[0]
    return left_out


class _Pieces(NamedTuple):
    """Neighbouring places that the same batches' parts pass: those left to chance, with the log of being missed.

    owner: the class; begin, length: its places; of these first, first + every, ... are left (every 0: first alone).
    """

    owner: IntArray
    begin: IntArray
    length: IntArray
    log: FloatArray
    first: IntArray
    every: IntArray

    def those(self, chosen: np.ndarray) -> _Pieces:
        return _Pieces(*(values[chosen] for values in self))


def _pieces(n: IntArray, lengths: IntArray, logs: FloatArray) -> _Pieces:
    """lengths, logs: (C, parts). The logs are summed as if all passed were left to chance."""
    moves_any = lengths.any(axis=0)
    lengths, logs = lengths[:, moves_any], logs[:, moves_any]
    laps, over = np.divmod(lengths, n[:, None])
    ends = np.cumsum(over, axis=1)
    begins = (ends - over) % n[:, None]
    everywhere = (logs * (laps + (begins + over >= n[:, None]))).sum(axis=1, keepdims=True)
    edges = np.concatenate([begins, ends[:, -1:] % n[:, None]], axis=1)
    changes = np.diff(logs, prepend=0.0, append=0.0)
    order = np.argsort(edges, axis=1)
    edges = np.take_along_axis(edges, order, axis=1)
    log = everywhere + np.cumsum(np.take_along_axis(changes, order, axis=1), axis=1)
    long = np.diff(edges, append=n[:, None])
    owner, at = np.nonzero((long > 0) & (log > _NEVER))
    zeros = np.zeros_like(owner)
    return _Pieces(owner, edges[owner, at], long[owner, at], log[owner, at], zeros, zeros + 1)


def _missed(pieces: _Pieces, n: IntArray, strides: IntArray, full: int, lengths: IntArray) -> FloatArray:
    """Expected places never drawn; (C,)."""
    starts = (np.cumsum(lengths % n, axis=0) - lengths % n)[::_PARTS]
    within = lengths[_WITHIN::_PARTS]
    for start, stride, moved in zip(starts, strides, within, strict=True):
        if (stride > 1).any():
            pieces = _left_by(pieces, n, start, stride, full, moved)
    left = np.where(pieces.every > 0, (pieces.length - 1 - pieces.first) // np.maximum(pieces.every, 1) + 1, 1)
    return np.asarray(np.bincount(pieces.owner, left * np.exp(pieces.log), n.size), dtype=np.float64)


def _left_by(pieces: _Pieces, n: IntArray, start: IntArray, stride: IntArray, full: int, moved: IntArray) -> _Pieces:
    """What the full batches of one epoch leave to chance: the last places of strides, whenever they are passed."""
    s, count = stride[pieces.owner], n[pieces.owner]
    at = (pieces.begin - start[pieces.owner]) % count
    passed = np.flatnonzero((s > 1) & (at < s * full))
    if not passed.size:
        return pieces
    some, s, count, at = pieces.those(passed), s[passed], count[passed], at[passed]
    keep = np.ones(len(pieces.owner), dtype=bool)
    first, every, possible = _common(some, (s - 1 - at) % s, s)
    keep[passed] = possible & (at + count - moved[pieces.owner][passed] >= s * full)  # not passed again
    pieces.first[passed], pieces.every[passed] = first, every
    return pieces.those(np.flatnonzero(keep))


def _common(pieces: _Pieces, first: IntArray, every: IntArray) -> tuple[IntArray, IntArray, np.ndarray]:
    """Of the places left those that are also first, first + every, ... (Chinese remainder theorem); and if any are."""
    divisor = np.gcd(pieces.every, every)
    apart, factor = first - pieces.first, every // divisor
    room = (pieces.length - 1 - pieces.first) // np.maximum(pieces.every, 1)
    steps = apart // divisor % factor * _inverse(pieces.every // divisor, factor) % factor
    possible = (apart % divisor == 0) & (steps <= room)
    steps, factor = np.minimum(steps, room), np.where(factor > room, 0, factor)
    return pieces.first + steps * pieces.every, factor * pieces.every, possible


def _inverse(x: IntArray, modulus: IntArray) -> IntArray:
    """y with x y = 1 modulo the modulus, by Euclid's steps; 0 for a modulus of 1."""
    high, low, y, other = modulus, x % modulus, np.zeros_like(x), np.ones_like(x)
    while low.any():
        going, times = low > 0, high // np.maximum(low, 1)
        high, low = np.where(going, low, high), np.where(going, high - times * low, 0)
        y, other = np.where(going, other, y), np.where(going, y - times * other, other)
    return y % modulus
