"""Pairs of two groupings of the classes (diagnosis x hospital): how a draw is spread over them, beside the data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from sampler_core.data.array_types import FloatArray
from sampler_core.data.tallies import Tally
from sampler_core.figures.class_labels import class_in_words, distinct_labels
from sampler_core.figures.figure import Chart, Figure
from sampler_core.figures.legend import row_label
from sampler_core.figures.plot_layout import axis, layout
from sampler_core.forecast.forecast import Forecast
from sampler_core.formatting import count, number, percent, several

MOST_ROWS, MOST_COLUMNS = 40, 24
_FEW_COLUMNS = 10  # up to so many a cell has room for its number of samples


class Pairs(NamedTuple):
    """The pairs of two groupings. samples, draws: float64, (names of rows, names of columns), the draws as shares."""

    rows: Tally
    columns: Tally
    samples: FloatArray
    draws: FloatArray


def pairs_of(tallies: Sequence[Tally], forecast: Forecast, epoch: int) -> Pairs | None:
    """The pairs of an epoch, the more names in rows; None where the classes are no pairs of two groupings."""
    groupings = [(tally, tally.group_of_class) for tally in tallies]
    if len(groupings) != 2 or any(groups is None for _, groups in groupings):
        return None
    (rows, row_of_class), (columns, column_of_class) = sorted(groupings, key=lambda one: -len(one[0].names))
    held = np.flatnonzero(forecast.counts.counts)
    cells = np.asarray(row_of_class)[held], np.asarray(column_of_class)[held]
    samples, draws = (np.zeros((len(rows.names), len(columns.names))) for _ in range(2))
    samples[cells], draws[cells] = forecast.counts.counts[held], forecast.shares[epoch, held]
    return Pairs(rows, columns, samples, draws)


def association_in_words(pairs: Pairs) -> str:
    """How far the two go together in the draws, beside the data: what a classifier can learn of one from the other."""
    data, draws = association(pairs.samples), association(pairs.draws)
    change = "as in" if abs(draws - data) < 1e-4 else "more than in" if draws > data else "less than in"
    return (
        f"In the draws {pairs.rows.title} and {pairs.columns.title} go together {change} the data: Cramér's V (0 to 1) "
        f"is {number(draws)}, in the data {number(data)}."
    )


def charts_of_pairs(tallies: Sequence[Tally], forecast: Forecast, epoch: int) -> list[Chart]:
    """The table of pairs where the classes are pairs of two groupings, of few enough names; else nothing."""
    pairs = pairs_of(tallies, forecast, epoch)
    if pairs is None or len(pairs.rows.names) > MOST_ROWS or len(pairs.columns.names) > MOST_COLUMNS:
        return []
    rows, columns, samples, draws = pairs
    title = f"{rows.title.capitalize()} by {columns.title}, epoch {epoch}"
    empty = int((samples == 0).sum())
    none = f" {several(empty, 'pair has', 'pairs have')} no sample, so no plan can draw them." if empty else ""
    note = f"Colour: the share of the draws. Numbers: samples in the data.{none} {association_in_words(pairs)}"
    return [Chart("pairs", title, _pairs(rows, columns, samples, draws, note), note, 12, 130 + 26 * len(rows.names), 2)]


def association(table: FloatArray) -> float:
    """Cramér's V of a table of counts or shares; float, 0 where rows and columns are independent, 1 where each row has
    one column. Rows and columns without anything do not count. Source: Cramér 1946, Mathematical Methods of Statistics.
    """
    shares = table[table.any(axis=1)][:, table.any(axis=0)] / table.sum()
    smaller = min(shares.shape) - 1
    expected = shares.sum(axis=1, keepdims=True) * shares.sum(axis=0, keepdims=True)
    return float(np.sqrt(((shares - expected) ** 2 / expected).sum() / smaller)) if smaller else 0.0


def _pairs(rows: Tally, columns: Tally, samples: FloatArray, draws: FloatArray, note: str) -> Figure:
    row_order, column_order = (np.argsort(-tally.totals, kind="stable") for tally in (rows, columns))
    samples, draws = (table[row_order][:, column_order] for table in (samples, draws))
    row_names, column_names = (
        [row_label(label) for label in distinct_labels(tally.names, order)]
        for tally, order in ((rows, row_order), (columns, column_order))
    )
    texts = [[count(int(cell)) if cell else "none" for cell in row] for row in samples]
    heatmap = {
        "type": "heatmap", "z": np.where(samples > 0, draws, np.nan).astype(np.float32), "x": column_names,
        "y": row_names, "customdata": samples, "text": texts, "colorscale": "Cividis", "xgap": 1, "ygap": 1,
        "texttemplate": "%{text}" if len(column_names) <= _FEW_COLUMNS else "",
        "hovertemplate": "%{y}, %{x}: %{z:.3~p} of draws, %{text} in the data<extra></extra>",
        "colorbar": {"title": {"text": "share", "side": "top"}, "thickness": 12, "tickformat": "~%"},
    }  # fmt: skip
    spec = {"data": [heatmap], "layout": layout(
        xaxis=axis(columns.title, type="category", showgrid=False),
        yaxis=axis("", type="category", autorange="reversed", showgrid=False),
        uirevision=f"{samples.shape}",
    )}  # fmt: skip
    place = np.unravel_index(int(draws.argmax()), draws.shape)
    most = " and ".join(
        class_in_words(tally.names[order[i]])
        for tally, order, i in zip((rows, columns), (row_order, column_order), place, strict=True)
    )
    alt = f"Samples and draws by {rows.title} and {columns.title}. {note} Most draws: {most}, {percent(draws[place])}."

    def table() -> pd.DataFrame:
        return pd.DataFrame(
            {f"{name}, {what}": cells[:, i] for i, name in enumerate(column_names)
             for what, cells in (("samples", samples.astype(np.int64)), ("share of draws", draws))},
            index=pd.Index(row_names, name=rows.title),
        )  # fmt: skip

    return Figure(spec, alt, table)
