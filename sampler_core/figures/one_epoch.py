"""Figures of one epoch: class weight beside class share, and what is planned beside what is drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures.class_series import MOST_BARS, Followed, by_count, colours_of, opacity_of, standing_out
from sampler_core.figures.figure import Figure, Spec, axis, class_in_words, class_label, layout, steady
from sampler_core.figures.legend import KEY, key_text, row_text
from sampler_core.forecast.count_intervals import CountIntervals
from sampler_core.formatting import number, percent, several

GREY = "#6B7A8C"
_RANKS: Spec = {"nticks": 4, "tickangle": 0}


def weight_beside_share(
    counts: ClassCounts, weights: FloatArray, shares: FloatArray, epoch: int, followed: Followed = ()
) -> Figure:
    """Left the class weight (of one sample), right the class share (of the whole class), of an epoch.

    weights, shares: (epochs, num_classes). The axes have room for every epoch, so that lengths can be compared.
    """
    ends = [steady(0.0, float(values.max())) for values in (weights, shares)]
    weights, shares = weights[epoch], shares[epoch]
    order = by_count(counts)
    few = counts.num_classes <= MOST_BARS
    names = _labels(counts, order) if few else np.arange(1, order.size + 1)
    looks = _looks(counts, order, followed) if few else None
    traces = [_profile(names, values[order], side, looks) for side, values in (("x", weights), ("x2", shares))]
    if few:
        traces = [trace | {"hovertext": _in_full(counts, order)} for trace in traces]
    largest, smallest = int(order[0]), int(order[-1])
    alt = "Class weight (of one sample) beside class share (of the class in a batch). " + " ".join(
        f"{class_in_words(counts.names[c])}: weight {percent(float(weights[c]))}, share {percent(float(shares[c]))}."
        for c in dict.fromkeys((largest, smallest))
    )

    def table() -> pd.DataFrame:
        columns = {"samples": counts.counts[order], "class weight": weights[order], "class share": shares[order]}
        return pd.DataFrame(columns, index=_names(counts, order))

    beside = _side_by_side(few, order.size, bool(standing_out(followed)), ends)
    spec: dict[str, Any] = {"data": traces, "layout": beside}
    if not few:
        spec["layout"]["shapes"] = _ranks_marked(counts, followed, "x", "x2")
    return Figure(spec, alt, table)


def planned_and_drawn(counts: ClassCounts, spread: CountIntervals, drawn: IntArray, followed: Followed = ()) -> Figure:
    """Per class how far what is drawn lies from the plan, in percent of the plan, with the 95 % interval of that.

    spread and drawn: of the same draws, each (num_classes,). A class that is not planned for has no point.
    """
    order = by_count(counts)
    few = counts.num_classes <= MOST_BARS
    places: Any = _labels(counts, order) if few else np.arange(1, order.size + 1)
    ordered = CountIntervals(spread.expected[order], spread.lower[order], spread.upper[order])
    looks = _looks(counts, order, followed)
    most = np.nanmax(np.abs([_off(ends, ordered.expected) for ends in ordered[1:]]), initial=0.0)
    off = axis("deviation from plan", ticksuffix=" %", nticks=4, tickangle=0, zeroline=True, zerolinewidth=2,
               **steady(-most, most, parts=4))  # fmt: skip
    classes = _rows() if few else axis("classes, largest first", **_RANKS)
    axes = {"xaxis": off, "yaxis": classes} if few else {"xaxis": classes, "yaxis": off}
    if few:
        shared = {"y": places, "hovertext": _in_full(counts, order)}
        traces = [shared | trace for trace in _whiskers(ordered, drawn[order], looks)]
    else:
        traces = _ribbon(places, ordered, drawn[order], looks["color"])
    spec = {"data": traces, "layout": layout(
        **axes, shapes=[] if few else _ranks_marked(counts, followed, "x"), showlegend=True, legend=KEY,
        uirevision=str(order.size),
    )}  # fmt: skip
    outside = int(((drawn < spread.lower) | (drawn > spread.upper)).sum())
    classes_said = several(counts.num_classes, "class", "classes")
    alt = f"Planned and drawn samples of {classes_said}; {outside} outside their 95 % interval."

    def table() -> pd.DataFrame:
        columns = {"planned": ordered.expected, "95 % from": ordered.lower, "95 % to": ordered.upper}
        return pd.DataFrame({**columns, "drawn": drawn[order]}, index=_names(counts, order))

    return Figure(spec, alt, table)


def _looks(counts: ClassCounts, order: IntArray, followed: Followed) -> Spec:
    """Colour and opacity of each class, in this order."""
    colours = colours_of(counts, followed)
    return {"color": [colours[c] for c in order], "opacity": [opacity_of(int(c), followed) for c in order]}


def _ranks_marked(counts: ClassCounts, followed: Followed, *axes: str) -> list[Spec]:
    """A line at the rank of each followed class."""
    colours, rank = colours_of(counts, followed), np.argsort(by_count(counts)) + 1
    return [{"type": "line", "xref": x, "x0": int(rank[c]), "x1": int(rank[c]), "yref": f"y{x[1:]} domain", "y0": 0,
             "y1": 1, "line": {"color": colours[c], "width": 2}}
            for x in axes for c in standing_out(followed)]  # fmt: skip


def _profile(names: Any, values: FloatArray, side: str, looks: Spec | None) -> dict[str, Any]:
    """Values of all classes, largest class first: a bar each, or (without looks) a curve over ranks."""
    if looks is not None:
        text = [percent(float(value)) for value in values]
        return {"type": "bar", "orientation": "h", "y": names, "x": values, "xaxis": side,
                "marker": looks, "text": text, "cliponaxis": False,
                "textposition": "auto" if min(looks["opacity"]) == 1.0 else "outside",
                "hovertemplate": "%{hovertext}: %{x:.4~%}<extra></extra>"}  # fmt: skip
    y = "y2" if side == "x2" else "y"
    return {"type": "scatter", "mode": "lines", "x": names, "y": values.astype(np.float32), "fill": "tozeroy",
            "line": {"color": GREY, "width": 1.5}, "xaxis": side, "yaxis": y,
            "hovertemplate": "class of rank %{x}: %{y:.4~%}<extra></extra>"}  # fmt: skip


def _side_by_side(few: bool, size: int, outside: bool, ends: list[Spec]) -> Spec:
    """outside: the bars have their numbers behind their ends, which takes room there. ends: of the two axes."""
    weight, share = "class weight", "class share"
    gap = 0.1 if not few else 0.13 if outside else 0.07  # half of it: a phone has numbers in it
    left, right = {"domain": [0.0, 0.5 - gap]}, {"domain": [0.5 + gap, 1.0]}
    percents: Spec = {"tickformat": "~%", "rangemode": "tozero"}
    if few:
        percents |= {"nticks": 3, "tickangle": 0}
        return layout(
            xaxis=axis(weight, **percents, **left, **ends[0]), xaxis2=axis(share, **percents, **right, **ends[1]),
            yaxis=_rows(), bargap=0.25,
            margin={"l": 8, "r": 56 if outside else 16, "t": 8, "b": 8}, uirevision=str(size),
        )  # fmt: skip
    percents["nticks"] = 6
    return layout(
        xaxis=axis(f"{weight} by rank", **_RANKS, **left), yaxis=axis("", **percents, **ends[0]),
        xaxis2=axis(f"{share} by rank", **_RANKS, **right), yaxis2=axis("", anchor="x2", **percents, **ends[1]),
        uirevision=str(size),
    )  # fmt: skip


def _rows() -> Spec:
    return axis("", type="category", autorange="reversed")


def _whiskers(spread: CountIntervals, drawn: IntArray, looks: Spec) -> list[dict[str, Any]]:
    low, high, off = (_off(values, spread.expected) for values in (spread.lower, spread.upper, drawn))
    said = [
        f"{got:,} drawn, {number(e)} planned, 95 % from {a:,} to {b:,}"
        for got, e, a, b in zip(drawn, spread.expected, spread.lower, spread.upper, strict=True)
    ]
    interval = {"type": "data", "symmetric": False, "array": high, "arrayminus": -low, "color": GREY, "width": 6}
    shared = {"type": "scatter", "mode": "markers", "text": said,
              "hovertemplate": "%{hovertext}: %{text}<extra></extra>"}  # fmt: skip
    plan = {"symbol": "line-ns-open", "size": 12, "color": GREY}
    return [
        {**shared, "name": "planned, with 95 % interval", "x": 0.0 * low, "error_x": interval, "marker": plan},
        {**shared, "name": "drawn", "x": off, "marker": {"size": 10, **looks}},
    ]


def _ribbon(ranks: IntArray, spread: CountIntervals, drawn: IntArray, colours: list[str]) -> list[dict[str, Any]]:
    low, high, off = (_off(values, spread.expected) for values in (spread.lower, spread.upper, drawn))
    edge = {"type": "scatter", "mode": "lines", "x": ranks, "line": {"width": 0, "shape": "hvh"}, "hoverinfo": "skip"}
    said = np.stack([drawn, spread.expected], axis=1)
    return [
        {**edge, "y": low, "showlegend": False},
        {**edge, "y": high, "name": "95 % interval", "fill": "tonexty", "fillcolor": "rgba(107,122,140,0.35)"},
        {"type": "scatter", "mode": "markers", "name": "drawn", "x": ranks, "y": off, "customdata": said,
         "marker": {"size": 4, "color": colours},
         "hovertemplate": "class of rank %{x}: %{customdata[0]:,} drawn, "
                          "%{customdata[1]:,.3~f} planned<extra></extra>"},
    ]  # fmt: skip


def _off(values: IntArray, expected: FloatArray) -> FloatArray:
    """In percent of what is expected; NaN, which is drawn nowhere, where nothing is expected."""
    planned = np.where(expected > 0, expected, np.nan)
    return np.asarray(100.0 * (values - planned) / planned)


def _labels(counts: ClassCounts, order: IntArray) -> list[str]:
    """Axis labels, all different even where shortening makes two names alike."""
    labels: list[str] = []
    for c in order:
        label = row_text(class_label(counts.names[c]))
        labels.append(label if label not in labels else f"{label} ({c})")
    return labels


def _in_full(counts: ClassCounts, order: IntArray) -> list[str]:
    return [key_text(class_label(counts.names[c]), 2) for c in order]


def _names(counts: ClassCounts, order: IntArray) -> pd.Index:
    return pd.Index([class_label(counts.names[c]) for c in order], name="class")
