"""What figures of a study have in common: a colour, a dash and a marker for each row of its tables; columns as numbers.

The one contract here: a plan has one colour in all figures, that of Compare where it comes from there; a loss has one
dash, and what is adjusted afterwards an open marker.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sampler_core.data.array_types import FloatArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures.class_series import COLOURS
from sampler_core.figures.compare_charts import PLAN_DASHES
from sampler_core.figures.legend import legend_text
from sampler_core.training.study_result import StudyResult

UNASKED = COLOURS[-1]  # of natural draws that nobody asked for
METRIC_LABELS = {
    "balanced_accuracy": "balanced accuracy", "accuracy": "accuracy", "log_loss": "log loss",
    "corrected_log_loss": "log loss, corrected", "brier": "Brier score", "corrected_brier": "Brier score, corrected",
}  # fmt: skip
SHARE_METRICS = ("balanced_accuracy", "accuracy")


class StudyLine(NamedTuple):
    """How a row of a study's tables looks. adjusted: after post-hoc logit adjustment, not trained for itself."""

    name: str
    colour: str
    dash: str
    adjusted: bool = False

    @property
    def legend_entry(self) -> str:
        """Its name in legends."""
        return legend_text(self.name, 2)

    @property
    def line(self) -> dict[str, Any]:
        """Plotly's settings of its line."""
        return {"color": self.colour, "width": 2.5, "dash": self.dash}

    @property
    def marker(self) -> dict[str, Any]:
        """Plotly's settings of its markers."""
        kind = {"symbol": "circle-open", "line": {"width": 2.5}} if self.adjusted else {"symbol": "circle"}
        return {"color": self.colour, "size": 10, **kind}


def study_lines(result: StudyResult, colours: Mapping[str, int] | None = None) -> tuple[StudyLine, ...]:
    """One for each row of the summary, in its order. colours: plan name -> 0 to 5; else the order of the plans."""
    summary = result.tables["summary"]
    known = {name: place for place, name in enumerate(result.settings["plans"])} if colours is None else colours
    losses = list(dict.fromkeys(summary["loss"]))
    trained = set(result.settings["losses"])
    return tuple(
        StudyLine(
            name,
            COLOURS[known[plan]] if plan in known else UNASKED,
            "dot" if name not in trained else PLAN_DASHES[losses.index(loss) % len(PLAN_DASHES)],
            name not in trained,
        )
        for name, plan, loss in zip(summary["candidate"], summary["plan"], summary["loss"], strict=True)
    )


def class_counts_of(result: StudyResult) -> ClassCounts:
    """The classes of the study's features."""
    return ClassCounts(tuple(result.settings["classes"]), np.array(result.settings["counts"], dtype=np.int64))


def numbers(column: pd.Series) -> FloatArray:
    """A column as numbers; None, as JSON has it for what is no number, is NaN."""
    return np.asarray(pd.to_numeric(column, errors="coerce"), dtype=np.float64)


def rows_of(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """The rows of a candidate."""
    return table[table["candidate"] == name]
