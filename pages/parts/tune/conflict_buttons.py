"""Buttons that end a conflict: each gives one requirement the bound at which the others agree with it."""

from __future__ import annotations

import math

import streamlit as st

from pages.parts.text.markdown import literal
from pages.parts.tune.requirements_text import Requirements, state_requirements
from sampler_core.tuning.plan_search import Answer
from sampler_core.tuning.requirement_sentences import bound_in_words
from sampler_core.tuning.requirements import Requirement, relaxed

MOST_BUTTONS = 3


def conflict_buttons(answer: Answer | None, requirements: Requirements) -> None:
    """The least change first: that by the smallest factor."""
    if answer is None or (conflict := answer.conflict) is None:
        return
    bounds = zip(conflict.requirements, conflict.agree_at, strict=True)
    changes = sorted([(one, bound) for one, bound in bounds if bound is not None], key=_size_of_change)
    with st.container(horizontal=True):
        for requirement, bound in changes[:MOST_BUTTONS]:
            place = requirements.index(requirement)
            changed = (*requirements[:place], relaxed(requirement, bound), *requirements[place + 1 :])
            words = f"{requirement.sense} {bound_in_words(requirement, bound)} in requirement {place + 1}"
            st.button(literal(f"Ask for {words}"), key=f"agree-{place}", on_click=state_requirements, args=(changed,),
                      help="Change this number, and a plan is found.", icon=":material/handshake:",
                      type="primary" if requirement is changes[0][0] else "secondary")  # fmt: skip


def _size_of_change(change: tuple[Requirement, float]) -> float:
    requirement, bound = change
    return abs(math.log(max(bound, 1e-12) / max(requirement.bound, 1e-12)))
