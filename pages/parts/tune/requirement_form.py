"""Requirements as sentences with controls in them, made from the templates and parameter rows of their kinds."""

from __future__ import annotations

import dataclasses
from functools import partial
from pathlib import Path
from string import Formatter
from typing import Any

import streamlit as st

from pages.parts.server.page_contents import page_contents
from pages.parts.sidebar.parameter_widgets import widget
from pages.parts.sidebar.toasts import tell
from pages.parts.text.words import in_words, said
from pages.parts.tune.requirement_verdicts import verdict_line
from pages.parts.tune.requirements_text import MOST_REQUIREMENTS, Requirements, new_requirement, state_requirements
from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures.class_labels import class_label
from sampler_core.forecast.metrics import METRICS
from sampler_core.plans.parameters import rows_of
from sampler_core.tuning.drawn_verdicts import DrawnPlan
from sampler_core.tuning.requirement_sentences import form_template
from sampler_core.tuning.requirements import REQUIREMENTS, Requirement
from sampler_core.tuning.verdicts import Verdict

ADDED = "add_requirement"
MOST_CLASSES_NAMED = 1000  # options of one selection, which filters them as one types; more are named in the text


def requirement_form(
    requirements: Requirements, verdicts: dict[int, Verdict], counts: ClassCounts, drawn: DrawnPlan | None
) -> None:
    """Every requirement as a sentence, with the verdict on the sidebar's plan, and a menu to add one.

    verdicts: by place, of those that can be judged; drawn: theirs on the draws, where these are known.
    """
    on_draws = dict(zip(verdicts, drawn.verdicts, strict=True)) if drawn is not None else {}
    st.html(Path(__file__).with_name("requirement_form.css"))
    with st.container(key="requirement-form"):
        for place in range(len(requirements)):
            row_key = f"requirement-row-{place}"
            with st.container(horizontal=True, gap="xxsmall", vertical_alignment="center", key=row_key):
                _requirement_controls(requirements, place, counts)
            with st.container(horizontal=True, gap="small", vertical_alignment="center"):
                if place in verdicts:
                    st.markdown(verdict_line(verdicts[place], on_draws.get(place)))
                others = (*requirements[:place], *requirements[place + 1 :])
                st.button("Remove", key=f"requirement-{place}-remove", icon=":material/delete:", type="tertiary",
                          help="Remove this requirement.", on_click=state_requirements, args=(others,))  # fmt: skip
    page_contents().facts["What must hold"] = {
        f"Requirement {place + 1}": f"{verdicts.get(place, f'{requirement}: cannot be judged here')}."
        for place, requirement in enumerate(requirements)
    }
    st.menu_button("Add a requirement", list(REQUIREMENTS), key=ADDED, disabled=len(requirements) >= MOST_REQUIREMENTS,
                   format_func=lambda name: in_words(REQUIREMENTS[name].title),
                   help=f"At most {MOST_REQUIREMENTS} requirements.",
                   on_click=partial(_add_requirement, requirements))  # fmt: skip


def _requirement_controls(requirements: Requirements, place: int, counts: ClassCounts) -> None:
    requirement = requirements[place]
    st.markdown(f"**{place + 1}.**", width="content")
    for text, field, *_ in Formatter().parse(form_template(requirement.template)):
        if text.strip():
            st.markdown(in_words(text.strip()), width="content")
        if field == "who":
            class_control(requirements, place, counts)
        elif field:
            field_control(requirements, place, field)


def _add_requirement(requirements: Requirements) -> None:
    name = st.session_state.get(ADDED)
    if name is not None:
        state_requirements((*requirements, new_requirement(name)))


def field_control(requirements: Requirements, place: int, field: str) -> None:
    """The control of one field of a requirement."""
    requirement, row = requirements[place], rows_of(type(requirements[place]))[field]
    in_percent = field == "bound" and METRICS[requirement.metric].unit == "share"
    key, scale = f"requirement-{place}-{field}", 100.0 if in_percent else 1.0
    widget(
        row, key, label=f"{row.label}, requirement {place + 1}", value=getattr(requirement, field), scale=scale,
        placeholder="the last", label_visibility="collapsed", width=92 if row.kind == "choice" else 68,
        on_change=_requirement_changed, args=(requirements, place, field, key, scale),
    )  # fmt: skip
    if in_percent:
        st.markdown("%", width="content")


def class_control(requirements: Requirements, place: int, counts: ClassCounts) -> None:
    """The class: the rarest, the largest, every, or one by name."""
    requirement, key = requirements[place], f"requirement-{place}-who"
    class_groups = rows_of(type(requirement))["group"].choices
    named_classes = list(counts.names) if counts.num_classes <= MOST_CLASSES_NAMED else []
    if requirement.class_name is not None and requirement.class_name not in named_classes:
        named_classes.append(requirement.class_name)
    options: list[Any] = [("group", group) for group in class_groups] + [("class", name) for name in named_classes]
    st.session_state[key] = (
        ("group", requirement.group) if requirement.class_name is None else ("class", requirement.class_name)
    )
    st.selectbox(in_words(f"Class, requirement {place + 1}"), options, format_func=_class_option_in_words, key=key,
                 width=170, help=in_words("Which class is meant."), label_visibility="collapsed",
                 on_change=_requirement_changed, args=(requirements, place, "who", key, 1.0))  # fmt: skip


def _requirement_changed(requirements: Requirements, place: int, field: str, key: str, scale: float) -> None:
    """A control's value into the requirements' text; a sentence where it does not go with its requirement's rest."""
    control_value = st.session_state[key]
    if field == "who":
        class_kind, name = control_value
        changed_fields = {"class_name": None, "group": name} if class_kind == "group" else {"class_name": name}
    else:
        scaled = scale != 1.0 and control_value is not None
        changed_fields = {field: round(control_value / scale, 12) if scaled else control_value}
    try:
        changed: Requirement = dataclasses.replace(requirements[place], **changed_fields)  # type: ignore[type-var]
        state_requirements((*requirements[:place], changed, *requirements[place + 1 :]))
    except (TypeError, ValueError) as error:
        tell(said(f"Not changed: {error}."), ":material/error:")


def _class_option_in_words(option: tuple[str, Any]) -> str:
    class_kind, name = option
    return in_words(
        class_label(name) if class_kind == "class" else "every class" if name == "every" else f"the {name} class"
    )
