"""Expectations under a sampling scheme, in closed form: repeats, coverage, absence, balance, prior shift.

The one contract here: every value is the expectation under the scheme asked for ("independent", "exact" or
"stratified"), for counts from 0 to 1e12 and any skew; none is NaN.

Shapes: counts int64 (num_classes,); shares float64 (num_classes,) for one epoch or (epochs, num_classes) for a run.
Symbols: n_c counts, p_c shares, M samples per epoch, B batch size, r_c repeats. An empty class has 0 everywhere, and is
absent from every batch.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sampler_core import draws
from sampler_core.data.array_types import BoolArray, FloatArray, IntArray
from sampler_core.draws import floor_and_remainder
from sampler_core.forecast import stratified_coverage

SCHEMES = tuple(draws.SCHEMES)
FEW, MANY = 20, 100  # fewer, more samples than this: few-shot, many-shot (Liu et al., arXiv 1904.05160)


class Draws(NamedTuple):
    """How many draws an epoch has (M), how many a batch (B), and by which scheme they are made."""

    samples: int
    batch_size: int
    scheme: str


class Groups(NamedTuple):
    """Many-shot (> 100 samples), medium-shot and few-shot (< 20) classes; bool, each of shape (num_classes,)."""

    head: BoolArray
    medium: BoolArray
    tail: BoolArray


def repeats(counts: IntArray, shares: FloatArray, draws: Draws) -> FloatArray:
    """r_c = M p_c / n_c, expected draws of one sample in an epoch, the same under every scheme; shape of the shares."""
    return draws.samples * _per_sample(counts, shares)


def coverage(counts: IntArray, shares: FloatArray, draws: Draws) -> FloatArray:
    """Expected share of each class's samples drawn at least once in each epoch of a run; shape of the shares.

    independent: 1 - (1 - p_c / n_c)^M. exact: min(1, r_c). stratified: `stratified_coverage.epochs_coverage`; there the
    shares must be those of all epochs from the first on, as an epoch goes on with the pass that the last one has left.
    """
    if _checked(draws).scheme == "stratified":
        return stratified_coverage.epochs_coverage(counts, shares, draws.samples, draws.batch_size)
    if draws.scheme == "exact":
        return np.minimum(1.0, repeats(counts, shares, draws))
    return np.asarray(-np.expm1(_log_missed(counts, shares, draws.samples)))


def least_coverage(counts: IntArray, shares: FloatArray, draws: Draws) -> FloatArray:
    """`coverage` of epochs that need not follow each other; shape of the shares, (..., num_classes).

    independent, exact: the same. stratified: a lower bound, whatever earlier epochs have drawn.
    """
    if _checked(draws).scheme == "stratified":
        return stratified_coverage.least_epoch_coverage(counts, shares, draws.samples, draws.batch_size)
    return coverage(counts, shares, draws)


def run_coverage(counts: IntArray, shares: FloatArray, draws: Draws) -> FloatArray:
    """The same over all epochs of the shares; (num_classes,).

    independent: 1 - prod over epochs (1 - p_c / n_c)^M. exact: E min(n_c, sum of quotas) / n_c, as the cursor of a
    class moves on from epoch to epoch. stratified: `stratified_coverage.run_coverage`.
    """
    rows = np.atleast_2d(shares)
    if _checked(draws).scheme == "stratified":
        return stratified_coverage.run_coverage(counts, rows, draws.samples, draws.batch_size)
    if draws.scheme == "exact":
        return _coverage_by_quotas(counts, rows, draws.samples)
    return np.asarray(-np.expm1(_total(_log_missed(counts, rows, draws.samples))))


def absence(shares: FloatArray, draws: Draws) -> FloatArray:
    """P(a full batch has no sample of the class); shape of the shares.

    independent: (1 - p_c)^B. exact: C(M - m_c, B) / C(M, B), averaged over the quotas m_c = floor and ceil of M p_c.
    stratified: max(0, 1 - B p_c). A batch larger than the epoch is as large as the epoch.
    """
    samples, scheme = _checked(draws).samples, draws.scheme
    batch_size = min(draws.batch_size, samples)
    if scheme == "independent":
        with np.errstate(divide="ignore"):  # a class that is all there is: log 0
            return np.asarray(np.exp(batch_size * np.log1p(-shares)))
    if scheme == "stratified":
        return np.maximum(0.0, 1.0 - batch_size * shares)
    quota = np.floor(samples * shares)
    upper, top = samples * shares - quota, int(quota.max(initial=0.0)) + 2
    if top < 2 * quota.size:  # many shares have the same quota
        none, at = _hypergeometric_none(np.arange(float(top)), samples, batch_size), quota.astype(np.int64)
        fewer, more = none[at], none[at + 1]
    else:
        fewer, more = (_hypergeometric_none(quota + one, samples, batch_size) for one in (0.0, 1.0))
    return (1.0 - upper) * fewer + upper * more


def effective_classes(shares: FloatArray) -> FloatArray:
    """exp(entropy of the shares): from 1 to num_classes; (epochs,)."""
    return np.exp(-_total(shares * np.log(np.where(shares > 0, shares, 1.0)), axis=-1))


def share_ratio(counts: IntArray, shares: FloatArray) -> FloatArray:
    """p_max / p_min over the classes that are not empty; (epochs,); inf where p_min is below 1e-308."""
    present = shares[..., counts > 0]
    with np.errstate(divide="ignore", over="ignore"):
        return np.asarray(present.max(axis=-1) / present.min(axis=-1))


def effective_sample_size(counts: IntArray, shares: FloatArray) -> FloatArray:
    """Kish: 1 / sum_c n_c (p_c / n_c)^2, in samples (N at skew 0); (epochs,)."""
    return 1.0 / _total(shares * _per_sample(counts, shares), axis=-1)


def prior_shift(counts: IntArray, shares: FloatArray) -> FloatArray:
    """log p_c - log f_c; shape of the shares; 0 for an empty class, and finite: a share counts as 1e-308 at least."""
    present = counts > 0
    frequencies = np.where(present, counts, 1) / counts.sum()
    return np.where(present, np.log(np.maximum(shares, np.finfo(np.float64).tiny)) - np.log(frequencies), 0.0)


def crossover(skews: FloatArray) -> int | None:
    """The first epoch with a skew of 1 or more, None when there is none."""
    reached = np.flatnonzero(skews >= 1.0 - 1e-9)  # 0.1 + 3 * 0.3 is meant to be 1
    return int(reached[0]) if reached.size else None


def groups(counts: IntArray) -> Groups:
    """Head, medium and tail by number of samples; an empty class belongs to the tail."""
    head, tail = counts > MANY, counts < FEW
    return Groups(head, ~(head | tail), tail)


# --- closed forms behind them ---------------------------------------------------------------------------------------


def _log_missed(counts: IntArray, shares: FloatArray, samples: int) -> FloatArray:
    with np.errstate(divide="ignore"):  # the only sample of the only class is never missed: log 0
        return samples * np.log1p(-_per_sample(counts, shares))


def _coverage_by_quotas(counts: IntArray, shares: FloatArray, samples: int) -> FloatArray:
    """min(1, sum of r_c), but where it depends on how the quotas of the epochs are rounded, each on its own."""
    total = _total(shares)
    seen = np.minimum(1.0, samples * _per_sample(counts, total))
    near = np.flatnonzero(np.abs(samples * total - counts) <= len(shares) + 1)  # one draw an epoch may go either way
    sure, chance = floor_and_remainder(samples * shares[:, near])
    room = counts[near] - sure.sum(axis=0)
    unsure = (room > 0) & (room < np.count_nonzero(chance, axis=0))
    near, room, chance = near[unsure], room[unsure], chance[:, unsure]
    if near.size:
        left = room[:, None] - np.arange(room.max())  # places, when so many of the rounded ones are drawn
        likely = np.zeros(left.shape)
        likely[:, 0] = 1.0
        for once in chance[:, :, None]:
            likely[:, 1:] = likely[:, 1:] * (1.0 - once) + likely[:, :-1] * once
            likely[:, :1] *= 1.0 - once
        seen[near] = 1.0 - _total(likely * np.maximum(left, 0), axis=1) / counts[near]
    return seen


def _hypergeometric_none(marked: FloatArray, samples: int, drawn: int) -> FloatArray:
    """P(none of `marked` out of `samples` among `drawn` without replacement) = C(M - m, B) / C(M, B).

    By Stirling's series for differences of log-factorials, so that nothing large cancels. NOTE For m = 1e6, M = 1e12
    and B = 256 the result is 0.999744; a difference of four gammaln (SciPy's hypergeom too) has lost it after two
    digits.
    """
    left = np.maximum(samples - marked, drawn)
    log_none = drawn * np.log1p(-(samples - left) / (samples + _SHIFT))
    log_none += _log_falling(left, drawn) - _log_falling(np.asarray(float(samples)), drawn)
    return np.where(samples - marked < drawn, 0.0, np.exp(np.minimum(log_none, 0.0)))


_SHIFT = 8.0  # the series is used from here on only: its next term is below 1e-11


def _log_falling(x: FloatArray, b: float) -> FloatArray:
    """log(x (x - 1) ... (x - b + 1)) - b log(x + _SHIFT), for 0 <= b <= x."""
    y = x + _SHIFT
    series = -(y - b + 0.5) * np.log1p(-b / y) - b + _stirling_rest(y) - _stirling_rest(y - b)
    return series + sum(np.log1p(-b / (x + i)) for i in range(1, int(_SHIFT) + 1))


def _stirling_rest(y: FloatArray) -> FloatArray:
    return (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - 1.0 / (1680.0 * y**2)) / y**2) / y**2) / y


def _per_sample(counts: IntArray, values: FloatArray) -> FloatArray:
    return np.where(counts > 0, values, 0.0) / np.maximum(counts, 1)


def _total(values: FloatArray, axis: int = 0) -> FloatArray:
    return np.asarray(values.sum(axis=axis))


def _checked(draws: Draws) -> Draws:
    if draws.scheme not in SCHEMES:
        raise ValueError(f"scheme must be one of {', '.join(SCHEMES)}, got {draws.scheme!r}")
    return draws
