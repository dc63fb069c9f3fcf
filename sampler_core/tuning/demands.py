"""Demands: what must hold, as frozen values with a name, a sentence and a JSON form.

The one contract here: a demand is a figure of merit, a class, a bound and a range of epochs (or the whole run), and
nothing else. Adding a kind is one class with its entry in `DEMANDS`; band, solver, sentences and JSON follow from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sampler_core.catalogue import Catalogue
from sampler_core.counts import ClassName
from sampler_core.numerals import number, percent, several
from sampler_core.parameters import Parameter, described, settle_fields

DEMANDS: Catalogue[Any] = Catalogue("demand")

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


class Demand(Protocol):
    """What every entry of `DEMANDS` has. bound: the number it asks for; class_name: a class by name, else the group."""

    bound: float
    class_name: ClassName | None

    @property
    def figure(self) -> str: ...  # a name in `merits.MERITS`
    @property
    def sense(self) -> str: ...  # "at least" or "at most"
    @property
    def group(self) -> str: ...
    def epochs(self, epochs: int) -> range: ...  # the epochs of a run it holds for, each by itself or together
    def __str__(self) -> str: ...  # the sentence


@DEMANDS.entry("share")
@dataclass(frozen=True, slots=True)
class ShareOfClass:
    """The class has at least / at most this share of the draws of every epoch from first_epoch to last_epoch."""

    bound: float = described(OF_DRAWS)
    sense: str = described(SENSE, "at least")
    group: str = described(GROUP, "rarest")
    class_name: ClassName | None = None
    first_epoch: int = described(FIRST, 0)
    last_epoch: int | None = described(LAST, None)

    def __post_init__(self) -> None:
        _check(self)

    @property
    def figure(self) -> str:
        return "share"

    def epochs(self, epochs: int) -> range:
        return _epochs(self.first_epoch, self.last_epoch, epochs)

    def __str__(self) -> str:
        return f"{_who(self)} has {self.sense} {percent(self.bound)} of the draws {_when(self)}"


@DEMANDS.entry("share_ratio")
@dataclass(frozen=True, slots=True)
class ShareRatio:
    """The largest class share is at most `bound` times the smallest, from first_epoch on."""

    bound: float = described(RATIO)
    first_epoch: int = described(FIRST, 0)
    last_epoch: int | None = described(LAST, None)
    class_name: ClassName | None = None

    def __post_init__(self) -> None:
        _check(self)

    @property
    def figure(self) -> str:
        return "share_ratio"

    @property
    def sense(self) -> str:
        return "at most"

    @property
    def group(self) -> str:
        return "every"

    def epochs(self, epochs: int) -> range:
        return _epochs(self.first_epoch, self.last_epoch, epochs)

    def __str__(self) -> str:
        return f"the share ratio is at most {number(self.bound)} {_when(self)}"


@DEMANDS.entry("repeats")
@dataclass(frozen=True, slots=True)
class RepeatsAtMost:
    """No sample of the class (or of any class) is drawn more often than this per epoch, or over the run (expected)."""

    bound: float = described(REPEATS)
    per: str = described(PER, "epoch")
    group: str = described(GROUP, "every")
    class_name: ClassName | None = None
    first_epoch: int = described(FIRST, 0)
    last_epoch: int | None = described(LAST, None)

    def __post_init__(self) -> None:
        _check(self)

    @property
    def figure(self) -> str:
        return "repeats" if self.per == "epoch" else "run_repeats"

    @property
    def sense(self) -> str:
        return "at most"

    def epochs(self, epochs: int) -> range:
        return _epochs(self.first_epoch, self.last_epoch, epochs)

    def __str__(self) -> str:
        whose = "" if _who(self) == "every class" else f" of {_who(self)}"
        return f"no sample{whose} is drawn more than {number(self.bound)} times {_how_long(self)}"


@DEMANDS.entry("absence")
@dataclass(frozen=True, slots=True)
class MissingFromAtMost:
    """The class (or each class) is missing from at most this share of full batches, by law, in every epoch."""

    bound: float = described(OF_BATCHES)
    group: str = described(GROUP, "rarest")
    class_name: ClassName | None = None
    first_epoch: int = described(FIRST, 0)
    last_epoch: int | None = described(LAST, None)

    def __post_init__(self) -> None:
        _check(self)

    @property
    def figure(self) -> str:
        return "absence"

    @property
    def sense(self) -> str:
        return "at most"

    def epochs(self, epochs: int) -> range:
        return _epochs(self.first_epoch, self.last_epoch, epochs)

    def __str__(self) -> str:
        return f"{_who(self)} is missing from at most {percent(self.bound)} of the batches {_when(self)}"


@DEMANDS.entry("coverage")
@dataclass(frozen=True, slots=True)
class SeenAtLeast:
    """At least this share of the samples of the class (or of each class) is drawn, per epoch or over the run."""

    bound: float = described(OF_SAMPLES)
    per: str = described(PER, "run")
    group: str = described(GROUP, "largest")
    class_name: ClassName | None = None
    first_epoch: int = described(FIRST, 0)
    last_epoch: int | None = described(LAST, None)

    def __post_init__(self) -> None:
        _check(self)

    @property
    def figure(self) -> str:
        return "coverage" if self.per == "epoch" else "run_coverage"

    @property
    def sense(self) -> str:
        return "at least"

    def epochs(self, epochs: int) -> range:
        return _epochs(self.first_epoch, self.last_epoch, epochs)

    def __str__(self) -> str:
        return f"at least {percent(self.bound)} of the samples of {_who(self)} are seen {_how_long(self)}"


@DEMANDS.entry("natural_mix")
@dataclass(frozen=True, slots=True)
class NaturalMix:
    """The data's own mix in the first or last epochs: a skew of 0 to within `bound`.

    Measured on the shares: their prior shift spans at most `bound` times log rho, which for a power skew is |s|; so a
    floor that bends the natural mix counts.
    """

    num_epochs: int = described(NUM_EPOCHS)
    end: str = described(END, "last")
    bound: float = described(TOLERANCE, 0.02)
    class_name: ClassName | None = None

    def __post_init__(self) -> None:
        settle_fields(self)

    @property
    def figure(self) -> str:
        return "natural_distance"

    @property
    def sense(self) -> str:
        return "at most"

    @property
    def group(self) -> str:
        return "every"

    def epochs(self, epochs: int) -> range:
        length = min(self.num_epochs, epochs)
        return range(length) if self.end == "first" else range(epochs - length, epochs)

    def __str__(self) -> str:
        where = several(self.num_epochs, "epoch", "epochs")
        return f"natural mix in the {self.end} {where} (skew within {number(self.bound)} of 0)"


def demands_to_json(demands: tuple[Demand, ...]) -> list[dict[str, Any]]:
    """Plain JSON types; `demands_from_json` gives equal demands."""
    return [DEMANDS.encode(demand) for demand in demands]


def demands_from_json(data: list[Mapping[str, Any]]) -> tuple[Demand, ...]:
    """The demands again; `ValueError` that names what is wrong."""
    if not isinstance(data, list):
        raise ValueError(f"demands must be a list, got {data!r}")
    return tuple(DEMANDS.decode(entry) for entry in data)


def relaxed(demand: Demand, bound: float) -> Demand:
    """The same demand with another number."""
    changed: Demand = replace(demand, bound=bound)  # type: ignore[type-var]
    return changed


def over_run(demand: Demand) -> bool:
    """Whether it couples the epochs: its figure is one of the whole run."""
    return demand.figure.startswith("run_")


def bound_in_words(demand: Demand, bound: float) -> str:
    """A bound as this demand's sentence writes it."""
    return percent(bound) if demand.figure in ("share", "absence", "coverage", "run_coverage") else number(bound)


def _check(demand: Any) -> None:
    settle_fields(demand)
    if demand.last_epoch is not None and demand.last_epoch < demand.first_epoch:
        raise ValueError(f"last_epoch must be at least first_epoch ({demand.first_epoch}), got {demand.last_epoch}")


def _epochs(first: int, last: int | None, epochs: int) -> range:
    if first >= epochs:
        raise ValueError(f"first_epoch must be at most {epochs - 1}, the last of {epochs} epochs, got {first}")
    return range(first, epochs if last is None else min(last + 1, epochs))


def _who(demand: Any) -> str:
    if demand.class_name is not None:
        return f"class {demand.class_name!r}"
    return {"rarest": "the rarest class", "largest": "the largest class", "every": "every class"}[demand.group]


def _when(demand: Any) -> str:
    if demand.last_epoch is None:
        return f"from epoch {demand.first_epoch} on" if demand.first_epoch else "in every epoch"
    if demand.last_epoch == demand.first_epoch:
        return f"in epoch {demand.first_epoch}"
    return f"from epoch {demand.first_epoch} to {demand.last_epoch}"


def _how_long(demand: Any) -> str:
    whole = demand.first_epoch == 0 and demand.last_epoch is None
    if demand.per == "run":
        return "per run" if whole else f"in all, {_when(demand)}"
    return "per epoch" if whole else f"per epoch, {_when(demand)}"
