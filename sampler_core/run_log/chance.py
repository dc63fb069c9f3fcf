"""How far class counts may be from their expectation by chance, with so many of them looked at at once.

The one contract here: a clean run has any count beyond chance with a probability of at most `FALSE_ALARM`, however long
it is and by whatever scheme it draws.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import BoolArray, FloatArray, IntArray
from sampler_core.forecast.binomial_tail import least_whole_number, log_chance_above
from sampler_core.forecast.expectations import Draws

FALSE_ALARM = 1e-3


class Spread(NamedTuple):
    """Counts as a sure part and a sum of yes-or-no trials; each of shape (epochs, num_classes).

    expected: of the trials alone. slack: draws that may be beside the plan.
    """

    sure: FloatArray
    trials: FloatArray
    expected: FloatArray
    slack: FloatArray

    def is_exceeded_by(self, counts: IntArray, tests: int) -> BoolArray:
        """Whether each count is beyond chance, as one of so many counts."""
        chosen, expected = counts - self.sure, self.expected
        is_above = chosen > expected  # else the trials without success are the count that may be too large
        apart = np.where(is_above, chosen, self.trials - chosen) - self.slack
        mean = np.where(is_above, expected, self.trials - expected)
        is_beyond = _may_be_rare(apart, self.trials, mean, _log_limit(tests)) & (apart > 0) & (chosen != expected)
        chances = log_chance_above(apart[is_beyond] - 1, self.trials[is_beyond], mean[is_beyond])
        is_beyond[is_beyond] = chances <= _log_limit(tests)
        return np.asarray(is_beyond)

    def limits(self, tests: int) -> tuple[FloatArray, FloatArray]:
        """The least and the largest count that chance allows, each as one of so many; shapes as the counts have."""
        most = _most_by_chance(self.trials, self.expected, tests)
        fewest = self.trials - _most_by_chance(self.trials, self.trials - self.expected, tests)
        return np.maximum(self.sure + fewest - self.slack, 0.0), self.sure + most + self.slack

    def together(self, classes: IntArray, taken: IntArray) -> Spread:
        """That of the count of several classes together, shapes (epochs, 1). taken: draws of each epoch, (epochs,).

        As if its trials were independent, where it is no narrower: those of a scheme with quotas keep each other apart.
        """
        sure, trials, expected, slack = (part[:, classes].sum(axis=1, keepdims=True) for part in self)
        return Spread(sure, np.minimum(trials, np.maximum(taken[:, None] - sure, 1.0)), expected, slack)

    def allowed(self, epoch: int, c: int, tests: int, below: bool = False) -> float:
        """How far above its expectation one count may be, or how far below."""
        one = Spread(*(part[epoch : epoch + 1, c : c + 1] for part in self))
        low, high = (float(limit[0, 0] - one.sure[0, 0] - one.expected[0, 0]) for limit in one.limits(tests))
        return -low if below else high


def spread_of(planned: FloatArray, taken: IntArray, extras: IntArray, draws: Draws) -> Spread:
    """The spread of the class counts of epochs. planned: shape (epochs, num_classes); taken, extras: (epochs,).

    independent: binomial. exact: floor or ceil in a whole epoch; in a part of one at most as wide as binomial.
    stratified: floor(B p) sure in each batch, and one more with the chance of the rest.
    """
    n = taken[:, None].astype(np.float64)
    slack, sure, trials = extras[:, None].astype(np.float64), np.zeros((1, 1)), n
    if draws.scheme == "exact":
        completing = n - draws.samples
        is_whole = (completing >= 0) & (completing <= extras[:, None])
        of_epoch = planned * draws.samples / np.maximum(n, 1.0)
        sure, trials = np.where(is_whole, np.floor(of_epoch), 0.0), np.where(is_whole, 1.0, trials)
        slack = np.where(is_whole, completing + 1, slack)  # 1, as `planned` is written with five digits
    elif draws.scheme == "stratified":
        batches = np.floor(n / draws.batch_size)
        sure = batches * np.floor(draws.batch_size * planned / np.maximum(n, 1.0) * (1.0 - 1e-4))
        trials = np.maximum(batches, 1.0)
        slack = slack + 1 + (n % draws.batch_size > 0) * draws.batch_size
    expected = np.clip(planned - sure, 0.0, trials)
    sure, trials, slack = (np.broadcast_to(part, planned.shape) for part in (sure, trials, slack))
    return Spread(sure, trials, expected, slack)


def _most_by_chance(trials: FloatArray, expected: FloatArray, tests: int) -> FloatArray:
    """The least number that as many trials exceed with less than the limit's chance; shape of the two."""
    limit = _log_limit(tests)
    most = least_whole_number(expected.astype(np.int64), lambda k: log_chance_above(k, trials, expected) <= limit)
    return most.astype(np.float64)


def _may_be_rare(counts: FloatArray, trials: FloatArray, mean: FloatArray, limit: float) -> BoolArray:
    """False only where the log chance of so many or more is certainly above `limit`: for nearly all counts of a run,
    at a tenth of the work.

    NOTE the chance of k of n trials is at least exp(-n KL(k/n || p)) / sqrt(8 k) (Ash, Information Theory, 4.7), and
    n KL(k/n || p) is at most (k - n p)^2 / (n p (1 - p)).
    """
    least = -limit - 0.5 * np.log(8.0 * counts.max(initial=1.0)) - 0.1  # 0.1: for Stirling's series
    spread = mean * (1.0 - mean / np.maximum(trials, 1.0))
    return np.asarray((counts > mean) & (((counts - mean) ** 2 >= least * spread) | (counts >= trials)))


def _log_limit(tests: int) -> float:
    return float(np.log(FALSE_ALARM / max(2 * tests, 1)))
