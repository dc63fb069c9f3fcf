"""What a file held: class counts, and in sentences what was read, what was left out and why."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import ClassName
from sampler_core.data.tallies import AdaptedLabels, Tally
from sampler_core.datasets.label_files.file_layout import Layout
from sampler_core.datasets.label_files.label_tally import LabelTally
from sampler_core.datasets.label_files.noticed_sentences import about_images
from sampler_core.datasets.label_files.reading_errors import ReadingError
from sampler_core.datasets.label_files.row_classes import RowClasses
from sampler_core.formatting import count, listed, number, quoted, several


@dataclass(frozen=True, slots=True)
class Dropped:
    """Rows that were left out, and why ("no label")."""

    reason: str
    rows: int

    def __str__(self) -> str:
        return f"{several(self.rows, 'row was', 'rows were')} left out: {self.reason}."


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file held. `rows` counts all rows, those in `dropped` too; `corrections` says what a person changed.

    tallies: what the samples of each class carry besides, for labels that are more than one class a sample. splits:
    the rows of each value of the split column; `layout.split` has those that count. noticed: what the labels were taken
    for where that was not plain, as its topic ("split", "group", "several", "indicators") and a sentence.
    """

    counts: ClassCounts
    layout: Layout
    name: str
    rows: int
    dropped: tuple[Dropped, ...] = ()
    warnings: tuple[str, ...] = ()
    corrections: tuple[str, ...] = ()
    tallies: tuple[Tally, ...] = ()
    splits: tuple[tuple[str, int], ...] = ()
    noticed: tuple[tuple[str, str], ...] = ()

    def sentence(self) -> str:
        """All of it in words, plain text: names from the file are quoted and shortened, never marked up."""
        counts = self.counts
        layout, read_from = self.layout, ""
        if layout.columns and layout.label:
            and_group = f"s {quoted(layout.label)} and {quoted(layout.group)}"
            read_from = f"column{and_group if layout.group else f' {quoted(layout.label)}'} of "
        if layout.indicators:
            and_group = f" and {quoted(layout.group)}" if layout.group else ""
            read_from = f"{len(layout.indicators):,} columns{and_group} of "
        sentences = [
            f"{several(counts.num_samples, 'sample', 'samples')} of {several(counts.num_classes, 'class', 'classes')}"
            f" read from {read_from}{self.name} ({several(self.rows, 'row', 'rows')}); "
            f"class imbalance {number(counts.imbalance_ratio)}.",
            *map(str, self.dropped),
            *(sentence for _, sentence in self.noticed),
        ]
        if counts.empty:
            without_sample = several(len(counts.empty), "class has", "classes have")
            sentences.append(f"{without_sample} no sample: {listed(counts.empty)}.")
        return " ".join([*sentences, *self.warnings, *self.corrections])


def reading_of(file_name: str, tally: LabelTally, classes: RowClasses) -> Reading:
    """The reading of a file, of its distinct rows and what they mean. `ReadingError` where no row has a label."""
    samples_read: dict[ClassName, int] = dict.fromkeys(classes.order or (), 0)
    dropped, layout, totals = tally.dropped.copy(), classes.layout, list(tally.totals())
    for class_name, counted, (samples, rows) in zip(classes.class_names, classes.counted, totals, strict=True):
        if counted and class_name is None:
            dropped[classes.missing] += rows
        elif counted and class_name is not None:
            samples_read[class_name] = samples_read.get(class_name, 0) + samples
    if not any(samples_read.values()):
        nothing_read = "count above 0" if samples_read and layout.count is not None else "label"
        raise ReadingError(f"no row of {file_name} holds a {nothing_read}. Choose another column")
    order = list(samples_read) if classes.order or layout.count is not None else sorted(samples_read)
    counts_read = ClassCounts(tuple(order), np.array([samples_read[name] for name in order], dtype=np.int64))
    rows_read = sum(rows for _, rows in totals) + tally.dropped.total()
    several_rows = layout.count is not None and layout.is_of_one_column and any(rows > 1 for _, rows in totals)
    added = ["Some classes come in several rows; their counts were added."] if several_rows else []
    return Reading(
        counts_read, layout, file_name, rows_read,
        dropped=tuple(Dropped(reason, rows) for reason, rows in dropped.items() if rows),
        warnings=(*classes.warnings, *added, *_doubts_about_reading(counts_read, rows_read, layout)),
        tallies=classes.tallies, splits=classes.splits, noticed=tuple(classes.noticed),
    )  # fmt: skip


def adapted_images(tally: LabelTally, classes: RowClasses) -> AdaptedLabels | None:
    """The labels of the images of a COCO file; None of another file, and where each box is to be a sample."""
    if not tally.images.are_known or classes.layout.several == "whole":
        return None
    return tally.images.adapted(dict(zip(tally.labels, classes.class_names, strict=True)), classes.order or ())


def reading_of_images(reading: Reading, tally: LabelTally, classes: RowClasses) -> Reading:
    """The same reading with images as samples, each of its rarest category, or with boxes where that was chosen."""
    adapted, images = adapted_images(tally, classes), tally.images
    sentence = about_images(images.number, images.boxes, are_samples=adapted is not None)
    noticed = (*reading.noticed, ("several", sentence))
    if adapted is None:
        return replace(reading, noticed=noticed)
    if images.number == images.boxes and len(adapted.warnings) == 0:  # one box an image: nothing to choose
        return replace(reading, counts=adapted.counts, tallies=adapted.tallies)
    return replace(
        reading, counts=adapted.counts, tallies=adapted.tallies, layout=replace(reading.layout, several="rarest"),
        warnings=(*reading.warnings, *adapted.warnings), noticed=noticed,
    )  # fmt: skip


def _doubts_about_reading(counts_read: ClassCounts, rows_read: int, layout: Layout) -> list[str]:
    """Sentences about counts that are probably not what was meant."""
    if rows_read == 1 and layout.count is None and layout.kind in ("table", "lines", "words"):
        only_label = quoted(counts_read.names[0])
        return [f"Only one row was read, one sample of {only_label}: put each label on a line of its own."]
    if counts_read.num_classes == 1:
        return [f"There is only one class, {quoted(counts_read.names[0])}: is this the column of classes?"]
    if layout.count is None and rows_read >= 20 and counts_read.num_classes > rows_read / 2:
        many_classes = f"There are {count(counts_read.num_classes)} classes in {count(rows_read)} rows"
        return [f"{many_classes}: is this a column of identifiers?"]
    return []
