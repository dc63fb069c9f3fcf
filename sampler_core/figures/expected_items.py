"""What the draws bring of each label, box or group (`sampler_core.data.tallies`), beside what the data has."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sampler_core.data.array_types import FloatArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.tallies import Tally
from sampler_core.figures.class_labels import by_count, class_in_words, class_index
from sampler_core.figures.figure import Chart, Figure, Spec, with_shares
from sampler_core.figures.group_pairs import charts_of_pairs
from sampler_core.figures.legend import LEGEND
from sampler_core.figures.plot_layout import GREY, axis, layout, steady_range
from sampler_core.figures.rows_and_ranks import RANK_TICKS, class_rows, row_axis, row_names
from sampler_core.forecast.forecast import Forecast
from sampler_core.formatting import COLOURS, number, percent

MOST_PLAYED = 400_000  # numbers of one chart over all epochs


def charts_of_tallies(tallies: Sequence[Tally], forecast: Forecast, epoch: int) -> list[Chart]:
    """A chart for each tally, two in a row, none for one without an item; and the pairs of two groupings."""
    shown = [(place, tally) for place, tally in enumerate(tallies) if tally.items.size]
    charts = []
    for place, tally in shown:
        rows = class_rows(_as_counts(tally))
        per_name = f"per {tally.title}" if _is_share(tally) else f"{tally.title} counts"
        title, span = f"Expected {per_name}, epoch {epoch}", 6 if len(shown) > 1 else 12
        height = 120 + 30 * rows if rows else 340
        figure = expected_items(tally, forecast, epoch)
        charts.append(Chart(f"tally-{place}", title, figure, _note_on(tally), span, height, 2))
    highest = max((chart.height for chart in charts), default=0)
    return [*(chart._replace(height=highest) for chart in charts), *charts_of_pairs(tallies, forecast, epoch)]


def expected_items(tally: Tally, forecast: Forecast, epoch: int) -> Figure:
    """How many items of each name one draw of the epoch brings, beside one sample of the data.

    Few names are pairs of bars, many two curves over ranks. A draw that has at most one item of a name shows percent.
    """
    names = _as_counts(tally)
    order, per_draw = by_count(names), items_per_draw(tally, forecast)
    per_sample = tally.totals / forecast.counts.num_samples
    values = [("in the data", GREY, per_sample), ("of the draws", COLOURS[0], per_draw[epoch])]
    title, format_of = ("share", "~%") if _is_share(tally) else ("per sample", "~f")
    of_data, of_draws = ("share of the data", "share of draws") if _is_share(tally) else ("per sample", "per draw")
    highest = steady_range(0.0, 1.2 * max(float(per_draw.max()), float(per_sample.max())))  # room for the numbers
    value_axis = axis(title, tickformat=format_of, rangemode="tozero", nticks=6, tickangle=0, **highest)
    make_spec = _bars if class_rows(names) else _curves
    in_words = percent if _is_share(tally) else number
    alt = f"Expected per {tally.title} in epoch {epoch}, beside the data. " + " ".join(
        f"{class_in_words(names.names[i])}: {in_words(float(per_draw[epoch, i]))} of draws, "
        f"{in_words(float(per_sample[i]))} of the data."
        for i in dict.fromkeys((int(order[0]), int(order[-1])))
    )
    columns = {
        "in the data": tally.totals, of_data: per_sample, f"{of_draws} in epoch {epoch}": per_draw[epoch],
        f"expected in epoch {epoch}": forecast.draws.samples * per_draw[epoch],
        "expected in the run": forecast.draws.samples * per_draw.sum(axis=0),
    }  # fmt: skip
    spec = make_spec(names, [(name, colour, one[order]) for name, colour, one in values], value_axis, format_of)
    index, shares = class_index(names, order).rename(tally.title), list(columns)[1:3] if _is_share(tally) else []
    return Figure(spec, alt, lambda: with_shares(pd.DataFrame(columns).iloc[order].set_index(index), shares))


def items_per_draw(tally: Tally, forecast: Forecast) -> FloatArray:
    """The items of each name that one draw of each epoch brings; (epochs, num_names)."""
    return tally.expected(forecast.shares)


def frames_of_tallies(tallies: Sequence[Tally], forecast: Forecast) -> dict[str, dict[str, NDArray[np.float32]]]:
    """Chart id -> "x" of bars or "y" of curves -> what the charts of the tallies show in each epoch as epochs play.

    Shape (epochs, 2, num_names). Without tallies of so many names that no browser plays them.
    """
    frames = {}
    for place, tally in enumerate(tallies):
        names = _as_counts(tally)
        if len(forecast.shares) * names.num_classes <= MOST_PLAYED:
            per_draw = items_per_draw(tally, forecast)[:, by_count(names)]
            per_sample = np.broadcast_to(np.sort(tally.totals)[::-1] / forecast.counts.num_samples, per_draw.shape)
            values = np.stack([per_sample, per_draw], axis=1).astype(np.float32)
            frames[f"tally-{place}"] = {"x" if class_rows(names) else "y": values}
    return frames


def _bars(names: ClassCounts, values: list[tuple[str, str, FloatArray]], value_axis: Spec, format_of: str) -> Spec:
    rows = row_names(names, by_count(names))
    bars = [
        {**rows, "type": "bar", "orientation": "h", "name": name, "x": row, "marker": {"color": colour},
         "texttemplate": "%{x:.3~p}" if format_of == "~%" else "%{x:.3~r}", "textposition": "outside",
         "textfont": {"size": 12}, "cliponaxis": False,
         "hovertemplate": f"%{{hovertext}}, {name}: %{{x:.4{format_of}}}<extra></extra>"}
        for name, colour, row in values
    ]  # fmt: skip
    return {"data": bars, "layout": layout(
        xaxis=value_axis, yaxis=row_axis(), bargap=0.3, bargroupgap=0.05, showlegend=True, legend=LEGEND,
        uirevision=str(names.num_classes),
    )}  # fmt: skip


def _curves(names: ClassCounts, values: list[tuple[str, str, FloatArray]], value_axis: Spec, format_of: str) -> Spec:
    curves = [
        {"type": "scatter", "mode": "lines", "name": name, "x": np.arange(1, row.size + 1), "y": row.astype(np.float32),
         "line": {"color": colour, "width": 2},
         "hovertemplate": f"rank %{{x}}, {name}: %{{y:.4{format_of}}}<extra></extra>"}
        for name, colour, row in values
    ]  # fmt: skip
    return {"data": curves, "layout": layout(
        xaxis=axis("rank by count in the data", **RANK_TICKS), yaxis=value_axis, showlegend=True, legend=LEGEND,
        uirevision=str(names.num_classes),
    )}  # fmt: skip


def _as_counts(tally: Tally) -> ClassCounts:
    """The names and items of a tally as charts take classes and counts."""
    return ClassCounts(tally.names, tally.totals)


def _is_share(tally: Tally) -> bool:
    """Whether no sample has more than one item of a name, as far as averages tell."""
    return bool((tally.items <= tally.samples[tally.classes]).all())


def _note_on(tally: Tally) -> str:
    if tally.group_of_class is not None:
        return f"The share of the draws of each {tally.title}, beside its share of the data."
    if _is_share(tally):
        return f"The share of the draws that have the {tally.title}, beside the data. A draw may have several."
    return f"How often a draw has a {tally.title} of each name, beside a sample of the data."
