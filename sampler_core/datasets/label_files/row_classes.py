"""The class of each distinct row: its label, the column that has its 1, its rarest label, or a pair of label and group.

The one contract here: whatever is not one label a row is said in a sentence, and so is which rows count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from sampler_core.data.combined_labels import combined
from sampler_core.data.label_encoding import class_names
from sampler_core.data.plain_values import ClassName
from sampler_core.data.rarest_label import rarest_label
from sampler_core.data.tallies import AdaptedLabels, Tally
from sampler_core.datasets.label_files import noticed_sentences
from sampler_core.datasets.label_files.class_naming import ClassNaming, naming_of_categories, naming_of_labels
from sampler_core.datasets.label_files.column_roles import NO, UNCERTAIN, YES, training_values
from sampler_core.datasets.label_files.file_layout import Layout
from sampler_core.datasets.label_files.label_sets import labels_in_cell, noticed_separator, possible_separator
from sampler_core.datasets.label_files.label_tally import NO_LABEL, LabelTally, RawLabel
from sampler_core.datasets.label_files.reading_errors import ReadingError
from sampler_core.datasets.label_files.text_encoding import encoding_of_labels
from sampler_core.formatting import listed, quoted

LabelSets = list[tuple[ClassName, ...]]


class Adapted(NamedTuple):
    """The class of each distinct row, all classes in order, and what comes with the samples of each."""

    class_names: list[ClassName | None]
    order: Sequence[ClassName] = ()
    tallies: tuple[Tally, ...] = ()


class RowClasses(NamedTuple):
    """What `LabelTally.keys` mean. `class_names`: of each key, None for one without; `counted`: whether its rows count.

    `layout` has what was taken where it said nothing: the splits that count, and how several labels are read.
    `splits`: the rows of each split. `order`: the classes in order, those without a row too; None: sorted. `missing`:
    why a row that counts has no class. `noticed`: its topic and a sentence; `warnings`: sentences.
    """

    class_names: list[ClassName | None]
    counted: list[bool]
    layout: Layout
    splits: tuple[tuple[str, int], ...]
    order: list[ClassName] | None
    missing: str
    tallies: tuple[Tally, ...]
    noticed: list[tuple[str, str]]
    warnings: list[str]


def classes_of_rows(layout: Layout, tally: LabelTally, missing: Sequence[str]) -> RowClasses:
    """The class of each distinct row of the tally; `missing` are the spellings of "no label"."""
    rows, place = _Rows(layout, tally, missing), len(layout.indicators) or 1
    group_names = rows.names(place).class_names if layout.group is not None else None
    splits, counted = rows.splits(len(layout.key_columns) - 1) if layout.split_column is not None else ((), None)
    rows.counted = counted or [True] * len(tally.keys)
    label_sets, order = rows.indicator_sets() if layout.indicators else rows.cell_sets()
    names, adapted_order, tallies = rows.class_of_each(label_sets)
    without = "category that is not listed" if tally.categories else "no label"
    if group_names is not None:
        groups = [group_names[key[place]] if key[place] != NO_LABEL else None for key in tally.keys]
        names, adapted_order, tallies = rows.paired(names, groups)
        without = f"no label or no {quoted(layout.group)}"
    noticed = [*rows.noticed, *noticed_sentences.about_columns(rows.layout)]
    order = list(adapted_order) if tallies else order
    return RowClasses(names, rows.counted, rows.layout, splits, order, without, tallies, noticed, rows.warnings)


class _Rows:
    """The distinct rows of a tally while their classes are found; what is noticed on the way is collected."""

    def __init__(self, layout: Layout, tally: LabelTally, missing: Sequence[str]) -> None:
        self.layout, self.tally, self.missing = layout, tally, missing
        self.samples, self.rows = (
            (list(column) for column in zip(*tally.totals(), strict=True)) if tally.keys else ([], [])
        )
        self.counted: list[bool] = []
        self.noticed: list[tuple[str, str]] = []
        self.warnings: list[str] = []

    def names(self, column: int) -> ClassNaming:
        """Names of the distinct values of a column."""
        encoding = encoding_of_labels(self.layout.encoding or "utf-8")
        return naming_of_labels(self.tally.values(column), encoding, self.missing, self.tally.limits)

    def splits(self, place: int) -> tuple[tuple[tuple[str, int], ...], list[bool]]:
        """The rows of each split, and of each distinct row whether its split counts."""
        split_names = ["" if name is None else str(name) for name in (*self.names(place).class_names, None)]
        split_of_key = [split_names[key[place]] for key in self.tally.keys]  # code -1 is the last: no split
        rows_of_splits = Counter[str]()
        for split_name, rows in zip(split_of_key, self.rows, strict=True):
            rows_of_splits[split_name] += rows
        splits = tuple(sorted(rows_of_splits.items()))
        chosen = self.layout.split
        if chosen is None:
            chosen = training_values(self.layout.split_column or "", list(rows_of_splits))
        if unknown := set(chosen) - rows_of_splits.keys():
            raise ReadingError(f"split must be one of {listed(rows_of_splits, 20)}, got {listed(unknown)}")
        self.layout = replace(self.layout, split=tuple(sorted(chosen)))
        self.noticed.append(("split", noticed_sentences.about_splits(self.layout, splits)))
        return splits, [not chosen or split_name in chosen for split_name in split_of_key]

    def indicator_sets(self) -> tuple[LabelSets, list[ClassName] | None]:
        """The columns with a 1 in each distinct row, as names of labels."""
        label_names = class_names(list(self.layout.indicators))
        values = [self.tally.values(column) for column in range(len(label_names))]
        plain = [[_plain_indicator(value) for value in of_column] for of_column in values]
        if strange := {value for of_column in plain for value in of_column} - YES - NO - UNCERTAIN - {""}:
            self.warnings.append(f"Values other than 0 and 1 were read as 0: {listed(sorted(strange), 3)}.")
        elif any(value in UNCERTAIN for of_column in plain for value in of_column):
            self.warnings.append("-1 was read as 0.")
        has_one = [[*(value in YES for value in of_column), False] for of_column in plain]  # code -1 is the last
        label_sets = [
            tuple(name for name, ones, code in zip(label_names, has_one, key, strict=False) if ones[code])
            for key in self.tally.keys
        ]
        self._say_several(label_sets, noticed_sentences.about_indicators)
        return label_sets, label_names

    def cell_sets(self) -> tuple[LabelSets, list[ClassName] | None]:
        """The labels in the cell of each distinct row: one, or several where these are read so."""
        if self.tally.categories:
            naming = naming_of_categories(self.tally.labels, self.tally.categories, self.tally.limits)
            every = naming_of_categories(list(self.tally.categories), self.tally.categories, self.tally.limits)
            self.warnings += every.notes
            names, order = naming.class_names, [name for name in every.class_names if name is not None]
        else:
            naming, order = self.names(0), None
            self.warnings += naming.notes
            names = naming.class_names
        one_each: LabelSets = [() if name is None else (name,) for name in names]
        separator, how = self._separator([name for name in names if isinstance(name, str)])
        if separator is None:
            boxes_are_samples = self.tally.images.are_known and self.layout.several == "whole"
            self.layout = replace(self.layout, several="whole" if boxes_are_samples else None)
            return self._sets_of_keys(one_each), order
        self.layout = replace(self.layout, several=self.layout.several or how)
        sets = self._separated(["" if name is None else str(name) for name in names], separator)
        example = next((str(name) for name, labels in zip(names, sets, strict=True) if len(labels) > 1), "")
        self._say_several(self._sets_of_keys(sets), noticed_sentences.about_cells_like(example))
        return self._sets_of_keys(one_each if self.layout.several == "whole" else sets), None

    def _separator(self, cells: Sequence[str]) -> tuple[str | None, str]:
        """What parts several labels in cells, and how these are read unless chosen. Classes of a table are one each."""
        if self.tally.categories or (self.layout.count is not None and self.layout.several is None):
            return None, ""
        if (separator := noticed_separator(cells)) is not None:
            return separator, "rarest"
        return possible_separator(cells), "whole"

    def class_of_each(self, label_sets: LabelSets) -> Adapted:
        """The one label of each distinct row, or its rarest one, with a tally of all."""
        if self.layout.several is None or self.layout.several == "whole":
            whole = (labels[0] if len(labels) == 1 else " + ".join(map(str, labels)) or None for labels in label_sets)
            return Adapted(list(whole))
        return self._adapted([bool(labels) for labels in label_sets], lambda kept, samples: rarest_label(
            [label_sets[key] for key in kept], counts=samples))  # fmt: skip

    def paired(self, names: Sequence[ClassName | None], groups: Sequence[ClassName | None]) -> Adapted:
        """A class for each pair of label and group."""
        titles = self.layout.label or "class", self.layout.group or "group"
        pairs: list[Any] = list(zip(names, groups, strict=True))
        return self._adapted([None not in pair for pair in pairs], lambda kept, samples: combined(
            [pairs[key][0] for key in kept], [pairs[key][1] for key in kept], titles, counts=samples))  # fmt: skip

    def _adapted(self, has_label: Iterable[bool], adapt: Callable[[list[int], list[int]], AdaptedLabels]) -> Adapted:
        """What an adapter makes of the distinct rows that count and have a label."""
        kept = [key for key, (counts, has) in enumerate(zip(self.counted, has_label, strict=True)) if counts and has]
        names: list[ClassName | None] = [None] * len(self.counted)
        if not kept:
            return Adapted(names)
        adapted = adapt(kept, [self.samples[key] for key in kept])
        self.tally.limits.check_classes(adapted.counts.num_classes)
        for key, code in zip(kept, adapted.codes.tolist(), strict=True):
            names[key] = adapted.counts.names[code]
        self.warnings += adapted.warnings
        return Adapted(names, adapted.counts.names, adapted.tallies)

    def _separated(self, cells: Sequence[str], separator: str) -> LabelSets:
        """The labels of each distinct cell, named as labels in cells of their own are."""
        parts = [labels_in_cell(cell, separator) for cell in cells]
        every = list(dict.fromkeys(label for labels in parts for label in labels))
        naming = naming_of_labels(every, "utf-8", self.missing, self.tally.limits)
        name_of = dict(zip(every, naming.class_names, strict=True))
        return [
            tuple(dict.fromkeys(name for label in labels if (name := name_of[label]) is not None)) for labels in parts
        ]

    def _sets_of_keys(self, sets_of_values: LabelSets) -> LabelSets:
        every: LabelSets = [*sets_of_values, ()]  # code -1 is the last
        return [every[key[0]] for key in self.tally.keys]

    def _say_several(self, label_sets: LabelSets, sentence: Callable[[Layout, int], str]) -> None:
        """Says that rows have several labels, and how they are read; the layout keeps it."""
        of_keys = zip(label_sets, self.counted, self.rows, strict=True)
        rows = sum(rows for labels, counts, rows in of_keys if counts and len(labels) > 1)
        self.layout = replace(self.layout, several=(self.layout.several or "rarest") if rows else None)
        if rows or self.layout.indicators:
            self.noticed.append(("several", sentence(self.layout, rows)))


def _plain_indicator(value: RawLabel) -> str:
    return (value.decode("latin-1") if isinstance(value, bytes) else str(value)).strip().lower()
