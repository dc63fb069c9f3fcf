"""The words of requirements: a row for each of their fields, and the parts of their sentences.

The one contract here: the same words in the form, the sentence and the answer.
"""

from __future__ import annotations

from typing import Any

from sampler_core.forecast.metrics import metric_of
from sampler_core.formatting import number, percent
from sampler_core.plans.parameters import Parameter

SENSE = Parameter("sense", "Sense", "The bound is a lower or an upper one.", "at least", kind="choice",
                  choices=("at least", "at most"))  # fmt: skip
GROUP = Parameter("group", "Class", "Which class is meant, unless one is named.", "rarest", kind="choice",
                  choices=("rarest", "largest", "every"))  # fmt: skip
PER = Parameter("per", "Counted over", "One epoch or the whole run.", "epoch", kind="choice", choices=("epoch", "run"))
END = Parameter("end", "Where", "The first or the last epochs of the run.", "last", kind="choice",
                choices=("first", "last"))  # fmt: skip
FIRST = Parameter("first_epoch", "From epoch", "The first epoch it holds for.", 0, 0, 100_000, 1, kind="integer")
LAST = Parameter("last_epoch", "To epoch", "The last epoch it holds for. Empty: the run's last.", None, 0, 100_000, 1,
                 kind="integer")  # fmt: skip
OF_DRAWS = Parameter("share_bound", "Share of the draws", "Share of an epoch's draws.", 0.05, 0.0, 1.0, 0.01)
RATIO = Parameter("ratio_bound", "Share ratio", "Largest class share over smallest.", 10.0, 1.0, 1e12, 1.0)
REPEATS = Parameter("repeats_bound", "Repeats", "How often one sample is drawn.", 10.0, 1e-6, 1e12, 1.0)
OF_BATCHES = Parameter("absence_bound", "Share of batches", "Share of full batches.", 0.01, 0.0, 1.0, 0.01)
OF_SAMPLES = Parameter("coverage_bound", "Share of the samples", "Share of a class's samples.", 0.8, 0.0, 1.0, 0.01)
TOLERANCE = Parameter("tolerance", "Tolerance", "How far the skew may be from 0.", 0.02, 1e-6, 100.0, 0.01, "skew")
NUM_EPOCHS = Parameter("num_epochs", "Epochs", "How many epochs.", 5, 1, 100_000, 1, kind="integer")


def bound_in_words(requirement: Any, bound: float) -> str:
    """A bound as this requirement's sentence writes it."""
    return percent(bound) if metric_of(requirement.metric).unit == "share" else number(bound)


def who(requirement: Any) -> str:
    """Which class it is about."""
    if requirement.class_name is not None:
        return f"class {requirement.class_name!r}"
    return {"rarest": "the rarest class", "largest": "the largest class", "every": "every class"}[requirement.group]


def when(requirement: Any) -> str:
    """In which epochs it holds, each by itself."""
    if requirement.last_epoch is None:
        return f"from epoch {requirement.first_epoch} on" if requirement.first_epoch else "in every epoch"
    if requirement.last_epoch == requirement.first_epoch:
        return f"in epoch {requirement.first_epoch}"
    return f"from epoch {requirement.first_epoch} to {requirement.last_epoch}"


def how_long(requirement: Any) -> str:
    """What it is counted over."""
    whole = requirement.first_epoch == 0 and requirement.last_epoch is None
    if requirement.per == "run":
        return "per run" if whole else f"in all, {when(requirement)}"
    return "per epoch" if whole else f"per epoch, {when(requirement)}"
