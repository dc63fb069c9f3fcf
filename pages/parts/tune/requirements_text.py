"""The requirements that Tune judges: read from their text, changed by controls, judged and solved (cached)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import MISSING, fields
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts.sidebar.page_parameters import REQUIREMENTS_TEXT
from pages.parts.sidebar.parameter_widgets import bound_widget
from pages.parts.text.words import said
from sampler_core.plans.parameters import rows_of
from sampler_core.tuning.requirements import REQUIREMENTS, Requirement

MOST_REQUIREMENTS, LONGEST_TEXT = 12, 6_000
Requirements = tuple[Requirement, ...]


def stated_requirements(place: DeltaGenerator) -> Requirements:
    """The text control and the requirements in it; a message in `place` for each entry that cannot be used."""
    requirements, errors = read_requirements(bound_widget(REQUIREMENTS_TEXT))
    if errors:
        place.warning("\n\n".join(said(f"{message}.") for message in errors), icon=":material/link_off:")
    return requirements


def are_examples() -> bool:
    """Whether the requirements are those that the page starts with."""
    return bool(st.session_state.get(REQUIREMENTS_TEXT.key, REQUIREMENTS_TEXT.default) == REQUIREMENTS_TEXT.default)


def read_requirements(requirements_text: str) -> tuple[Requirements, list[str]]:
    """Requirements from their text, and a message for each entry that cannot be used."""
    if len(requirements_text) > LONGEST_TEXT:
        return (), [
            f"requirements must be at most {LONGEST_TEXT:,} characters, got {len(requirements_text):,}. None is stated"
        ]
    try:
        json_requirements = json.loads(requirements_text or "[]")
    except (ValueError, RecursionError):  # no JSON, or a number of more digits than Python reads
        json_requirements = None
    if not isinstance(json_requirements, list):
        return (), [f"requirements must be a JSON list, got {requirements_text[:60]!r}. None is stated"]
    requirements, errors = [], []
    for place, json_requirement in enumerate(json_requirements[:MOST_REQUIREMENTS], 1):
        try:
            requirements.append(_requirement_from_json(json_requirement))
        except (TypeError, ValueError) as error:
            errors.append(f"Requirement {place} was left out: {error}")
    if len(json_requirements) > MOST_REQUIREMENTS:
        errors.append(f"There were {len(json_requirements)} requirements; the first {MOST_REQUIREMENTS} are stated")
    return tuple(requirements), errors


def requirements_text_of(requirements: Iterable[Requirement]) -> str:
    """Requirements as the text of a link, without what is not set."""
    json_requirements = [
        {key: value for key, value in REQUIREMENTS.encode(requirement).items() if value is not None}
        for requirement in requirements
    ]
    return json.dumps(json_requirements, separators=(",", ":"), ensure_ascii=False)


def new_requirement(name: str) -> Requirement:
    """A requirement of this kind with its own defaults; what has none of them is as its row starts."""
    requirement_class, requirement_rows = REQUIREMENTS[name], rows_of(REQUIREMENTS[name])
    needed_fields = [field.name for field in fields(requirement_class) if field.default is MISSING]
    requirement: Requirement = requirement_class(**{field: requirement_rows[field].default for field in needed_fields})
    return requirement


def state_requirements(requirements: Iterable[Requirement]) -> None:
    """Set the requirements, from the callback of a control."""
    st.session_state[REQUIREMENTS_TEXT.key] = requirements_text_of(requirements)


def _requirement_from_json(json_requirement: Any) -> Requirement:
    if isinstance(json_requirement, dict) and not isinstance(json_requirement.get("class_name"), str | int | None):
        raise ValueError(f"class_name must be text or a whole number, got {json_requirement['class_name']!r}")
    requirement: Requirement = REQUIREMENTS.decode(json_requirement)
    return requirement
