"""Rows of the pages beside Explore: what their controls are called in the address."""

from __future__ import annotations

from sampler_core.comparison import WHEN
from sampler_core.figures.compare import FOLLOWED
from sampler_core.parameters import Parameter
from sampler_core.variants import LONGEST_TEXT, START_TEXT

PLANS = Parameter(
    "plans", "The plans as text",
    f"What a link carries of these plans: presets by their names, other plans by what they change about the sidebar's. "
    f"At most {LONGEST_TEXT:,} characters.",
    START_TEXT, kind="text",
)  # fmt: skip
FOLLOW = Parameter(
    "follow", "Share of", "Which class, or which group of classes, the curves show.",
    "rarest class", kind="choice", choices=FOLLOWED,
)  # fmt: skip
RANK = Parameter(
    "rank", "Rank of the class", "1 is the largest class; beyond the smallest, the smallest is shown.",
    1, 1, 1_000_000, 1, kind="integer",
)  # fmt: skip
FIGURES_OF = Parameter(
    "figures_of", "Figures of merit",
    "Their mean over the run, those of the chosen epoch, or those of the worst epoch: the lowest where more is better, "
    "else the highest. Figures per run are the same in all three.",
    WHEN[0], kind="choice", choices=WHEN,
)  # fmt: skip
BASE = Parameter(
    "shown_as", "Shown as", "The values themselves, or how far each plan is from one of them.", "values", kind="text"
)
COMPARE_ROWS = (PLANS, FOLLOW, RANK, FIGURES_OF, BASE)
