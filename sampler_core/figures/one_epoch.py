"""Figures of one epoch: class weight beside class share, and what is planned beside what is drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sampler_core.counts import ClassCounts, FloatArray, IntArray
from sampler_core.figures.figure import LEGEND, Figure, Spec, axis, class_label, layout, plotly_text
from sampler_core.figures.series import MOST_LINES, by_count, colour_of
from sampler_core.numerals import number, percent
from sampler_core.spread import Spread

GREY = "#6B7A8C"


def weight_beside_share(counts: ClassCounts, weights: FloatArray, shares: FloatArray) -> Figure:
    """Left the class weight (of one sample), right the class share (of the whole class); each (num_classes,)."""
    order = by_count(counts)
    few = counts.num_classes <= MOST_LINES
    names = _labels(counts, order) if few else np.arange(1, order.size + 1)
    traces = [_profile(names, values[order], side, few) for side, values in (("x", weights), ("x2", shares))]
    largest, smallest = int(order[0]), int(order[-1])
    alt = "Class weight (of one sample) beside class share (of the class in a batch). " + " ".join(
        f"{class_label(counts.names[c])}: weight {percent(float(weights[c]))}, share {percent(float(shares[c]))}."
        for c in dict.fromkeys((largest, smallest))
    )

    def table() -> pd.DataFrame:
        columns = {"samples": counts.counts[order], "class weight": weights[order], "class share": shares[order]}
        return pd.DataFrame(columns, index=_names(counts, order))

    return Figure({"data": traces, "layout": _side_by_side(few, order.size)}, alt, table)


def planned_and_drawn(counts: ClassCounts, spread: Spread, drawn: IntArray) -> Figure:
    """Per class what is planned with its 95 % interval, and what is drawn; each (num_classes,)."""
    order = by_count(counts)
    few = counts.num_classes <= MOST_LINES
    x = _labels(counts, order) if few else np.arange(1, order.size + 1)
    expected, lower, upper = (np.asarray(values)[order] for values in spread)
    dots = {
        "type": "scatter", "mode": "markers", "name": "drawn", "x": x, "y": drawn[order],
        "marker": {"size": 9 if few else 4, "color": [colour_of(r) for r in range(order.size)] if few else "#2377C5"},
        "hovertemplate": "%{x}: %{y:,} drawn<extra></extra>",
    }  # fmt: skip
    planned = _whiskers(x, expected, lower, upper) if few else _ribbon(x, expected, lower, upper)
    x_axis = axis("", type="category") if few else axis("classes, largest first")
    spec = {"data": [*planned, dots], "layout": layout(
        xaxis=x_axis, yaxis=axis("samples drawn", rangemode="tozero"), showlegend=True, legend=LEGEND,
        uirevision=str(order.size),
    )}  # fmt: skip
    outside = int(((drawn < spread.lower) | (drawn > spread.upper)).sum())
    alt = f"Planned and drawn samples of {counts.num_classes} classes; {outside} outside their 95 % interval."

    def table() -> pd.DataFrame:
        columns = {"planned": expected, "95 % from": lower, "95 % to": upper, "drawn": drawn[order]}
        return pd.DataFrame(columns, index=_names(counts, order))

    return Figure(spec, alt, table)


def _profile(names: Any, values: FloatArray, side: str, few: bool) -> dict[str, Any]:
    """Values of all classes, largest class first: a bar each, or a curve over ranks."""
    if few:
        colours = [colour_of(rank) for rank in range(len(values))]
        text = [percent(float(value)) for value in values]
        return {"type": "bar", "orientation": "h", "y": names, "x": values, "marker": {"color": colours}, "text": text,
                "textposition": "auto", "cliponaxis": False, "xaxis": side,
                "hovertemplate": "%{y}: %{x:.4~%}<extra></extra>"}  # fmt: skip
    y = "y2" if side == "x2" else "y"
    return {"type": "scatter", "mode": "lines", "x": names, "y": values.astype(np.float32), "fill": "tozeroy",
            "line": {"color": "#2377C5", "width": 1.5}, "xaxis": side, "yaxis": y,
            "hovertemplate": "class of rank %{x}: %{y:.4~%}<extra></extra>"}  # fmt: skip


def _side_by_side(few: bool, size: int) -> Spec:
    weight, share = ("class weight, of one sample", "class share, of the whole class")
    left, right = {"domain": [0.0, 0.47]}, {"domain": [0.53, 1.0]}
    if few:
        percents: Spec = {"tickformat": "~%", "rangemode": "tozero", "nticks": 5}
        return layout(
            xaxis=axis(weight, **percents, **left), xaxis2=axis(share, **percents, **right),
            yaxis=axis("", type="category", autorange="reversed"), bargap=0.25, uirevision=str(size),
        )  # fmt: skip
    percents = {"tickformat": "~%", "rangemode": "tozero", "nticks": 6}
    rank = "classes, largest first"
    return layout(
        xaxis=axis(rank, **left), yaxis=axis(weight, **percents), uirevision=str(size),
        xaxis2=axis(rank, **right), yaxis2=axis(share, anchor="x2", **percents),
    )  # fmt: skip


def _whiskers(x: list[str], expected: FloatArray, lower: IntArray, upper: IntArray) -> list[dict[str, Any]]:
    up, down = np.maximum(upper - expected, 0.0), np.maximum(expected - lower, 0.0)
    interval = {"type": "data", "symmetric": False, "array": up, "arrayminus": down, "color": GREY, "width": 6}
    text = [f"{number(e)} planned, 95 % from {a:,} to {b:,}" for e, a, b in zip(expected, lower, upper, strict=True)]
    return [{"type": "scatter", "mode": "markers", "name": "planned, with 95 % interval", "x": x, "y": expected,
             "error_y": interval, "marker": {"symbol": "line-ew-open", "size": 22, "color": GREY}, "text": text,
             "hovertemplate": "%{x}: %{text}<extra></extra>"}]  # fmt: skip


def _ribbon(x: IntArray, expected: FloatArray, lower: IntArray, upper: IntArray) -> list[dict[str, Any]]:
    edge = {"type": "scatter", "mode": "lines", "x": x, "line": {"width": 0, "shape": "hvh"}, "hoverinfo": "skip"}
    middle = {
        "type": "scatter",
        "mode": "lines",
        "name": "planned",
        "x": x,
        "y": expected,
        "line": {"color": GREY, "width": 1.5},
        "hovertemplate": "class of rank %{x}: %{y:,.4~f} planned<extra></extra>",
    }
    return [{**edge, "y": lower, "showlegend": False},
            {**edge, "y": upper, "name": "95 % interval", "fill": "tonexty", "fillcolor": "rgba(107,122,140,0.35)"},
            middle]  # fmt: skip


def _labels(counts: ClassCounts, order: IntArray) -> list[str]:
    """Axis labels, all different even where shortening makes two names alike."""
    labels: list[str] = []
    for c in order:
        label = plotly_text(class_label(counts.names[c]))
        labels.append(label if label not in labels else f"{label} ({c})")
    return labels


def _names(counts: ClassCounts, order: IntArray) -> pd.Index:
    return pd.Index([class_label(counts.names[c]) for c in order], name="class")
