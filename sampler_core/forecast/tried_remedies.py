"""Remedies as settings, for the buttons beside a finding: each is tried on the plan before it is offered.

The one contract here: with a remedy its finding is gone, and no warning is there that was not there before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from sampler_core.forecast import remedies
from sampler_core.forecast.expectations import absence
from sampler_core.forecast.findings import CHECKS, WARNINGS, Finding
from sampler_core.forecast.forecast import Forecast
from sampler_core.formatting import count
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.schedules import Constant, Linear
from sampler_core.plans.targets import PowerSkew, skew_schedule


class Remedy(NamedTuple):
    """label: what its button says, as in "Cap repeats at 10". plan: the plan with it."""

    label: str
    plan: SamplingPlan


def tried_remedies(
    finding: Finding, found: tuple[Finding, ...], plan: SamplingPlan, forecast: Forecast, most: int = 2
) -> tuple[Remedy, ...]:
    """The first remedies of a finding that hold what the contract says. found: all findings of the plan."""
    watched = {finding.kind, *WARNINGS} - ({other.kind for other in found} - {finding.kind})
    remedies_that_work: list[Remedy] = []
    for label, settings in CANDIDATES[finding.kind](plan, forecast) if finding.kind in CANDIDATES else ():
        if len(remedies_that_work) == most:
            break
        tried = remedies.trial(plan, forecast, **settings)
        if tried is None:
            continue
        remedied = replace(plan, **settings)
        if not any(True for kind in watched for _ in CHECKS[kind](remedied, tried)):
            remedies_that_work.append(Remedy(label, remedied))
    return tuple(remedies_that_work)


Candidate = tuple[str, dict[str, Any]]  # label, changed fields of the plan


def _against_skew_above_1(plan: SamplingPlan, forecast: Forecast) -> Iterator[Candidate]:
    yield from _skew_limit(plan, forecast, 1.0)


def _against_repeats(plan: SamplingPlan, forecast: Forecast) -> Iterator[Candidate]:
    most = int(remedies.MANY_REPEATS)
    yield f"Cap repeats at {most}", {"max_repeats": most}
    skew = remedies.skew_that_mends(plan, forecast, lambda tried: not remedies.above(tried.repeats, most).any())
    yield from _skew_limit(plan, forecast, skew)


def _against_absence(plan: SamplingPlan, forecast: Forecast) -> Iterator[Candidate]:
    missing = np.where(forecast.counts.counts > 0, forecast.absence, 0.0)
    epoch, worst = (int(place) for place in np.unravel_index(int(missing.argmax()), missing.shape))
    yield from _skew_limit(plan, forecast, 1.0)
    if plan.drawing != "stratified":
        yield "Use the stratified scheme", {"drawing": "stratified"}
    if plan.min_per_batch == 0:
        yield "1 of each class in every batch", {"drawing": "stratified", "min_per_batch": 1}

    def often_present(tried: Forecast) -> bool:
        return not remedies.above(absence(tried.shares[:, worst], tried.draws), remedies.OFTEN_ABSENT).any()

    lift = remedies.skew_that_mends(plan, forecast, often_present, least=True)
    yield from _skew_limit(plan, forecast, lift, least=True)
    batch = remedies.least_batch(float(forecast.shares[epoch, worst]))
    if plan.needed_batch_size < batch <= min(forecast.draws.samples, remedies.LARGEST_BATCH):
        yield f"Stratified batches of {count(batch)}", {"drawing": "stratified", "batch_size": batch}


def _against_unseen(plan: SamplingPlan, forecast: Forecast) -> Iterator[Candidate]:
    if plan.drawing == "independent":
        yield "Use the exact scheme", {"drawing": "exact"}
    more = remedies.draws_factor(plan, remedies.unseen_part(forecast, forecast.counts.largest))
    longer = remedies.rounded_up(len(forecast.shares) * more)
    if longer <= remedies.MOST_EPOCHS:
        yield f"Train {longer} epochs", {"epochs": longer}
    fuller = remedies.rounded_up(forecast.draws.samples * more)
    yield f"Draw {count(fuller)} samples an epoch", {"samples_per_epoch": fuller}

    def is_seen(tried: Forecast) -> bool:
        return not remedies.above(remedies.unseen_part(tried, tried.counts.largest), remedies.MUCH_UNSEEN)

    yield from _skew_limit(plan, forecast, remedies.skew_that_mends(plan, forecast, is_seen))


def _against_small_batch(plan: SamplingPlan, forecast: Forecast) -> Iterator[Candidate]:
    classes = int((forecast.counts.counts > 0).sum())
    if classes <= min(forecast.draws.samples, remedies.LARGEST_BATCH):
        yield f"Batches of {count(classes)}", {"batch_size": classes}


def _against_needless_repeats(plan: SamplingPlan, forecast: Forecast) -> Iterator[Candidate]:
    yield "Use the exact scheme", {"drawing": "exact"}


def _against_constant_skew(plan: SamplingPlan, forecast: Forecast) -> Iterator[Candidate]:
    schedule, skews = skew_schedule(plan.target), forecast.skews
    if isinstance(schedule, Linear) and skews is not None and skews[0] != skews[-1]:
        increment = remedies.increment_to_the_end(float(skews[0]), float(skews[-1]), len(skews))
        moving = replace(schedule, start=float(skews[0]), increment=increment)
        yield f"Move until the end, by {increment:g}", {"target": PowerSkew(moving)}


def _skew_limit(
    plan: SamplingPlan, forecast: Forecast, skew: float | None, *, least: bool = False
) -> Iterator[Candidate]:
    """The schedule with every skew at `skew` or less (or more, if `least`), where it has a setting for that."""
    schedule: Any = skew_schedule(plan.target)
    if forecast.skews is None or skew is None:
        return
    is_held = forecast.skews.min() >= skew if least else forecast.skews.max() <= skew
    start, end = (getattr(schedule, name, np.nan) for name in ("start", "end"))
    if is_held or not (isinstance(schedule, Constant | Linear) or start <= skew <= end):
        return
    ends = ("minimum", "maximum") if isinstance(schedule, Linear) else ("start", "end")
    setting = "skew" if isinstance(schedule, Constant) else ends[0 if least else 1]
    with suppress(ValueError):  # a limit on the other side may be in the way
        limited = PowerSkew(replace(schedule, **{setting: skew}))
        yield f"Keep the skew at {skew:g} or more" if least else f"Limit the skew to {skew:g}", {"target": limited}


CANDIDATES: Mapping[str, Callable[[SamplingPlan, Forecast], Iterator[Candidate]]] = MappingProxyType({
    "dominating": _against_skew_above_1, "reversed": _against_skew_above_1, "repeated": _against_repeats,
    "absent": _against_absence, "unseen": _against_unseen, "crowded": _against_small_batch,
    "replaced": _against_needless_repeats, "flat": _against_constant_skew,
})  # fmt: skip
"""Kind of a finding -> what could be done about it, the mildest first. A class without samples needs other labels."""
