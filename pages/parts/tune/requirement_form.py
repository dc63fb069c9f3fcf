"""Requirements as sentences with controls in them, made from the templates and parameter rows of their kinds."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from string import Formatter

import streamlit as st

from pages.parts.server.page_contents import page_contents
from pages.parts.sidebar.sidebar import set_sidebar
from pages.parts.text.markdown import literal
from pages.parts.tune.requirement_fields import class_control, field_control
from pages.parts.tune.stated_requirements import MOST_REQUIREMENTS, Requirements, new_requirement, state
from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures.class_labels import class_in_words
from sampler_core.plans.parameters import DRAWING
from sampler_core.tuning.feasible_band import Verdict
from sampler_core.tuning.requirement_sentences import bound_in_words, form_template
from sampler_core.tuning.requirements import REQUIREMENTS, limits_repeats

ADD = "add_requirement"
EXPECTED = ("absence", "coverage", "run_coverage")  # metrics whose value is an expectation


def requirement_form(
    requirements: Requirements, verdicts: dict[int, Verdict], counts: ClassCounts, scheme: str
) -> None:
    """Every requirement as a sentence, with the verdict on the sidebar's plan, and a menu to add one.

    verdicts: by place, of those that can be judged. scheme: the plan's sampling scheme.
    """
    st.html(Path(__file__).with_name("requirement_form.css"))
    with st.container(key="requirement-form"):
        for place in range(len(requirements)):
            row = f"requirement-row-{place}"
            with st.container(horizontal=True, gap="xxsmall", vertical_alignment="center", key=row):
                _sentence(requirements, place, counts)
            with st.container(horizontal=True, gap="small", vertical_alignment="center"):
                if place in verdicts:
                    st.markdown(_judged(verdicts[place], scheme))
                others = (*requirements[:place], *requirements[place + 1 :])
                st.button("Remove", key=f"requirement-{place}-remove", icon=":material/delete:", type="tertiary",
                          help="Remove this requirement.", on_click=state, args=(others,))  # fmt: skip
    page_contents().facts["What must hold"] = {
        f"Requirement {place + 1}": f"{verdicts.get(place, f'{requirement}: cannot be judged here')}."
        for place, requirement in enumerate(requirements)
    }
    st.menu_button("Add a requirement", list(REQUIREMENTS), key=ADD, disabled=len(requirements) >= MOST_REQUIREMENTS,
                   format_func=lambda name: REQUIREMENTS[name].title, on_click=partial(_add, requirements),
                   help=f"At most {MOST_REQUIREMENTS} requirements.")  # fmt: skip


def say_what_is_left_to_chance(requirements: Requirements, scheme: str) -> None:
    """Repeats are kept by the exact scheme only; under the others they hold on average."""
    if are_left_to_chance(requirements, scheme):
        st.info(
            f"Repeats hold on average: under the {scheme} scheme chance draws some samples more often. The exact "
            "scheme keeps every sample to within one of its class's average.",
            icon=":material/casino:",
        )
        st.button("Use the exact scheme", key="use_exact_scheme", help="Set the sidebar's sampling scheme.",
                  on_click=set_sidebar, args=({DRAWING.key: "exact"},))  # fmt: skip


def are_left_to_chance(requirements: Requirements, scheme: str) -> bool:
    """Whether one of the requirements can hold on average only."""
    return scheme != "exact" and any(map(limits_repeats, requirements))


def on_average_only(verdict: Verdict, scheme: str) -> bool:
    """Whether single samples may break what holds: by chance, or as quotas are rounded epoch by epoch."""
    return are_left_to_chance((verdict.requirement,), scheme) or (verdict.most or 0) > verdict.requirement.bound


def _sentence(requirements: Requirements, place: int, counts: ClassCounts) -> None:
    requirement = requirements[place]
    st.markdown(f"**{place + 1}.**", width="content")
    for text, field, *_ in Formatter().parse(form_template(requirement.template)):
        if text.strip():
            st.markdown(text.strip(), width="content")
        if field == "who":
            class_control(requirements, place, counts)
        elif field:
            field_control(requirements, place, field)


def _add(requirements: Requirements) -> None:
    name = st.session_state.get(ADD)
    if name is not None:
        state((*requirements, new_requirement(name)))


def _judged(verdict: Verdict, scheme: str) -> str:
    requirement, who = verdict.requirement, ""
    if verdict.class_name is not None:
        who = f" ({literal(class_in_words(verdict.class_name))})"
    expected = " expected" if requirement.metric in EXPECTED else ""
    worst = f"at worst {literal(bound_in_words(requirement, verdict.value))}{expected}{who}"
    if not verdict.holds:
        return f":material/cancel: **Violated**{_where(verdict.epochs) if verdict.epochs else ''}: {worst}."
    if on_average_only(verdict, scheme):
        often = "can come more often" if verdict.most is None else f"come up to {verdict.most:,} times"
        return f":material/casino: Holds **on average**: {worst}. Single samples {often}."
    up_to = "" if verdict.most is None else f", up to {verdict.most:,} for a single sample"
    return f":material/check_circle: Holds: {worst}{up_to}."


def _where(epochs: tuple[int, ...]) -> str:
    return f" in epoch {epochs[0]}" if len(epochs) == 1 else f" in {len(epochs):,} epochs, first in epoch {epochs[0]}"
