"""Curves over the epochs of a run: class shares and the skew."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sampler_core.data.array_types import FloatArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures.class_series import SelectedClasses, Series, series_of
from sampler_core.figures.figure import Figure, Spec
from sampler_core.figures.legend import LEGEND
from sampler_core.figures.plot_layout import GREY, axis, epoch_axis, epoch_marker, layout, steady_range
from sampler_core.formatting import number, percent, several


def class_shares(
    counts: ClassCounts, shares: FloatArray, epoch: int, *, logarithmic: bool = False, selected: SelectedClasses = ()
) -> Figure:
    """Class share over epochs: one line per class, or per band of classes. shares: (epochs, num_classes)."""
    series = series_of(counts, selected)
    values = np.stack([shares[:, one.members].sum(axis=1) for one in series])
    traces = []
    for one, row in zip(series, values, strict=True):
        width = 4 if one.members.size == 1 and one.members[0] in selected else 2
        line = {"color": one.colour, "width": width, "dash": one.dash}
        traces.append(epoch_curve(one.legend_entry, row, line, "%{y:.4~%}") | {"opacity": one.opacity})
    spec = {"data": traces, "layout": layout(
        xaxis=epoch_axis(shares), yaxis=share_axis("class share", logarithmic), showlegend=len(series) > 1,
        legend=LEGEND, shapes=[epoch_marker(epoch)], uirevision=f"{len(series)}-{len(shares)}-{logarithmic}",
    )}  # fmt: skip
    first, last = shares_in_words(series, values[:, 0]), shares_in_words(series, values[:, -1])
    alt = f"Class share over {several(len(shares), 'epoch', 'epochs')}. First epoch: {first}. Last epoch: {last}."
    return Figure(spec, alt, lambda: epoch_table([one.label for one in series], values))


def skew_curve(skews: FloatArray, crossover: int | None, epoch: int) -> Figure:
    """The skew of each epoch, with 1 (class-balanced) and the crossover epoch marked. skews: (epochs,)."""
    level = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 1, "y1": 1, "visible": float(skews.max()) >= 0.75,
             "line": {"color": GREY, "width": 1, "dash": "dot"}}  # fmt: skip
    crossovers = [] if crossover is None else [crossover]
    mark = {
        "type": "scatter", "mode": "markers+text", "x": crossovers, "y": skews[crossovers],
        "text": [f"1 in epoch {epoch}" for epoch in crossovers], "marker": {"size": 9, "color": "#D55E00"},
        "textposition": "top left" if max(crossovers, default=0) > len(skews) / 3 else "bottom right",
        "hoverinfo": "skip", "cliponaxis": False,
    }  # fmt: skip
    curve = epoch_curve("skew", skews, {"color": GREY, "width": 2, "dash": "solid"}, "skew %{y:.4~f}")
    spec = {"data": [curve, mark], "layout": layout(
        xaxis=epoch_axis(skews), yaxis=axis("skew", **steady_range(*skews)), shapes=[epoch_marker(epoch), level],
        uirevision=str(len(skews)),
    )}  # fmt: skip
    where = "It stays below 1." if crossover is None else f"It reaches 1 in epoch {crossover}."
    alt = f"Skew over {several(len(skews), 'epoch', 'epochs')}, from {number(skews[0])} to {number(skews[-1])}. {where}"
    return Figure(spec, alt, lambda: epoch_table(["skew"], [skews]))


def epoch_curve(name: str, y: FloatArray, line: Spec, hover: str) -> Spec:
    """One value per epoch as a line, or of one epoch as a point. hover: how the hover text shows the value."""
    return {
        "type": "scatter", "mode": "lines" if len(y) > 1 else "markers", "name": name, "x0": 0, "dx": 1,
        "y": y.astype(np.float32), "line": line, "marker": {"color": line["color"]},
        "hovertemplate": f"epoch %{{x}}: {hover}<extra>%{{fullData.name}}</extra>",
    }  # fmt: skip


def share_axis(title: str, logarithmic: bool) -> Spec:
    """A vertical axis of shares in percent."""
    scale: Spec = {"type": "log", "dtick": 1, "exponentformat": "none"} if logarithmic else {"rangemode": "tozero"}
    return axis(title, tickformat="~%", **scale)


def epoch_table(columns: Sequence[str], values: Sequence[FloatArray] | FloatArray) -> pd.DataFrame:
    """One row per epoch, one column per curve; the last of equal columns stays."""
    return pd.DataFrame(dict(zip(columns, values, strict=True)), index=pd.RangeIndex(len(values[0]), name="epoch"))


def shares_in_words(series: Sequence[Series], values: FloatArray) -> str:
    """The share of each series, for the alternative text."""
    return ", ".join(f"{one.label} {percent(float(value))}" for one, value in zip(series, values, strict=True))
