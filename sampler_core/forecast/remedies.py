"""Advice: what to try against a finding, in a sentence, each checked on the plan before it is advised.

The one contract here: with the value advised the finding is gone, or no longer about the class it names.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.forecast.expectations import absence
from sampler_core.forecast.forecast import Forecast
from sampler_core.forecast.trials import MANY_REPEATS, MUCH_UNSEEN, OFTEN_ABSENT, Trials, above, unseen_part
from sampler_core.formatting import count, joined, number, percent
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.schedules import Constant, Linear
from sampler_core.plans.targets import PowerSkew, skew_schedule

LARGEST_BATCH, MOST_EPOCHS = 65_536, 1000  # the sliders' ends: no more is advised
AUGMENTATION = "Strong augmentation varies the copies, but does not reduce them."
CHECK_THE_LABELS = "Check the labels; leave the class out of the model's output if it can never occur."
LARGER_BATCH = "Losses that compare classes within a batch need a larger one; for others this is no fault."
EXACT_SCHEME = "Try the exact scheme: no sample comes twice before every one of its class came once."


def remedy_for_skew_above_1(trials: Trials) -> str:
    """Against a mix that is reversed, or of which the rarest class has more than half."""
    return sentence([skew_limit(trials.plan, 1.0)], ", unless a reversed mix is meant.")


def remedy_for_repeats(trials: Trials) -> str:
    """Against samples that are drawn often."""
    cap = f"set the cap on repeats to {MANY_REPEATS:g}"
    if trials.forecast_with(max_repeats=MANY_REPEATS):
        skew = trials.skew_against_repeats
        advice = sentence([cap] if skew is None else [cap, skew_limit(trials.plan, skew)])
    elif trials.forecast_with(max_repeats=MANY_REPEATS, min_share=None, min_per_batch=0):
        both = " and ".join([cap, *_lower_floors(trials.plan, trials.forecast)])
        advice = sentence([both], ": with a higher floor samples come more often.")
    else:
        advice = f"Draw fewer samples per epoch: a cap on repeats of {MANY_REPEATS:g} cannot be met with so many."
    return f"{advice} {AUGMENTATION}"


def remedy_for_absence(trials: Trials) -> str:
    """Against batches without some class."""
    plan, forecast, (epoch, worst) = trials.plan, trials.forecast, trials.most_missing
    skews, share = forecast.skews, float(forecast.shares[epoch, worst])
    if len(forecast.counts.present.names) > plan.needed_batch_size:
        return _remedy_for_small_batch(trials)
    if skews is not None and skews[epoch] > 1.0 and share < forecast.counts.frequencies[worst]:
        at_skew_1 = trials.forecast_with_skew(1.0, skews > 1.0)
        for scheme, also in ((plan.drawing, ""), ("stratified", ", with the stratified scheme")):
            if trials.is_often_present(replace(at_skew_1, draws=at_skew_1.draws._replace(scheme=scheme))):
                return _remedy_with_both_limits(plan, at_skew_1, skews) or sentence(
                    [skew_limit(plan, 1.0) + also], ": here the skew starves the larger classes."
                )
    remedies = _stratified_remedies(trials, share)
    lift = trials.skew_against_absence
    if skews is not None and lift is not None:
        kept = "keep the scheme and " if remedies and plan.drawing != "stratified" else ""
        remedies.append(
            kept
            + skew_limit(plan, lift, least=True)
            + _note_on_repeats(trials.forecast_with_skew(lift, skews < lift), epoch)
        )
    return sentence(remedies or ["give this class a larger share: with this one no batch is large enough"])


def remedy_for_unseen(trials: Trials) -> str:
    """Against samples of the largest class that a whole run never draws."""
    plan, forecast = trials.plan, trials.forecast
    draws, epochs = forecast.draws.samples, len(forecast.shares)
    more = draws_factor(plan, unseen_part(forecast, forecast.counts.largest))
    longer, fuller = rounded_up(epochs * more), rounded_up(draws * more)

    def mends(**settings: Any) -> bool:
        return trials.is_seen(trials.forecast_with(**settings))

    remedies = ["the exact scheme"] * (plan.drawing == "independent" and mends(drawing="exact"))
    remedies += [f"{count(longer)} epochs"] * (longer <= MOST_EPOCHS and mends(epochs=longer))
    remedies += [f"{count(fuller)} samples per epoch"] * mends(samples_per_epoch=fuller)
    remedies[:1] = [f"try {way}" for way in remedies[:1]]
    schedule: Any = skew_schedule(plan.target)
    skew = trials.skew_against_unseen
    if hasattr(schedule, "end"):  # another end bends the whole schedule
        skew = skew if mends(target=PowerSkew(replace(schedule, end=skew or 0.0))) else None
    if forecast.skews is not None and skew is not None:
        limited = trials.forecast_with_skew(skew, forecast.skews > skew)
        most = percent(float(limited.shares[:, forecast.counts.rarest].max()))
        remedies.append(f"{skew_limit(plan, skew)} (the rarest class then has {most} of the draws at most)")
    if not remedies:
        return "Give this class a larger share of the draws."
    return sentence(remedies, f": then at most {percent(MUCH_UNSEEN)} of it stay unseen.")


def remedy_for_constant_skew(trials: Trials) -> str:
    """Against a skew that rests at its limit: what moves until the end."""
    schedule, skews = skew_schedule(trials.plan.target), trials.forecast.skews
    assert isinstance(schedule, Linear) and skews is not None
    first, last = float(skews[0]), float(skews[-1])
    if first == last:
        return "If the mix is meant to move, start away from the limit, with an increment towards it."
    start = f"the skew factor to {first:g} and " if first != schedule.start else ""
    increment = increment_to_the_end(first, last, len(skews))
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


def _lower_floors(plan: SamplingPlan, forecast: Forecast) -> list[str]:
    """The floors that stand against the cap on repeats, at the most that it leaves to the class with fewest samples."""
    share = MANY_REPEATS * float(forecast.counts.present.counts.min()) / forecast.draws.samples
    per_batch = math.floor(share * plan.needed_batch_size)
    lower_floors = [f"the floor on shares to {_rounded_down(share)}"] * ((plan.min_share or 0.0) > share)
    return lower_floors + [f"the floor per batch to {per_batch}"] * (plan.min_per_batch > per_batch)


def _stratified_remedies(trials: Trials, share: float) -> list[str]:
    """The stratified scheme with a batch in which the class is missing from a third at most, or with a floor."""
    samples, batch_size = trials.forecast.draws.samples, trials.plan.needed_batch_size
    needed, stratified = least_batch(share), trials.plan.drawing == "stratified"
    if not stratified and needed <= min(batch_size, samples):
        return ["try the stratified scheme"]
    remedies = [f"a batch of {count(needed)} or more"] if needed <= min(samples, LARGEST_BATCH) else []
    if batch_size <= samples and trials.forecast_with(drawing="stratified", min_per_batch=1):
        remedies.append("a floor of 1 per batch")
    if not remedies or stratified:
        return [f"try {remedies[0]}", *remedies[1:]] if remedies else []
    return [f"try the stratified scheme with {remedies[0]}", *(f"that scheme with {way}" for way in remedies[1:])]


def _remedy_with_both_limits(plan: SamplingPlan, level: Forecast, skews: FloatArray) -> str:
    """Both limits on the skew, where an upper limit of 1 alone still leaves classes missing; else ""."""

    def full(tried: Forecast) -> bool:
        return not above(absence(tried.shares, tried.draws)[:, tried.counts.counts > 0], OFTEN_ABSENT).any()

    limited = replace(level, skews=np.minimum(skews, 1.0))
    least = None if full(level) else Trials(plan, limited).mending_skew(full, least=True)
    if least is None or least >= 1.0:
        return ""
    both = f"{skew_limit(plan, 1.0)} and {skew_limit(plan, least, least=True)}".replace(" and set ", " and ")
    return sentence([both], f": above 1 the skew starves the larger classes, below {least:g} the rarer ones.")


def _note_on_repeats(tried: Forecast, epoch: int) -> str:
    """A note on repeats, where the advised skew would make them the next finding."""
    most = float(tried.repeats[epoch].max())
    return f" (a sample then comes up to {number(most)} times an epoch)" if above(most, MANY_REPEATS) else ""


def _remedy_for_small_batch(trials: Trials) -> str:
    """Against batches smaller than the number of classes."""
    plan, forecast = trials.plan, trials.forecast
    present = forecast.counts.counts > 0
    batch_is_small = f"A batch of {count(plan.needed_batch_size)} cannot hold all {count(int(present.sum()))} classes"
    at_skew_1 = trials.forecast_with_skew(1.0, np.ones(1, dtype=bool))
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


def draws_factor(plan: SamplingPlan, unseen: float) -> float:
    """By how much to multiply the draws, at the same shares, so that little enough stays unseen."""
    seen = max(1.0 - unseen, 1e-9)
    return math.log(MUCH_UNSEEN) / math.log1p(-seen) if plan.drawing == "independent" else (1 - MUCH_UNSEEN) / seen


def _rounded_down(value: float) -> str:
    """To three digits, never more."""
    unit = 10.0 ** (2 - math.floor(math.log10(value)))
    return f"{math.floor(value * unit * (1 + 1e-12)) / unit:g}"


def rounded_up(value: float) -> int:
    """To two digits, never less."""
    unit = 10 ** max(0, len(str(math.ceil(value))) - 2)
    return int(math.ceil(value / unit) * unit)
