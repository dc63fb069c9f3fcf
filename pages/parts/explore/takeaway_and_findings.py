"""The sentences of Explore: the takeaway of an epoch, formulas with its numbers, and the findings, coloured."""

from __future__ import annotations

import streamlit as st

from pages.parts.server.result_cache import findings_of, forecast_of
from pages.parts.sidebar.scenario import Scenario
from pages.parts.text.markdown import literal, unbroken_percents
from sampler_core.figures import plan_sentences


def takeaway(scenario: Scenario) -> str:
    """What the chosen epoch does to the class mix, in one sentence of Markdown."""
    forecast = forecast_of(scenario.plan, scenario.counts)
    sentence = plan_sentences.takeaway(forecast, scenario.epoch, scenario.unit, literal, lambda mood: f"**{mood}**")
    return unbroken_percents(sentence)


def formulas(scenario: Scenario) -> list[str]:
    """The basic rule and what it makes of this epoch's numbers, as LaTeX; none for a target without a single skew."""
    forecast = forecast_of(scenario.plan, scenario.counts)
    if forecast.skews is None:
        return []
    skew, rarest = float(forecast.skews[scenario.epoch]), scenario.counts.rarest
    rarest_n, power = int(scenario.counts.counts[rarest]), 1.0 - skew
    share = 100 * float(forecast.shares[scenario.epoch, rarest])
    return [  # two, so that a phone shows all of each
        rf"p_c = \frac{{n_c^{{\,1-s}}}}{{\sum_k n_k^{{\,1-s}}}},\quad s({scenario.epoch}) = {skew:.4g}",
        rf"p_{{\text{{rarest}}}} = \frac{{{rarest_n}^{{{power:.4g}}}}}{{\sum_k n_k^{{{power:.4g}}}}} = {share:.4g}\,\%",
    ]


ADAPTIVE_NOTE = (
    "This target follows what training reports, so its batches cannot be known beforehand: above is what holds before "
    "any feedback. During training `sampler.preview()` shows the batches of the current epoch."
)


NO_FINDINGS = (
    ":green[:material/check_circle:] No findings: by the usual limits nothing about this plan needs a second look. "
    "**Tune** judges it by limits of your own."
)
SERIOUS_FINDING = 60  # from this weight on a finding is a warning


def headline(scenario: Scenario) -> str:
    """How much there is to read below, and the heaviest of it; one line of Markdown."""
    findings = findings_of(scenario.plan, scenario.counts)
    if not findings:
        return NO_FINDINGS
    more = f" And {len(findings) - 1} more, with what to try, at the end of this page." if len(findings) > 1 else ""
    return f"**{literal(findings[0].text)}**{more}"


def show_findings(scenario: Scenario) -> None:
    """Each finding with a coloured sign, the heaviest first."""
    findings = findings_of(scenario.plan, scenario.counts)
    for finding in findings:
        sign = ":orange[:material/warning:]" if finding.weight >= SERIOUS_FINDING else ":blue[:material/info:]"
        st.markdown(f"{sign} **{literal(finding.text)}** {literal(finding.advice)}")
    if not findings:
        st.markdown(NO_FINDINGS)
