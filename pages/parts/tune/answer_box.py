"""The answer to the requirements, first on the page: the diagnosis, the plan offered, what its draws do, its button."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.parts.server.page_contents import page_contents
from pages.parts.share.share_dialog import GET_CODE
from pages.parts.sidebar.page_parameters import MAY_CHANGE, SOLVED_SHAPE
from pages.parts.sidebar.parameter_widgets import bound_widget, widget_values
from pages.parts.sidebar.scenario import Scenario
from pages.parts.sidebar.sidebar import set_sidebar
from pages.parts.text.late_progress import late_progress
from pages.parts.text.words import said
from pages.parts.tune.answer_sentences import (
    all_of,
    asked_in_words,
    diagnosis,
    for_more_processes,
    forecast_in_words,
    offer_in_words,
)
from pages.parts.tune.conflict_button import least_change_button
from pages.parts.tune.drawn_plan import drawing_status
from pages.parts.tune.offered_plan import Offer, Search, offered_plan
from pages.parts.tune.requirements_text import Requirements, are_examples
from sampler_core.tuning.verdicts import Verdict

FREE_FIELDS = {"scheme": "drawing", "floor": "min_per_batch", "cap": "max_repeats", "batch size": "batch_size"}


def search_controls() -> Search:
    """What the search may change beside the schedule, and the shape of schedule that it looks for."""
    with st.container(horizontal=True, vertical_alignment="top", gap="medium"):
        st.pills(MAY_CHANGE.label, MAY_CHANGE.choices, selection_mode="multi", default=MAY_CHANGE.start,
                 width="content", key=MAY_CHANGE.key, help=MAY_CHANGE.help, bind="query-params",
                 persist_state="session")  # fmt: skip
        shape = bound_widget(SOLVED_SHAPE, width=240)
    free = tuple(field for name, field in FREE_FIELDS.items() if name in st.session_state[MAY_CHANGE.key])
    return None if shape == "as it is" else shape, free


def answer_box(
    scenario: Scenario, requirements: Requirements, verdicts: dict[int, Verdict], search: Search
) -> Offer | None:
    """Show the answer to the requirements that can be judged; None where there is nothing to answer.

    verdicts: on the sidebar's plan, by the requirement's place.
    """
    judged = tuple(requirements[place] for place in verdicts)
    if scenario.plan.adaptive is not None:
        return None  # the band says so
    if not judged:
        what_to_do = "None of the requirements below can be judged" if requirements else "State what must hold below"
        st.info(f"{what_to_do}, and the plan that meets it is shown here.", icon=":material/info:")
        return None
    st.html(Path(__file__).with_name("answer_box.css"))
    with st.container(border=True, key="answer"):
        try:
            with late_progress("Looking for a plan") as progress:
                offer = offered_plan(scenario, judged, search, progress)
        except (TypeError, ValueError) as error:
            st.info(said(f"This cannot be solved: {error}."), icon=":material/info:")
            return None
        _show_offer(offer, scenario, requirements, verdicts)
    return offer


def _show_offer(offer: Offer, scenario: Scenario, requirements: Requirements, verdicts: dict[int, Verdict]) -> None:
    all_requirements = all_of(len(verdicts), len(requirements))
    first, *others = (
        diagnosis(verdicts, offer, all_requirements, stated=not are_examples()),
        *offer_in_words(offer, scenario, all_requirements),
    )  # fmt: skip
    with st.container(key="answer-text"):
        st.markdown(f"**{said(first)}** {said(' '.join(others))}")
    if offer.drawing is None:
        least_change_button(offer.answer.conflict if offer.answer else None, requirements)
        page_contents().sentences.extend([first, *others])
        return
    forecast, (plan, _, judged) = forecast_in_words(offer.answer), offer.drawing
    with st.container(horizontal=True, vertical_alignment="center", key="answer-row"):
        _use_button(offer, scenario)
        st.markdown(said(asked_in_words(judged) if offer.drawn is None else str(offer.drawn)), width="stretch")
    with st.container(key="answer-status"):
        if offer.drawn is None:
            drawing_status(offer.drawing, forecast)
        else:
            st.caption(said(for_more_processes(plan)))
    page_contents().sentences.extend([first, *others, forecast if offer.drawn is None else str(offer.drawn)])
    if offer.answer is None and offer.drawn is not None:
        drawn = str(offer.drawn).replace("As drawn", f"As drawn with seed {plan.seed}", 1)
        page_contents().tuned_for.extend([f"Tuned for: {'; '.join(map(str, judged))}.", drawn])


def _use_button(offer: Offer, scenario: Scenario) -> None:
    """Uses the plan, once it was drawn and holds; or gets its code, where the sidebar has it."""
    assert offer.drawing is not None
    if offer.answer is None:
        st.button("Get the code", key=GET_CODE, icon=":material/code:", type="primary",
                  help="For your training script; later on under Share.")  # fmt: skip
        return
    st.button("Use this", key="use_solution", type="primary", disabled=offer.drawn is None,
              help="Set the sidebar to this plan. Before that its draws must hold.",
              on_click=set_sidebar, args=(widget_values(offer.drawing[0], run=True),))  # fmt: skip
