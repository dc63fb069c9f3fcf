"""What a study found: the verdict first, what to keep in mind, figures, the table; and what can be done with it."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import streamlit as st

from pages.parts.live.figure_panel import Panel, live_panel
from pages.parts.server.page_contents import page_contents
from pages.parts.server.study_line import ServedStudy
from pages.parts.share.title_and_note import shared_text
from pages.parts.sidebar.page_parameters import CURVE, LEARNER, choice_titles
from pages.parts.sidebar.parameter_widgets import bound_widget
from pages.parts.text.markdown import literal
from pages.parts.train.plan_in_detail import (
    RunsOfMonitor,
    choose_plan,
    monitor_button,
    plan_in_words,
    study_buttons,
)
from pages.parts.train.study_table import study_table
from pages.parts.train.thoroughness import duration
from sampler_core.exporting.study_report import study_report
from sampler_core.figures import Chart
from sampler_core.figures.train_charts import summary_table
from sampler_core.figures.train_list import caveats, study_charts
from sampler_core.training.study_result import StudyResult


def study_view(study: ServedStudy, monitor: RunsOfMonitor) -> list[Chart]:
    """Show the result; its charts."""
    st.html(Path(__file__).with_name("study_view.css"))
    result: StudyResult = study.result
    _verdict(study, result)
    study_table(result)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="train-choices"):
        shown = choose_plan(result)
        curve = bound_widget(CURVE, width=200)
        study_buttons(study, shown)
        monitor_button(result, shown, monitor)
    st.markdown(literal(plan_in_words(result, shown)))
    charts = study_charts(result, study.about["colours"], shown, curve)
    state = f"{shown}-{curve}".encode()
    live_panel("train-result", Panel(f"{study.id}-{zlib.crc32(state):08x}-0", charts))
    _note_for_share(result, charts)
    return charts


def result_tables(result: StudyResult) -> list[tuple[str, Any]]:
    """Titles and makers of the tables besides those of the charts."""
    return [("Differences", lambda: result.tables["comparisons"].set_index("candidate")),
            ("Recall and draws of each class", lambda: result.tables["recalls"].set_index("candidate")),
            ("Each run", lambda: result.tables["runs"].set_index("candidate"))]  # fmt: skip


def _verdict(study: ServedStudy, result: StudyResult) -> None:
    first, _, rest = result.verdict.partition("; ")
    with st.container(border=True, key="page-text-verdict", gap="small"):
        st.markdown(f"**{literal(first)}{'.' if rest else ''}**")
        if rest:
            st.markdown(literal(rest[0].upper() + rest[1:]))
        learner = choice_titles(LEARNER)[result.settings["learner"]["name"]]
        runs, length = result.settings["runs"], duration(study.seconds)
        if result.settings["splits"]["name"] == "given":
            how = f"{runs} seeds of each plan on the features' own split, in {length}. Intervals and verdicts allow "
            how += "for the number of test rows, and for several plans."
        else:
            how = f"{runs} runs of each plan on the same splits, in {length}. Intervals and verdicts are corrected for "
            how += "splits that share rows, and for several plans."
        st.markdown(literal(f"{result.settings['features']}, {learner}, {how}"))
        with st.expander("What to keep in mind", icon=":material/info:", expanded=True):
            st.markdown("\n".join(f"- {literal(sentence)}" for sentence in [*caveats(result), *result.notes]))
    page_contents().sentences.extend([result.verdict, *caveats(result)])


def _note_for_share(result: StudyResult, charts: list[Chart]) -> None:
    contents, text = page_contents(), shared_text()
    contents.tables.append(("All plans", lambda: summary_table(result)))
    contents.files["study.json"] = result.to_json

    def report(title: str, note: str, data_name: str) -> str:
        del data_name  # the sidebar's
        title = title if text.title else f"{result.settings['features']}: Train"
        return study_report(result, charts, title=title, note=note)

    contents.report = report
