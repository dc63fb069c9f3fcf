"""Two values of each class, left and right of each other: bars where classes are few, curves over ranks where many."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures.class_labels import by_count
from sampler_core.figures.class_series import SelectedClasses, selected_positions
from sampler_core.figures.figure import Spec
from sampler_core.figures.plot_layout import GREY, axis, layout
from sampler_core.figures.rows_and_ranks import RANK_TICKS, class_rows, rank_lines, row_axis, row_markers, row_names


class Column(NamedTuple):
    """One of the two. values: (num_classes,); hover: plotly's format of one; ticks: settings of its axis."""

    title: str
    values: FloatArray
    in_words: Callable[[float], str]
    hover: str
    ticks: Spec


def two_columns(counts: ClassCounts, left: Column, right: Column, selected: SelectedClasses = ()) -> Spec:
    """Both, with the classes from the largest down."""
    make_spec = _bars if class_rows(counts) else _curves
    return make_spec(counts, by_count(counts), (left, right), selected)


def _bars(
    counts: ClassCounts, order: IntArray, columns: tuple[Column, Column], selected: SelectedClasses
) -> Spec:  # fmt: skip
    marker, texts_outside = row_markers(counts, order, selected), bool(selected_positions(selected))
    bars = {
        **row_names(counts, order), "type": "bar", "orientation": "h", "marker": marker, "cliponaxis": False,
        "textposition": "auto" if min(marker["opacity"]) == 1.0 else "outside",
    }  # fmt: skip
    traces = [
        bars | {"x": one.values[order], "xaxis": x, "text": [one.in_words(float(one.values[c])) for c in order],
                "hovertemplate": f"%{{hovertext}}: %{{x:{one.hover}}}<extra></extra>"}
        for x, one in zip(("x", "x2"), columns, strict=True)
    ]  # fmt: skip
    gap = 0.13 if texts_outside else 0.07  # half of it: a phone has numbers in it
    ticks: Spec = {"rangemode": "tozero", "nticks": 3, "tickangle": 0}
    left, right = columns
    return {"data": traces, "layout": layout(
        xaxis=axis(left.title, domain=[0.0, 0.5 - gap], **ticks | left.ticks),
        xaxis2=axis(right.title, domain=[0.5 + gap, 1.0], **ticks | right.ticks), yaxis=row_axis(), bargap=0.25,
        margin={"l": 8, "r": 56 if texts_outside else 16, "t": 8, "b": 8}, uirevision=str(order.size),
    )}  # fmt: skip


def _curves(
    counts: ClassCounts, order: IntArray, columns: tuple[Column, Column], selected: SelectedClasses
) -> Spec:  # fmt: skip
    curve = {
        "type": "scatter", "mode": "lines", "x": np.arange(1, order.size + 1), "fill": "tozeroy",
        "line": {"color": GREY, "width": 1.5},
    }  # fmt: skip
    traces = [
        curve | {"y": one.values[order].astype(np.float32), "xaxis": f"x{number}", "yaxis": f"y{number}",
                 "hovertemplate": f"class of rank %{{x}}: %{{y:{one.hover}}}<extra></extra>"}
        for number, one in zip(("", "2"), columns, strict=True)
    ]  # fmt: skip
    ticks: Spec = {"rangemode": "tozero", "nticks": 6}
    left, right = columns
    return {"data": traces, "layout": layout(
        xaxis=axis(f"{left.title} by rank", domain=[0.0, 0.4], **RANK_TICKS),
        xaxis2=axis(f"{right.title} by rank", domain=[0.6, 1.0], **RANK_TICKS),
        yaxis=axis("", **ticks | left.ticks), yaxis2=axis("", anchor="x2", **ticks | right.ticks),
        shapes=rank_lines(counts, selected, "x", "x2"), uirevision=str(order.size),
    )}  # fmt: skip
