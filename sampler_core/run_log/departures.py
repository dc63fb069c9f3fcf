"""What a run did otherwise than planned, and one sentence on whether it did."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sampler_core.formatting import number
from sampler_core.run_log import class_causes  # noqa: F401  # registers its causes
from sampler_core.run_log.causes import CAUSES
from sampler_core.run_log.evidence import Evidence
from sampler_core.run_log.run import Run

UNEXPLAINED = "other shares"  # only where nothing else is found


class Departure(NamedTuple):
    """A cause by its name in `CAUSES`, the epoch since which it shows, how it shows, and the remedy."""

    cause: str
    since: int
    fault: str
    remedy: str

    @property
    def sentence(self) -> str:
        """What departed, with the remedy."""
        return f"{self.fault}: {self.remedy}"


class Judgement(NamedTuple):
    """What a run did otherwise than planned, one sentence on it, and the evidence that both are from."""

    evidence: Evidence
    departures: tuple[Departure, ...]
    sentence: str

    @property
    def run(self) -> Run:
        """The run that was judged."""
        return self.evidence.run


def judged(run: Run) -> Judgement:
    """A run with its departures and its verdict. Takes about as long as reading it."""
    evidence = Evidence(run)
    found = _departures(evidence)
    return Judgement(evidence, tuple(found), _verdict(evidence, found))


def departures(run: Run) -> list[Departure]:
    """What the run did otherwise than planned, with causes and remedies, by epoch; empty for a clean one.

    Under any scheme a clean run has one with a probability of at most `chance.FALSE_ALARM`.
    """
    return _departures(Evidence(run))


def verdict(run: Run) -> str:
    """One sentence for a clean run, else those of its departures."""
    return judged(run).sentence


def _departures(evidence: Evidence) -> list[Departure]:
    if not evidence.run.windows:
        return []
    found = {name: finding for name, cause in CAUSES.items() if (finding := cause.find(evidence)) is not None}
    hidden = {name for cause in found for name in CAUSES[cause].hides}
    if len(found) > 1:
        hidden.add(UNEXPLAINED)
    shown = [Departure(name, *finding) for name, finding in found.items() if name not in hidden]
    return sorted(shown, key=lambda departure: departure.since)


def _verdict(evidence: Evidence, found: list[Departure]) -> str:
    run = evidence.run
    if not run.windows:
        return "Nothing has been trained on yet."
    if found:
        return " ".join(departure.sentence for departure in found)
    first, last = run.epochs[0], run.epochs[-1]
    epochs = f"Epoch {first}" if first == last else f"Epochs {first} to {last}"
    planned = run.plan.epochs if run.plan is not None else None
    epochs += f" of {planned:,}" if planned is not None and last + 1 < planned else ""
    apart, allowed = _largest_departure(evidence)
    points = "point" if number(apart) == "1" else "points"
    return (
        f"{epochs} drew what was planned (largest departure {number(apart)} {points}, chance allows {number(allowed)})."
    )


def _largest_departure(evidence: Evidence) -> tuple[float, float]:
    """Of the shares trained from those planned, over epochs and classes, and what chance allows there; in points."""
    run = evidence.run
    total = np.maximum(evidence.taken[:, None], 1)
    apart = (run.trained - run.planned) / total
    row, c = (int(i) for i in np.unravel_index(int(np.abs(apart).argmax()), apart.shape))
    is_below = bool(apart[row, c] < 0)
    allowed = evidence.spread.allowed(row, c, evidence.tests, is_below) / int(total[row, 0])
    return round(100 * abs(float(apart[row, c])), 2), round(100 * allowed, 2)
