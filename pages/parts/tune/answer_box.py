"""The answer to the requirements, first on the page: the diagnosis, the plan offered, what its draws do, its button."""

from __future__ import annotations

import streamlit as st

from pages.parts.server.page_contents import page_contents
from pages.parts.share.share_dialog import GET_CODE
from pages.parts.sidebar.page_parameters import MAY_CHANGE, SOLVED_SHAPE
from pages.parts.sidebar.parameter_widgets import bound_widget, widget_values
from pages.parts.sidebar.scenario import Scenario
from pages.parts.sidebar.sidebar import set_sidebar
from pages.parts.text.markdown import literal
from pages.parts.tune.answer_sentences import all_of, diagnosis, draws_in_words, for_one_process, offer_in_words
from pages.parts.tune.conflict_buttons import conflict_buttons
from pages.parts.tune.drawn_plan import drawing_status
from pages.parts.tune.offered_plan import Offer, offered_plan
from pages.parts.tune.requirements_text import Requirements
from sampler_core.tuning.verdicts import Verdict

FREE_FIELDS = {"scheme": "drawing", "floor": "min_per_batch", "cap": "max_repeats", "batch size": "batch_size"}


def search_controls() -> tuple[str | None, tuple[str, ...]]:
    """The shape of schedule that is looked for, and the fields of a plan that the search may change beside it."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.pills(MAY_CHANGE.label, MAY_CHANGE.choices, selection_mode="multi", default=MAY_CHANGE.start,
                 width="content", key=MAY_CHANGE.key, help=MAY_CHANGE.help, bind="query-params",
                 persist_state="session")  # fmt: skip
        shape = bound_widget(SOLVED_SHAPE, width=240)
    free = tuple(field for name, field in FREE_FIELDS.items() if name in st.session_state[MAY_CHANGE.key])
    return None if shape == "as it is" else shape, free


def answer_box(
    scenario: Scenario, requirements: Requirements, verdicts: dict[int, Verdict], shape: str | None,
    free: tuple[str, ...],
) -> Offer | None:  # fmt: skip
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
    try:
        with st.spinner("Looking for a plan", show_time=False):
            holds = all(verdict.holds for verdict in verdicts.values())
            offer = offered_plan(scenario, judged, holds=holds, shape=shape, free=free)
    except (TypeError, ValueError) as error:
        st.info(literal(f"This cannot be solved: {error}."), icon=":material/info:")
        return None
    with st.container(border=True, key="answer"):
        _show_offer(offer, scenario, requirements, verdicts)
    return offer


def _show_offer(offer: Offer, scenario: Scenario, requirements: Requirements, verdicts: dict[int, Verdict]) -> None:
    all_requirements = all_of(len(verdicts), len(requirements))
    sentences = [diagnosis(verdicts, offer, all_requirements), *offer_in_words(offer, scenario, all_requirements)]
    st.markdown(f"**{literal(sentences[0])}** {literal(' '.join(sentences[1:]))}")
    if offer.drawing is None:
        assert offer.answer is not None
        conflict_buttons(offer.answer, requirements)
    elif offer.drawn is None:
        _button(offer, scenario)
        drawing_status(offer.drawing)
    else:
        sentences.append(draws_in_words(offer.drawn))
        with st.container(horizontal=True, vertical_alignment="center"):
            _button(offer, scenario)
            st.markdown(literal(sentences[-1]), width="stretch")
        st.caption(literal(for_one_process(scenario.plan)))
    page_contents().sentences.extend(sentences)


def _button(offer: Offer, scenario: Scenario) -> None:
    """Use the plan, once it was drawn and holds; get its code, where the sidebar has it."""
    assert offer.drawing is not None
    plan = offer.drawing[0]
    if plan == scenario.plan:
        st.button("Get the code", key=GET_CODE, icon=":material/code:", type="primary",
                  help="For your training script; later on under Share.")  # fmt: skip
    else:
        drawn = offer.drawn is not None and offer.drawn.holds
        st.button("Use this", key="use_solution", type="primary", disabled=not drawn, on_click=set_sidebar,
                  args=(widget_values(plan, run=True),),
                  help="Set the sidebar to this plan. First it is drawn, and its draws are judged.")  # fmt: skip
