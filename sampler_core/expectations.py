"""Expectations over the draws of a law, in closed form: repeats, coverage, absence from batches, balance, prior shift.

The one contract here: nothing is drawn, and every figure is the expectation under the law it is asked for
("independent", "exact" or "stratified"). It holds for counts from 0 to 1e12 and for any skew: no figure is NaN.

Shapes: counts int64 (num_classes,); shares float64 (num_classes,) for one epoch or (epochs, num_classes) for a run.
Symbols: n_c counts, p_c shares, M samples per epoch, B batch size, r_c repeats. An empty class has 0 everywhere, and is
absent from every batch.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sampler_core.counts import FloatArray, IntArray

BoolArray = NDArray[np.bool_]

LAWS = ("independent", "exact", "stratified")
FEW, MANY = 20, 100  # fewer, more samples than this: few-shot, many-shot (Liu et al., arXiv 1904.05160)


class Draws(NamedTuple):
    """How many draws an epoch has (M), how many a batch (B), and by which law they are made."""

    samples: int
    batch_size: int
    law: str


class Groups(NamedTuple):
    """Many-shot (> 100 samples), medium-shot and few-shot (< 20) classes; bool, each of shape (num_classes,)."""

    head: BoolArray
    medium: BoolArray
    tail: BoolArray


def repeats(counts: IntArray, shares: FloatArray, draws: Draws) -> FloatArray:
    """r_c = M p_c / n_c, expected draws of one sample in an epoch, the same under every law; shape of the shares."""
    return draws.samples * _per_sample(counts, shares)


def coverage(counts: IntArray, shares: FloatArray, draws: Draws) -> FloatArray:
    """Expected share of each class's samples drawn at least once in one epoch; shape of the shares.

    independent: 1 - (1 - p_c / n_c)^M. exact: min(1, r_c). stratified: see `_walked`.
    """
    each = [run_coverage(counts, row, draws) for row in np.atleast_2d(shares)]
    return np.stack(each).reshape(shares.shape)


def run_coverage(counts: IntArray, shares: FloatArray, draws: Draws) -> FloatArray:
    """The same over all epochs of the shares; (num_classes,).

    independent: 1 - prod over epochs (1 - p_c / n_c)^M. exact: min(1, sum of r_c), as the walk through a class goes on
    from epoch to epoch (the rounding of quotas aside). stratified: see `_walked`.
    """
    rows = np.atleast_2d(shares)
    if _checked(draws).law == "independent":
        with np.errstate(divide="ignore"):  # the only sample of the only class is never missed: log 0
            log_missed = draws.samples * _total(np.log1p(-_per_sample(counts, rows)))
        return np.asarray(-np.expm1(log_missed))
    if draws.law == "exact":
        return np.minimum(1.0, _total(repeats(counts, rows, draws)))
    return _walked(counts, rows, draws)


def absence(shares: FloatArray, draws: Draws) -> FloatArray:
    """P(a full batch has no sample of the class); shape of the shares.

    independent: (1 - p_c)^B. exact: C(M - m_c, B) / C(M, B), averaged over the quotas m_c = floor and ceil of M p_c.
    stratified: max(0, 1 - B p_c). A batch larger than the epoch is as large as the epoch.
    """
    samples, law = _checked(draws).samples, draws.law
    batch_size = min(draws.batch_size, samples)
    if law == "independent":
        with np.errstate(divide="ignore"):  # a class that is all there is: log 0
            return np.asarray(np.exp(batch_size * np.log1p(-shares)))
    if law == "stratified":
        return np.maximum(0.0, 1.0 - batch_size * shares)
    quota = np.floor(samples * shares)
    upper = samples * shares - quota
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


def _walked(counts: IntArray, shares: FloatArray, draws: Draws) -> FloatArray:
    """Coverage by the stratified walk: batch b takes places b s, b s + 1, ... of the class's order (mod n_c).

    s = ceil(B p_c) places a batch are passed, the last of them is taken with chance f = B p_c - (s - 1) only. Before
    the first full pass through the class nothing comes twice: coverage r_c. From then on the places missed are the
    share (1 - f) / s. They are met again at another place of the stride, and surely taken, unless s divides n_c.
    Where shares change between epochs, f is the run's mean, and where s changes too, places are taken as met at random.
    A last, smaller batch counts as the part of a batch that it is.
    """
    batch_size = min(draws.batch_size, draws.samples)
    strides = np.ceil(batch_size * shares - 1e-9)  # as drawn: an expectation that is whole but for rounding is whole
    places = np.maximum(_total(strides), 1.0)
    filled = np.minimum(1.0, batch_size * _total(shares) / places)
    s = np.where(strides.min(axis=0) == strides.max(axis=0), np.maximum(strides[0], 1.0), 1.0)
    f = np.maximum(0.0, s * filled - (s - 1.0))
    passes = draws.samples / batch_size * _per_sample(counts, places)
    whole = np.floor(passes)
    again = np.where(counts % s == 0, 1.0 - f, 0.0)
    missed = (1.0 - f) / s * again ** np.maximum(whole - 1.0, 0.0) * (1.0 - (passes - whole) * (1.0 - again))
    return np.where(passes < 1.0, passes * filled, 1.0 - missed)


def _hypergeometric_none(marked: FloatArray, samples: int, drawn: int) -> FloatArray:
    """P(none of `marked` out of `samples` among `drawn` without replacement) = C(M - m, B) / C(M, B).

    By Stirling's series for differences of log-factorials, so that nothing large cancels: the plain difference of four
    lgamma has lost every digit at M = 1e12.
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
    if draws.law not in LAWS:
        raise ValueError(f"law must be one of {', '.join(LAWS)}, got {draws.law!r}")
    return draws
