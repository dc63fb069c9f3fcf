"""What figures of a study have in common: a colour, a dash and a marker for each row of its tables; columns as numbers.

The one contract here: a plan has one colour in all figures, that of Compare where it comes from there; a loss has one
dash and one marker, and what is adjusted afterwards an open one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sampler_core.data.array_types import FloatArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures.compare_charts import PLAN_DASHES
from sampler_core.figures.legend import legend_text
from sampler_core.formatting import COLOURS
from sampler_core.training.study_result import StudyResult

SYMBOLS = ("circle", "diamond", "square", "triangle-up", "star")  # one a loss
UNASKED = COLOURS[-1]  # of natural draws that nobody asked for
METRIC_LABELS = {
    "balanced_accuracy": "balanced accuracy", "accuracy": "accuracy", "log_loss": "log loss",
    "corrected_log_loss": "log loss, corrected", "brier": "Brier score", "corrected_brier": "Brier score, corrected",
}  # fmt: skip
SHARE_METRICS = ("balanced_accuracy", "accuracy")


class StudyLine(NamedTuple):
    """How a row of a study's tables looks. loss: which of the study's; adjusted: after post-hoc logit adjustment, not
    trained for itself."""

    name: str
    colour: str
    loss: int = 0
    adjusted: bool = False

    @property
    def legend_entry(self) -> str:
        """Its name in legends."""
        return legend_text(self.name, 2)

    @property
    def line(self) -> dict[str, Any]:
        """Plotly's settings of its line."""
        dash = "dot" if self.adjusted else PLAN_DASHES[self.loss % len(PLAN_DASHES)]
        return {"color": self.colour, "width": 2.5, "dash": dash}

    @property
    def marker(self) -> dict[str, Any]:
        """Plotly's settings of its markers."""
        symbol = SYMBOLS[self.loss % len(SYMBOLS)]
        kind = {"symbol": f"{symbol}-open", "line": {"width": 2.5}} if self.adjusted else {"symbol": symbol}
        return {"color": self.colour, "size": 10, **kind}


def study_lines(result: StudyResult, colours: Mapping[str, int] | None = None) -> tuple[StudyLine, ...]:
    """One for each row of the summary, in its order. colours: plan name -> 0 to 5; else the order of the plans."""
    summary, trained = result.tables["summary"], set(result.settings["losses"])
    known = {name: place for place, name in enumerate(result.settings["plans"])} if colours is None else colours
    rows = list(zip(summary["candidate"], summary["plan"], summary["loss"], strict=True))
    return tuple(
        line if line.name in trained else line._replace(adjusted=True) for line in lines_of_candidates(rows, known)
    )


def lines_of_candidates(candidates: Sequence[Sequence[str]], colours: Mapping[str, int]) -> tuple[StudyLine, ...]:
    """candidates: (name, plan name, title of the loss) each. colours: plan name -> 0 to 5."""
    losses = list(dict.fromkeys(loss for *_, loss in candidates))
    return tuple(
        StudyLine(name, COLOURS[colours[plan]] if plan in colours else UNASKED, losses.index(loss))
        for name, plan, loss in candidates
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
