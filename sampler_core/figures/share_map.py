"""The share map: every class's share over the epochs as a heatmap."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sampler_core.data.array_types import FloatArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures.class_labels import by_count, class_in_words, class_index, class_label
from sampler_core.figures.class_series import SelectedClasses, colours_of, selected_positions
from sampler_core.figures.figure import Figure, Spec, with_shares
from sampler_core.figures.legend import row_label
from sampler_core.figures.plot_layout import axis, epoch_axis, epoch_marker, layout
from sampler_core.formatting import number, percent, several

MOST_CELLS = 200_000


def share_map(counts: ClassCounts, shares: FloatArray, epoch: int, selected: SelectedClasses = ()) -> Figure:
    """Every class's share over epochs, the largest class on top; colour is the logarithm of the share.

    Above `MOST_CELLS` cells only every k-th epoch is shown, the first one always.
    """
    order = by_count(counts)
    epoch_step = -(-shares.size // MOST_CELLS)
    cells = shares[::epoch_step, order].T.astype(np.float32)
    with np.errstate(divide="ignore"):
        log_shares = np.log10(cells)
    low, high = _share_range(log_shares)
    map_rows = [f"{rank}. {row_label(class_label(counts.names[c]))}" for rank, c in enumerate(order, 1)]
    heatmap = {
        "type": "heatmap", "z": np.maximum(log_shares, low), "customdata": cells, "y": map_rows,
        "x0": 0, "dx": epoch_step, "zmin": low, "zmax": high, "colorscale": "Cividis",
        "hovertemplate": "%{y}<br>epoch %{x}: %{customdata:.3~p}<extra></extra>",
        "colorbar": _share_scale(low, high),
    }  # fmt: skip
    nticks = 30 if order.size <= 30 else 12
    y_axis = axis("classes, largest first", type="category", autorange="reversed", nticks=nticks)
    spec = {"data": [heatmap], "layout": layout(
        xaxis=epoch_axis(shares), yaxis=y_axis, uirevision=str(shares.shape),
        shapes=[epoch_marker(epoch), *_row_borders(counts, selected)],
    )}  # fmt: skip
    end_rows = " ".join(
        f"{class_in_words(counts.names[c])}: from {percent(shares[0, c])} to {percent(shares[-1, c])}."
        for c in (order[0], order[-1])
    )
    map_size = f"{several(counts.num_classes, 'class', 'classes')} over {several(len(shares), 'epoch', 'epochs')}"
    alt = f"Map of the shares of {map_size}. Largest and smallest class: {end_rows}"
    return Figure(spec, alt, lambda: _map_table(counts, shares, epoch))


def _row_borders(counts: ClassCounts, selected: SelectedClasses) -> list[Spec]:
    """A border around the row of each selected class."""
    colours, map_row = colours_of(counts, selected), np.argsort(by_count(counts))
    return [
        {"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "y0": int(map_row[c]) - 0.5, "y1": int(map_row[c]) + 0.5,
         "line": {"color": colours[c], "width": 2}}
        for c in selected_positions(selected)
    ]  # fmt: skip


def _share_range(log_shares: FloatArray) -> tuple[float, float]:
    """Ends of the colour scale: at most eight decades, at multiples of 1/2 so that colours seldom change meaning."""
    finite = log_shares[np.isfinite(log_shares)]
    high = float(np.ceil(2 * finite.max(initial=-38.0)) / 2)
    return max(float(np.floor(2 * finite.min(initial=high)) / 2), high - 8.0), high


def _share_scale(low: float, high: float) -> Spec:
    steps = (1, 2, 5) if high - low < 3 else (1,)
    shares = [step * 10.0**decade for decade in range(int(np.floor(low)), 1) for step in steps]
    below = high - 0.04 * (high - low)  # a tick at the very top is in the way of the title
    ticks = [share for share in shares if low <= np.log10(share) <= below] or [10.0**low]
    texts = [f"{number(100 * share)} %" for share in ticks]
    return {"title": {"text": "share", "side": "top"}, "thickness": 12, "tickvals": np.log10(ticks), "ticktext": texts}


def _map_table(counts: ClassCounts, shares: FloatArray, epoch: int) -> pd.DataFrame:
    """Three of the epochs: all of them would outweigh the rest of a page or a report."""
    map_order = by_count(counts)
    map_columns = {f"share in epoch {e}": shares[e, map_order] for e in sorted({0, epoch, len(shares) - 1})}
    table = pd.DataFrame({"samples": counts.counts[map_order], **map_columns}, index=class_index(counts, map_order))
    return with_shares(table, map_columns)
