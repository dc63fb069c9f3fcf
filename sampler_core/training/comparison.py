"""Paired comparison of plans over splits: is a difference more than chance, and large enough to matter?

The one contract here: differences are between runs of the same split, initial weights and seed. Splits share rows, so
that their differences are no independent numbers: the variance is Nadeau and Bengio's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import FloatArray

SIGNIFICANT, CERTAIN, POWER = 0.05, 0.95, 0.8
USUAL_DEVIATION = 0.03  # of differences between runs, before any are measured
REGION = 0.01  # a difference within a point is practically none


class Difference(NamedTuple):
    """A mean difference between two plans, in the metric's own unit.

    standard_error: corrected. low, high: 95 % interval. p: two-sided, of one comparison. better, same, worse:
    probabilities that the difference is above, within and below the region of practical equivalence. found: the
    difference that would be found with 80 % power.
    """

    mean: float
    standard_error: float
    low: float
    high: float
    p: float
    better: float
    same: float
    worse: float
    found: float


def difference(
    differences: FloatArray, test_per_train: float, region: float = REGION, comparisons: int = 1, extra: float = 0.0
) -> Difference:
    """The mean of differences between paired runs, shape (J,), and how sure it is.

    Variance (1 / J + test_per_train) s^2 + extra; t with J - 1 degrees of freedom. test_per_train: n_test / n_train; 0
    with `extra`, the variance by the rows judged, where all runs share one split. Sources: Nadeau and Bengio 2003
    (Machine Learning 52); the probabilities: Corani and Benavoli 2015, Benavoli et al. 2017 (JMLR 18), a posterior t.
    """
    from scipy.stats import t as student

    runs = differences.size
    if runs < 2:
        raise ValueError(f"differences must be of at least 2 runs, got {runs}")
    mean, deviation = float(differences.mean()), float(differences.std(ddof=1))
    error = standard_error(deviation, runs, test_per_train, extra)
    if error == 0.0:
        better, worse = float(mean > region), float(mean < -region)
        return Difference(mean, 0.0, mean, mean, float(mean == 0.0), better, 1.0 - better - worse, worse, region)
    half = float(student.ppf(0.975, runs - 1)) * error
    p = 2.0 * float(student.sf(abs(mean) / error, runs - 1))
    better = float(student.sf(region, runs - 1, mean, error))
    worse = float(student.cdf(-region, runs - 1, mean, error))
    found = found_difference(error, runs, region, comparisons)
    return Difference(mean, error, mean - half, mean + half, p, better, 1.0 - better - worse, worse, found)


def standard_error(deviation: float, runs: int, test_per_train: float, extra: float = 0.0) -> float:
    """Nadeau and Bengio's: of the mean of `runs` differences with this standard deviation."""
    return float(np.sqrt(deviation**2 * (1.0 / runs + test_per_train) + extra))


def found_difference(error: float, runs: int, region: float = REGION, comparisons: int = 1) -> float:
    """The true difference that the rule of `decided` calls better in 80 of 100 studies.

    Needs p < .05 against the strictest step of Holm, .05 / comparisons, and P(better) >= .95.
    """
    from scipy.special import nctdtrinc, stdtrit

    degrees = runs - 1
    strictest = -float(stdtrit(degrees, SIGNIFICANT / (2 * comparisons)))
    significant = float(nctdtrinc(degrees, 1.0 - POWER, strictest))
    certain = float(nctdtrinc(degrees, 1.0 - POWER, float(stdtrit(degrees, CERTAIN))))
    return max(significant * error, region + certain * error)


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down adjusted p, in the order given."""
    adjusted, largest = [0.0] * len(p_values), 0.0
    for step, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - step) * p_values[place]))
        adjusted[place] = largest
    return adjusted


def decided(found: Difference, holm_p: float) -> str:
    """ "better", "worse", "same" or "undecided"."""
    if holm_p < SIGNIFICANT and max(found.better, found.worse) >= CERTAIN:
        return "better" if found.better > found.worse else "worse"
    return "same" if found.same >= CERTAIN else "undecided"


def wilson(right: FloatArray, samples: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The 95 % interval of a share of `right` (also a mean over repeats) among `samples`; NaN without a sample.

    samples: the class's size, never times the repeats.
    """
    z = 1.959963984540054
    with np.errstate(invalid="ignore", divide="ignore"):
        share = right / samples
        centre = (share + z**2 / (2 * samples)) / (1 + z**2 / samples)
        half = z / (1 + z**2 / samples) * np.sqrt(share * (1 - share) / samples + z**2 / (4 * samples**2))
    return np.clip(centre - half, 0.0, 1.0), np.clip(centre + half, 0.0, 1.0)
