"""Charts of a study class by class: samples, recall, what was drawn, and what is taken for what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sampler_core.data.array_types import FloatArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures.class_labels import by_count, class_in_words, class_index, class_label
from sampler_core.figures.class_series import is_banded, legend_entries, series_of
from sampler_core.figures.epoch_curves import Curve, shares_in_words
from sampler_core.figures.figure import Figure, Spec, with_shares
from sampler_core.figures.legend import LEGEND, legend_text, row_label
from sampler_core.figures.plot_layout import axis, epoch_axis, layout
from sampler_core.figures.rows_and_ranks import RANK_TICKS, class_rows, row_axis, row_markers, row_names
from sampler_core.figures.train_lines import StudyLine, class_counts_of, numbers, rows_of
from sampler_core.formatting import count, number, percent
from sampler_core.training.study_result import StudyResult

RANK_PARTS = 20  # of many classes, the largest first: each has a point


def class_size_chart(counts: ClassCounts) -> Figure:
    """Samples of each class, the largest first: rows, or a curve over ranks where there are many."""
    order = by_count(counts)
    sizes = counts.counts[order]
    if class_rows(counts):
        bars: Spec = {"type": "bar", "orientation": "h", **row_names(counts, order), "x": sizes,
                      "marker": row_markers(counts, order, ()), "text": [count(int(n)) for n in sizes],
                      "textposition": "outside", "cliponaxis": False,
                      "hovertemplate": "%{hovertext}: %{x:,}<extra></extra>"}  # fmt: skip
        axes = (
            axis("samples", rangemode="tozero", nticks=4, tickangle=0, range=[0, 1.15 * float(sizes.max())]),
            row_axis(),
        )
    else:
        bars = {"type": "scatter", "mode": "lines", "x": np.arange(1, sizes.size + 1), "y": sizes,
                "line": {"color": "#2377C5", "shape": "hvh"},
                "hovertemplate": "class of rank %{x}: %{y:,}<extra></extra>"}  # fmt: skip
        axes = axis("classes, largest first", **RANK_TICKS), axis("samples", rangemode="tozero")
    spec = {"data": [bars], "layout": layout(xaxis=axes[0], yaxis=axes[1], uirevision=str(sizes.size))}
    ends = [f"{class_in_words(counts.names[c])} {count(int(counts.counts[c]))}" for c in (order[0], order[-1])]
    alt = f"Samples of each class, from {ends[0]} to {ends[1]}."
    return Figure(spec, alt, lambda: pd.DataFrame({"samples": sizes}, index=class_index(counts, order)))


def recall_chart(result: StudyResult, lines: Sequence[StudyLine], shown: str) -> Figure:
    """Recall of each class beside its training samples, the most first, a marker a row of the summary.

    Of many classes a line through the mean recalls of `RANK_PARTS` parts of them. shown: the row with Wilson's
    intervals, or the thick line.
    """
    counts, table = class_counts_of(result), result.tables["recalls"]
    trained = numbers(rows_of(table, shown)["trained"])
    order, rows = np.argsort(-trained, kind="stable"), class_rows(counts)
    traces = [
        _recall_trace(rows_of(table, line.name).iloc[order], line, bool(rows), line.name == shown) for line in lines
    ]
    if rows:
        labels = [f"{row_label(class_label(counts.names[c]), 14)} · {count(round(trained[c]))}" for c in order]
        labels = _distinct(labels)
        for trace in traces:
            trace["y"] = labels
        axes = axis("recall", tickformat="~%", range=[-0.03, 1.03], nticks=6, tickangle=0), row_axis()
    else:
        axes = axis("classes, largest first", **RANK_TICKS), axis("recall", tickformat="~%", range=[-0.03, 1.03])
    spec = {"data": traces, "layout": layout(
        xaxis=axes[0], yaxis=axes[1], showlegend=False, uirevision=f"{len(lines)}-{rows}",
    )}  # fmt: skip
    rarest = order[-1]
    said = "; ".join(f"{line.name} {_percent(rows_of(table, line.name).iloc[rarest]['recall'])}" for line in lines)
    alt = (
        f"Recall of each class. Of the rarest, {class_in_words(counts.names[rarest])} "
        f"({count(round(trained[rarest]))} training samples): {said}."
    )

    def as_table() -> pd.DataFrame:
        recalls = {line.name: numbers(rows_of(table, line.name)["recall"])[order] for line in lines}
        own = rows_of(table, shown).iloc[order]
        columns = {"training samples": trained[order], "judged a repeat": numbers(own["n"]), **recalls,
                   f"{shown}, 95 % from": numbers(own["low"]), f"{shown}, 95 % to": numbers(own["high"])}  # fmt: skip
        made = pd.DataFrame(columns, index=class_index(counts, order))
        return with_shares(made, list(made.columns[2:]))

    return Figure(spec, alt, as_table)


def drawn_chart(result: StudyResult, name: str) -> Figure:
    """The class shares that the runs of a candidate drew, epoch by epoch; of few classes also the least and the most
    that a run drew. name: a candidate that was trained."""
    counts, table = class_counts_of(result), rows_of(result.tables["class_curves"], name)
    epochs = np.unique(table["epoch"])
    means, least, largest = (
        numbers(table[column]).reshape(len(epochs), -1) for column in ("share", "least_share", "largest_share")
    )
    series = series_of(counts)
    traces: list[Spec] = []
    curves = []
    for one, entry in zip(series, legend_entries(counts, series), strict=True):
        line = {"color": one.colour, "width": 2, "dash": one.dash}
        values = one.total(means)
        curves.append(Curve(one.label, entry, values, line))
        if not is_banded(counts):
            traces += _spread(epochs, one.total(least), one.total(largest), one.colour)
        traces.append({
            "type": "scatter", "mode": "lines" if len(epochs) > 1 else "markers", "name": entry, "x": epochs,
            "y": values.astype(np.float32), "line": line, "marker": {"color": one.colour},
            "hovertemplate": "epoch %{x}: %{y:.3~p}<extra>%{meta}</extra>", "meta": legend_text(one.label, 4),
        })  # fmt: skip
    total = np.arange(int(epochs.max()) + 1)
    spec = {"data": traces, "layout": layout(
        xaxis=epoch_axis(total), yaxis=axis("drawn share", tickformat="~%", rangemode="tozero"), showlegend=True,
        legend=LEGEND | {"traceorder": "normal"}, uirevision=f"{len(series)}-{len(total)}",
    )}  # fmt: skip
    alt = (
        f"Class shares that {name} drew. First epoch: {shares_in_words(curves, 0)}. "
        f"Last: {shares_in_words(curves, -1)}."
    )
    index = pd.Index(epochs, name="epoch")
    return Figure(spec, alt, lambda: with_shares(pd.DataFrame({c.name: c.values for c in curves}, index=index)))


def confusion_chart(result: StudyResult, name: str) -> Figure | None:
    """What the samples of each class are taken for, as shares of the class; None for more classes than are counted."""
    table = result.tables["confusions"]
    if table.empty:
        return None
    counts = class_counts_of(result)
    order = by_count(counts)
    samples = numbers(rows_of(table, name)["samples"]).reshape(counts.num_classes, -1)[np.ix_(order, order)]
    of_class = samples.sum(axis=1, keepdims=True)
    shares = np.divide(samples, of_class, out=np.full_like(samples, np.nan), where=of_class > 0)
    labels = _distinct([row_label(class_label(counts.names[c]), 12) for c in order])
    few = len(labels) <= 12
    cells: dict[str, Any] = {
        "type": "heatmap", "x": labels, "y": labels, "z": shares.astype(np.float32), "zmin": 0, "zmax": 1,
        "colorscale": "Cividis", "showscale": not few, "customdata": samples.astype(np.float32), "xgap": 1, "ygap": 1,
        "hovertemplate": "%{y} taken for %{x}: %{z:.3~p}, %{customdata:.3~r} samples<extra></extra>",
    }  # fmt: skip
    if few:
        cells |= {"texttemplate": "%{z:.0%}", "textfont": {"size": 11}}
    ticks = {"type": "category", "showticklabels": few}
    spec = {"data": [cells], "layout": layout(
        xaxis=axis("taken for", **ticks, tickangle=-35),
        yaxis=axis("" if few else "class", autorange="reversed", **ticks),
        uirevision=str(len(labels)),
    )}  # fmt: skip
    wrong = shares.copy()
    np.fill_diagonal(wrong, -1.0)
    row, column = np.unravel_index(np.nanargmax(wrong), wrong.shape)
    alt = (
        f"Confusion matrix of {name}, classes from the largest down. Most often "
        f"{class_in_words(counts.names[order[row]])} is taken for {class_in_words(counts.names[order[column]])}: "
        f"{percent(float(max(wrong[row, column], 0.0)))} of its samples."
    )
    index, answers = class_index(counts, order), [f"taken for {class_label(counts.names[c])}" for c in order]
    return Figure(spec, alt, lambda: pd.DataFrame(samples, index=index, columns=answers))


def _recall_trace(recalls: pd.DataFrame, line: StudyLine, in_rows: bool, with_interval: bool) -> Spec:
    values = numbers(recalls["recall"])
    trace: Spec = {"type": "scatter", "name": line.legend_entry, "meta": line.legend_entry}
    if not in_rows:
        parts = np.array_split(np.arange(values.size), RANK_PARTS)
        return {**trace, "mode": "lines", "x": [float(part.mean()) + 1 for part in parts],
                "y": np.array([_mean(values[part]) for part in parts]),
                "line": {**line.line, "width": 4 if with_interval else 2},
                "hovertemplate": "around rank %{x:.0f}: %{y:.3~p}<extra>%{meta}</extra>"}  # fmt: skip
    trace["text"] = [f"{number(float(n))} judged a repeat" for n in numbers(recalls["n"])]
    trace |= {"mode": "markers", "x": values, "marker": {**line.marker, "size": 12 if with_interval else 9},
              "hovertemplate": "%{y}: %{x:.3~p}, %{text}<extra>%{meta}</extra>"}  # fmt: skip
    if with_interval:
        high, low = numbers(recalls["high"]) - values, values - numbers(recalls["low"])
        trace["error_x"] = {"type": "data", "symmetric": False, "array": high, "arrayminus": low, "color": line.colour,
                            "thickness": 1.5, "width": 4}  # fmt: skip
    return trace


def _mean(values: FloatArray) -> float:
    """Of those that are numbers; NaN where none is."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else np.nan


def _spread(epochs: Any, least: Any, largest: Any, colour: str) -> list[Spec]:
    """The ribbon between the least and the largest share of a run."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    ribbon = {"type": "scatter", "mode": "lines", "x": epochs, "line": {"width": 0}, "hoverinfo": "skip",
              "showlegend": False}  # fmt: skip
    return [
        {**ribbon, "y": least.astype(np.float32)},
        {**ribbon, "y": largest.astype(np.float32), "fill": "tonexty", "fillcolor": f"rgba({red},{green},{blue},0.18)"},
    ]


def _percent(recall: Any) -> str:
    return "not judged" if recall is None or recall != recall else percent(float(recall))


def _distinct(labels: Sequence[str]) -> list[str]:
    """The labels, those that are equal with their place."""
    return [label if labels.count(label) == 1 else f"{label} ({place + 1})" for place, label in enumerate(labels)]
