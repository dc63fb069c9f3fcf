"""Remedies as settings, for the buttons beside a finding: each is tried on the plan before it is offered.

The one contract here: with a remedy its finding is gone, and no warning is there that was not there before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple, cast

import numpy as np

from sampler_core.forecast import remedies
from sampler_core.forecast.findings import CHECKS, WARNINGS, Finding, found_by
from sampler_core.forecast.forecast import Forecast
from sampler_core.forecast.trials import MANY_REPEATS, Trials, unseen_part
from sampler_core.formatting import count
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.schedules import Constant, Linear
from sampler_core.plans.targets import PowerSkew, skew_schedule


class Remedy(NamedTuple):
    """label: what its button says, as in "Cap repeats at 10". plan: the plan with it. mended: the kinds of findings
    that are gone with it."""

    label: str
    plan: SamplingPlan
    mended: frozenset[str]


def findings_with_remedies(
    plan: SamplingPlan, forecast: Forecast, most: int = 2
) -> tuple[tuple[Finding, tuple[Remedy, ...]], ...]:
    """All findings of a plan, the heaviest first, each with so many remedies.

    First of them stands the one that mends most findings, whichever it was made for, then its own, the mildest first.
    """
    trials = Trials(plan, forecast)
    found = found_by(trials)
    own = {finding.kind: tried_remedies(finding, found, trials, most) for finding in found}
    by_mended = sorted((remedy for tried in own.values() for remedy in tried), key=lambda remedy: -len(remedy.mended))

    def of_kind(kind: str) -> tuple[Remedy, ...]:
        best = [remedy for remedy in by_mended if kind in remedy.mended][:1]
        return tuple([*best, *(remedy for remedy in own[kind] if remedy not in best)][:most])

    return tuple((finding, of_kind(finding.kind)) for finding in found)


def tried_remedies(finding: Finding, found: tuple[Finding, ...], trials: Trials, most: int = 2) -> tuple[Remedy, ...]:
    """The first remedies of a finding that hold what the contract says, the mildest first.

    found: all findings of the plan.
    """
    before = {other.kind for other in found}
    remedies_that_work: list[Remedy] = []
    for label, settings in CANDIDATES[finding.kind](trials) if finding.kind in CANDIDATES else ():
        if len(remedies_that_work) == most:
            break
        if (tried := trials.forecast_with(**settings)) is None:
            continue
        remedied = replace(trials.plan, **settings)
        after = {kind for kind in before.union(WARNINGS) if any(True for _ in CHECKS[kind].look(remedied, tried))}
        if finding.kind not in after and after.intersection(WARNINGS) <= before:
            remedies_that_work.append(Remedy(label, remedied, frozenset(before - after)))
    return tuple(remedies_that_work)


Candidate = tuple[str, dict[str, Any]]  # label, changed fields of the plan


def _against_skew_above_1(trials: Trials) -> Iterator[Candidate]:
    yield from _skew_limit(trials, 1.0)


def _against_repeats(trials: Trials) -> Iterator[Candidate]:
    most = int(MANY_REPEATS)
    yield f"Cap repeats at {most}", {"max_repeats": most}
    yield from _skew_limit(trials, trials.skew_against_repeats)


def _against_absence(trials: Trials) -> Iterator[Candidate]:
    plan, samples = trials.plan, trials.forecast.draws.samples
    yield from _skew_limit(trials, 1.0)
    if plan.drawing != "stratified":
        yield "Use the stratified scheme", {"drawing": "stratified"}
    if plan.min_per_batch == 0:
        yield "1 of each class in every batch", {"drawing": "stratified", "min_per_batch": 1}
    yield from _skew_limit(trials, trials.skew_against_absence, least=True)
    batch = remedies.least_batch(float(trials.forecast.shares[trials.most_missing]))
    if plan.needed_batch_size < batch <= min(samples, remedies.LARGEST_BATCH):
        yield f"Stratified batches of {count(batch)}", {"drawing": "stratified", "batch_size": batch}


def _against_unseen(trials: Trials) -> Iterator[Candidate]:
    plan, forecast = trials.plan, trials.forecast
    if plan.drawing == "independent":
        yield "Use the exact scheme", {"drawing": "exact"}
    more = remedies.draws_factor(plan, unseen_part(forecast, forecast.counts.largest))
    longer = remedies.rounded_up(len(forecast.shares) * more)
    if longer <= remedies.MOST_EPOCHS:
        yield f"Train {longer} epochs", {"epochs": longer}
    fuller = remedies.rounded_up(forecast.draws.samples * more)
    yield f"Draw {count(fuller)} samples an epoch", {"samples_per_epoch": fuller}
    yield from _skew_limit(trials, trials.skew_against_unseen)


def _against_small_batch(trials: Trials) -> Iterator[Candidate]:
    classes = int((trials.forecast.counts.counts > 0).sum())
    if classes <= min(trials.forecast.draws.samples, remedies.LARGEST_BATCH):
        yield f"Batches of {count(classes)}", {"batch_size": classes}


def _against_needless_repeats(_: Trials) -> Iterator[Candidate]:
    yield "Use the exact scheme", {"drawing": "exact"}


def _against_constant_skew(trials: Trials) -> Iterator[Candidate]:
    schedule, skews = skew_schedule(trials.plan.target), trials.forecast.skews
    if isinstance(schedule, Linear) and skews is not None and skews[0] != skews[-1]:
        increment = remedies.increment_to_the_end(float(skews[0]), float(skews[-1]), len(skews))
        moving = replace(schedule, start=float(skews[0]), increment=increment)
        yield f"Move until the end, by {increment:g}", {"target": PowerSkew(moving)}


def _skew_limit(trials: Trials, skew: float | None, *, least: bool = False) -> Iterator[Candidate]:
    """The schedule with every skew at `skew` or less (or more, if `least`), where it has a setting for that."""
    schedule, skews = cast(Any, skew_schedule(trials.plan.target)), trials.forecast.skews
    if skews is None or skew is None:
        return
    is_held = skews.min() >= skew if least else skews.max() <= skew
    start, end = (getattr(schedule, name, np.nan) for name in ("start", "end"))
    if is_held or not (isinstance(schedule, Constant | Linear) or start <= skew <= end):
        return
    ends = ("minimum", "maximum") if isinstance(schedule, Linear) else ("start", "end")
    setting = "skew" if isinstance(schedule, Constant) else ends[0 if least else 1]
    with suppress(ValueError):  # a limit on the other side may be in the way
        limited = PowerSkew(replace(schedule, **{setting: skew}))
        yield f"Keep the skew at {skew:g} or more" if least else f"Limit the skew to {skew:g}", {"target": limited}


CANDIDATES: Mapping[str, Callable[[Trials], Iterator[Candidate]]] = MappingProxyType({
    "dominating": _against_skew_above_1, "reversed": _against_skew_above_1, "repeated": _against_repeats,
    "absent": _against_absence, "unseen": _against_unseen, "crowded": _against_small_batch,
    "replaced": _against_needless_repeats, "flat": _against_constant_skew,
})  # fmt: skip
"""Kind of a finding -> what could be done about it, the mildest first. A class without samples needs other labels."""
