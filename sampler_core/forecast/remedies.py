"""Remedies: what to try against a finding, each checked on the plan before it is advised.

The one contract here: with the value advised the finding is gone, or no longer about the class it names.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sampler_core.data.array_types import BoolArray, FloatArray
from sampler_core.forecast.expectations import absence, run_coverage
from sampler_core.forecast.forecast import Forecast
from sampler_core.formatting import count, joined, number, percent
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.schedules import Constant, Linear
from sampler_core.plans.targets import PowerSkew, skew_schedule

MANY_REPEATS = 10.0  # draws of one sample in an epoch
OFTEN_ABSENT = 1 / 3  # of the batches
MUCH_UNSEEN = 0.2  # of the largest class, over the whole run
LARGEST_BATCH, MOST_EPOCHS = 65_536, 1000  # the sliders' ends: no more is advised
STEEPEST = 50.0  # the largest skew of a control; an increment can go further


def remedy_for_repeats(plan: SamplingPlan, forecast: Forecast) -> str:
    """Against samples that are drawn often."""
    cap = f"set the cap on repeats to {MANY_REPEATS:g}"
    if not trial(plan, forecast, max_repeats=MANY_REPEATS):
        if not trial(plan, forecast, max_repeats=MANY_REPEATS, min_share=None, min_per_batch=0):
            return f"Draw fewer samples per epoch: a cap on repeats of {MANY_REPEATS:g} cannot be met with so many."
        return sentence(
            [" and ".join([cap, *_lower_floors(plan, forecast)])], ": with a higher floor samples come more often."
        )
    skew = skew_that_mends(plan, forecast, lambda tried: not above(tried.repeats, MANY_REPEATS).any())
    milder = [] if skew is None else [skew_limit(plan, skew)]
    return sentence([cap, *milder])


def remedy_for_absence(plan: SamplingPlan, forecast: Forecast, epoch: int, worst: int) -> str:
    """Against batches without the class at position `worst`, most often in this epoch."""
    skews, share = forecast.skews, float(forecast.shares[epoch, worst])
    if len(forecast.counts.present.names) > plan.needed_batch_size:
        return _remedy_for_small_batch(plan, forecast)

    def often_present(tried: Forecast) -> bool:
        return not above(absence(tried.shares[:, worst], tried.draws), OFTEN_ABSENT).any()

    if skews is not None and skews[epoch] > 1.0 and share < forecast.counts.frequencies[worst]:
        at_skew_1 = _forecast_with_skew(plan, forecast, 1.0, skews > 1.0)
        for scheme, also in ((plan.drawing, ""), ("stratified", ", with the stratified scheme")):
            if often_present(replace(at_skew_1, draws=at_skew_1.draws._replace(scheme=scheme))):
                return _remedy_with_both_limits(plan, at_skew_1, skews) or sentence(
                    [skew_limit(plan, 1.0) + also], ": here the skew starves the larger classes."
                )
    remedies = _stratified_remedies(plan, forecast, share)
    lift = skew_that_mends(plan, forecast, often_present, least=True)
    if skews is not None and lift is not None:
        kept = "keep the scheme and " if remedies and plan.drawing != "stratified" else ""
        remedies.append(
            kept
            + skew_limit(plan, lift, least=True)
            + _note_on_repeats(_forecast_with_skew(plan, forecast, lift, skews < lift), epoch)
        )
    return sentence(remedies or ["give this class a larger share: with this one no batch is large enough"])


def remedy_for_unseen(plan: SamplingPlan, forecast: Forecast, largest: int) -> str:
    """Against samples of the largest class that a whole run never draws."""
    draws, epochs = forecast.draws.samples, len(forecast.shares)

    def seen(tried: Forecast | None) -> bool:
        return tried is not None and not above(unseen_part(tried, largest), MUCH_UNSEEN)

    more = draws_factor(plan, unseen_part(forecast, largest))
    longer, fuller = rounded_up(epochs * more), rounded_up(draws * more)
    exact_mends = plan.drawing == "independent" and seen(trial(plan, forecast, drawing="exact"))
    remedies = ["the exact scheme"] * exact_mends
    remedies += [f"{count(longer)} epochs"] * (longer <= MOST_EPOCHS and seen(trial(plan, forecast, epochs=longer)))
    remedies += [f"{count(fuller)} samples per epoch"] * seen(trial(plan, forecast, samples_per_epoch=fuller))
    remedies[:1] = [f"try {way}" for way in remedies[:1]]
    schedule: Any = skew_schedule(plan.target)
    skew = skew_that_mends(plan, forecast, seen)
    if hasattr(schedule, "end"):  # another end bends the whole schedule
        bent = trial(plan, forecast, target=PowerSkew(replace(schedule, end=skew or 0.0)))
        skew = skew if seen(bent) else None
    if forecast.skews is not None and skew is not None:
        limited = _forecast_with_skew(plan, forecast, skew, forecast.skews > skew)
        most = percent(float(limited.shares[:, forecast.counts.rarest].max()))
        remedies.append(f"{skew_limit(plan, skew)} (the rarest class then has {most} of the draws at most)")
    if not remedies:
        return "Give this class a larger share of the draws."
    return sentence(remedies, f": then at most {percent(MUCH_UNSEEN)} of it stay unseen.")


def remedy_for_constant_skew(schedule: Linear, first: float, last: float, epochs: int) -> str:
    """Against a skew that rests at its limit: what moves until the end."""
    if first == last:
        return "If the mix is meant to move, start away from the limit, with an increment towards it."
    start = f"the skew factor to {first:g} and " if first != schedule.start else ""
    increment = increment_to_the_end(first, last, epochs)
    return (
        f"Set {start}the epoch increment to {increment:g} to move until the last epoch; "
        "if the rest is meant, this is no fault."
    )


def increment_to_the_end(first: float, last: float, epochs: int) -> float:
    """The increment from the first skew to the last, cut to three digits so that it stops before."""
    step = (last - first) / (epochs - 1)
    unit = 10.0 ** (2 - math.floor(math.log10(abs(step))))
    return math.trunc(step * unit) / unit


def skew_limit(plan: SamplingPlan, skew: float, *, least: bool = False) -> str:
    """How to keep every skew at `skew` or less (or more, if `least`), in terms of the schedule's own parameters."""
    schedule = skew_schedule(plan.target)
    start, end = (getattr(schedule, name, math.nan) for name in ("start", "end"))
    if isinstance(schedule, Constant):
        return f"set the skew to {skew:g}{'' if least else ' or less'}"
    if isinstance(schedule, Linear):
        other, name = (schedule.maximum, "lower limit") if least else (schedule.minimum, "limit")
        if other is None or (other >= skew if least else other <= skew):
            return f"set the {name} on the skew to {skew:g}"
    if start <= skew <= end:
        return f"start with a skew of {skew:g}" if least else f"set the skew at the end to {skew:g}"
    power = "use a power skew of" if schedule is None else "keep the skew at"
    return f"{power} {skew:g} or {'more' if least else 'less'}"


def sentence(remedies: list[str], rest: str = ".") -> str:
    """Alternatives joined by "or" in one sentence; `rest`: how it ends."""
    text = ", or ".join(remedies) + rest
    text = text.replace(", or set ", ", or ") if remedies[0].startswith("set ") else text
    return text[0].upper() + text[1:]


def trial(plan: SamplingPlan, forecast: Forecast, **settings: Any) -> Forecast | None:
    """The forecast with other settings; None where these cannot be met."""
    try:
        recalls = forecast.followed and forecast.followed.source
        return Forecast.of(replace(plan, **settings), forecast.counts, recalls)
    except ValueError:
        return None


def above(values: ArrayLike, threshold: ArrayLike) -> BoolArray:
    """More, and not by a rounding error."""
    return np.asarray(np.asarray(values) > np.asarray(threshold) * (1 + 1e-9))


def _lower_floors(plan: SamplingPlan, forecast: Forecast) -> list[str]:
    """The floors that stand against the cap on repeats, at the most that it leaves to the class with fewest samples."""
    share = MANY_REPEATS * float(forecast.counts.present.counts.min()) / forecast.draws.samples
    per_batch = math.floor(share * plan.needed_batch_size)
    lower_floors = [f"the floor on shares to {_rounded_down(share)}"] * ((plan.min_share or 0.0) > share)
    return lower_floors + [f"the floor per batch to {per_batch}"] * (plan.min_per_batch > per_batch)


def _stratified_remedies(plan: SamplingPlan, forecast: Forecast, share: float) -> list[str]:
    """The stratified scheme with a batch in which the class is missing from a third at most, or with a floor."""
    samples, batch_size, needed = forecast.draws.samples, plan.needed_batch_size, least_batch(share)
    stratified = plan.drawing == "stratified"
    if not stratified and needed <= min(batch_size, samples):
        return ["try the stratified scheme"]
    remedies = [f"a batch of {count(needed)} or more"] if needed <= min(samples, LARGEST_BATCH) else []
    if batch_size <= samples and trial(plan, forecast, drawing="stratified", min_per_batch=1):
        remedies.append("a floor of 1 per batch")
    if not remedies or stratified:
        return [f"try {remedies[0]}", *remedies[1:]] if remedies else []
    return [f"try the stratified scheme with {remedies[0]}", *(f"that scheme with {way}" for way in remedies[1:])]


def _remedy_with_both_limits(plan: SamplingPlan, level: Forecast, skews: FloatArray) -> str:
    """Both limits on the skew, where an upper limit of 1 alone still leaves classes missing; else ""."""

    def full(tried: Forecast) -> bool:
        return not above(absence(tried.shares, tried.draws)[:, tried.counts.counts > 0], OFTEN_ABSENT).any()

    limited = replace(level, skews=np.minimum(skews, 1.0))
    least = None if full(level) else skew_that_mends(plan, limited, full, least=True)
    if least is None or least >= 1.0:
        return ""
    both = f"{skew_limit(plan, 1.0)} and {skew_limit(plan, least, least=True)}".replace(" and set ", " and ")
    return sentence([both], f": above 1 the skew starves the larger classes, below {least:g} the rarer ones.")


def _note_on_repeats(tried: Forecast, epoch: int) -> str:
    """A note on repeats, where the advised skew would make them the next finding."""
    most = float(tried.repeats[epoch].max())
    return f" (a sample then comes up to {number(most)} times an epoch)" if above(most, MANY_REPEATS) else ""


def _remedy_for_small_batch(plan: SamplingPlan, forecast: Forecast) -> str:
    """Against batches smaller than the number of classes."""
    present = forecast.counts.counts > 0
    batch_is_small = f"A batch of {count(plan.needed_batch_size)} cannot hold all {count(int(present.sum()))} classes"
    at_skew_1 = _forecast_with_skew(plan, forecast, 1.0, np.ones(1, dtype=bool))
    needed = least_batch(float(at_skew_1.shares[0, present].min()))
    if needed > min(forecast.draws.samples, LARGEST_BATCH):
        return f"{batch_is_small}, so some are missing from each."
    remedies = ["the stratified scheme"] * (plan.drawing != "stratified")
    remedies += ["a skew of 1"] * (forecast.skews is None or bool((forecast.skews != 1.0).any()))
    remedies += [f"a batch of {count(needed)} or more"] * (needed > plan.needed_batch_size)
    note = _note_on_repeats(at_skew_1, 0)
    return f"{batch_is_small}; with {joined(remedies)}, each is in two thirds of the batches or more{note}."


def least_batch(share: float) -> int:
    """The least batch in which a class is missing from a third at most under the stratified scheme."""
    return math.ceil((1 - OFTEN_ABSENT) / max(share, 1e-300) * (1 - 1e-10))


def unseen_part(forecast: Forecast, position: int) -> float:
    """The part of a class's samples that the whole run never draws."""
    column = [position]
    seen = run_coverage(forecast.counts.counts[column], forecast.shares[:, column], forecast.draws)
    return 1.0 - float(seen[0])


def draws_factor(plan: SamplingPlan, unseen: float) -> float:
    """By how much to multiply the draws, at the same shares, so that little enough stays unseen."""
    seen = max(1.0 - unseen, 1e-9)
    return math.log(MUCH_UNSEEN) / math.log1p(-seen) if plan.drawing == "independent" else (1 - MUCH_UNSEEN) / seen


def _forecast_with_skew(plan: SamplingPlan, forecast: Forecast, skew: float, where: BoolArray) -> Forecast:
    """The forecast with this skew in some of the epochs."""
    row = replace(plan, target=PowerSkew(Constant(skew)), epochs=1).class_shares(forecast.counts)
    return replace(forecast, shares=np.where(where[:, None], row, forecast.shares))


def skew_that_mends(
    plan: SamplingPlan, forecast: Forecast, mended: Callable[[Forecast], bool], *, least: bool = False
) -> float | None:
    """The mildest limit on the skew of all epochs, in hundredths, with which a forecast is mended; None: none does.

    An upper limit down to 0, or (`least`) a lower limit up to 1.
    """
    if (skews := forecast.skews) is None:
        return None
    first_hundredth = math.ceil(100 * (max(skews.min(), -STEEPEST) if least else min(skews.max(), STEEPEST)))
    hundredths = range(first_hundredth, 101) if least else range(first_hundredth, -1, -1)

    def mends(skew: int) -> bool:
        limited = skews < skew / 100 if least else skews > skew / 100
        return mended(_forecast_with_skew(plan, forecast, skew / 100, limited))

    mending = bisect_left(hundredths, True, key=mends)
    return hundredths[mending] / 100 if mending < len(hundredths) else None


def _rounded_down(value: float) -> str:
    """To three digits, never more."""
    unit = 10.0 ** (2 - math.floor(math.log10(value)))
    return f"{math.floor(value * unit * (1 + 1e-12)) / unit:g}"


def rounded_up(value: float) -> int:
    """To two digits, never less."""
    unit = 10 ** max(0, len(str(math.ceil(value))) - 2)
    return int(math.ceil(value / unit) * unit)
