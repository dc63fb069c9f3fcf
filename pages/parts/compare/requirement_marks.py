"""Which of the compared plans meet the requirements that are stated in Tune."""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

import streamlit as st
from streamlit.errors import StreamlitAPIException

from pages.parts.my_labels.session_labels import names_own_classes
from pages.parts.server.page_contents import page_contents
from pages.parts.server.result_cache import cached
from pages.parts.sidebar.page_parameters import REQUIREMENTS_TEXT
from pages.parts.sidebar.scenario import Scenario
from pages.parts.text.words import said
from pages.parts.tune.requirements_text import Requirements, read_requirements
from sampler_core.data.class_counts import ClassCounts
from sampler_core.formatting import several
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.plan_variants import Variants
from sampler_core.tuning.verdicts import Verdict, verdicts


class RequirementMark(NamedTuple):
    """What a card says of a plan. text: plain; icon: before it; unmet: a sentence for each requirement not met."""

    text: str
    icon: str
    unmet: tuple[str, ...] = ()

    def show(self) -> None:
        """As a line of the card, with the unmet requirements as its help."""
        st.markdown(f"{self.icon} {said(self.text)}", help="  \n".join(map(said, self.unmet)) or None)


def stated_requirements() -> Requirements:
    """Those of the session, else of the URL; the URL of this page carries them too, so that a link judges alike."""
    key, default = REQUIREMENTS_TEXT.key, str(REQUIREMENTS_TEXT.default)
    text = str(st.session_state.get(key, st.query_params.get(key, default)))
    if text != default:
        st.session_state.setdefault(key, text)  # for Tune, whose URL a switch of pages empties
    in_url = None if text == default or names_own_classes(key) else text
    if st.query_params.get(key) != in_url:
        with suppress(StreamlitAPIException, KeyError):  # while the control of Tune is still bound to it
            if in_url is None:
                del st.query_params[key]
            else:
                st.query_params[key] = in_url
    return read_requirements(text)[0]


def requirement_marks(variants: Variants, scenario: Scenario, requirements: Requirements) -> dict[str, RequirementMark]:
    """Name -> mark of each plan that can be drawn, noted for the report; none without requirements."""
    marks: dict[str, RequirementMark] = {}
    for _, variant in variants.base_first if requirements else ():
        with suppress(TypeError, ValueError):  # it is left out, which the page says
            marks[variant.name] = _mark_of(variant.plan_on(scenario.plan), scenario.counts, requirements)
    if marks:
        in_words = {name: " ".join((f"{mark.text}.", *mark.unmet)) for name, mark in marks.items()}
        page_contents().facts["Requirements"] = in_words
    return marks


@cached(64)
def _mark_of(plan: SamplingPlan, counts: ClassCounts, requirements: Requirements) -> RequirementMark:
    plan.check(counts)
    if plan.adaptive is not None:
        return RequirementMark("Requirements not judged: it follows training", ":material/help:")
    judged: list[Verdict] = []
    for requirement in requirements:
        with suppress(TypeError, ValueError, KeyError):  # about a class or an epoch that is not there: Tune says so
            judged += verdicts(plan, counts, (requirement,))
    unmet = tuple(f"{verdict}." for verdict in judged if not verdict.holds)
    if not judged:
        return RequirementMark("Requirements not judged: see Tune", ":material/help:")
    if unmet:
        of_all = several(len(judged), "requirement", "requirements")
        return RequirementMark(f"Misses {len(unmet)} of {of_all}", ":red[:material/cancel:]", unmet)
    met = "the requirement" if len(judged) == 1 else f"all {len(judged)} requirements"
    return RequirementMark(f"Meets {met}", ":green[:material/check_circle:]")


def say_which_requirements(requirements: Requirements) -> None:
    """Below the cards: what the marks are about."""
    if requirements:
        stated = "; ".join(map(str, requirements))
        st.markdown(f":small[Requirements of **Tune**: {said(stated)}.]")
