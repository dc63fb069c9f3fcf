"""Curves over the epochs of a run: their figure, and the curves of the class shares and of the skew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sampler_core.data.array_types import FloatArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures.class_series import SelectedClasses, Series, legend_entries, series_of
from sampler_core.figures.figure import Figure, Spec, with_shares
from sampler_core.figures.legend import LEGEND, legend_text
from sampler_core.figures.plot_layout import GREY, axis, epoch_axis, epoch_marker, layout, steady_range
from sampler_core.formatting import number, percent, several


class Curve(NamedTuple):
    """One value per epoch. name: in tables and sentences; line: Plotly's settings of the line."""

    name: str
    legend_entry: str
    values: FloatArray
    line: Spec
    opacity: float = 1.0


def curves_over_epochs(
    curves: Sequence[Curve], y_axis: Spec, hover: str, alt: str, epoch: int | None, **settings: Any
) -> Figure:
    """The figure of these curves, with `epoch` marked. hover: how the hover text shows a value."""
    epochs = len(curves[0].values)
    curve_traces = [
        {
            "type": "scatter", "mode": "lines" if epochs > 1 else "markers", "name": curve.legend_entry, "x0": 0,
            "dx": 1, "y": curve.values.astype(np.float32), "line": curve.line,
            "marker": {"color": curve.line["color"]}, "opacity": curve.opacity,
            "hovertemplate": f"epoch %{{x}}: {hover}<extra>%{{meta}}</extra>", "meta": legend_text(curve.name, 4),
        }
        for curve in curves
    ]  # fmt: skip
    markers = [] if epoch is None else [epoch_marker(epoch)]
    shared = {"xaxis": epoch_axis(curves[0].values), "yaxis": y_axis, "legend": LEGEND, "shapes": markers,
              "uirevision": f"{epochs}-{y_axis.get('type')}"}  # fmt: skip
    table = {curve.name: curve.values for curve in curves}
    return Figure(
        {"data": curve_traces, "layout": layout(**shared | settings)},
        alt,
        lambda: epoch_table(table, table if y_axis.get("tickformat") == "~%" else ()),
    )


def epoch_table(columns: Mapping[str, FloatArray], shares: Iterable[str] = ()) -> pd.DataFrame:
    """One row per epoch. shares: the columns that are shown in percent."""
    index = pd.RangeIndex(len(next(iter(columns.values()))), name="epoch")
    return with_shares(pd.DataFrame(columns, index=index), shares)


def share_axis(title: str, logarithmic: bool) -> Spec:
    """A vertical axis of shares in percent."""
    scale: Spec = {"type": "log", "dtick": 1, "exponentformat": "none"} if logarithmic else {"rangemode": "tozero"}
    return axis(title, tickformat="~%", **scale)


def class_curve(series: Series, shares: FloatArray, width: float, legend_entry: str) -> Curve:
    """The share of one series of classes. shares: (epochs, num_classes)."""
    line = {"color": series.colour, "width": width, "dash": series.dash}
    return Curve(series.label, legend_entry, series.total(shares), line, series.opacity)


def shares_in_words(curves: Sequence[Curve], epoch: int) -> str:
    """The share of each curve in an epoch, for the alternative text."""
    return ", ".join(f"{curve.name} {percent(float(curve.values[epoch]))}" for curve in curves)


def class_shares(
    counts: ClassCounts, shares: FloatArray, epoch: int, *, logarithmic: bool = False, selected: SelectedClasses = ()
) -> Figure:
    """Class share over epochs: one line per class, or per band of classes. shares: (epochs, num_classes)."""
    curves = [
        class_curve(series, shares, 4 if series.members.size == 1 and series.members[0] in selected else 2, entry)
        for series, entry in _series_and_entries(counts, selected)
    ]
    alt = (
        f"Class share over {several(len(shares), 'epoch', 'epochs')}. First epoch: {shares_in_words(curves, 0)}. "
        f"Last epoch: {shares_in_words(curves, -1)}."
    )
    return curves_over_epochs(
        curves, share_axis("class share", logarithmic), "%{y:.3~p}", alt, epoch, showlegend=len(curves) > 1,
        uirevision=f"{len(curves)}-{len(shares)}-{logarithmic}",
    )  # fmt: skip


def class_recalls(counts: ClassCounts, recalls: FloatArray, epoch: int, selected: SelectedClasses = ()) -> Figure:
    """Recall over epochs: one line per class, or each band's mean. recalls: (epochs, num_classes), NaN: unknown."""
    known, known_recalls = np.isfinite(recalls), np.nan_to_num(recalls)
    with np.errstate(invalid="ignore"):
        curves = [
            class_curve(series, known_recalls, 2, entry)._replace(
                values=series.total(known_recalls) / series.total(known)
            )
            for series, entry in _series_and_entries(counts, selected)
        ]
    alt = f"Recall over {several(len(recalls), 'epoch', 'epochs')}. Last epoch: {shares_in_words(curves, -1)}."
    y_axis = axis("recall", tickformat="~%", range=[0.0, 1.02])
    return curves_over_epochs(curves, y_axis, "%{y:.3~p}", alt, epoch, uirevision=f"{len(curves)}-{len(recalls)}")


def skew_curve(skews: FloatArray, crossover: int | None, epoch: int) -> Figure:
    """The skew of each epoch, with 1 (class-balanced) and the crossover epoch marked. skews: (epochs,)."""
    balanced = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 1, "y1": 1,
                "visible": float(skews.max()) >= 0.75, "line": {"color": GREY, "width": 1, "dash": "dot"}}  # fmt: skip
    crossovers = [] if crossover is None else [crossover]
    crossover_mark = {
        "type": "scatter", "mode": "markers+text", "x": crossovers, "y": skews[crossovers],
        "text": [f"1 in epoch {epoch}" for epoch in crossovers], "marker": {"size": 9, "color": "#D55E00"},
        "textposition": "top left" if max(crossovers, default=0) > len(skews) / 3 else "bottom right",
        "hoverinfo": "skip", "cliponaxis": False,
    }  # fmt: skip
    where = "It stays below 1." if crossover is None else f"It reaches 1 in epoch {crossover}."
    alt = f"Skew over {several(len(skews), 'epoch', 'epochs')}, from {number(skews[0])} to {number(skews[-1])}. {where}"
    curve = Curve("skew", "skew", skews, {"color": GREY, "width": 2, "dash": "solid"})
    figure = curves_over_epochs([curve], axis("skew", **steady_range(*skews)), "skew %{y:.3~r}", alt, epoch)
    figure.spec["data"].append(crossover_mark)
    figure.spec["layout"]["shapes"].append(balanced)
    return figure


def _series_and_entries(counts: ClassCounts, selected: SelectedClasses) -> Iterable[tuple[Series, str]]:
    all_series = series_of(counts, selected)
    return zip(all_series, legend_entries(counts, all_series), strict=True)
