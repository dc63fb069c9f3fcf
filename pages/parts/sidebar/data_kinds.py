"""The kinds of data, one entry each: their class counts, what one sample is, what they are called, and their words.

The one contract here: a kind is known by a key that the sidebar's values have of it alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pages.parts.my_labels.reading_job import PASTED
from pages.parts.sidebar.page_parameters import MIXTURE, OWN_SOURCES, PROFILE, TABLE, choice_titles
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.vocabulary import CLASS_WORDS, SOURCE_WORDS, Vocabulary
from sampler_core.datasets import load, load_mixture, published_dataset, published_mixtures, read_sources, synthetic
from sampler_core.formatting import shortened
from sampler_core.plans.parameters import CLASSES, RATIO, SAMPLES, SAMPLES_PER_EPOCH, SOURCES, TOKENS

OWN_COUNTS, OWN_NAME, OWN_TALLIES = "own", "own_name", "own_tallies"
Values = Mapping[str, Any]


@dataclass(frozen=True)
class DataKind:
    """An entry. counts, unit and called are asked with the sidebar's values.

    counts: `ValueError` where the values do not go together. unit: what one sample is ("images"). called: in headings,
    plain text that may hold any character. stands_in_as: what it is, where it is shown instead of missing labels.
    words: those of its texts. samples_per_epoch: of counts and the epochs of the run, where its box is empty; None: as
    many as there are samples.
    """

    key: str
    counts: Callable[[Values], ClassCounts]
    unit: Callable[[Values], str]
    called: Callable[[Values], str]
    stands_in_as: str
    words: Vocabulary = CLASS_WORDS
    samples_per_epoch: Callable[[ClassCounts, int], int | None] = lambda counts, epochs: None

    @property
    def is_mixture(self) -> bool:
        """Whether its classes are the sources of a mixture."""
        return self.words is SOURCE_WORDS


def kind_of(values: Values) -> DataKind:
    """The kind of data of the sidebar's values."""
    return next((kind for kind in KINDS.values() if kind.key in values), KINDS["synthetic"])


def _name_of_file(values: Values) -> str:
    file_name = values.get(OWN_NAME, PASTED)
    return "My labels" if file_name == PASTED else shortened(file_name)


# --- sources of a mixture --------------------------------------------------------------------------------------------


def source_sizes(values: Values) -> ClassCounts:
    """The sources with their sizes as published or typed, before any division by the tokens of a sample."""
    if values[MIXTURE.key] != OWN_SOURCES:
        return load_mixture(values[MIXTURE.key])
    counts = read_sources(values[SOURCES.key]).counts
    if counts is None:
        raise ValueError(f"{SOURCES.label} must have at least one line with a name and a size, got none")
    return counts


def _sources(values: Values) -> ClassCounts:
    sizes = source_sizes(values)
    return ClassCounts(sizes.names, (sizes.counts // values[TOKENS.key]).clip(min=1))


def _unit_of_sources(values: Values) -> str:
    units = {mixture.name: mixture.unit for mixture in published_mixtures()}
    return "sequences" if values[TOKENS.key] > 1 else units.get(values[MIXTURE.key], "samples")


def one_pass_in_the_run(counts: ClassCounts, epochs: int) -> int:
    """So many samples an epoch that the run draws as many as there are, at most what the box may hold."""
    return min(-(-counts.num_samples // epochs), int(SAMPLES_PER_EPOCH.maximum or 1))


KINDS: Mapping[str, DataKind] = {
    "mine": DataKind(OWN_COUNTS, lambda values: values[OWN_COUNTS], lambda values: "samples", _name_of_file, ""),
    "published": DataKind(
        TABLE.key, lambda values: load(values[TABLE.key], values.get(RATIO.key)),
        lambda values: published_dataset(values[TABLE.key]).unit,
        lambda values: choice_titles(TABLE)[values[TABLE.key]], "a published data set",
    ),
    "sources": DataKind(
        MIXTURE.key, _sources, _unit_of_sources, lambda values: choice_titles(MIXTURE)[values[MIXTURE.key]],
        "the sources of before", SOURCE_WORDS, one_pass_in_the_run,
    ),
    "synthetic": DataKind(
        PROFILE.key, lambda values: synthetic(*(values[row.key] for row in (PROFILE, CLASSES, SAMPLES, RATIO))),
        lambda values: "samples",
        lambda values: f"Synthetic, {choice_titles(PROFILE)[values.get(PROFILE.key, PROFILE.default)]}",
        "synthetic data",
    ),
}  # fmt: skip
"""Choice of the Source control -> kind; the first whose key the values have is theirs."""
