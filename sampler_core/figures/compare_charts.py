"""Figures of several plans side by side: the share of some classes, the skew, all classes of each plan, a table.

The one contract here: a plan has one colour and one dash in all figures, and a class the colour it has elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures.class_series import COLOURS, bands, by_count, series_of
from sampler_core.figures.figure import Figure, Spec, axis, class_in_words, layout
from sampler_core.figures.legend import KEY, key_height, key_text, phone_columns
from sampler_core.forecast.forecast import Forecast
from sampler_core.forecast.plan_comparison import COLUMNS, Comparison
from sampler_core.formatting import number, percent

PLAN_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
FOLLOWED = ("rarest class", "largest class", "head", "medium", "tail", "class of rank")


class Shown(NamedTuple):
    """A plan as figures show it. colour: 0 to 5."""

    name: str
    forecast: Forecast
    colour: int

    @property
    def label(self) -> str:
        """The name, safe in a figure."""
        return key_text(self.name)

    @property
    def line(self) -> Spec:
        """Colour and dash of its lines."""
        return {"color": COLOURS[self.colour], "width": 2.5, "dash": PLAN_DASHES[self.colour]}


class Followed(NamedTuple):
    """Classes whose share is followed. members: their positions."""

    label: str
    members: IntArray


def followed(counts: ClassCounts, which: str, rank: int = 1) -> Followed:
    """The classes meant by one of `FOLLOWED`; rank: 1 is the largest class, beyond the last it is the last."""
    order = by_count(counts)
    if which in ("head", "medium", "tail"):
        band = bands(counts)[("head", "medium", "tail").index(which)]
        return Followed(band.label, band.members)
    named = {"rarest class": counts.rarest, "largest class": counts.largest}
    c = named[which] if which in named else int(order[min(rank, order.size) - 1])
    return Followed(class_in_words(counts.names[c]), np.array([c]))


def plan_shares(plans: Sequence[Shown], who: Followed, epoch: int, *, logarithmic: bool = False) -> Figure:
    """The share of the followed classes over epochs, a line a plan."""
    values = [plan.forecast.shares[:, who.members].sum(axis=1) for plan in plans]
    traces = [_line(plan, row, "%{y:.4~%}") for plan, row in zip(plans, values, strict=True)]
    y: Spec = {"type": "log", "dtick": 1, "exponentformat": "none"} if logarithmic else {"rangemode": "tozero"}
    title = f"share of {key_text(who.label, widest=20)}"
    spec = _over_epochs(traces, axis(title, tickformat="~%", **y), epoch, f"{len(values[0])}-{logarithmic}")
    said = "; ".join(
        f"{plan.name} from {percent(float(row[0]))} to {percent(float(row[-1]))}, {percent(float(row[epoch]))} in "
        f"epoch {epoch}" for plan, row in zip(plans, values, strict=True)
    )  # fmt: skip
    return Figure(spec, f"Share of {who.label} over {len(values[0])} epochs. {said}.", lambda: _table(plans, values))


def plan_skews(plans: Sequence[Shown], epoch: int) -> Figure | None:
    """The skew over epochs of the plans that have one; None where none has."""
    with_skew = [(plan, plan.forecast.skews) for plan in plans if plan.forecast.skews is not None]
    if not with_skew:
        return None
    traces = [_line(plan, skews, "skew %{y:.4~f}") | {"showlegend": False} for plan, skews in with_skew]
    spec = _over_epochs(traces, axis("skew"), epoch, str(len(with_skew[0][1])))
    said = "; ".join(f"{plan.name} from {number(skews[0])} to {number(skews[-1])}" for plan, skews in with_skew)
    rows = [skews for _, skews in with_skew]
    return Figure(spec, f"Skew over epochs. {said}.", lambda: _table([plan for plan, _ in with_skew], rows))


def plan_mix(plan: Shown, highest: float) -> Figure:
    """All classes of one plan over epochs, in lines or bands, each in its own colour. highest: end of the axis."""
    series = series_of(plan.forecast.counts)
    values = [plan.forecast.shares[:, one.members].sum(axis=1) for one in series]
    traces = [
        {"type": "scatter", "mode": _mode(row), "name": key_text(one.label), "x0": 0, "dx": 1,
         "y": row.astype(np.float32), "line": {"color": one.colour, "width": 1.5, "dash": one.dash},
         "marker": {"color": one.colour},
         "hovertemplate": "epoch %{x}: %{y:.4~%}<extra>%{fullData.name}</extra>"}
        for one, row in zip(series, values, strict=True)
    ]  # fmt: skip
    spec = {"data": traces, "layout": layout(
        xaxis=axis("", range=[-0.5, len(values[0]) - 0.5], tickformat="d", nticks=5),
        yaxis=axis("", tickformat="~%", range=[0.0, highest], nticks=5), legend=KEY,
        uirevision=f"{len(series)}-{len(values[0])}",
    )}  # fmt: skip
    ends = ", ".join(f"{one.label} {percent(float(row[-1]))}" for one, row in zip(series, values, strict=True))
    columns = {one.label: row for one, row in zip(series, values, strict=True)}
    alt = f"All classes of the plan {plan.name}; in the last epoch {ends}."
    return Figure(spec, alt, lambda: pd.DataFrame(columns, index=pd.RangeIndex(len(values[0]), name="epoch")))


def highest_share(plans: Sequence[Shown]) -> float:
    """The end of an axis that has room for every line of every plan, in steps of a tenth."""
    series = series_of(plans[0].forecast.counts)
    top = max(float(plan.forecast.shares[:, one.members].sum(axis=1).max()) for plan in plans for one in series)
    return min(1.02, math.ceil(top * 10.0 + 1e-9) / 10.0 + 0.02)


def class_key(counts: ClassCounts) -> Figure:
    """What the colours of the classes mean: a legend without a plot, for a report. Its height: `class_key_height`."""
    series = series_of(counts)
    traces = [
        {"type": "scatter", "mode": "lines", "name": key_text(one.label), "x": [None], "y": [None],
         "line": {"color": one.colour, "width": 3, "dash": one.dash}, "hoverinfo": "skip", "showlegend": True}
        for one in series
    ]  # fmt: skip
    hidden = {"visible": False, "fixedrange": True}
    legend = KEY | {"itemclick": False, "itemdoubleclick": False}
    spec = {"data": traces, "layout": layout(
        xaxis=hidden, yaxis=hidden, showlegend=True, legend=legend, uirevision=str(len(series)),
    )}  # fmt: skip
    labels = [one.label for one in series]
    colours = [one.colour for one in series]
    return Figure(spec, f"Colours of the classes: {', '.join(labels)}.",
                  lambda: pd.DataFrame({"colour": colours}, index=pd.Index(labels, name="class")))  # fmt: skip


def class_key_height(counts: ClassCounts) -> int:
    """Pixels that it takes on a phone."""
    labels = [key_text(one.label) for one in series_of(counts)]
    return key_height(labels, phone_columns(labels))


def comparison_table(comparison: Comparison, base: int | None = None) -> pd.DataFrame:
    """A row a plan, a column a metric; less the plan in place `base`, where one is given."""
    values = comparison.values if base is None else comparison.less(base)
    return pd.DataFrame(values, index=pd.Index(comparison.names, name="plan"), columns=[c.label for c in COLUMNS])


def comparison_words(comparison: Comparison, base: int | None = None) -> pd.DataFrame:
    """The same table as people read it: percent where a share is meant, signs on differences, a star on the best."""
    values = comparison_table(comparison, base).to_numpy()
    rows = [
        [_cell(value, column.unit, base is not None, bool(best))
         for value, column, best in zip(row, COLUMNS, marks, strict=True)]
        for row, marks in zip(values, comparison.best, strict=True)
    ]  # fmt: skip
    return pd.DataFrame(rows, index=pd.Index(comparison.names, name="plan"), columns=[c.label for c in COLUMNS])


def _cell(value: float, unit: str, signed: bool, best: bool) -> str:
    size = round(abs(value), 12)  # a balance of 1 but for the last bit is 1
    text = percent(size) if unit == "share" else number(size)
    sign = "-" if value < 0 else "+" if signed and value > 0 else ""
    return f"{sign}{text}{' ★' if best else ''}"


def _line(plan: Shown, y: FloatArray, value: str) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": _mode(y), "name": plan.label, "x0": 0, "dx": 1,
        "y": y.astype(np.float32), "line": plan.line, "marker": {"color": plan.line["color"]},
        "hovertemplate": f"epoch %{{x}}: {value}<extra>%{{fullData.name}}</extra>",
    }  # fmt: skip


def _mode(y: FloatArray) -> str:
    return "lines" if len(y) > 1 else "markers"


def _over_epochs(traces: list[dict[str, Any]], y: Spec, epoch: int, revision: str) -> Spec:
    length = len(traces[0]["y"])
    marker = {"type": "line", "yref": "paper", "x0": epoch, "x1": epoch, "y0": 0, "y1": 1,
              "line": {"color": "#6B7A8C", "width": 1.5}}  # fmt: skip
    x = axis("epoch", range=[-0.5, length - 0.5], tickformat="d")
    return {"data": traces, "layout": layout(xaxis=x, yaxis=y, showlegend=True, legend=KEY, shapes=[marker],
                                             uirevision=revision)}  # fmt: skip


def _table(plans: Sequence[Shown], values: Sequence[FloatArray]) -> pd.DataFrame:
    columns = {plan.name: row for plan, row in zip(plans, values, strict=True)}
    return pd.DataFrame(columns, index=pd.RangeIndex(len(values[0]), name="epoch"))
