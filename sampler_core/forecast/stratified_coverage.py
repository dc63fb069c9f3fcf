"""Expected coverage under the stratified scheme, of the epochs of a run and of the whole run.

The one contract here: the passes and what each gives are those of `draws.decks`, batch by batch; nothing is drawn.

The draws of one pass are different samples, and passes are shuffled independently of each other. So a sample is missed
with the product over passes of 1 - E / n, where E is what the batches at hand are expected to draw from that pass. A
batch of s places draws m of them on average: all but the last surely, the last by chance. A batch with more than n
draws takes whole passes by itself, and misses nothing.

NOTE 12 samples, 3.5 of 10 draws a batch: s = 4, m = 3.5, three batches a pass. An epoch of three batches covers
3 * 3.5 / 12 = 0.875, two of them 1 - 0.125^2 = 0.984. With two batches an epoch, the second epoch has the last batch of
one pass and the first of the next: it covers 1 - (1 - 3.5 / 12)^2 = 0.498, the first epoch 2 * 3.5 / 12 = 0.583.

Symbols: n members of a class; s stride; k batches a pass; m, t expected draws of a full and of the last, smaller batch.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import BoolArray, FloatArray, IntArray
from sampler_core.draws.decks import deal_from, start_after
from sampler_core.draws.stratified import stratified_stride

_NEVER_MISSED = -100.0  # log of the chance that a sample is missed by a pass that gives all


def epochs_coverage(counts: IntArray, shares: FloatArray, samples: int, batch_size: int) -> FloatArray:
    """Expected share of each class's samples that each epoch of a run draws; shape of the shares.

    shares: (epochs, ..., num_classes), of one run or of several.
    """
    members = np.maximum(counts, 1)
    logs = [
        _log_missed(epoch.first, members) + epoch.log_between + _log_missed(epoch.last, members)
        for epoch in _epochs(members, shares, samples, batch_size)
    ]
    return np.where(counts > 0, -np.expm1(np.array(logs)), 0.0)


def run_coverage(counts: IntArray, shares: FloatArray, samples: int, batch_size: int) -> FloatArray:
    """Expected share of each class's samples that all epochs draw; (num_classes,). shares: (epochs, num_classes)."""
    members = np.maximum(counts, 1)
    log, running = np.zeros(members.size), np.zeros(members.size)  # of the passes that are over; the draws of the last
    for epoch in _epochs(members, shares, samples, batch_size):
        log += np.where(epoch.goes_on, 0.0, _log_missed(running, members))
        running = np.where(epoch.goes_on, running, 0.0) + epoch.first
        over = epoch.passes_over > 0
        log += np.where(over, _log_missed(running, members) + epoch.log_between, 0.0)
        running = np.where(over, epoch.last, running)
    return np.where(counts > 0, -np.expm1(log + _log_missed(running, members)), 0.0)


def least_epoch_coverage(counts: IntArray, shares: FloatArray, samples: int, batch_size: int) -> FloatArray:
    """A lower bound on the coverage of an epoch of each row of shares, wherever in a pass it starts; shape as shares.

    The pass that runs at the start and the one that runs at the end give the least together where both give as much:
    with one or two of the epoch's passes between these two.
    """
    n = np.broadcast_to(np.maximum(counts, 1), shares.shape)
    stride = stratified_stride(shares, batch_size)
    drawn, of_pass = samples * shares / n, np.maximum(n // np.maximum(stride, 1), 1) * batch_size * shares / n
    whole = np.floor(drawn / np.maximum(of_pass, 1e-300))
    missed = np.zeros(shares.shape)
    for between in (np.maximum(whole - 1.0, 0.0), whole):
        ends = np.clip(drawn - between * of_pass, 0.0, 2.0)
        missed = np.maximum(missed, np.maximum(1.0 - of_pass, 0.0) ** between * (1.0 - ends / 2.0) ** 2)
    at_once = (stride > n) | (samples <= batch_size)
    seen = np.where(at_once, np.minimum(drawn, 1.0), 1.0 - missed)
    return np.where(counts > 0, seen, 0.0)


def approximate_run_coverage(counts: IntArray, shares: FloatArray, samples: int, batch_size: int) -> FloatArray:
    """A quick approximation of `run_coverage` to search with; exact before the first full pass.

    All passes are taken to give the run's mean, and the last, smaller batch counts as the part of a batch that it is.
    """
    n = np.maximum(counts, 1)
    stride = np.maximum(np.ceil(batch_size * shares - 1e-9), 1.0)
    passes = (samples / batch_size / np.maximum(n // stride, 1.0)).sum(axis=0)
    of_pass = np.minimum(samples * shares.sum(axis=0) / n / passes, 1.0)
    whole = np.floor(passes)
    return np.asarray(1.0 - (1.0 - of_pass) ** whole * (1.0 - (passes - whole) * of_pass))


class _Epoch(NamedTuple):
    """What one epoch draws from the pass that it starts in and from the last one; (..., num_classes) each.

    goes_on: whether the first pass is the last epoch's. passes_over: how many passes end in this epoch. log_between:
    log of the chance to be missed by the passes between the first and the last. last: 0 where the first is the last.
    """

    goes_on: BoolArray
    first: FloatArray
    passes_over: IntArray
    log_between: FloatArray
    last: FloatArray


def _epochs(n: IntArray, shares: FloatArray, samples: int, batch_size: int) -> Iterator[_Epoch]:
    """The epochs of a run, one after the other; shares: (epochs, ..., num_classes)."""
    rest = samples % batch_size
    start, batches = np.zeros((*shares.shape[1:], 2), dtype=np.int64), -(-samples // batch_size)
    for m, stride in zip(batch_size * shares, stratified_stride(shares, batch_size), strict=True):
        deal, dealt = deal_from(start, n, stride), batches * (stride > 0)
        k, less_in_last = deal.batches_per_pass, m * (1.0 - rest / batch_size) * (rest > 0)
        over = np.maximum(dealt + deal.lead - 1, 0) // k
        in_first = np.minimum(dealt, k - deal.lead)
        in_last = np.where(over > 0, dealt + deal.lead - over * k, 0)
        first = np.maximum(m * in_first - less_in_last * (over == 0), 0.0)
        last = np.where(over > 0, m * in_last - less_in_last, 0.0)
        goes_on = (deal.first_pass == start[..., 0]) & (start[..., 1] > 0)
        yield _Epoch(goes_on, first, over, np.maximum(over - 1, 0) * _log_missed(m * k, n), last)
        start = start_after(start, n, stride, batches)


def _log_missed(drawn: FloatArray, n: IntArray) -> FloatArray:
    """log of the chance that a pass misses a sample of which it draws so many."""
    with np.errstate(divide="ignore"):
        return np.maximum(np.log1p(-np.minimum(drawn / n, 1.0)), _NEVER_MISSED)
