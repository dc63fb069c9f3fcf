"""The code of the page's plan for a training script, and the package that it imports."""

from __future__ import annotations

from textwrap import fill, indent

import streamlit as st

from pages.parts.my_labels.session_labels import changes_to_own_labels, own_reading
from pages.parts.server.page_contents import PageContents
from pages.parts.share.package_download import WHEEL, wheel
from pages.parts.sidebar.error_messages import error_in_words
from pages.parts.sidebar.scenario import Scenario
from pages.parts.sidebar.sidebar import set_sidebar_to_plan
from pages.parts.sidebar.values_in_words import target_in_words
from pages.parts.text.markdown import literal
from pages.parts.text.words import in_words
from sampler_core.exporting import VARIANTS, mixture_snippet, snippet, two_stage_plan
from sampler_core.plans.parameters import TOKENS
from sampler_core.plans.plan import SamplingPlan

RESUME_HELP = "The code saves checkpoints and goes on from the last one."


def code_tab(scenario: Scenario, contents: PageContents) -> None:
    """The choice of framework and options, and the code, which begins with what the plan is tuned for."""
    if scenario.kind.is_mixture:
        _code_of_mixture(scenario, contents)
        return
    variant = st.segmented_control("For", list(VARIANTS), default="torch", required=True,
                                   format_func=VARIANTS.__getitem__, key="share-variant")  # fmt: skip
    with st.container(horizontal=True, gap="medium"):
        resume = st.checkbox("Resume from a checkpoint", key="share-resume", help=RESUME_HELP)
        two_stage = st.checkbox("Two stages", key="share-two-stage",
                                help="All layers on the natural mix, then the last layer alone, trained anew on "
                                "class-balanced batches (cRT: Kang et al., arXiv 1910.09217).")  # fmt: skip
        reading = own_reading()
        targets_are_classes = reading is None or not reading.tallies
        run_log = st.checkbox("Write a run log", value=targets_are_classes, key="share-run-log",
                              disabled=not targets_are_classes,
                              help="The code writes what it really draws to runs/today.jsonl, for under 1 % of a step "
                              "of 1 ms. Monitor reads it and says whether training took what was planned.")  # fmt: skip
    if two_stage and not _two_stages_are_shown(scenario):
        return
    code = snippet(scenario.plan, scenario.counts, variant or "torch", changes_to_own_labels(), reading=reading,
                   resume=bool(resume), two_stage=bool(two_stage), run_log=bool(run_log))  # fmt: skip
    _show_code(code if two_stage else "".join(map(_comment, contents.tuned_for)) + code)


def _code_of_mixture(scenario: Scenario, contents: PageContents) -> None:
    resume = st.checkbox("Resume from a checkpoint", key="share-resume", help=RESUME_HELP)
    try:
        code = mixture_snippet(scenario.plan, scenario.counts, tokens=scenario.values[TOKENS.key], resume=bool(resume))
    except ValueError as error:
        st.error(literal(f"There is no code for this plan: {error_in_words(error)}. Choose another target."))
        return
    _show_code("".join(_comment(in_words(sentence)) for sentence in contents.tuned_for) + code)


def _show_code(code: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Download the package", wheel, WHEEL, "application/octet-stream", key="share-package", on_click="ignore",
            icon=":material/package_2:", help="What this dashboard itself draws with. It needs NumPy and torch only.",
        )  # fmt: skip
        st.markdown(f"The code imports it; once: `pip install {WHEEL}`")
    st.code(code, language="python")


def _comment(sentence: str) -> str:
    return indent(fill(sentence, 100), "# ") + "\n"


def _two_stages_are_shown(scenario: Scenario) -> bool:
    """Whether the two-stage plan can be drawn; where it is not the page's own, a sentence and a button say so."""
    plan: SamplingPlan = two_stage_plan(scenario.plan)
    try:
        plan.check(scenario.counts)
    except ValueError as error:
        st.error(literal(f"Two stages cannot be drawn with these limits: {error_in_words(error)}."))
        return False
    if plan != scenario.plan:
        st.info(literal(f"This code draws another plan than the page shows: {target_in_words(plan.target)}."),
                icon=":material/info:")  # fmt: skip
        if st.button("Show these two stages on the page", key="share-show-stages", on_click=set_sidebar_to_plan,
                     args=(plan,)):  # fmt: skip
            st.rerun()  # the sidebar is outside the dialog
    return True
