"""Findings: what in a forecast deserves a second look, in sentences with numbers, each with what to try.

The one contract here: a finding is pure text. Class names in it are not escaped (pages do that), and cut where they are
long. A finding needs a value above its threshold (below, or in `trials`), never one equal to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import BoolArray, FloatArray
from sampler_core.data.plain_values import ClassName
from sampler_core.forecast import remedies
from sampler_core.forecast.forecast import Forecast
from sampler_core.forecast.trials import MANY_REPEATS, MUCH_UNSEEN, OFTEN_ABSENT, Trials, above
from sampler_core.formatting import count, number, percent, several, shortened
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.schedules import Linear
from sampler_core.plans.targets import skew_schedule

DOMINATING = 0.5  # share of one class in a batch
LONG_FLAT = 1 / 3  # of the epochs
WITHOUT_REPEATS = 0.1  # of the epochs


class Finding(NamedTuple):
    """kind: a short name. weight: 0 to 100, the heaviest is shown first. text: what was found. advice: what to try."""

    kind: str
    weight: int
    text: str
    advice: str


def findings(plan: SamplingPlan, forecast: Forecast) -> tuple[Finding, ...]:
    """All findings of a plan on its data, the heaviest first."""
    return found_by(Trials(plan, forecast))


def found_by(trials: Trials) -> tuple[Finding, ...]:
    """The same, of a plan whose trials go on to be used."""
    found = [
        Finding(kind, check.weight, text, check.advise(trials))
        for kind, check in CHECKS.items()
        for text in check.look(trials.plan, trials.forecast)
    ]
    return tuple(sorted(found, key=lambda finding: -finding.weight))


class Check(NamedTuple):
    """weight: of what it finds. look: yields the text of each finding. advise: what to try against them."""

    weight: int
    look: Callable[[SamplingPlan, Forecast], Iterator[str]]
    advise: Callable[[Trials], str]


def _find_dominating_class(plan: SamplingPlan, forecast: Forecast) -> Iterator[str]:
    rarest = forecast.counts.rarest
    share = forecast.shares[:, rarest]
    past = above(share, DOMINATING)
    if forecast.counts.num_classes < 2 or _all_equal(forecast) or not past.any():
        return
    most = int(share.argmax())
    yield (
        f"{_epochs(past)} more than half of the draws go to the rarest class, {_named(forecast, rarest)}: "
        f"{percent(float(share[most]))}{_in_epoch(share, most)}, though it has "
        f"{percent(float(forecast.counts.frequencies[rarest]))} of the data."
    )


def _find_reversed_mix(plan: SamplingPlan, forecast: Forecast) -> Iterator[str]:
    rarest, largest = forecast.counts.rarest, forecast.counts.largest
    share, other = forecast.shares[:, rarest], forecast.shares[:, largest]
    past = above(share, other)
    if _all_equal(forecast) or not past.any():
        return
    last = int(np.flatnonzero(past)[-1])
    yield (
        f"{_epochs(past)} the mix is reversed: the rarest class, {_named(forecast, rarest)}, is drawn more often than "
        f"the largest, {_named(forecast, largest)} ({percent(float(share[last]))} against "
        f"{percent(float(other[last]))} of the draws{_in_epoch(share, last)})."
    )


def _find_repeated_samples(plan: SamplingPlan, forecast: Forecast) -> Iterator[str]:
    repeats = forecast.repeats
    past = above(repeats.max(axis=1), MANY_REPEATS)
    if not past.any():
        return
    epoch, worst = (int(i) for i in np.unravel_index(int(repeats.argmax()), repeats.shape))
    whose, size = _named(forecast, worst), int(forecast.counts.counts[worst])
    often = above(repeats, MANY_REPEATS)
    alone, classes = bool(often.any(axis=0).sum() == 1), often.sum(axis=1)
    fewest, most = int(classes[past].min()), int(classes.max())
    many = several(most, "class", "classes") if fewest == most else f"{count(fewest)} to {count(most)} classes"
    each = (
        f"each of {f'its {count(size)}' if alone else f'the {count(size)}'} samples" if size > 1 else "the only sample"
    )
    yield (
        f"{_epochs(past)} the samples of {whose if alone else many} are drawn more than {MANY_REPEATS:g} "
        f"times an epoch: {each}{'' if alone else f' of {whose}'} comes {number(float(repeats[epoch, worst]))} times "
        f"on average{_in_epoch(repeats[:, worst], epoch)}."
    )


def _find_absent_class(plan: SamplingPlan, forecast: Forecast) -> Iterator[str]:
    missing = np.where(forecast.counts.counts > 0, forecast.absence, 0.0)
    past = above(missing.max(axis=1), OFTEN_ABSENT)
    if not past.any():
        return
    epoch, worst = (int(i) for i in np.unravel_index(int(missing.argmax()), missing.shape))
    others = int(above(missing[epoch], OFTEN_ABSENT).sum()) - 1
    too = f", and {several(others, 'other class', 'other classes')} too" if others else ""
    yield (
        f"{_epochs(past)} some class is missing from more than a third of the batches: "
        f"{_named(forecast, worst)} from {percent(float(missing[epoch, worst]))} of them"
        f"{_in_epoch(missing[:, worst], epoch)}{too}."
    )


def _find_unseen_samples(plan: SamplingPlan, forecast: Forecast) -> Iterator[str]:
    largest = forecast.counts.largest
    unseen = 1.0 - float(forecast.run_coverage[largest])
    if not above(unseen, MUCH_UNSEEN):
        return
    samples = int(forecast.counts.counts[largest])
    drawn = round(forecast.draws.samples * float(forecast.shares[:, largest].sum()))
    twice = plan.drawing == "independent" and drawn > 1
    why = f"only {count(drawn)} of the draws go to it" + ", some of them to the same sample" * twice
    if drawn >= samples:
        why = f"some of its {count(drawn)} draws go to the same sample"
    lost = f": about {count(round(unseen * samples))} of its {count(samples)} samples, as {why}" if samples > 1 else ""
    yield (
        f"{percent(unseen)} of the largest class, {_named(forecast, largest)}, is never drawn in the whole run{lost}."
    )


def _find_empty_classes(plan: SamplingPlan, forecast: Forecast) -> Iterator[str]:
    empty = forecast.counts.empty
    if not empty:
        return
    names = ", ".join(_label(name) for name in empty[:3])
    names += f" and {len(empty) - 3} more" if len(empty) > 3 else ""
    yield (f"{several(len(empty), 'class has', 'classes have')} no sample and will never be drawn: {names}.")


def _find_batch_below_classes(plan: SamplingPlan, forecast: Forecast) -> Iterator[str]:
    classes = int((forecast.counts.counts > 0).sum())
    if plan.needed_batch_size >= classes:
        return
    classes_in_batch = forecast.classes_in_batch
    up_to = "" if np.allclose(classes_in_batch, classes_in_batch[0]) else "at most "
    yield (
        f"A batch of {count(plan.needed_batch_size)} is smaller than the {count(classes)} classes: on average it holds "
        f"{up_to}{number(float(classes_in_batch.max()))} of them."
    )


def _find_needless_repeats(plan: SamplingPlan, forecast: Forecast) -> Iterator[str]:
    once = ~above(forecast.repeats.max(axis=1), 1.0)
    if plan.drawing != "independent" or forecast.draws.samples < 2 or once.sum() <= WITHOUT_REPEATS * len(once):
        return
    epoch, draws, samples = int(np.argmax(once)), forecast.draws.samples, forecast.counts.num_samples
    seen, where = float(forecast.distinct[epoch]), _in_epoch(forecast.distinct, epoch)
    where += "," if where else ""
    could = "each sample could be seen once" if draws >= samples else "no sample need come twice"
    missed = f"{percent(1.0 - seen)} of the samples are not seen{'' if where else ' in an epoch, others each time'}"
    if draws < samples:
        missed = f"{count(draws)} draws show {number(seen * samples)} different samples"
    yield (f"{_epochs(once)} {could}, but the draws are independent:{where} {missed}, because some come twice or more.")


def _find_constant_skew(plan: SamplingPlan, forecast: Forecast) -> Iterator[str]:
    schedule, skews = skew_schedule(plan.target), forecast.skews
    if skews is None or len(skews) < 3 or not isinstance(schedule, Linear):  # no other schedule has limits
        return
    for limit in (schedule.minimum, schedule.maximum):
        held = np.flatnonzero(skews == limit) if limit is not None else np.array([], dtype=int)
        if held.size <= LONG_FLAT * len(skews):
            continue
        where = f"from epoch {held[0]} on" if held[-1] == len(skews) - 1 else f"up to epoch {held[-1]}"
        yield (
            f"The skew rests at its limit of {number(float(limit or 0.0))} {where}: {held.size} of {len(skews)} epochs "
            "have the same mix."
        )


CHECKS: Mapping[str, Check] = MappingProxyType({
    "dominating": Check(100, _find_dominating_class, remedies.remedy_for_skew_above_1),
    "reversed": Check(80, _find_reversed_mix, remedies.remedy_for_skew_above_1),
    "repeated": Check(70, _find_repeated_samples, remedies.remedy_for_repeats),
    "absent": Check(60, _find_absent_class, remedies.remedy_for_absence),
    "unseen": Check(50, _find_unseen_samples, remedies.remedy_for_unseen),
    "empty": Check(45, _find_empty_classes, lambda _: remedies.CHECK_THE_LABELS),
    "crowded": Check(40, _find_batch_below_classes, lambda _: remedies.LARGER_BATCH),
    "replaced": Check(30, _find_needless_repeats, lambda _: remedies.EXACT_SCHEME),
    "flat": Check(20, _find_constant_skew, remedies.remedy_for_constant_skew),
})  # fmt: skip
"""Kind -> how findings of this kind are looked for, and what is advised against them."""
WARNINGS = ("dominating", "reversed", "repeated", "absent")
"""The kinds that are warnings; the others are for information."""


# --- in words ----------------------------------------------------------------------------------------------------


def _epochs(epochs: BoolArray) -> str:
    """Which epochs, in words: all, from one on, or how many, with at most two ranges listed."""
    hit = np.flatnonzero(epochs)
    runs = [(int(run[0]), int(run[-1])) for run in np.split(hit, np.flatnonzero(np.diff(hit) > 1) + 1)]
    if hit.size == len(epochs):
        return "In every epoch"
    if len(runs) == 1 and hit[-1] == len(epochs) - 1:
        return f"From epoch {hit[0]} on" if hit.size > 1 else "In the last epoch"
    if hit.size == 1:
        return f"In epoch {hit[0]}"
    parts = [f"{a}" if a == b else f"{a} and {b}" if b == a + 1 else f"{a} to {b}" for a, b in runs]
    return f"In {hit.size} of {several(len(epochs), 'epoch', 'epochs')}" + (f" ({', '.join(parts)})" * (len(runs) < 3))


def _in_epoch(values: FloatArray, epoch: int) -> str:
    """Which epoch a value is of, where it differs between epochs."""
    return "" if (values == values[epoch]).all() else f" in epoch {epoch}"


def _all_equal(forecast: Forecast) -> bool:
    return forecast.counts.imbalance_ratio == 1.0


def _named(forecast: Forecast, position: int) -> str:
    return _label(forecast.counts.names[position])


def _label(name: ClassName) -> str:
    return f"class {name}" if isinstance(name, int) else shortened(name)
