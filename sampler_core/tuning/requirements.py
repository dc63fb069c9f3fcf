"""Requirements: what must hold, as frozen values with a name, a sentence and a JSON form.

The one contract here: a requirement is a metric, a class, a bound and a range of epochs (or the whole run), and
nothing else. Adding a kind is one class with its entry in `REQUIREMENTS`; band, solver, sentences and JSON follow from it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sampler_core.data.plain_values import ClassName
from sampler_core.formatting import number, percent, several
from sampler_core.plans.parameters import described, rows_of, settle_fields
from sampler_core.plans.registry import Catalogue
from sampler_core.tuning import requirement_sentences

REQUIREMENTS: Catalogue[Any] = Catalogue("requirement")


class Requirement(Protocol):
    """What every entry of `REQUIREMENTS` has. bound: the number it asks for; class_name: a class by name, else the group."""

    bound: float
    class_name: ClassName | None

    @property
    def metric(self) -> str: ...  # a name in `metrics.METRICS`
    @property
    def sense(self) -> str: ...  # "at least" or "at most"
    @property
    def group(self) -> str: ...
    def epochs(self, epochs: int) -> range: ...  # the epochs of a run it holds for, each by itself or together
    def __str__(self) -> str: ...  # the sentence


def _check(requirement: Any) -> None:
    settle_fields(requirement)
    if requirement.last_epoch is not None and requirement.last_epoch < requirement.first_epoch:
        raise ValueError(
            f"last_epoch must be at least first_epoch ({requirement.first_epoch}), got {requirement.last_epoch}"
        )


def _in_window(requirement: Any, epochs: int) -> range:
    first, last = requirement.first_epoch, requirement.last_epoch
    if first >= epochs:
        raise ValueError(f"first_epoch must be at most {epochs - 1}, the last of {epochs} epochs, got {first}")
    return range(first, epochs if last is None else min(last + 1, epochs))


@REQUIREMENTS.entry("share")
@dataclass(frozen=True, slots=True)
class ShareOfClass:
    """The class has at least / at most this share of the draws of every epoch from first_epoch to last_epoch."""

    bound: float = described(requirement_sentences.OF_DRAWS)
    sense: str = described(requirement_sentences.SENSE, "at least")
    group: str = described(requirement_sentences.GROUP, "rarest")
    class_name: ClassName | None = None
    first_epoch: int = described(requirement_sentences.FIRST, 0)
    last_epoch: int | None = described(requirement_sentences.LAST, None)

    metric = "share"
    epochs = _in_window

    def __post_init__(self) -> None:
        _check(self)

    def __str__(self) -> str:
        return f"{requirement_sentences.who(self)} has {self.sense} {percent(self.bound)} of the draws {requirement_sentences.when(self)}"


@REQUIREMENTS.entry("share_ratio")
@dataclass(frozen=True, slots=True)
class ShareRatio:
    """The largest class share is at most `bound` times the smallest, from first_epoch on."""

    bound: float = described(requirement_sentences.RATIO)
    first_epoch: int = described(requirement_sentences.FIRST, 0)
    last_epoch: int | None = described(requirement_sentences.LAST, None)
    class_name: ClassName | None = None

    metric = "share_ratio"
    sense = "at most"
    group = "every"
    epochs = _in_window

    def __post_init__(self) -> None:
        _check(self)

    def __str__(self) -> str:
        return f"the share ratio is at most {number(self.bound)} {requirement_sentences.when(self)}"


@REQUIREMENTS.entry("repeats")
@dataclass(frozen=True, slots=True)
class RepeatsAtMost:
    """No sample of the class (or of any class) is drawn more often than this per epoch, or over the run (expected)."""

    bound: float = described(requirement_sentences.REPEATS)
    per: str = described(requirement_sentences.PER, "epoch")
    group: str = described(requirement_sentences.GROUP, "every")
    class_name: ClassName | None = None
    first_epoch: int = described(requirement_sentences.FIRST, 0)
    last_epoch: int | None = described(requirement_sentences.LAST, None)

    sense = "at most"
    epochs = _in_window

    def __post_init__(self) -> None:
        _check(self)

    @property
    def metric(self) -> str:
        return "repeats" if self.per == "epoch" else "run_repeats"

    def __str__(self) -> str:
        whose = "" if requirement_sentences.who(self) == "every class" else f" of {requirement_sentences.who(self)}"
        return f"no sample{whose} is drawn more than {number(self.bound)} times {requirement_sentences.how_long(self)}"


@REQUIREMENTS.entry("absence")
@dataclass(frozen=True, slots=True)
class MissingFromAtMost:
    """The class (or each class) is missing from at most this share of full batches, by scheme, in every epoch."""

    bound: float = described(requirement_sentences.OF_BATCHES)
    group: str = described(requirement_sentences.GROUP, "rarest")
    class_name: ClassName | None = None
    first_epoch: int = described(requirement_sentences.FIRST, 0)
    last_epoch: int | None = described(requirement_sentences.LAST, None)

    metric = "absence"
    sense = "at most"
    epochs = _in_window

    def __post_init__(self) -> None:
        _check(self)

    def __str__(self) -> str:
        return f"{requirement_sentences.who(self)} is missing from at most {percent(self.bound)} of the batches {requirement_sentences.when(self)}"


@REQUIREMENTS.entry("coverage")
@dataclass(frozen=True, slots=True)
class SeenAtLeast:
    """At least this share of the samples of the class (or of each class) is drawn, per epoch or over the run."""

    bound: float = described(requirement_sentences.OF_SAMPLES)
    per: str = described(requirement_sentences.PER, "run")
    group: str = described(requirement_sentences.GROUP, "largest")
    class_name: ClassName | None = None
    first_epoch: int = described(requirement_sentences.FIRST, 0)
    last_epoch: int | None = described(requirement_sentences.LAST, None)

    sense = "at least"
    epochs = _in_window

    def __post_init__(self) -> None:
        _check(self)

    @property
    def metric(self) -> str:
        return "coverage" if self.per == "epoch" else "run_coverage"

    def __str__(self) -> str:
        return f"at least {percent(self.bound)} of the samples of {requirement_sentences.who(self)} are seen {requirement_sentences.how_long(self)}"


@REQUIREMENTS.entry("natural_mix")
@dataclass(frozen=True, slots=True)
class NaturalMix:
    """The data's own mix in the first or last epochs: a skew of 0 to within `bound`.

    Measured on the shares: their prior shift spans at most `bound` times log rho, which for a power skew is |s|; so a
    floor that bends the natural mix counts.
    """

    num_epochs: int = described(requirement_sentences.NUM_EPOCHS)
    end: str = described(requirement_sentences.END, "last")
    bound: float = described(requirement_sentences.TOLERANCE, 0.02)
    class_name: ClassName | None = None

    metric = "natural_distance"
    sense = "at most"
    group = "every"

    def __post_init__(self) -> None:
        settle_fields(self)

    def epochs(self, epochs: int) -> range:
        length = min(self.num_epochs, epochs)
        return range(length) if self.end == "first" else range(epochs - length, epochs)

    def __str__(self) -> str:
        where = several(self.num_epochs, "epoch", "epochs")
        return f"natural mix in the {self.end} {where} (skew within {number(self.bound)} of 0)"


def requirements_to_json(requirements: tuple[Requirement, ...]) -> list[dict[str, Any]]:
    """Plain JSON types; `requirements_from_json` gives equal requirements."""
    return [REQUIREMENTS.encode(requirement) for requirement in requirements]


def requirements_from_json(data: list[Mapping[str, Any]]) -> tuple[Requirement, ...]:
    """The requirements again; `ValueError` that names what is wrong."""
    if not isinstance(data, list):
        raise ValueError(f"requirements must be a list, got {data!r}")
    return tuple(REQUIREMENTS.decode(entry) for entry in data)


def relaxed(requirement: Requirement, bound: float) -> Requirement:
    """The same requirement with another number."""
    changed: Requirement = replace(requirement, bound=bound)  # type: ignore[type-var]
    return changed


def bounds_of(requirement: Requirement) -> tuple[float, float]:
    """The least and the largest number that such a requirement may ask for."""
    row = rows_of(type(requirement))["bound"]
    return row.minimum or 0.0, row.maximum or math.inf


def over_run(requirement: Requirement) -> bool:
    """Whether it couples the epochs: its metric is one of the whole run."""
    return requirement.metric.startswith("run_")


def limits_repeats(requirement: Requirement) -> bool:
    """Whether it is about how often samples come, in an epoch or over the run."""
    return requirement.metric in ("repeats", "run_repeats")
