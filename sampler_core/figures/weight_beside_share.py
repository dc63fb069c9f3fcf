"""Class weight beside class share, of one epoch."""

from __future__ import annotations

import pandas as pd

from sampler_core.data.array_types import FloatArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures.class_labels import by_count, class_in_words, class_index
from sampler_core.figures.class_series import SelectedClasses
from sampler_core.figures.figure import Figure, with_shares
from sampler_core.figures.plot_layout import steady_range
from sampler_core.figures.two_columns import Column, two_columns
from sampler_core.formatting import percent


def weight_beside_share(
    counts: ClassCounts, weights: FloatArray, shares: FloatArray, epoch: int, selected: SelectedClasses = ()
) -> Figure:
    """Left the class weight (of one sample), right the class share (of the whole class), of an epoch.

    weights, shares: (epochs, num_classes). Few classes are bars, many a curve over ranks. The axes have room for every
    epoch, so that lengths can be compared.
    """
    order = by_count(counts)
    left, right = (
        Column(title, values[epoch], percent, ".3~p",
               {"tickformat": "~%", **steady_range(0.0, float(values.max()))})
        for title, values in (("class weight", weights), ("class share", shares))
    )  # fmt: skip
    alt = "Class weight (of one sample) beside class share (of the class in a batch). " + " ".join(
        f"{class_in_words(counts.names[c])}: weight {percent(float(left.values[c]))}, "
        f"share {percent(float(right.values[c]))}."
        for c in dict.fromkeys((int(order[0]), int(order[-1])))
    )
    columns = {"samples": counts.counts[order], "class weight": left.values[order], "class share": right.values[order]}
    return Figure(
        two_columns(counts, left, right, selected), alt,
        lambda: with_shares(pd.DataFrame(columns, index=class_index(counts, order)), ("class weight", "class share")),
    )  # fmt: skip
