"""The table of a study: what each plan reached, and its difference to the reference."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from sampler_core.exporting.csv_tables import csv_file
from sampler_core.figures.figure import share_columns
from sampler_core.figures.train_charts import summary_table
from sampler_core.figures.train_lines import METRIC_LABELS
from sampler_core.formatting import count
from sampler_core.training.study_result import StudyResult
from sampler_core.training.verdict import points as in_points
from sampler_core.training.verdict import signed_points

MOST_ROWS, ROW = 10, 36  # in sight, and the height of one
INTERVAL = "95 % interval of the difference by Nadeau and Bengio, which allows for splits that share rows."
HELP = {
    "balanced accuracy": "The mean of the recalls of all classes.",
    "95 % from": INTERVAL,
    "95 % to": INTERVAL,
    "verdict": "Better or worse: p (Holm) below .05, and at least 95 % sure, one-sided, of more than {region}. "
    "Same: at least 95 % sure that it is less. Else undecided.",
    "P(better)": "The probability that it is better by more than {region}.",
    "p (Holm)": "How likely so large a difference is by chance, adjusted for several plans by Holm's method.",
    "macro-F1": "The mean of the F1 scores of all classes.",
    "worst class": "The class with the lowest recall.",
    "its samples judged": "How many samples of that class are judged in a repeat.",
    "log loss": "Of the probabilities as they are, on the test rows. Less is better.",
    "log loss, corrected": "After prior correction by the class shares that training drew.",
    "Brier": "Squared error of the probabilities as they are, 0 to 2. Less is better.",
    "Brier, corrected": "After prior correction by the class shares that training drew.",
}


def study_table(result: StudyResult) -> None:
    """Show it; long ones scroll."""
    numbers = summary_table(result)
    shares, points = share_columns(numbers), list(numbers.columns[2:5])
    region, metric = in_points(float(result.settings["region"])), METRIC_LABELS[result.settings["metric"]]
    helps = {name: words.format(region=region) for name, words in HELP.items()}
    labels = {"verdict": f"verdict, > {region}"}
    helps[points[0]] = f"Difference in {metric}, the mean over runs on the same splits."
    texts = {name: _text_of(name in shares, name in points) for name in numbers.select_dtypes("number")}
    texts["its samples judged"] = lambda judged: count(round(judged))  # a mean over repeats
    with st.container(key="train-table-box", gap="small"):
        st.header("All plans", anchor=False)
        st.dataframe(
            numbers.style.format(texts, na_rep=""), key="train-table", width="stretch", row_height=ROW, placeholder="",
            height="content" if len(numbers) <= MOST_ROWS else ROW * (MOST_ROWS + 1) + ROW // 2,  # half a row: more
            column_config={
                name: st.column_config.Column(labels.get(name), help=words) for name, words in helps.items()
            },
            alt="What each plan reached, and its difference to the reference.",
        )  # fmt: skip
        st.download_button("Download the table", lambda: csv_file(numbers), "study.csv", "text/csv",
                           key="download-study", on_click="ignore", help="As CSV, with all digits.")  # fmt: skip


def _text_of(is_share: bool, is_points: bool) -> Callable[[float], str]:
    """A column's numbers as text, all with as many decimals; what would round to nothing or all is said to be near."""

    def text(value: float) -> str:
        if pd.isna(value):
            return ""
        if is_points:
            return signed_points(value / 100)
        if is_share:
            return "> 99.9 %" if 0.9995 <= value < 1.0 else f"{100 * value:.1f} %"
        return "< 0.001" if 0.0 < value < 0.0005 else f"{value:.3f}"

    return text
