"""What the whole run brings of each class: its share of the draws, and how often each of its samples comes."""

from __future__ import annotations

import pandas as pd

from sampler_core.figures.class_labels import by_count, class_in_words, class_index
from sampler_core.figures.class_series import SelectedClasses
from sampler_core.figures.figure import Figure, with_shares
from sampler_core.figures.plot_layout import steady_range
from sampler_core.figures.two_columns import Column, two_columns
from sampler_core.forecast.forecast import Forecast
from sampler_core.formatting import number, percent


def run_repeats(forecast: Forecast, selected: SelectedClasses = ()) -> Figure:
    """Left the share of each class in the draws of the run, right the expected repeats of one of its samples."""
    counts, shares, repeats = forecast.counts, forecast.shares.mean(axis=0), forecast.run_repeats
    order = by_count(counts)
    share_ticks = {"tickformat": "~%", **steady_range(0.0, float(shares.max()))}
    left = Column("share of the draws", shares, percent, ".3~p", share_ticks)
    right = Column("repeats", repeats, number, ",.3~r", steady_range(0.0, float(repeats.max())))
    most = int(repeats.argmax())
    alt = (
        "Share of the draws of the run, and repeats of each class in it. The most repeats has "
        f"{class_in_words(counts.names[most])}: {number(float(repeats[most]))}, at {percent(float(shares[most]))} of "
        "the draws."
    )
    columns = {
        "samples": counts.counts[order],
        "share of the draws": shares[order],
        "repeats in the run": repeats[order],
    }
    return Figure(
        two_columns(counts, left, right, selected), alt,
        lambda: with_shares(pd.DataFrame(columns, index=class_index(counts, order)), ["share of the draws"]),
    )  # fmt: skip
