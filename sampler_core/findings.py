"""Findings: what in an outlook deserves a second look, in sentences with numbers and with what to try.

The one contract here: a finding is pure text made from an `Outlook` and its plan, class names in it as they are (parts
escape them). Thresholds are the constants below, and nothing is found exactly at one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from sampler_core.counts import ClassName
from sampler_core.numerals import count, number, percent, several
from sampler_core.outlook import Outlook
from sampler_core.plan import SamplingPlan
from sampler_core.targets import skew_schedule

DOMINATING = 0.5  # share of one class in a batch
MANY_REPEATS = 10.0  # draws of one sample in an epoch
OFTEN_ABSENT = 1 / 3  # of the batches
MUCH_UNSEEN = 0.2  # of the largest class, in the whole run
LONG_FLAT = 1 / 3  # of the epochs
DECK_EPOCHS = 0.1  # of the epochs


class Finding(NamedTuple):
    """kind: a short name. weight: 0 to 100, the higher the earlier it is read. text: what is. advice: what to try."""

    kind: str
    weight: int
    text: str
    advice: str


def findings(plan: SamplingPlan, outlook: Outlook) -> tuple[Finding, ...]:
    """All findings of a plan on its data, the heaviest first."""
    found = [finding for look in LOOKS for finding in look(plan, outlook)]
    return tuple(sorted(found, key=lambda finding: -finding.weight))


def _dominating(plan: SamplingPlan, outlook: Outlook) -> Iterator[Finding]:
    rarest, _ = _ends(outlook)
    share = outlook.shares[:, rarest]
    if outlook.counts.num_classes < 2 or _level(outlook) or not (share > DOMINATING).any():
        return
    first, most = int(np.argmax(share > DOMINATING)), int(share.argmax())
    yield Finding(
        "dominating", 100,
        f"From epoch {first} on the rarest class, {_named(outlook, rarest)}, fills more than half of each batch: "
        f"{percent(float(share[most]))} in epoch {most}, though it has {percent(_part(outlook, rarest))} of the data.",
        "Set the limit on the skew to 1, or a cap on repeats.",
    )  # fmt: skip


def _reversed(plan: SamplingPlan, outlook: Outlook) -> Iterator[Finding]:
    rarest, largest = _ends(outlook)
    share, other = outlook.shares[:, rarest], outlook.shares[:, largest]
    past = share > other * (1 + 1e-9)
    if _level(outlook) or not past.any():
        return
    first, last = int(np.argmax(past)), int(np.flatnonzero(past)[-1])
    yield Finding(
        "reversed", 80,
        f"The mix is reversed from epoch {first} on: the rarest class, {_named(outlook, rarest)}, is drawn more often "
        f"than the largest, {_named(outlook, largest)} ({percent(float(share[last]))} against "
        f"{percent(float(other[last]))} of the draws in epoch {last}).",
        "Set the limit on the skew to 1, unless a reversed mix is meant.",
    )  # fmt: skip


def _repeated(plan: SamplingPlan, outlook: Outlook) -> Iterator[Finding]:
    repeats = outlook.repeats
    epoch, worst = np.unravel_index(int(repeats.argmax()), repeats.shape)
    if repeats[epoch, worst] <= MANY_REPEATS:
        return
    classes = int((repeats > MANY_REPEATS).any(axis=0).sum())
    first = int(np.argmax((repeats > MANY_REPEATS).any(axis=1)))
    yield Finding(
        "repeated", 70,
        f"From epoch {first} on samples come back more than {MANY_REPEATS:.0f} times an epoch in "
        f"{several(classes, 'class', 'classes')}: each of the {count(int(outlook.counts.counts[worst]))} "
        f"samples of {_named(outlook, int(worst))} comes {number(float(repeats[epoch, worst]))} times in epoch "
        f"{epoch}.",
        f"Set the cap on repeats to {MANY_REPEATS:.0f}, or stop the skew earlier; strong augmentation helps too.",
    )  # fmt: skip


def _absent(plan: SamplingPlan, outlook: Outlook) -> Iterator[Finding]:
    present = outlook.counts.counts > 0
    absence = np.where(present, outlook.absence, 0.0)
    epoch, worst = np.unravel_index(int(absence.argmax()), absence.shape)
    if absence[epoch, worst] <= OFTEN_ABSENT:
        return
    classes = int((absence[epoch] > OFTEN_ABSENT).sum())
    epochs = int((absence > OFTEN_ABSENT).any(axis=1).sum())
    yield Finding(
        "absent", 60,
        f"In {epochs} of {several(len(absence), 'epoch', 'epochs')} some class is missing from more than a third of "
        f"the batches: {several(classes, 'class', 'classes')} in epoch {epoch}, where {_named(outlook, int(worst))} is "
        f"missing from {percent(float(absence[epoch, worst]))} of them.",
        _advice_on_absence(plan, float(outlook.shares[epoch, worst]), int(present.sum())),
    )  # fmt: skip


def _advice_on_absence(plan: SamplingPlan, share: float, classes: int) -> str:
    """The batch size at which the class would be missing from a third at most, where that is a size one can have."""
    if plan.drawing != "stratified":
        return "Try the law stratified, which spreads each class evenly over the batches, a larger batch, or more skew."
    needed = math.ceil((1 - OFTEN_ABSENT) / share) if share > 0 else math.inf
    larger = f"a batch of {count(int(needed))}, " if needed <= 65_536 else ""
    floor = "a floor of 1 per batch, " if classes < plan.needed_batch_size else ""
    return f"Try {larger}{floor}or more skew."


def _unseen(plan: SamplingPlan, outlook: Outlook) -> Iterator[Finding]:
    _, largest = _ends(outlook)
    unseen = 1.0 - float(outlook.run_coverage[largest])
    if unseen <= MUCH_UNSEEN:
        return
    samples = int(outlook.counts.counts[largest])
    yield Finding(
        "unseen", 50,
        f"{percent(unseen)} of the largest class, {_named(outlook, largest)}, is never drawn in the whole run: about "
        f"{count(round(unseen * samples))} of its {count(samples)} samples.",
        "Try more epochs, more samples per epoch, or less skew.",
    )  # fmt: skip


def _empty(plan: SamplingPlan, outlook: Outlook) -> Iterator[Finding]:
    empty = outlook.counts.empty
    if not empty:
        return
    names = ", ".join(_label(name) for name in empty[:3])
    names += f" and {len(empty) - 3} more" if len(empty) > 3 else ""
    yield Finding(
        "empty", 45,
        f"{several(len(empty), 'class has', 'classes have')} no sample and will never be drawn: {names}.",
        "Check the labels; leave the class out of the model's output if it is not meant to come.",
    )  # fmt: skip


def _crowded(plan: SamplingPlan, outlook: Outlook) -> Iterator[Finding]:
    classes = int((outlook.counts.counts > 0).sum())
    if plan.needed_batch_size >= classes:
        return
    usual = float(outlook.classes_in_batch.max())
    yield Finding(
        "crowded", 40,
        f"A batch of {count(plan.needed_batch_size)} is smaller than the {count(classes)} classes: at most "
        f"{number(usual)} of them are in a batch on average.",
        "Losses that compare classes within a batch need a larger one; for others this is no fault.",
    )  # fmt: skip


def _replaced(plan: SamplingPlan, outlook: Outlook) -> Iterator[Finding]:
    once = outlook.repeats.max(axis=1) <= 1 + 1e-9
    if plan.drawing != "independent" or once.sum() <= DECK_EPOCHS * len(once):
        return
    epoch = int(np.argmax(once))
    missed = 1.0 - float(outlook.distinct[epoch]) / min(1.0, outlook.draws.samples / outlook.counts.num_samples)
    yield Finding(
        "replaced", 30,
        f"In {several(int(once.sum()), 'epoch', 'epochs')} no sample is needed twice, yet the draws are independent: "
        f"in epoch {epoch} {percent(missed)} of what could be seen is not, because other samples come twice.",
        "Try the law exact: it deals the samples like a deck of cards.",
    )  # fmt: skip


def _flat(plan: SamplingPlan, outlook: Outlook) -> Iterator[Finding]:
    schedule, skews = skew_schedule(plan.target), outlook.skews
    limits = [getattr(schedule, name, None) for name in ("minimum", "maximum")]
    if skews is None or len(skews) < 3 or limits == [None, None]:
        return
    for limit in limits:
        held = np.flatnonzero(skews == limit) if limit is not None else np.array([], dtype=int)
        if held.size <= LONG_FLAT * len(skews):
            continue
        where = f"from epoch {held[0]} on" if held[-1] == len(skews) - 1 else f"up to epoch {held[-1]}"
        yield Finding(
            "flat", 20,
            f"The skew rests at its limit of {number(float(limit or 0.0))} {where}: {held.size} of {len(skews)} epochs "
            "have the same mix.",
            "Try a smaller epoch increment, or fewer epochs, if the mix is meant to move for longer.",
        )  # fmt: skip


Look = Callable[[SamplingPlan, Outlook], Iterator[Finding]]
LOOKS: tuple[Look, ...] = (
    _dominating, _reversed, _repeated, _absent, _unseen, _empty, _crowded, _replaced, _flat,
)  # fmt: skip


def _ends(outlook: Outlook) -> tuple[int, int]:
    """Positions of the rarest class (of those with samples) and of the largest."""
    counts = outlook.counts.counts
    return int(np.where(counts > 0, counts, np.iinfo(np.int64).max).argmin()), int(counts.argmax())


def _level(outlook: Outlook) -> bool:
    return outlook.counts.imbalance_ratio == 1.0


def _part(outlook: Outlook, position: int) -> float:
    return float(outlook.counts.frequencies[position])


def _named(outlook: Outlook, position: int) -> str:
    return _label(outlook.counts.names[position])


def _label(name: ClassName) -> str:
    return f"class {name}" if isinstance(name, int) else name
