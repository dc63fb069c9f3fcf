"""The sentences of Explore: the takeaway of an epoch, formulas, and the findings with their remedies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from pages.parts.server.result_cache import findings_of, forecast_of
from pages.parts.sidebar.parameter_widgets import widget_values
from pages.parts.sidebar.scenario import Scenario
from pages.parts.sidebar.sidebar import set_sidebar
from pages.parts.text.markdown import literal, unbroken_percents
from pages.parts.text.words import in_words, said
from sampler_core.figures import plan_sentences
from sampler_core.figures.group_pairs import association_in_words, pairs_of
from sampler_core.figures.plan_sentences import temperature_in_words
from sampler_core.forecast.findings import WARNINGS, Finding
from sampler_core.forecast.tried_remedies import Remedy
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
    names = scenario.counts.names
    return unbroken_percents(scenario.say.keeping([*names, *(literal(str(name)) for name in names)])(sentence))


def formulas(scenario: Scenario) -> list[str]:
    """The basic rule and what it makes of this epoch's numbers, as LaTeX; none for a target without a single skew."""
    forecast = forecast_of(scenario.plan, scenario.counts, scenario.learner)
    if forecast.skews is None:
        return []
    skew, rarest = float(forecast.skews[scenario.epoch]), scenario.counts.rarest
    rarest_n, power = int(scenario.counts.counts[rarest]), number(1.0 - skew)
    share, name = number(100 * float(forecast.shares[scenario.epoch, rarest])), scenario.say("rarest")
    temperature = temperature_in_words(skew).replace("∞", r"\infty")
    of_mixture = [rf"T = \frac{{1}}{{1-s}} = {temperature}"] * (scenario.kind.is_mixture and skew <= 1.0)
    return [  # one below the other, so that a phone shows all of each
        rf"p_c = \frac{{n_c^{{\,1-s}}}}{{\sum_k n_k^{{\,1-s}}}},\quad s({scenario.epoch}) = {number(skew)}",
        rf"p_{{\text{{{name}}}}} = \frac{{{rarest_n}^{{{power}}}}}{{\sum_k n_k^{{{power}}}}} = {share}\,\%",
        *of_mixture,
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
REMEDY_HELP = "Sets this in the sidebar. Tried: {gone} gone then, and no warning is new. Undo takes it back."


def show_first_finding(scenario: Scenario) -> None:
    """The heaviest finding with its remedies, and how many more there are below."""
    findings = findings_of(scenario.plan, scenario.counts, scenario.learner)
    if not findings:
        st.markdown(NO_FINDINGS + in_words(TO_NUMBERS))
        return
    finding, remedies = findings[0]
    more = f" And [{len(findings) - 1} more below](#{FINDINGS})." if len(findings) > 1 else ""
    sentence = f"{said(finding.text)}{more}{in_words(TO_NUMBERS)}"
    _show_with_remedies(scenario, finding, remedies, sentence, "first")


def show_findings(scenario: Scenario) -> None:
    """Each finding with what to try, the heaviest first."""
    findings, shown = findings_of(scenario.plan, scenario.counts, scenario.learner), Counter[str]()
    for finding, remedies in findings:
        sentence = f"**{said(finding.text)}** {said(finding.advice)}"
        _show_with_remedies(scenario, finding, remedies, sentence, "all", shown[finding.kind])
        shown[finding.kind] += len(remedies)  # a skew may rest at both its limits
    if not findings:
        st.markdown(NO_FINDINGS)


def _show_with_remedies(
    scenario: Scenario, finding: Finding, remedies: Sequence[Remedy], sentence: str, place: str, first: int = 0
) -> None:
    sign = ":orange[:material/warning:]" if finding.kind in WARNINGS else ":blue[:material/info:]"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"{sign} {sentence}")
        for position, remedy in enumerate(remedies, first):
            label, gone = in_words(remedy.label), "the finding is"
            if (mended := len(remedy.mended)) > 1:
                label, gone = f"{label}: mends {mended}" if place == "all" else label, f"{mended} findings are"
            st.button(label, key=f"remedy-{place}-{finding.kind}-{position}", help=REMEDY_HELP.format(gone=gone),
                      on_click=_set_plan, args=(scenario.plan, remedy.plan))  # fmt: skip


def _set_plan(before: SamplingPlan, after: SamplingPlan) -> None:
    """Set the widgets in which the plans differ."""
    values_before = widget_values(before, run=True)
    set_sidebar({key: value for key, value in widget_values(after, run=True).items() if values_before[key] != value})
