"""A page's sentences: the takeaway of an epoch, and the formulas with its numbers."""

from __future__ import annotations

from pages.parts.server.result_cache import forecast_of
from pages.parts.sidebar.scenario import Scenario
from pages.parts.text.markdown import literal, unbroken_percents
from sampler_core.figures import plan_sentences


def takeaway(scenario: Scenario) -> str:
    """What the chosen epoch does to the class mix, in one sentence of Markdown."""
    forecast = forecast_of(scenario.plan, scenario.counts)
    said = plan_sentences.takeaway(forecast, scenario.epoch, scenario.unit, literal, lambda mood: f"**{mood}**")
    return unbroken_percents(said)


def formulas(scenario: Scenario) -> list[str]:
    """The basic rule and what it makes of this epoch's numbers, as LaTeX; none for a target without a single skew."""
    forecast = forecast_of(scenario.plan, scenario.counts)
    if forecast.skews is None:
        return []
    skew, rarest = float(forecast.skews[scenario.epoch]), scenario.counts.rarest
    n, power = int(scenario.counts.counts[rarest]), 1.0 - skew
    share = 100 * float(forecast.shares[scenario.epoch, rarest])
    return [  # two, so that a phone shows all of each
        rf"p_c = \frac{{n_c^{{\,1-s}}}}{{\sum_k n_k^{{\,1-s}}}},\quad s({scenario.epoch}) = {skew:.4g}",
        rf"p_{{\text{{rarest}}}} = \frac{{{n}^{{{power:.4g}}}}}{{\sum_k n_k^{{{power:.4g}}}}} = {share:.4g}\,\%",
    ]


ADAPTIVE = (
    "This target follows what training reports, so its batches cannot be known beforehand: above is what holds before "
    "any feedback. During training `sampler.preview()` shows the batches of the current epoch."
)
