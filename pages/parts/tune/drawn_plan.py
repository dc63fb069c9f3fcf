"""The drawing of the offered plan: started by itself, one at a time in a session, with progress, and stopped."""

from __future__ import annotations

import streamlit as st

from pages.parts.server.jobs import JobError
from pages.parts.server.result_cache import cached
from pages.parts.server.session_cleanup import DRAWING_JOB
from pages.parts.text.words import said
from pages.parts.tune.drawing_job import Drawing, DrawingJob
from sampler_core.data.class_counts import ClassCounts
from sampler_core.plans.plan import SamplingPlan
from sampler_core.tuning.drawn_verdicts import DrawnPlan
from sampler_core.tuning.requirements import Requirement

NOT_DRAWN = "not_drawn"  # hash of a drawing, and why it has no result
STOPPED = "the drawing was stopped"


def take_finished_drawing() -> None:
    """At the start of a run of the page: takes the result of a drawing that has ended."""
    job: DrawingJob | None = st.session_state.get(DRAWING_JOB)
    if job is None or not job.done:
        return
    del st.session_state[DRAWING_JOB]
    try:
        _results_of(*job.drawing).append(job.result())
    except JobError as error:
        st.session_state[NOT_DRAWN] = (hash(job.drawing), str(error))


def known_draws(drawing: Drawing) -> DrawnPlan | None:
    """The verdicts on the draws, where they are known."""
    results = _results_of(*drawing)
    return results[0] if results else None


def drawn_plan(drawing: Drawing) -> DrawnPlan | None:
    """The same. Where they are not known the plan is being drawn from now on, unless that has failed."""
    drawn, job = known_draws(drawing), st.session_state.get(DRAWING_JOB)
    if drawn is None and why_not_drawn(drawing) is None and (job is None or job.drawing != drawing):
        stop_drawing()
        st.session_state[DRAWING_JOB] = DrawingJob(drawing)
    return drawn


def why_not_drawn(drawing: Drawing) -> str | None:
    """Why the last drawing has no result, where it was this one."""
    not_drawn, reason = st.session_state.get(NOT_DRAWN, (None, None))
    return reason if not_drawn == hash(drawing) else None


def stop_drawing() -> None:
    """Nothing is drawn any more."""
    if (job := st.session_state.pop(DRAWING_JOB, None)) is not None:
        job.stop()


def drawing_status(drawing: Drawing, forecast: str) -> None:
    """Progress with a button to stop it, or why it was not drawn with a button to draw it after all.

    forecast: a sentence about what is known without the draws, or "".
    """
    if (reason := why_not_drawn(drawing)) is None:
        _drawing_progress(f"Drawing it for its seed. {forecast}")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(said(f"Not drawn: {reason}. {forecast}"), width="content")
        st.button("Draw it", key="draw_plan", help="Draw this plan for its seed and judge the draws.",
                  on_click=st.session_state.pop, args=(NOT_DRAWN, None))  # fmt: skip


@st.fragment(run_every=0.5)
def _drawing_progress(words: str) -> None:
    job: DrawingJob | None = st.session_state.get(DRAWING_JOB)
    if job is None or job.done:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(job.progress, said(words))
        st.button("Stop", key="stop_drawing", help="Stop the drawing.", on_click=_stop, args=(hash(job.drawing),))


def _stop(drawing_hash: int) -> None:
    stop_drawing()
    st.session_state[NOT_DRAWN] = (drawing_hash, STOPPED)


@cached(64)
def _results_of(plan: SamplingPlan, counts: ClassCounts, requirements: tuple[Requirement, ...]) -> list[DrawnPlan]:
    """An empty list, for the result once there is one: it is in the session's cache like all that is made of labels."""
    return []
