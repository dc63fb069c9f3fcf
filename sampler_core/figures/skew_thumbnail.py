"""The skew over the epochs as a small picture, for menus: an SVG of its own, without plotly."""

from __future__ import annotations

import numpy as np

from sampler_core.data.array_types import FloatArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.formatting import COLOURS
from sampler_core.plans.plan import SamplingPlan

LOWEST, HIGHEST = -0.15, 2.15  # skews at the picture's edges; beyond, the curve leaves it
LINES = 0.0, 1.0  # natural, balanced


def shown_skews(plan: SamplingPlan, class_counts: ClassCounts) -> FloatArray:
    """The skew of each epoch, shape (epochs,); of a target that no single skew describes, the skew that gives the
    largest and the rarest class the shares that they have."""
    skews = plan.skews()
    if skews is not None:
        return skews
    pair = [class_counts.largest, class_counts.rarest]
    shares, counts = plan.class_shares(class_counts)[:, pair], class_counts.counts[pair]
    if counts[0] == counts[1]:
        return np.zeros(len(shares))
    apart: FloatArray = np.log(np.maximum(shares, 1e-300))
    equal_skews: FloatArray = 1.0 - (apart[:, 0] - apart[:, 1]) / np.log(counts[0] / counts[1])
    return equal_skews


def skew_thumbnail(skews: FloatArray, width: int = 150, height: int = 44) -> str:
    """The curve as an SVG text, with a line at skew 0 (natural) and one at 1 (balanced).

    Colours: those of the figures, which read on light and dark alike.
    """

    def y(skew: float) -> float:
        return round(height * (HIGHEST - skew) / (HIGHEST - LOWEST), 1)

    x = np.linspace(2.0, width - 2.0, max(skews.size, 2)).round(1)
    clipped = np.clip(np.resize(skews, x.size), LOWEST - 1.0, HIGHEST + 1.0)
    points = " ".join(f"{left},{y(skew)}" for left, skew in zip(x.tolist(), clipped.tolist(), strict=True))
    lines = "".join(
        f'<line x1="0" x2="{width}" y1="{y(skew)}" y2="{y(skew)}" stroke="#8A8A8A" stroke-width="1" '
        'stroke-dasharray="2 3"/>'
        for skew in LINES
    )
    return (
        f'<svg width="{width}" height="{height}" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">'
        f'{lines}<polyline points="{points}" fill="none" stroke="{COLOURS[0]}" stroke-width="2"/></svg>'
    )


def skew_in_words(skews: FloatArray) -> str:
    """The curve as a text, for those who do not see it."""
    first, last = (f"{skew:.3g}" for skew in (skews[0], skews[-1]))
    if first == last and np.ptp(skews) < 5e-4:
        return f"Skew {first} in every epoch"
    return f"Skew {first} in the first epoch, {last} in the last"
