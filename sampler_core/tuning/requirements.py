"""Requirements: what must hold, as frozen values with a name, a sentence and a JSON form.

The one contract here: a requirement is a metric, a class, a bound and a range of epochs (or the whole run), and
nothing else. A new kind is one class with its entry in `REQUIREMENTS`; band, solver, sentence, form and JSON follow.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from sampler_core.data.plain_values import ClassName
from sampler_core.plans.parameters import Described, described, rows_of
from sampler_core.plans.registry import Catalogue
from sampler_core.tuning import requirement_sentences as sentences

REQUIREMENTS = Catalogue("requirement")


class Requirement(Described):
    """Base of every entry of `REQUIREMENTS`: checked fields, and a sentence from the template of its kind.

    bound: the number it asks for. class_name: a class by name; None means the group. title, template: its kind in the
    menu and its sentence, with fields and phrases in braces (`requirement_sentences`). sense: "at least" or "at most".
    """

    __slots__ = ()
    title: ClassVar[str]
    template: ClassVar[str]
    bound: float
    sense: str
    group: str
    class_name: ClassName | None

    @property
    def metric(self) -> str:
        """A name in `metrics.METRICS`."""
        raise NotImplementedError

    def epochs(self, epochs: int) -> range:
        """The epochs of a run that it holds for, each by itself or together."""
        raise NotImplementedError

    def __str__(self) -> str:
        return sentences.requirement_sentence(self)


class _Windowed(Requirement):
    """Base of those that hold from first_epoch to last_epoch (None: the run's last)."""

    __slots__ = ()
    first_epoch: int
    last_epoch: int | None

    def __post_init__(self) -> None:
        Described.__post_init__(self)
        if self.last_epoch is not None and self.last_epoch < self.first_epoch:
            raise ValueError(f"last_epoch must be at least first_epoch ({self.first_epoch}), got {self.last_epoch}")

    def epochs(self, epochs: int) -> range:
        """The epochs of a run that it holds for."""
        first, last = self.first_epoch, self.last_epoch
        if first >= epochs:
            raise ValueError(f"first_epoch must be at most {epochs - 1}, the last of {epochs} epochs, got {first}")
        return range(first, epochs if last is None else min(last + 1, epochs))


@REQUIREMENTS.entry("share")
@dataclass(frozen=True, slots=True)
class ShareOfClass(_Windowed):
    """The class has at least / at most this share of the draws of every epoch from first_epoch to last_epoch.

    As planned: the drawn share differs from it by chance, under exact by less than one draw.
    """

    bound: float = described(sentences.SHARE_OF_DRAWS_ROW)
    sense: str = described(sentences.SENSE_ROW, "at least")
    group: str = described(sentences.GROUP_ROW, "rarest")
    class_name: ClassName | None = None
    first_epoch: int = described(sentences.FIRST_EPOCH_ROW, 0)
    last_epoch: int | None = described(sentences.LAST_EPOCH_ROW, None)

    title = "a share of the draws"
    template = "{who} has {sense} {bound} of the draws {when}"
    metric = "share"


@REQUIREMENTS.entry("share_ratio")
@dataclass(frozen=True, slots=True)
class ShareRatio(_Windowed):
    """The largest class share is at most `bound` times the smallest, from first_epoch on."""

    bound: float = described(sentences.SHARE_RATIO_ROW)
    first_epoch: int = described(sentences.FIRST_EPOCH_ROW, 0)
    last_epoch: int | None = described(sentences.LAST_EPOCH_ROW, None)
    class_name: ClassName | None = None

    title = "the share ratio"
    template = "the share ratio is at most {bound} {when}"
    metric = "share_ratio"
    sense = "at most"
    group = "every"


@REQUIREMENTS.entry("repeats")
@dataclass(frozen=True, slots=True)
class RepeatsAtMost(_Windowed):
    """No sample of the class (or of any class) is drawn more often than this per epoch, or over the run.

    Judged by the largest count of a single sample: for sure under exact, else in 95 of 100 seeds (`as_drawn`).
    """

    bound: float = described(sentences.REPEATS_ROW)
    per: str = described(sentences.PER_ROW, "epoch")
    group: str = described(sentences.GROUP_ROW, "every")
    class_name: ClassName | None = None
    first_epoch: int = described(sentences.FIRST_EPOCH_ROW, 0)
    last_epoch: int | None = described(sentences.LAST_EPOCH_ROW, None)

    title = "repeats of samples"
    template = "no sample{whose} is drawn more than {bound} times {how_long}"
    sense = "at most"

    @property
    def metric(self) -> str:
        return "repeats" if self.per == "epoch" else "run_repeats"


@REQUIREMENTS.entry("absence")
@dataclass(frozen=True, slots=True)
class MissingFromAtMost(_Windowed):
    """The class (or each class) is missing from at most this share of full batches, in every epoch.

    Judged by the number of batches that are drawn without it, in 95 of 100 seeds (`as_drawn`).
    """

    bound: float = described(sentences.SHARE_OF_BATCHES_ROW)
    group: str = described(sentences.GROUP_ROW, "rarest")
    class_name: ClassName | None = None
    first_epoch: int = described(sentences.FIRST_EPOCH_ROW, 0)
    last_epoch: int | None = described(sentences.LAST_EPOCH_ROW, None)

    title = "batches without a class"
    template = "{who} is missing from at most {bound} of the batches {when}"
    metric = "absence"
    sense = "at most"


@REQUIREMENTS.entry("coverage")
@dataclass(frozen=True, slots=True)
class SeenAtLeast(_Windowed):
    """At least this share of the samples of the class (or of each class) is drawn, per epoch or over the run.

    Per epoch under the stratified scheme: whatever part of a pass earlier epochs have left (`least_coverage`).
    """

    bound: float = described(sentences.SHARE_OF_SAMPLES_ROW)
    per: str = described(sentences.PER_ROW, "run")
    group: str = described(sentences.GROUP_ROW, "largest")
    class_name: ClassName | None = None
    first_epoch: int = described(sentences.FIRST_EPOCH_ROW, 0)
    last_epoch: int | None = described(sentences.LAST_EPOCH_ROW, None)

    title = "samples that are seen"
    template = "at least {bound} of the samples of {who} are seen {how_long}"
    sense = "at least"

    @property
    def metric(self) -> str:
        return "coverage" if self.per == "epoch" else "run_coverage"


@REQUIREMENTS.entry("natural_mix")
@dataclass(frozen=True, slots=True)
class NaturalMix(Requirement):
    """The data's own mix in the first or last epochs: a skew of 0 to within `bound`.

    Measured on the shares: their prior shift spans at most `bound` times log rho, which for a power skew is |s|; so a
    floor that bends the natural mix counts.
    """

    num_epochs: int = described(sentences.NUM_EPOCHS_ROW)
    end: str = described(sentences.END_ROW, "last")
    bound: float = described(sentences.TOLERANCE_ROW, 0.02)
    class_name: ClassName | None = None

    title = "the natural mix"
    template = "natural mix in the {end} {length} (skew within {bound} of 0)"
    metric = "natural_distance"
    sense = "at most"
    group = "every"

    def epochs(self, epochs: int) -> range:
        length = min(self.num_epochs, epochs)
        return range(length) if self.end == "first" else range(epochs - length, epochs)


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
    relaxed_requirement: Requirement = replace(requirement, bound=bound)  # type: ignore[type-var]
    return relaxed_requirement


def bounds_of(requirement: Requirement) -> tuple[float, float]:
    """The least and the largest number that such a requirement may ask for."""
    bound_field = rows_of(type(requirement))["bound"]
    return bound_field.minimum or 0.0, bound_field.maximum or math.inf


def over_run(requirement: Requirement) -> bool:
    """Whether it couples the epochs: its metric is one of the whole run."""
    return requirement.metric.startswith("run_")


def limits_repeats(requirement: Requirement) -> bool:
    """Whether it is about how often samples come, in an epoch or over the run."""
    return requirement.metric in ("repeats", "run_repeats")
