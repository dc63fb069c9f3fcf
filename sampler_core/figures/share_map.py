"""The share map: every class's share over the epochs as a heatmap."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sampler_core.data.array_types import FloatArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures.class_labels import by_count, class_in_words, class_index, class_label
from sampler_core.figures.class_series import SelectedClasses, colours_of, selected_positions
from sampler_core.figures.figure import Figure, Spec
from sampler_core.figures.legend import row_label
from sampler_core.figures.plot_layout import axis, epoch_axis, epoch_marker, layout
from sampler_core.formatting import number, percent, several

MOST_CELLS = 200_000


def share_map(counts: ClassCounts, shares: FloatArray, epoch: int, selected: SelectedClasses = ()) -> Figure:
    """Every class's share over epochs, the largest class on top; colour is the logarithm of the share.

    Above `MOST_CELLS` cells only every k-th epoch is shown, the first one always.
    """
    order = by_count(counts)
    every = -(-shares.size // MOST_CELLS)
    cells = shares[::every, order].T.astype(np.float32)
    with np.errstate(divide="ignore"):
        logs = np.log10(cells)
    low, high = _colour_range(logs)
    names = [f"{rank}. {row_label(class_label(counts.names[c]))}" for rank, c in enumerate(order, 1)]
    trace = {
        "type": "heatmap", "z": np.maximum(logs, low), "customdata": cells, "y": names, "x0": 0, "dx": every,
        "zmin": low, "zmax": high, "colorscale": "Cividis",
        "hovertemplate": "%{y}<br>epoch %{x}: %{customdata:.4~%}<extra></extra>",
        "colorbar": _colour_bar(low, high),
    }  # fmt: skip
    y = axis("classes, largest first", type="category", autorange="reversed", nticks=30 if order.size <= 30 else 12)
    spec = {"data": [trace], "layout": layout(
        xaxis=epoch_axis(shares), yaxis=y, uirevision=str(shares.shape),
        shapes=[epoch_marker(epoch), *_row_borders(counts, selected)],
    )}  # fmt: skip
    ends = " ".join(
        f"{class_in_words(counts.names[c])}: from {percent(shares[0, c])} to {percent(shares[-1, c])}."
        for c in (order[0], order[-1])
    )
    size = f"{several(counts.num_classes, 'class', 'classes')} over {several(len(shares), 'epoch', 'epochs')}"
    alt = f"Map of the shares of {size}. Largest and smallest class: {ends}"
    return Figure(spec, alt, lambda: _table(counts, shares, epoch))


def _row_borders(counts: ClassCounts, selected: SelectedClasses) -> list[Spec]:
    """A border around the row of each selected class."""
    colours, row = colours_of(counts, selected), np.argsort(by_count(counts))
    return [
        {"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "y0": int(row[c]) - 0.5, "y1": int(row[c]) + 0.5,
         "line": {"color": colours[c], "width": 2}}
        for c in selected_positions(selected)
    ]  # fmt: skip


def _colour_range(logs: FloatArray) -> tuple[float, float]:
    """Ends of the colour scale: at most eight decades, at multiples of 1/2 so that colours seldom change meaning."""
    finite = logs[np.isfinite(logs)]
    high = float(np.ceil(2 * finite.max(initial=-38.0)) / 2)
    return max(float(np.floor(2 * finite.min(initial=high)) / 2), high - 8.0), high


def _colour_bar(low: float, high: float) -> Spec:
    steps = (1, 2, 5) if high - low < 3 else (1,)
    shares = [step * 10.0**decade for decade in range(int(np.floor(low)), 1) for step in steps]
    below = high - 0.04 * (high - low)  # a tick at the very top is in the way of the title
    ticks = [share for share in shares if low <= np.log10(share) <= below] or [10.0**low]
    texts = [f"{number(100 * share)} %" for share in ticks]
    return {"title": {"text": "share", "side": "top"}, "thickness": 12, "tickvals": np.log10(ticks), "ticktext": texts}


def _table(counts: ClassCounts, shares: FloatArray, epoch: int) -> pd.DataFrame:
    """Three of the epochs: all of them would outweigh the rest of a page or a report."""
    order = by_count(counts)
    columns = {f"share in epoch {e}": shares[e, order] for e in sorted({0, epoch, len(shares) - 1})}
    return pd.DataFrame({"samples": counts.counts[order], **columns}, index=class_index(counts, order))
