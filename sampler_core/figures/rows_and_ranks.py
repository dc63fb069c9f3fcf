"""Labels, colours and markers of classes in charts with one row, or one rank, per class."""

from __future__ import annotations

import numpy as np

from sampler_core.data.array_types import IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures.class_labels import by_count, class_label, distinct_labels
from sampler_core.figures.class_series import SelectedClasses, colours_of, opacity_of, selected_positions
from sampler_core.figures.figure import Spec
from sampler_core.figures.legend import legend_text, row_label
from sampler_core.figures.plot_layout import axis

MOST_ROWS = 30
RANK_TICKS: Spec = {"nticks": 4, "tickangle": 0}


def class_rows(counts: ClassCounts) -> int:
    """The rows of a figure with one row per class; 0 where it shows a curve over ranks instead."""
    return counts.num_classes if counts.num_classes <= MOST_ROWS else 0


def row_axis() -> Spec:
    """The vertical axis of a chart with one row per class, the first on top."""
    return axis("", type="category", autorange="reversed")


def row_names(counts: ClassCounts, order: IntArray) -> Spec:
    """The labels of the rows, all different also where cutting makes two alike, and the names in full on hover."""
    labels = distinct_labels(counts.names, order.tolist(), lambda name: row_label(class_label(name)))
    return {"y": list(labels), "hovertext": [legend_text(class_label(counts.names[c]), 2) for c in order]}


def row_markers(counts: ClassCounts, order: IntArray, selected: SelectedClasses) -> Spec:
    """Plotly's marker settings: colour and opacity of each class, in this order."""
    row_colours = colours_of(counts, selected)
    return {"color": [row_colours[c] for c in order], "opacity": [opacity_of(int(c), selected) for c in order]}


def rank_lines(counts: ClassCounts, selected: SelectedClasses, *axes: str) -> list[Spec]:
    """A vertical line at the rank of each selected class, on each of the horizontal axes."""
    colours, rank = colours_of(counts, selected), np.argsort(by_count(counts)) + 1
    return [{"type": "line", "xref": x, "x0": int(rank[c]), "x1": int(rank[c]), "yref": f"y{x[1:]} domain", "y0": 0,
             "y1": 1, "line": {"color": colours[c], "width": 2}}
            for x in axes for c in selected_positions(selected)]  # fmt: skip
