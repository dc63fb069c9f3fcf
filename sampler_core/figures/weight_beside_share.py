"""Class weight beside class share, of one epoch."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures.class_labels import by_count, class_in_words, class_index
from sampler_core.figures.class_series import SelectedClasses, selected_positions
from sampler_core.figures.figure import Figure, Spec, with_shares
from sampler_core.figures.plot_layout import GREY, axis, layout, steady_range
from sampler_core.figures.rows_and_ranks import RANK_TICKS, class_rows, rank_lines, row_axis, row_markers, row_names
from sampler_core.formatting import percent


def weight_beside_share(
    counts: ClassCounts, weights: FloatArray, shares: FloatArray, epoch: int, selected: SelectedClasses = ()
) -> Figure:
    """Left the class weight (of one sample), right the class share (of the whole class), of an epoch.

    weights, shares: (epochs, num_classes). Few classes are bars, many a curve over ranks. The axes have room for every
    epoch, so that lengths can be compared.
    """
    order = by_count(counts)
    ranges = [steady_range(0.0, float(values.max())) for values in (weights, shares)]
    weights, shares = weights[epoch], shares[epoch]
    make_spec = _weight_share_bars if class_rows(counts) else _weight_share_curves
    spec = make_spec(counts, order, [weights[order], shares[order]], ranges, selected)
    alt = "Class weight (of one sample) beside class share (of the class in a batch). " + " ".join(
        f"{class_in_words(counts.names[c])}: weight {percent(float(weights[c]))}, share {percent(float(shares[c]))}."
        for c in dict.fromkeys((int(order[0]), int(order[-1])))
    )
    columns = {"samples": counts.counts[order], "class weight": weights[order], "class share": shares[order]}
    return Figure(
        spec, alt,
        lambda: with_shares(pd.DataFrame(columns, index=class_index(counts, order)), ("class weight", "class share")),
    )  # fmt: skip


def _weight_share_bars(
    counts: ClassCounts, order: IntArray, values: list[FloatArray], ranges: list[Spec], selected: SelectedClasses
) -> Spec:
    marker, texts_outside = row_markers(counts, order, selected), bool(selected_positions(selected))
    bars = {
        **row_names(counts, order), "type": "bar", "orientation": "h", "marker": marker, "cliponaxis": False,
        "textposition": "auto" if min(marker["opacity"]) == 1.0 else "outside",
        "hovertemplate": "%{hovertext}: %{x:.3~p}<extra></extra>",
    }  # fmt: skip
    traces = [
        bars | {"x": row, "xaxis": x, "text": [percent(float(value)) for value in row]}
        for x, row in zip(("x", "x2"), values, strict=True)
    ]
    gap = 0.13 if texts_outside else 0.07  # half of it: a phone has numbers in it
    share_ticks: Spec = {"tickformat": "~%", "rangemode": "tozero", "nticks": 3, "tickangle": 0}
    return {"data": traces, "layout": layout(
        xaxis=axis("class weight", domain=[0.0, 0.5 - gap], **share_ticks, **ranges[0]),
        xaxis2=axis("class share", domain=[0.5 + gap, 1.0], **share_ticks, **ranges[1]), yaxis=row_axis(), bargap=0.25,
        margin={"l": 8, "r": 56 if texts_outside else 16, "t": 8, "b": 8}, uirevision=str(order.size),
    )}  # fmt: skip


def _weight_share_curves(
    counts: ClassCounts, order: IntArray, values: list[FloatArray], ranges: list[Spec], selected: SelectedClasses
) -> Spec:
    curve = {
        "type": "scatter", "mode": "lines", "x": np.arange(1, order.size + 1), "fill": "tozeroy",
        "line": {"color": GREY, "width": 1.5}, "hovertemplate": "class of rank %{x}: %{y:.3~p}<extra></extra>",
    }  # fmt: skip
    traces = [
        curve | {"y": row.astype(np.float32), "xaxis": f"x{number}", "yaxis": f"y{number}"}
        for number, row in zip(("", "2"), values, strict=True)
    ]
    share_ticks: Spec = {"tickformat": "~%", "rangemode": "tozero", "nticks": 6}
    return {"data": traces, "layout": layout(
        xaxis=axis("class weight by rank", domain=[0.0, 0.4], **RANK_TICKS),
        xaxis2=axis("class share by rank", domain=[0.6, 1.0], **RANK_TICKS),
        yaxis=axis("", **share_ticks, **ranges[0]), yaxis2=axis("", anchor="x2", **share_ticks, **ranges[1]),
        shapes=rank_lines(counts, selected, "x", "x2"), uirevision=str(order.size),
    )}  # fmt: skip
