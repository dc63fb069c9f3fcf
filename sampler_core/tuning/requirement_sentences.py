"""The words of requirements: a row for each of their fields, and the sentence that a template makes of them.

The one contract here: sentence and form come from one template a kind. In "{who} has at least {bound} of the draws
{when}" the braces hold fields and phrases; the sentence has words there, the form controls (`FORM_PHRASES`).
"""

from __future__ import annotations

from collections.abc import Callable
from string import Formatter
from typing import Any

from sampler_core.forecast.metrics import metric_of
from sampler_core.formatting import number, percent, several
from sampler_core.plans.parameters import Parameter

# The rows of a requirement's fields.
SENSE_ROW = Parameter(
    "sense",
    "Sense",
    "The bound is a lower or an upper one.",
    "at least",
    kind="choice",
    choices=("at least", "at most"),
)
GROUP_ROW = Parameter(
    "group",
    "Class",
    "Which class is meant, unless one is named.",
    "rarest",
    kind="choice",
    choices=("rarest", "largest", "every"),
)
PER_ROW = Parameter(
    "per", "Counted over", "One epoch or the whole run.", "epoch", kind="choice", choices=("epoch", "run")
)
END_ROW = Parameter(
    "end", "Where", "The first or the last epochs of the run.", "last", kind="choice", choices=("first", "last")
)
FIRST_EPOCH_ROW = Parameter(
    "first_epoch", "From epoch", "The first epoch it holds for.", 0, 0, 100_000, 1, kind="integer"
)
LAST_EPOCH_ROW = Parameter(
    "last_epoch", "To epoch", "The last epoch it holds for. Empty: the run's last.", None, 0, 100_000, 1, kind="integer"
)
SHARE_OF_DRAWS_ROW = Parameter("share_bound", "Share of the draws", "Share of an epoch's draws.", 0.05, 0.0, 1.0, 0.01)
SHARE_RATIO_ROW = Parameter("ratio_bound", "Share ratio", "Largest class share over smallest.", 10.0, 1.0, 1e12, 1.0)
REPEATS_ROW = Parameter("repeats_bound", "Repeats", "How often one sample is drawn.", 10.0, 1e-6, 1e12, 1.0)
SHARE_OF_BATCHES_ROW = Parameter("absence_bound", "Share of batches", "Share of full batches.", 0.01, 0.0, 1.0, 0.01)
SHARE_OF_SAMPLES_ROW = Parameter(
    "coverage_bound", "Share of the samples", "Share of a class's samples.", 0.8, 0.0, 1.0, 0.01
)
TOLERANCE_ROW = Parameter("tolerance", "Tolerance", "How far the skew may be from 0.", 0.02, 1e-6, 100.0, 0.01, "skew")
NUM_EPOCHS_ROW = Parameter("num_epochs", "Epochs", "How many epochs.", 5, 1, 100_000, 1, kind="integer")


# Phrase of a template -> how the form writes it, with a field in braces for each control ("who": the class).
FORM_PHRASES = {
    "whose": " of {who}",
    "when": "from epoch {first_epoch} to {last_epoch}",
    "how_long": "per {per} from epoch {first_epoch} to {last_epoch}",
    "length": "{num_epochs} epochs",
}


def requirement_sentence(requirement: Any, bound: float | None = None) -> str:
    """The requirement in words, by its template; `str` of a requirement is this. bound: another one than its own."""
    bound = requirement.bound if bound is None else bound
    template_parts = Formatter().parse(requirement.template)
    return "".join(
        text + (_template_phrase(requirement, name, bound) if name else "") for text, name, *_ in template_parts
    )


def form_template(template: str) -> str:
    """A template with its phrases as the form writes them: whatever stands in braces is a field, or "who"."""
    template_parts = Formatter().parse(template)
    return "".join(text + (FORM_PHRASES.get(name, f"{{{name}}}") if name else "") for text, name, *_ in template_parts)


def bound_in_words(requirement: Any, bound: float) -> str:
    """A bound as this requirement's sentence writes it."""
    return percent(bound) if metric_of(requirement.metric).unit == "share" else number(bound)


def _template_phrase(requirement: Any, name: str, bound: float) -> str:
    if name == "bound":
        return bound_in_words(requirement, bound)
    return SENTENCE_PHRASES[name](requirement) if name in SENTENCE_PHRASES else str(getattr(requirement, name))


def _who_phrase(requirement: Any) -> str:
    if requirement.class_name is not None:
        return f"class {requirement.class_name!r}"
    return "every class" if requirement.group == "every" else f"the {requirement.group} class"


def _whose_phrase(requirement: Any) -> str:
    """Every class needs no mention."""
    return "" if _who_phrase(requirement) == "every class" else f" of {_who_phrase(requirement)}"


def _when_phrase(requirement: Any) -> str:
    first, last = requirement.first_epoch, requirement.last_epoch
    if last is None:
        return f"from epoch {first} on" if first else "in every epoch"
    return f"in epoch {first}" if last == first else f"from epoch {first} to {last}"


def _how_long_phrase(requirement: Any) -> str:
    """What it is counted over."""
    if requirement.first_epoch == 0 and requirement.last_epoch is None:
        return f"per {requirement.per}"
    return f"{'in all' if requirement.per == 'run' else 'per epoch'}, {_when_phrase(requirement)}"


def _length_phrase(requirement: Any) -> str:
    return several(requirement.num_epochs, "epoch", "epochs")


SENTENCE_PHRASES: dict[str, Callable[[Any], str]] = {
    "who": _who_phrase,
    "whose": _whose_phrase,
    "when": _when_phrase,
    "how_long": _how_long_phrase,
    "length": _length_phrase,
}
