"""What a run log shows over epochs: planned and trained shares, recalls.

The one contract here: what was planned is a line, what reached the training step is points, and a class has the colour
that it has elsewhere. Series of a single epoch stand beside each other, for equal values would hide each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sampler_core.data.array_types import FloatArray
from sampler_core.figures.class_series import Series, legend_entries, series_of
from sampler_core.figures.epoch_curves import share_axis
from sampler_core.figures.figure import Figure, Spec, with_shares
from sampler_core.figures.legend import LEGEND, legend_text
from sampler_core.figures.plot_layout import axis, layout
from sampler_core.formatting import percent, several
from sampler_core.run_log import Judgement, Run

DEPARTED, TRAINED = "#D55E00", "#2377C5"
_MANY_POINTS = 150  # epochs from which on points are small
_ROOM = 0.7  # of a single epoch, for all series


def planned_and_trained(judgement: Judgement, *, logarithmic: bool = False) -> Figure:
    """The share of each series of classes over epochs: planned as a line, trained as points."""
    run, traces, table = judgement.run, list[Spec](), dict[str, FloatArray]()
    planned, trained = run.shares(run.planned), run.shares(run.trained)
    all_series = series_of(run.class_counts)
    shifts = _shifts(len(all_series), run.epochs)
    for series, entry, shift in zip(all_series, legend_entries(run.class_counts, all_series), shifts, strict=True):
        plan, got = series.total(planned), series.total(trained)
        traces.append(series_line(run, plan, entry, series, "planned", shift=shift))
        traces.append(points(run, got, series.label, series.colour, shift=shift))
        table |= {f"{series.label}, planned": plan, f"{series.label}, trained": got}
    alt = (
        f"Class shares planned and trained over {epochs_in_words(run)}. Last epoch, trained: "
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
    entries, shifts = legend_entries(run.class_counts, all_series), _shifts(len(all_series), run.metric_epochs)
    traces = [
        series_line(run, course, entry, series, "recall", run.metric_epochs, shift)
        for course, entry, series, shift in zip(courses, entries, all_series, shifts, strict=True)
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


def logged_epochs(first: int, last: int) -> Spec:
    """The horizontal axis of a chart from one epoch to another."""
    room, few = 0.5 + 0.01 * (last - first), {"dtick": 1} if last - first < 8 else {}
    return axis(
        f"epoch ({first} to {last})" if first < last else "epoch",
        range=[first - room, last + room],
        tickformat="d",
        **few,
    )


def recalls_of(run: Run, part: str | None = None) -> tuple[str, FloatArray] | None:
    """Part of the data and recall per class, (metric epochs, num_classes); NaN: none. part: the wanted one, if
    the run has it; by default the validation."""
    parts = parts_with_recalls(run)
    if not parts:
        return None
    chosen = part if part in parts else parts[0]
    values = run.metrics[chosen]["recall"]
    return chosen, np.where((values >= 0.0) & (values <= 1.0), values, np.nan)


def parts_with_recalls(run: Run) -> list[str]:
    """The parts of the data whose recall per class is logged, the validation first."""
    shape = (run.class_counts.num_classes,)
    parts = [part for part, values in run.metrics.items() if "recall" in values and values["recall"].shape[1:] == shape]
    return sorted(parts, key=lambda part: (part != "validation", part))


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
    """The figure, with a line where each departure begins, and a shade behind epochs that were drawn more than once."""
    run = judgement.run
    first, last = run.epochs[0], max([run.epochs[-1], *epochs[-1:]])
    begins = sorted({departure.since for departure in judgement.departures} - {first})
    marks = [
        {"type": "line", "yref": "paper", "x0": epoch - 0.5, "x1": epoch - 0.5, "y0": 0, "y1": 1,
         "line": {"color": DEPARTED, "width": 1.5, "dash": "dash"}}
        for epoch in begins
    ]  # fmt: skip
    shown = {"xaxis": logged_epochs(first, last), "yaxis": y_axis, "legend": LEGEND} | settings
    shown["shapes"] = [*_shades(run), *marks]
    index = pd.Index(epochs or run.epochs, name="epoch")
    return Figure({"data": traces, "layout": layout(**shown)}, alt, lambda: with_shares(pd.DataFrame(table, index)))


def series_line(
    run: Run, values: FloatArray, entry: str, series: Series, what: str, epochs: Sequence[int] = (), shift: float = 0.0
) -> Spec:  # fmt: skip
    """A curve in the colour of a series. what: what the hover text calls a value; epochs: else those of the run."""
    line = {"color": series.colour, "width": 2, "dash": series.dash}
    return curve(run, values, entry, line, epochs, shift) | {
        "hovertemplate": f"epoch {_when(epochs or run.epochs)}: {what} %{{y:.3~p}}<extra>%{{meta}}</extra>",
        "meta": legend_text(series.label, 4),
    }


def curve(
    run: Run, values: FloatArray, name: str, line: Spec, epochs: Sequence[int] = (), shift: float = 0.0
) -> Spec:  # fmt: skip
    """A line over epochs, of a single one a ring. shift: to the right, in epochs."""
    when = f"epoch {_when(epochs or run.epochs)}"
    return {
        "type": "scatter", "mode": "lines+markers" if len(values) == 1 else "lines", "name": name, "line": line,
        "marker": {"color": line["color"], "symbol": "circle-open", "size": 12},
        "x": np.array(epochs or run.epochs, dtype=np.float64) + shift,
        "y": values.astype(np.float32), "hovertemplate": f"{when}: {name} %{{y:.3~p}}<extra></extra>",
    }  # fmt: skip


def points(run: Run, values: FloatArray, label: str, colour: str, entry: str = "", shift: float = 0.0) -> Spec:
    """Points over epochs. entry: in the legend; "" for none."""
    return {
        "type": "scatter", "mode": "markers", "name": entry or legend_text(label), "showlegend": bool(entry),
        "x": np.array(run.epochs, dtype=np.float64) + shift, "y": values.astype(np.float32),
        "marker": {"color": colour, "size": 3 if len(values) > _MANY_POINTS else 6},
        "hovertemplate": f"epoch {_when(run.epochs)}: trained %{{y:.3~p}}<extra>%{{meta}}</extra>",
        "meta": legend_text(label, 4),
    }  # fmt: skip


def epochs_in_words(run: Run) -> str:
    """ "3 epochs", and how many of them were drawn more than once."""
    again = len(run.passes_of_repeated.keys() & set(run.epochs))
    more = f", {again:,} of them drawn more than once" if again else ""
    return several(len(run.epochs), "epoch", "epochs") + more


def _when(epochs: Sequence[int]) -> str:
    """The epoch in a hover text: of a single one its number, for its points stand beside it."""
    return "%{x}" if len(epochs) > 1 else str(epochs[0])


def _shifts(series: int, epochs: Sequence[int]) -> list[float]:
    """How far right of its epoch each of so many series stands, in epochs."""
    return [_ROOM * ((i + 0.5) / series - 0.5) if len(epochs) == 1 else 0.0 for i in range(series)]


def _shades(run: Run) -> list[Spec]:
    """Rectangles behind the epochs that were drawn more than once, one for those in a row."""
    spans: list[list[int]] = []
    for epoch in sorted(run.passes_of_repeated.keys() & set(run.epochs)):
        if spans and spans[-1][1] == epoch - 1:
            spans[-1][1] = epoch
        else:
            spans.append([epoch, epoch])
    return [
        {"type": "rect", "yref": "paper", "x0": first - 0.5, "x1": last + 0.5, "y0": 0, "y1": 1, "layer": "below",
         "line": {"width": 0}, "fillcolor": "rgba(213,94,0,0.12)"}
        for first, last in spans
    ]  # fmt: skip
