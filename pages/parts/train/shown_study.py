"""The study that the page shows: named by the URL, remembered by the session, kept by the server; while it runs, its
progress and its curves."""

from __future__ import annotations

from time import monotonic
from typing import Any

import numpy as np
import streamlit as st

from pages.parts.live.figure_panel import Panel, live_panel
from pages.parts.server.page_contents import page_contents
from pages.parts.server.shown_studies import seen_ids, show_no_study, show_study, shown_id
from pages.parts.server.study_line import ServedStudy, cancel_study, forget_study, studies_before, study_of
from pages.parts.sidebar.page_parameters import STUDY
from pages.parts.text.markdown import literal
from pages.parts.train.thoroughness import duration
from sampler_core.data.array_types import FloatArray
from sampler_core.figures import Chart
from sampler_core.figures.train_charts import live_curves
from sampler_core.figures.train_lines import lines_of_candidates
from sampler_core.formatting import several
from sampler_core.plans.parameters import Parameter

MOST_EARLIER = 4
EVERY = 1.0  # seconds between two looks at a study that runs
LOST = (
    "This server does not have the study of this URL any more: it ended more than an hour ago, it was deleted, or the "
    "server was restarted. The form below has the settings of the URL: press Start to run it again. Features of your "
    "own must be brought again."
)
COME_BACK = "You may leave this page, or close it: its URL brings you back, until an hour after the study's end."


def shown_study(row: Parameter = STUDY) -> ServedStudy | None:
    """The study of the URL, else the one that the session last showed; a sentence where the server has it no more.

    row: under which key; Tune has its searches under another.
    """
    study_id = shown_id(row)
    if not study_id:
        return None
    show_study(study_id, row)
    study = study_of(study_id)
    if study is None:
        st.warning(LOST, icon=":material/history:")
    return study


def close_study(study_id: str = "", row: Parameter = STUDY) -> None:
    """The page shows the form alone again; with an id, the server forgets that study too. From a callback."""
    if study_id:
        forget_study(study_id)
    show_no_study(row)


def earlier_studies(shown: ServedStudy | None, row: Parameter = STUDY) -> None:
    """A button for each of the last other studies that the session has shown and the server still has."""
    ids = [study_id for study_id in reversed(seen_ids(row)) if shown is None or study_id != shown.id]
    others = [study for study_id in ids if (study := study_of(study_id)) is not None and study.state != "cancelled"]
    if not others:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"earlier-{row.key}"):
        st.markdown("Shown before:", width="content")
        for study in others[:MOST_EARLIER]:
            runs = f", {study.about['runs']:,} runs a plan" if "runs" in study.about else ""
            when = f"{duration(monotonic() - study.ended)} ago" if study.is_over else study.state
            st.button(literal(f"{study.about['title']}{runs}, {when}"), key=f"earlier-{study.id}", type="tertiary",
                      icon=":material/history:", on_click=show_study, args=(study.id, row))  # fmt: skip


def say_why_there_is_no_result(study: ServedStudy) -> None:
    """For a study that was cancelled or has failed."""
    if study.state == "cancelled":
        st.info(
            "The study was cancelled; nothing of it is kept. The form below has its settings.", icon=":material/cancel:"
        )
    else:
        message = f"The study has no result: {study.error.rstrip('.')}. Change the form below, and press Start again."
        st.error(literal(message), icon=":material/error:")


@st.fragment(run_every=EVERY)
def running_study(study_id: str) -> None:
    """Its place in the line or its progress, a button to cancel it, and the curves so far."""
    study = study_of(study_id)
    if study is None or study.is_over:
        st.rerun()
    job, title = study.job, literal(str(study.about["title"]))
    news = [] if job is None else list(job.news)
    with st.container(border=True, key="train-running", gap="small"):
        if job is None:
            before = several(studies_before(study), "study comes", "studies come")
            waiting = f"**Waiting: {before} before this one on {title}.**"
            st.markdown(f"{waiting} One runs at a time on this server; it starts by itself. {COME_BACK}")
        else:
            st.markdown(f"**Training on {title}.** {COME_BACK}")
        with st.container(horizontal=True, vertical_alignment="center"):
            words = "In line" if job is None else _progress_in_words(news, study.about["epochs"])
            st.progress(0.0 if job is None else job.progress, literal(words))
            st.button("Cancel", key="cancel_study", on_click=cancel_study, args=(study_id,),
                      help="End this study; nothing of it is kept.")  # fmt: skip
        for note in next((one["notes"] for one in news if "notes" in one), ()):
            st.markdown(f":orange[:material/info:] {literal(note)}")
    _live_curves(study, news)


def _progress_in_words(news: list[dict[str, Any]], epochs: int) -> str:
    trained = [one for one in news if "epoch" in one]
    runs = next((several(one["runs"], "run", "runs") for one in news if "runs" in one), "")
    if not trained:
        return f"The first epoch, {runs} in all" if runs else "Reading the features, and splitting them"
    last = trained[-1]
    place = f"epoch {last['epoch'] + 1} of {epochs}" if last["reached"] else "searching"
    if "part" in last:
        place = f"part {last['part'] + 1} of {last['parts']}, {place}"
    place = place.capitalize()
    return f"{place}, {runs} in all; about {duration(last['left'])} left"


def _live_curves(study: ServedStudy, news: list[dict[str, Any]]) -> None:
    reached: dict[str, FloatArray] = {}
    for one in news:
        for name, value in one.get("reached", {}).items():
            values = reached.setdefault(name, np.full(study.about["epochs"], np.nan))
            values[one["epoch"]] = value
    if not reached:
        return
    candidates = next((one["candidates"] for one in news if "candidates" in one), ())
    figure = live_curves(reached, lines_of_candidates(candidates, study.about["colours"]))
    note = "The mean over the runs that have come so far. The verdict needs all of them."
    chart = Chart("train-live", "Balanced accuracy on test rows, as the runs train", figure, note, 12, 380, 0)
    live_panel("train-live", Panel(f"live-{study.id}-{len(news)}", [chart]))
    page_contents().charts.clear()  # a fragment runs each second, and nobody takes its figures
