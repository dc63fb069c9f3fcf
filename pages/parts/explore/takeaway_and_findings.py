"""The sentences of Explore: the takeaway of an epoch, formulas, and the findings with their remedies."""

from __future__ import annotations

import streamlit as st

from pages.parts.server.result_cache import findings_of, forecast_of, remedies_of
from pages.parts.sidebar.parameter_widgets import widget_values
from pages.parts.sidebar.scenario import Scenario
from pages.parts.sidebar.sidebar import set_sidebar
from pages.parts.text.markdown import literal, unbroken_percents
from sampler_core.figures import plan_sentences
from sampler_core.figures.group_pairs import association_in_words, pairs_of
from sampler_core.forecast.findings import WARNINGS, Finding
from sampler_core.formatting import number, several
from sampler_core.plans.plan import SamplingPlan


def data_title(scenario: Scenario) -> str:
    """The data's name and size, in plain text."""
    counts, unit = scenario.counts, scenario.unit
    return f"{scenario.data_name}, {several(counts.num_samples, unit.removesuffix('s'), unit)}."


def takeaway(scenario: Scenario) -> str:
    """What the chosen epoch does to the class mix, in one sentence of Markdown."""
    forecast = forecast_of(scenario.plan, scenario.counts, scenario.learner)
    sentence = plan_sentences.takeaway(forecast, scenario.epoch, scenario.unit, literal, lambda mood: f"**{mood}**")
    return unbroken_percents(sentence)


def formulas(scenario: Scenario) -> list[str]:
    """The basic rule and what it makes of this epoch's numbers, as LaTeX; none for a target without a single skew."""
    forecast = forecast_of(scenario.plan, scenario.counts, scenario.learner)
    if forecast.skews is None:
        return []
    skew, rarest = float(forecast.skews[scenario.epoch]), scenario.counts.rarest
    rarest_n, power = int(scenario.counts.counts[rarest]), number(1.0 - skew)
    share = number(100 * float(forecast.shares[scenario.epoch, rarest]))
    return [  # two, so that a phone shows all of each
        rf"p_c = \frac{{n_c^{{\,1-s}}}}{{\sum_k n_k^{{\,1-s}}}},\quad s({scenario.epoch}) = {number(skew)}",
        rf"p_{{\text{{rarest}}}} = \frac{{{rarest_n}^{{{power}}}}}{{\sum_k n_k^{{{power}}}}} = {share}\,\%",
    ]


FINDINGS, NUMBERS = "findings", "numbers"  # their places on the page
TO_NUMBERS = f" [All classes](#{NUMBERS})."


def say_how_groupings_go_together(scenario: Scenario) -> None:
    """Where the classes are pairs of two groupings: equal shares of both may tie them together."""
    forecast = forecast_of(scenario.plan, scenario.counts, scenario.learner)
    if (pairs := pairs_of(scenario.tallies, forecast, scenario.epoch)) is not None:
        with st.container(key="page-text-groups"):
            st.caption(literal(association_in_words(pairs)))


NO_FINDINGS = (
    ":green[:material/check_circle:] No findings: by the usual limits nothing about this plan needs a second look. "
    "**Tune** judges it by limits of your own."
)
REMEDY_HELP = "Sets this in the sidebar. Tried: the finding is gone then, and no warning is new. Undo takes it back."


def show_first_finding(scenario: Scenario) -> None:
    """The heaviest finding with its remedies, and how many more there are below."""
    findings = findings_of(scenario.plan, scenario.counts, scenario.learner)
    if not findings:
        st.markdown(NO_FINDINGS + TO_NUMBERS)
        return
    more = f" And [{len(findings) - 1} more below](#{FINDINGS})." if len(findings) > 1 else ""
    _show_with_remedies(scenario, findings[0], f"{literal(findings[0].text)}{more}{TO_NUMBERS}", "first")


def show_findings(scenario: Scenario) -> None:
    """Each finding with what to try, the heaviest first."""
    findings = findings_of(scenario.plan, scenario.counts, scenario.learner)
    for finding in findings:
        _show_with_remedies(scenario, finding, f"**{literal(finding.text)}** {literal(finding.advice)}", "all")
    if not findings:
        st.markdown(NO_FINDINGS)


def _show_with_remedies(scenario: Scenario, finding: Finding, sentence: str, place: str) -> None:
    sign = ":orange[:material/warning:]" if finding.kind in WARNINGS else ":blue[:material/info:]"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"{sign} {sentence}")
        remedies = remedies_of(finding, scenario.plan, scenario.counts, scenario.learner)
        for position, remedy in enumerate(remedies):
            st.button(remedy.label, key=f"remedy-{place}-{finding.kind}-{position}", help=REMEDY_HELP,
                      on_click=_set_plan, args=(scenario.plan, remedy.plan))  # fmt: skip


def _set_plan(before: SamplingPlan, after: SamplingPlan) -> None:
    """Set the widgets in which the plans differ."""
    values_before = widget_values(before, run=True)
    set_sidebar({key: value for key, value in widget_values(after, run=True).items() if values_before[key] != value})
