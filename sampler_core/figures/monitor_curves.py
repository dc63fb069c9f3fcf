"""What a run log shows over epochs: planned, drawn and trained shares, the range that chance allows, recalls.

The one contract here: what was planned is a line, what reached the training step is points, and a class has the colour
that it has elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sampler_core.data.array_types import BoolArray, FloatArray
from sampler_core.figures.class_series import Series, legend_entries, series_of
from sampler_core.figures.compare_charts import ClassGroup
from sampler_core.figures.epoch_curves import share_axis
from sampler_core.figures.figure import Figure, Spec, with_shares
from sampler_core.figures.legend import LEGEND, legend_text
from sampler_core.figures.plot_layout import GREY, axis, layout
from sampler_core.formatting import percent, several
from sampler_core.run_log import Judgement, Run

DEPARTED, TRAINED = "#D55E00", "#2377C5"
_MANY_POINTS = 150  # epochs from which on points are small


def planned_and_trained(judgement: Judgement, *, logarithmic: bool = False) -> Figure:
    """The share of each series of classes over epochs: planned as a line, trained as points."""
    run, traces, table = judgement.run, list[Spec](), dict[str, FloatArray]()
    planned, trained = run.shares(run.planned), run.shares(run.trained)
    all_series = series_of(run.class_counts)
    for series, entry in zip(all_series, legend_entries(run.class_counts, all_series), strict=True):
        plan, got = series.total(planned), series.total(trained)
        traces.append(series_line(run, plan, entry, series, "planned"))
        traces.append(_points(run, got, series.label, series.colour))
        table |= {f"{series.label}, planned": plan, f"{series.label}, trained": got}
    alt = (
        f"Class shares planned and trained over {_epochs(run)}. Last epoch, trained: "
        f"{', '.join(f'{s.label} {percent(float(s.total(trained)[-1]))}' for s in all_series)}."
    )
    return over_epochs(
        judgement, traces, share_axis("class share", logarithmic), alt, table,
        uirevision=f"{len(all_series)}-{logarithmic}",
    )  # fmt: skip


def recalls(judgement: Judgement) -> Figure | None:
    """The recall of each series of classes over epochs, of several classes their mean; None where none is logged."""
    found = recalls_of(judgement.run)
    if found is None:
        return None
    run, (part, values) = judgement.run, found
    all_series = series_of(run.class_counts)
    courses = [mean_recall(values, series.members) for series in all_series]
    traces = [
        series_line(run, course, entry, series, "recall", run.metric_epochs)
        for course, entry, series in zip(courses, legend_entries(run.class_counts, all_series), all_series, strict=True)
    ]
    words = ", ".join(
        f"{series.label} {percent(float(course[-1]))}"
        for series, course in zip(all_series, courses, strict=True) if np.isfinite(course[-1])
    )  # fmt: skip
    table = {series.label: course for series, course in zip(all_series, courses, strict=True)}
    return over_epochs(
        judgement, traces, share_axis(f"recall, {legend_text(part, widest=20)}", False),
        f"Recall of the classes over epochs, {part}. Last: {words or 'none'}.", table, epochs=run.metric_epochs,
        uirevision=str(len(all_series)),
    )  # fmt: skip


def share_beside_chance(judgement: Judgement, group: ClassGroup, *, logarithmic: bool = False) -> Figure:
    """The share of one class, or of several together: planned, the range that chance allows, drawn and trained.

    Points beyond chance are marked; for a single class they are those that the run is judged by.
    """
    run, evidence = judgement.run, judgement.evidence
    taken = np.maximum(evidence.taken, 1)
    spread = evidence.spread.rows(slice(-1)).together(group.members, evidence.taken)
    tests = evidence.beyond_chance.size
    low, high = (np.minimum(limit[:, 0] / taken, 1.0) for limit in spread.limits(tests))
    counts = run.trained[:, group.members].sum(axis=1)
    planned, got = (spread.sure + spread.expected)[:, 0] / taken, counts / taken
    drawn = np.where(run.drawn.sum(axis=1) > 0, run.shares(run.drawn)[:, group.members].sum(axis=1), np.nan)
    beyond = spread.is_exceeded_by(counts[:, None], tests)[:, 0]
    ribbon = {"type": "scatter", "mode": "lines", "x": _x(run), "line": {"width": 0}, "hoverinfo": "skip"}
    within = {"name": "what chance allows", "fill": "tonexty", "fillcolor": "rgba(107,122,140,0.30)"}
    plan_line, drawn_line = ({"color": GREY, "width": 2}, {"color": TRAINED, "width": 1.5, "dash": "dot"})
    traces: list[Spec] = [
        {**ribbon, "y": low.astype(np.float32), "showlegend": False},
        {**ribbon, "y": high.astype(np.float32), **within},
        _curve(run, planned, "planned", plan_line), _curve(run, drawn, "given out by the sampler", drawn_line),
        _points(run, got, "trained", [DEPARTED if one else TRAINED for one in beyond], "trained"),
    ]  # fmt: skip
    table = {"planned": planned, "chance from": low, "chance to": high, "drawn": drawn, "trained": got}
    alt = (
        f"Share of {group.label} over {_epochs(run)}: planned {percent(float(planned[-1]))} and trained "
        f"{percent(float(got[-1]))} in the last one. {_beyond_in_words(beyond)}"
    )
    return over_epochs(
        judgement, traces, share_axis(f"share of {_short(group)}", logarithmic), alt, table,
        showlegend=True, uirevision=f"{group.members[:1].tolist()}-{len(group.members)}-{logarithmic}",
    )  # fmt: skip


def logged_epochs(first: int, last: int) -> Spec:
    """The horizontal axis of a chart from one epoch to another."""
    room, few = 0.5 + 0.01 * (last - first), {"dtick": 1} if last - first < 8 else {}
    return axis(f"epoch ({first} to {last})", range=[first - room, last + room], tickformat="d", **few)


def recalls_of(run: Run) -> tuple[str, FloatArray] | None:
    """Part of the data (the validation, if it can be) and recall per class, (metric epochs, num_classes); NaN: none."""
    for part in sorted(run.metrics, key=lambda name: (name != "validation", name)):
        values = run.metrics[part].get("recall")
        if values is not None and values.shape[1:] == (run.class_counts.num_classes,):
            return part, np.where((values >= 0.0) & (values <= 1.0), values, np.nan)
    return None


def mean_recall(values: FloatArray, members: Any = slice(None)) -> FloatArray:
    """Over the classes that have one; NaN in an epoch where none has."""
    chosen = values[:, members]
    there = np.isfinite(chosen)
    mean = np.where(there, chosen, 0.0).sum(axis=1) / np.maximum(there.sum(axis=1), 1)
    return np.where(there.any(axis=1), mean, np.nan)


def over_epochs(
    judgement: Judgement, traces: list[Spec], y_axis: Spec, alt: str, table: dict[str, FloatArray],
    *, epochs: Sequence[int] = (), **settings: Any,
) -> Figure:  # fmt: skip
    """The figure, with a line where each departure begins."""
    run = judgement.run
    first, last = run.epochs[0], max([run.epochs[-1], *epochs[-1:]])
    begins = sorted({departure.since for departure in judgement.departures} - {first})
    marks = [
        {"type": "line", "yref": "paper", "x0": epoch - 0.5, "x1": epoch - 0.5, "y0": 0, "y1": 1,
         "line": {"color": DEPARTED, "width": 1.5, "dash": "dash"}}
        for epoch in begins
    ]  # fmt: skip
    shown = {"xaxis": logged_epochs(first, last), "yaxis": y_axis, "legend": LEGEND, "shapes": marks} | settings
    index = pd.Index(epochs or run.epochs, name="epoch")
    return Figure({"data": traces, "layout": layout(**shown)}, alt, lambda: with_shares(pd.DataFrame(table, index)))


def series_line(
    run: Run, values: FloatArray, entry: str, series: Series, what: str, epochs: Sequence[int] = ()
) -> Spec:  # fmt: skip
    """A curve in the colour of a series. what: what the hover text calls a value; epochs: else those of the run."""
    line = {"color": series.colour, "width": 2, "dash": series.dash}
    return _curve(run, values, entry, line, epochs) | {
        "hovertemplate": f"epoch %{{x}}: {what} %{{y:.3~p}}<extra>%{{meta}}</extra>",
        "meta": legend_text(series.label, 4),
    }


def _curve(run: Run, values: FloatArray, name: str, line: Spec, epochs: Sequence[int] = ()) -> Spec:
    return {
        "type": "scatter", "mode": "lines+markers" if len(values) == 1 else "lines", "name": name, "line": line,
        "marker": {"color": line["color"], "symbol": "circle-open", "size": 12},
        "x": np.array(epochs, dtype=np.float64) if epochs else _x(run),
        "y": values.astype(np.float32), "hovertemplate": f"epoch %{{x}}: {name} %{{y:.3~p}}<extra></extra>",
    }  # fmt: skip


def _points(run: Run, values: FloatArray, label: str, colour: Any, entry: str = "") -> Spec:
    return {
        "type": "scatter", "mode": "markers", "name": entry or legend_text(label), "showlegend": bool(entry),
        "x": _x(run), "y": values.astype(np.float32),
        "marker": {"color": colour, "size": 3 if len(values) > _MANY_POINTS else 6},
        "hovertemplate": "epoch %{x}: trained %{y:.3~p}<extra>%{meta}</extra>", "meta": legend_text(label, 4),
    }  # fmt: skip


def _x(run: Run) -> Any:
    return np.array(run.epochs, dtype=np.float64)  # a log may have any number below 2**53


def _epochs(run: Run) -> str:
    return several(len(run.epochs), "epoch", "epochs")


def _short(group: ClassGroup) -> str:
    return legend_text(group.label, widest=20) if len(group.members) == 1 else "these classes"


def _beyond_in_words(beyond: BoolArray) -> str:
    return f"In {several(int(beyond.sum()), 'epoch', 'epochs')} it is beyond chance."
