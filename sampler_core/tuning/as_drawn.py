"""Requirements on what is drawn: repeats of single samples, and batches without a class, which chance moves.

The one contract here: such a requirement holds where in at least `chance` of the seeds the draws themselves meet it, in
all its epochs together. Each epoch may fail with its part of what is left, (1 - chance) / epochs; over the run each
class with its part. So a run of 40 epochs at 95 % asks for 99.875 % of each. Other requirements are about class shares,
which no chance moves, or about expectations, and are judged by these.

`exact` keeps repeats for sure. Batches without a class are counted as if they were independent of each other; under
`exact` they are fewer, as a batch without the class leaves more of its quota to the others.
"""

from __future__ import annotations

import math

import numpy as np

from sampler_core.data.array_types import BoolArray, FloatArray, IntArray
from sampler_core.forecast.binomial_tail import least_whole_number, log_chance_above
from sampler_core.forecast.expectations import Draws, absence
from sampler_core.forecast.largest_count import (
    CHANCE,
    counts_of_epoch,
    counts_of_run,
    largest_count,
    log_class_samples_above,
    log_sum,
)
from sampler_core.tuning.requirements import Requirement, limits_repeats, over_run

_ROUNDING = 1e-9


def is_of_draws(requirement: Requirement) -> bool:
    """Whether it is about the draws themselves, which chance moves, and not about shares or expectations."""
    return limits_repeats(requirement) or requirement.metric == "absence"


def chance_left(requirement: Requirement, epochs: int, classes: int, chance: float = CHANCE) -> float:
    """The chance to fail that is left to each epoch of a requirement, or over the run to each of its classes."""
    return (1.0 - chance) / (classes if over_run(requirement) else len(requirement.epochs(epochs)))


def margin_as_drawn(requirement: Requirement, n: IntArray, shares: FloatArray, draws: Draws, left: float) -> FloatArray:
    """By how much shares meet a requirement on draws: from 0 on it holds.

    n: counts of its classes; shares: (rows, classes) -> (rows,), the classes together, or of a run (epochs, classes) ->
    (classes,), each by itself. left: the chance to fail.
    """
    most = _most_allowed(requirement, draws)
    if draws.scheme == "exact" and limits_repeats(requirement):
        return _margin_under_exact(n, shares, draws, most, together=over_run(requirement))
    logs = _log_chances(requirement, n, shares, draws, most)
    return np.asarray(math.log(left) - (logs if over_run(requirement) else log_sum(logs))) + _ROUNDING


def values_as_drawn(requirement: Requirement, n: IntArray, shares: FloatArray, draws: Draws, left: float) -> FloatArray:
    """What the draws keep to with this chance: of each row (rows,), or of a run for each class (classes,)."""
    if over_run(requirement):
        return largest_count(n[:, None], shares[..., None], draws, 1.0 - left, over_run=True).astype(np.float64)
    if limits_repeats(requirement):
        return largest_count(n, shares, draws, 1.0 - left).astype(np.float64)

    def holds(tried: IntArray) -> BoolArray:
        logs = _log_chances(requirement, n, shares, draws, tried[:, None])
        return np.asarray(log_sum(logs) <= math.log(left) + _ROUNDING)

    most = least_whole_number(np.zeros(len(shares), dtype=np.int64), holds)
    return np.asarray(most / _full_batches(draws))


def likeliest_to_reach(requirement: Requirement, n: IntArray, shares: FloatArray, draws: Draws, value: float) -> int:
    """The position of the class most likely to reach a value in one row of shares, (1, classes)."""
    below = round(value * (1 if limits_repeats(requirement) else _full_batches(draws))) - 1
    return int(_log_chances(requirement, n, shares, draws, below)[0].argmax())


def _log_chances(
    requirement: Requirement, n: IntArray, shares: FloatArray, draws: Draws, most: IntArray | int
) -> FloatArray:
    """log of the chance of each class to pass `most`, at most: (rows, classes), or of a run (classes,)."""
    if requirement.metric == "absence":
        batches = _full_batches(draws)
        return log_chance_above(most, batches, batches * absence(shares, draws))
    of_samples = (counts_of_run if over_run(requirement) else counts_of_epoch)(n, shares, draws)
    return log_class_samples_above(n, of_samples, most)


def _margin_under_exact(n: IntArray, shares: FloatArray, draws: Draws, most: int, *, together: bool) -> FloatArray:
    """How far the draws of the classes are from `most` of each sample, relative to that: above 0 for sure."""
    allowed = most * n
    if together:
        sure, trials, _ = counts_of_run(n, shares, draws)
        return np.asarray((most - sure - trials) / max(most, 1))
    return np.asarray(((allowed - draws.samples * shares + _ROUNDING) / np.maximum(allowed, 1)).min(axis=-1))


def _most_allowed(requirement: Requirement, draws: Draws) -> int:
    """The largest whole number of draws of a sample, or of batches without the class, that the bound allows."""
    scale = 1 if limits_repeats(requirement) else _full_batches(draws)
    return math.floor(requirement.bound * scale * (1 + 1e-12) + _ROUNDING)


def _full_batches(draws: Draws) -> int:
    return max(draws.samples // draws.batch_size, 1)
