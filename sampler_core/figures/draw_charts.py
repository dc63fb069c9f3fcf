"""Charts of the draws of an epoch: the class counts of each batch as stacked bars, and planned against drawn."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.draws.preview import Preview
from sampler_core.figures.class_labels import by_count, class_in_words, class_index
from sampler_core.figures.class_series import SelectedClasses, legend_entries, series_of
from sampler_core.figures.figure import Figure, Spec
from sampler_core.figures.legend import LEGEND, legend_text
from sampler_core.figures.plot_layout import GREY, axis, layout, steady_range
from sampler_core.figures.rows_and_ranks import RANK_TICKS, class_rows, rank_lines, row_axis, row_markers, row_names
from sampler_core.forecast.count_intervals import CountIntervals
from sampler_core.formatting import number, several


def batch_mix(preview: Preview, selected: SelectedClasses = (), *, legend: bool = True) -> Figure:
    """The class counts of each previewed batch, stacked, with the largest class (or the head) at the bottom."""
    counts, per_batch = preview.class_counts, preview.batch_class_counts
    stacks = series_of(counts, selected)
    batches = np.arange(preview.first_batch, preview.first_batch + preview.num_batches)
    bars = [
        {
            "type": "bar", "name": entry, "x0": preview.first_batch, "dx": 1,
            "y": stack.total(per_batch), "marker": {"color": stack.colour, "line": {"width": 0}},
            "opacity": stack.opacity,
            "hovertemplate": "batch %{x}: %{y:,}<extra>%{meta}</extra>", "meta": legend_text(stack.label, 4),
        }
        for stack, entry in zip(stacks, legend_entries(counts, stacks), strict=True)
    ]  # fmt: skip
    spec = {"data": bars, "layout": layout(
        barmode="stack", bargap=0.2 if len(batches) <= 30 else 0,  # a gap that nobody sees has no label all the same
        showlegend=legend and len(stacks) > 1, legend=LEGEND | {"traceorder": "normal"},
        xaxis=axis("batch", tickformat="d", range=[batches[0] - 0.6, batches[-1] + 0.6]),
        yaxis=axis("samples in the batch"), uirevision=f"{len(stacks)}-{batches[0]}-{len(batches)}",
    )}  # fmt: skip
    rarest = counts.rarest
    without = int((per_batch[:, rarest] == 0).sum())
    alt = (
        f"Batches {batches[0]} to {batches[-1]} of epoch {preview.epoch}. The rarest class, "
        f"{class_in_words(counts.names[rarest])}, is missing from {without} of them and has "
        f"{number(float(per_batch[:, rarest].mean()))} samples a batch on average."
    )
    index = pd.Index(batches, name="batch")
    return Figure(spec, alt, lambda: pd.DataFrame({bar.label: bar.total(per_batch) for bar in stacks}, index=index))


def planned_and_drawn(
    counts: ClassCounts, spread: CountIntervals, drawn: IntArray, selected: SelectedClasses = (), *,
    got: str = "drawn", interval: str = "95 %",
) -> Figure:  # fmt: skip
    """The deviation of each class's draws from the plan, in percent of the plan, with its interval.

    spread, drawn: of the same draws, each (num_classes,). A class with share 0 has no point. got: what the figure calls
    `drawn`; interval: what it calls that of `spread`.
    """
    order = by_count(counts)
    planned = CountIntervals(spread.expected[order], spread.lower[order], spread.upper[order])
    ordered, words = drawn[order], _Words(got, interval)
    furthest = np.nanmax(np.abs([_deviation(ends, planned.expected) for ends in planned[1:]]), initial=0.0)
    deviation = axis("deviation from plan", ticksuffix=" %", nticks=6, tickangle=0, zeroline=True, zerolinewidth=2,
                     **steady_range(-furthest, furthest, parts=4))  # fmt: skip
    marker, axes, shapes = row_markers(counts, order, selected), [deviation, row_axis()], list[Spec]()
    if class_rows(counts):
        traces = [row_names(counts, order) | trace for trace in _drawn_rows(planned, ordered, marker, words)]
    else:
        traces, shapes = _drawn_ranks(planned, ordered, marker["color"], words), rank_lines(counts, selected, "x")
        axes = [axis("classes, largest first", **RANK_TICKS), deviation]
    spec = {"data": traces, "layout": layout(
        xaxis=axes[0], yaxis=axes[1], shapes=shapes, showlegend=True, legend=LEGEND, uirevision=str(order.size),
    )}  # fmt: skip
    drawn_outside = int(((drawn < spread.lower) | (drawn > spread.upper)).sum())
    classes = several(counts.num_classes, "class", "classes")
    alt = f"Planned and {got} samples of {classes}; {drawn_outside} outside their {interval} interval."
    columns = {
        "planned": planned.expected, f"{interval} from": planned.lower, f"{interval} to": planned.upper, got: ordered
    }  # fmt: skip
    return Figure(spec, alt, lambda: pd.DataFrame(columns, index=class_index(counts, order)))


class _Words(NamedTuple):
    got: str
    interval: str


def _drawn_rows(planned: CountIntervals, drawn: IntArray, marker: Spec, words: _Words) -> list[Spec]:
    """One row per class: the interval as a bar, the draws as a point."""
    low, high, off = (_deviation(values, planned.expected) for values in (planned.lower, planned.upper, drawn))
    texts = [
        f"{draws:,} {words.got}, {number(e)} planned, {words.interval} from {a:,} to {b:,}"
        for draws, e, a, b in zip(drawn, planned.expected, planned.lower, planned.upper, strict=True)
    ]
    interval = {"type": "data", "symmetric": False, "array": high, "arrayminus": -low, "color": GREY, "width": 6}
    shared = {"type": "scatter", "mode": "markers", "text": texts,
              "hovertemplate": "%{hovertext}: %{text}<extra></extra>"}  # fmt: skip
    plan = {"symbol": "line-ns-open", "size": 12, "color": GREY}
    return [
        {
            **shared,
            "name": f"planned, with {words.interval} interval",
            "x": 0.0 * low,
            "error_x": interval,
            "marker": plan,
        },
        {**shared, "name": words.got, "x": off, "marker": {"size": 10, **marker}},
    ]


def _drawn_ranks(planned: CountIntervals, drawn: IntArray, colours: list[str], words: _Words) -> list[Spec]:
    """Classes by rank: the intervals as a ribbon, the draws as points."""
    low, high, off = (_deviation(values, planned.expected) for values in (planned.lower, planned.upper, drawn))
    ranks = np.arange(1, drawn.size + 1)
    ribbon = {"type": "scatter", "mode": "lines", "x": ranks, "line": {"width": 0, "shape": "hvh"}, "hoverinfo": "skip"}
    between = {"name": f"{words.interval} interval", "fill": "tonexty", "fillcolor": "rgba(107,122,140,0.35)"}
    return [
        {**ribbon, "y": low, "showlegend": False},
        {**ribbon, "y": high, **between},
        {"type": "scatter", "mode": "markers", "name": words.got, "x": ranks, "y": off,
         "customdata": np.stack([drawn, planned.expected], axis=1), "marker": {"size": 4, "color": colours},
         "hovertemplate": f"class of rank %{{x}}: %{{customdata[0]:,}} {words.got}, "
                          "%{customdata[1]:,.3~f} planned<extra></extra>"},
    ]  # fmt: skip


def _deviation(values: IntArray, expected: FloatArray) -> FloatArray:
    """In percent of what is expected; NaN where nothing is expected, which plotly does not draw."""
    planned = np.where(expected > 0, expected, np.nan)
    return np.asarray(100.0 * (values - planned) / planned)
