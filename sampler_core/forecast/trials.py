"""Trials: a plan under other settings. What a finding advises and its buttons try the same ones, each once."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sampler_core.data.array_types import BoolArray, FloatArray
from sampler_core.forecast.expectations import absence, run_coverage
from sampler_core.forecast.forecast import Forecast
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.schedules import Constant
from sampler_core.plans.targets import PowerSkew

MANY_REPEATS = 10.0  # draws of one sample in an epoch
OFTEN_ABSENT = 1 / 3  # of the batches
MUCH_UNSEEN = 0.2  # of the largest class, over the whole run
STEEPEST = 50.0  # the largest skew of a control; an increment can go further


class Trials:
    """A plan, its forecast, and what both would be with other settings. To be dropped after use: it holds forecasts."""

    def __init__(self, plan: SamplingPlan, forecast: Forecast) -> None:
        self.plan, self.forecast = plan, forecast
        self._forecasts: dict[tuple[tuple[str, Any], ...], Forecast | None] = {}

    def forecast_with(self, **settings: Any) -> Forecast | None:
        """The forecast with other fields of the plan; None where these cannot be met."""
        key = tuple(sorted(settings.items()))
        if key not in self._forecasts:
            self._forecasts[key] = self._forecast_of(settings)
        return self._forecasts[key]

    def _forecast_of(self, settings: dict[str, Any]) -> Forecast | None:
        followed = self.forecast.followed
        try:
            return Forecast.of(replace(self.plan, **settings), self.forecast.counts, followed and followed.source)
        except ValueError:
            return None

    @cached_property
    def missing(self) -> FloatArray:
        """How often a batch has no sample of a class; 0 for a class without samples; (epochs, num_classes)."""
        return np.where(self.forecast.counts.counts > 0, self.forecast.absence, 0.0)

    @cached_property
    def most_missing(self) -> tuple[int, int]:
        """The epoch and the position of the class that is missing most often."""
        epoch, worst = np.unravel_index(int(self.missing.argmax()), self.missing.shape)
        return int(epoch), int(worst)

    @cached_property
    def skew_against_repeats(self) -> float | None:
        """The mildest upper limit on the skew with which no sample is drawn often. None, here and below: none mends."""
        return self.mending_skew(lambda tried: not above(tried.repeats, MANY_REPEATS).any())

    @cached_property
    def skew_against_absence(self) -> float | None:
        """The mildest lower limit on the skew with which the class that is missing most is often present."""
        return self.mending_skew(self.is_often_present, least=True)

    @cached_property
    def skew_against_unseen(self) -> float | None:
        """The mildest upper limit on the skew with which the run draws enough of the largest class."""
        return self.mending_skew(self.is_seen)

    def is_often_present(self, tried: Forecast) -> bool:
        """Whether the class that is missing most often is not, in this forecast."""
        _, worst = self.most_missing
        return not above(absence(tried.shares[:, worst], tried.draws), OFTEN_ABSENT).any()

    def is_seen(self, tried: Forecast | None) -> bool:
        """Whether enough of the largest class is drawn in this forecast."""
        return tried is not None and not above(unseen_part(tried, self.forecast.counts.largest), MUCH_UNSEEN)

    def forecast_with_skew(self, skew: float, where: BoolArray) -> Forecast:
        """The forecast with this skew in some of the epochs."""
        row = replace(self.plan, target=PowerSkew(Constant(skew)), epochs=1).class_shares(self.forecast.counts)
        return replace(self.forecast, shares=np.where(where[:, None], row, self.forecast.shares))

    def mending_skew(self, mended: Callable[[Forecast], bool], *, least: bool = False) -> float | None:
        """The mildest limit on the skew of all epochs, in hundredths, with which a forecast is mended; None: none does.

        An upper limit down to 0, or (`least`) a lower limit up to 1.
        """
        if (skews := self.forecast.skews) is None:
            return None
        first_hundredth = math.ceil(100 * (max(skews.min(), -STEEPEST) if least else min(skews.max(), STEEPEST)))
        hundredths = range(first_hundredth, 101) if least else range(first_hundredth, -1, -1)

        def mends(skew: int) -> bool:
            limited = skews < skew / 100 if least else skews > skew / 100
            return mended(self.forecast_with_skew(skew / 100, limited))

        mending = bisect_left(hundredths, True, key=mends)
        return hundredths[mending] / 100 if mending < len(hundredths) else None


def unseen_part(forecast: Forecast, position: int) -> float:
    """The part of a class's samples that the whole run never draws."""
    column = [position]
    seen = run_coverage(forecast.counts.counts[column], forecast.shares[:, column], forecast.draws)
    return 1.0 - float(seen[0])


def above(values: ArrayLike, threshold: ArrayLike) -> BoolArray:
    """More, and not by a rounding error."""
    return np.asarray(np.asarray(values) > np.asarray(threshold) * (1 + 1e-9))
