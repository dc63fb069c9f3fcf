"""Figures over the epochs of a run: class shares, all of them as a map, and the skew itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sampler_core.data.array_types import FloatArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures.class_series import Followed, by_count, colours_of, series_of, standing_out
from sampler_core.figures.figure import Figure, Spec, axis, class_in_words, class_label, layout, steady
from sampler_core.figures.legend import KEY, row_text
from sampler_core.formatting import number, percent, several

MOST_CELLS = 200_000


def class_shares(
    counts: ClassCounts, shares: FloatArray, epoch: int, *, logarithmic: bool = False, followed: Followed = ()
) -> Figure:
    """Class share over epochs: a line a class, or a line a band of classes. shares: (epochs, num_classes)."""
    series = series_of(counts, followed)
    values = np.stack([shares[:, one.members].sum(axis=1) for one in series])
    traces = []
    for one, row in zip(series, values, strict=True):
        line = _line(one.entry, row, one.colour, one.dash, "%{y:.4~%}")
        line["line"]["width"] = 4 if one.members.size == 1 and one.members[0] in followed else 2
        traces.append(line | {"opacity": one.opacity})
    y: Spec = {"tickformat": "~%", "rangemode": "tozero"}
    if logarithmic:
        y = {"tickformat": "~%", "type": "log", "dtick": 1, "exponentformat": "none"}
    spec = {"data": traces, "layout": layout(
        xaxis=_epochs(shares), yaxis=axis("class share", **y), showlegend=len(series) > 1, legend=KEY,
        shapes=[_marker(epoch)], uirevision=f"{len(series)}-{len(shares)}-{logarithmic}",
    )}  # fmt: skip
    first, last = ", ".join(_said(series, values[:, 0])), ", ".join(_said(series, values[:, -1]))
    alt = f"Class share over {several(len(shares), 'epoch', 'epochs')}. First epoch: {first}. Last epoch: {last}."

    def table() -> pd.DataFrame:
        columns = {one.label: row for one, row in zip(series, values, strict=True)}
        return pd.DataFrame(columns, index=pd.RangeIndex(len(shares), name="epoch"))

    return Figure(spec, alt, table)


def share_map(counts: ClassCounts, shares: FloatArray, epoch: int, followed: Followed = ()) -> Figure:
    """Every class's share over epochs as a map, the largest class on top; colour is the logarithm of the share.

    Above `MOST_CELLS` cells only every k-th epoch is shown, the first one always.
    """
    order = by_count(counts)
    every = -(-shares.size // MOST_CELLS)
    shown = shares[::every, order].T.astype(np.float32)
    with np.errstate(divide="ignore"):
        logs = np.log10(shown)
    low, high = _range(logs)
    names = [f"{rank}. {row_text(class_label(counts.names[c]))}" for rank, c in enumerate(order, 1)]
    trace = {
        "type": "heatmap", "z": np.maximum(logs, low), "customdata": shown, "y": names, "x0": 0, "dx": every,
        "zmin": low, "zmax": high, "colorscale": "Cividis",
        "hovertemplate": "%{y}<br>epoch %{x}: %{customdata:.4~%}<extra></extra>",
        "colorbar": _colour_bar(low, high),
    }  # fmt: skip
    y = axis("classes, largest first", type="category", autorange="reversed", nticks=30 if order.size <= 30 else 12)
    spec = {"data": [trace], "layout": layout(
        xaxis=_epochs(shares), yaxis=y, uirevision=str(shares.shape),
        shapes=[_marker(epoch), *_row_frames(counts, followed)],
    )}  # fmt: skip
    ends = " ".join(
        f"{class_in_words(counts.names[c])}: from {percent(shares[0, c])} to {percent(shares[-1, c])}."
        for c in (order[0], order[-1])
    )
    size = f"{several(counts.num_classes, 'class', 'classes')} over {several(len(shares), 'epoch', 'epochs')}"
    alt = f"Map of the shares of {size}. Largest and smallest class: {ends}"
    return Figure(spec, alt, lambda: _map_table(counts, shares, epoch))


def skew_curve(skews: FloatArray, crossover: int | None, epoch: int) -> Figure:
    """The skew of each epoch, with 1 (class-balanced) and the crossover epoch marked. skews: (epochs,)."""
    level = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 1, "y1": 1, "visible": float(skews.max()) >= 0.75,
             "line": {"color": "#6B7A8C", "width": 1, "dash": "dot"}}  # fmt: skip
    crossed = [] if crossover is None else [crossover]
    mark = {
        "type": "scatter", "mode": "markers+text", "x": crossed, "y": skews[crossed],
        "text": [f"1 in epoch {epoch}" for epoch in crossed], "marker": {"size": 9, "color": "#D55E00"},
        "textposition": "top left" if max(crossed, default=0) > len(skews) / 3 else "bottom right",
        "hoverinfo": "skip", "cliponaxis": False,
    }  # fmt: skip
    spec = {"data": [_line("skew", skews, "#6B7A8C", "solid", "skew %{y:.4~f}"), mark], "layout": layout(
        xaxis=_epochs(skews), yaxis=axis("skew", **steady(*skews)), shapes=[_marker(epoch), level],
        uirevision=str(len(skews)),
    )}  # fmt: skip
    where = "It stays below 1." if crossover is None else f"It reaches 1 in epoch {crossover}."
    alt = f"Skew over {several(len(skews), 'epoch', 'epochs')}, from {number(skews[0])} to {number(skews[-1])}. {where}"
    return Figure(spec, alt, lambda: pd.DataFrame({"skew": skews}, index=pd.RangeIndex(len(skews), name="epoch")))


def _line(name: str, y: FloatArray, colour: str, dash: str, value: str) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "lines" if len(y) > 1 else "markers", "name": name, "x0": 0, "dx": 1,
        "y": y.astype(np.float32), "line": {"color": colour, "width": 2, "dash": dash}, "marker": {"color": colour},
        "hovertemplate": f"epoch %{{x}}: {value}<extra>%{{fullData.name}}</extra>",
    }  # fmt: skip


def _epochs(rows: FloatArray) -> Spec:
    return axis("epoch", range=[-0.5, len(rows) - 0.5], tickformat="d")


def _marker(epoch: int) -> Spec:
    return {"type": "line", "yref": "paper", "x0": epoch, "x1": epoch, "y0": 0, "y1": 1,
            "line": {"color": "#6B7A8C", "width": 1.5}}  # fmt: skip


def _row_frames(counts: ClassCounts, followed: Followed) -> list[Spec]:
    colours, row = colours_of(counts, followed), np.argsort(by_count(counts))
    return [
        {"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "y0": int(row[c]) - 0.5, "y1": int(row[c]) + 0.5,
         "line": {"color": colours[c], "width": 2}}
        for c in standing_out(followed)
    ]  # fmt: skip


def _said(series: Any, values: FloatArray) -> list[str]:
    return [f"{one.label} {percent(float(value))}" for one, value in zip(series, values, strict=True)]


def _range(logs: FloatArray) -> tuple[float, float]:
    """Smallest and largest logarithm to tell apart, at most eight decades; on halves: a colour keeps its meaning."""
    finite = logs[np.isfinite(logs)]
    high = float(np.ceil(2 * finite.max(initial=-38.0)) / 2)
    return max(float(np.floor(2 * finite.min(initial=high)) / 2), high - 8.0), high


def _colour_bar(low: float, high: float) -> Spec:
    steps = (1, 2, 5) if high - low < 3 else (1,)
    shares = [step * 10.0**decade for decade in range(int(np.floor(low)), 1) for step in steps]
    below = high - 0.04 * (high - low)  # a tick at the very top is in the way of the title
    shown = [share for share in shares if low <= np.log10(share) <= below] or [10.0**low]
    texts = [f"{number(100 * share)} %" for share in shown]
    return {"title": {"text": "share", "side": "top"}, "thickness": 12, "tickvals": np.log10(shown), "ticktext": texts}


def _map_table(counts: ClassCounts, shares: FloatArray, epoch: int) -> pd.DataFrame:
    """Three of the epochs: with all of them it would weigh more than all else on a page or in a report."""
    order = by_count(counts)
    chosen = sorted({0, epoch, len(shares) - 1})
    columns = {f"share in epoch {e}": shares[e, order] for e in chosen}
    names = pd.Index([class_label(counts.names[c]) for c in order], name="class")
    return pd.DataFrame({"samples": counts.counts[order], **columns}, index=names)
