"""The batch mix: the class counts of each batch as stacked bars."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sampler_core.draws.preview import Preview
from sampler_core.figures.class_labels import class_in_words
from sampler_core.figures.class_series import SelectedClasses, series_of
from sampler_core.figures.figure import Figure
from sampler_core.figures.legend import LEGEND
from sampler_core.figures.plot_layout import axis, layout
from sampler_core.formatting import number


def batch_mix(preview: Preview, selected: SelectedClasses = ()) -> Figure:
    """The class counts of each previewed batch, stacked, with the largest class (or the head) at the bottom."""
    counts, drawn = preview.class_counts, preview.batch_class_counts
    series = series_of(counts, selected)
    batches = np.arange(preview.first_batch, preview.first_batch + preview.num_batches)
    traces = [
        {
            "type": "bar", "name": one.legend_entry, "x0": preview.first_batch, "dx": 1,
            "y": one.total(drawn), "marker": {"color": one.colour, "line": {"width": 0}},
            "opacity": one.opacity,
            "hovertemplate": "batch %{x}: %{y:,}<extra>%{fullData.name}</extra>",
        }
        for one in series
    ]  # fmt: skip
    spec = {"data": traces, "layout": layout(
        barmode="stack", bargap=0.2 if len(batches) <= 60 else 0,  # a fifth is a pixel on a phone
        showlegend=len(series) > 1, legend=LEGEND | {"traceorder": "normal"},
        xaxis=axis("batch", tickformat="d", range=[batches[0] - 0.6, batches[-1] + 0.6]),
        yaxis=axis("samples in the batch"), uirevision=f"{len(series)}-{batches[0]}-{len(batches)}",
    )}  # fmt: skip
    rarest = counts.rarest
    without = int((drawn[:, rarest] == 0).sum())
    alt = (
        f"Batches {batches[0]} to {batches[-1]} of epoch {preview.epoch}. The rarest class, "
        f"{class_in_words(counts.names[rarest])}, is missing from {without} of them and has "
        f"{number(float(drawn[:, rarest].mean()))} samples a batch on average."
    )
    index = pd.Index(batches, name="batch")
    return Figure(spec, alt, lambda: pd.DataFrame({one.label: one.total(drawn) for one in series}, index=index))
