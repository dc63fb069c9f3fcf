"""What was read: class counts, rows, what was left out and why; said in sentences."""

from __future__ import annotations

from dataclasses import dataclass

from sampler_core.data.class_counts import ClassCounts
from sampler_core.datasets.label_files.errors import listed, quoted
from sampler_core.datasets.label_files.file_layout import Layout
from sampler_core.formatting import count, number, several


@dataclass(frozen=True, slots=True)
class Dropped:
    """Rows that were left out, and why ("no label")."""

    reason: str
    rows: int

    def __str__(self) -> str:
        return f"{several(self.rows, 'row was', 'rows were')} left out: {self.reason}."


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file held. `rows` counts all rows, those in `dropped` too; `corrections` says what a person changed."""

    counts: ClassCounts
    layout: Layout
    name: str
    rows: int
    dropped: tuple[Dropped, ...] = ()
    warnings: tuple[str, ...] = ()
    corrections: tuple[str, ...] = ()

    def sentence(self) -> str:
        """All of it in words, plain text: names from the file are quoted and shortened, never marked up."""
        counts = self.counts
        column = f"column {quoted(self.layout.label)} of " if self.layout.columns and self.layout.label else ""
        parts = [
            f"{several(counts.num_samples, 'sample', 'samples')} of {several(counts.num_classes, 'class', 'classes')}"
            f" read from {column}{self.name} ({several(self.rows, 'row', 'rows')}); "
            f"class imbalance {number(counts.imbalance_ratio)}."
        ]
        parts += [str(one) for one in self.dropped]
        if counts.empty:
            parts.append(
                f"{several(len(counts.empty), 'class has', 'classes have')} no sample: {listed(counts.empty)}."
            )
        return " ".join([*parts, *self.warnings, *self.corrections])


def doubts(counts: ClassCounts, rows: int, layout: Layout) -> list[str]:
    """Sentences about counts that are probably not what was meant."""
    if rows == 1 and layout.count is None and layout.kind in ("table", "lines", "words"):
        return [f"Only one row was read, one sample of {quoted(counts.names[0])}: put each label on a line of its own."]
    if counts.num_classes == 1:
        return [f"There is only one class, {quoted(counts.names[0])}: is this the column of classes?"]
    if layout.count is None and rows >= 20 and counts.num_classes > rows / 2:
        return [
            f"There are {count(counts.num_classes)} classes in {count(rows)} rows: is this a column of identifiers?"
        ]
    return []
