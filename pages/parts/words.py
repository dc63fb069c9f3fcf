"""A page's sentences: the takeaway of an epoch, and the formula with its numbers."""

from __future__ import annotations

from pages.parts.address import literal, unparted
from pages.parts.cached import outlook_of
from pages.parts.scenario import Scenario
from sampler_core.figures import sentences
from sampler_core.figures.merits import rarest_and_largest


def takeaway(scenario: Scenario) -> str:
    """What the chosen epoch does to the class mix, in one sentence of Markdown."""
    outlook = outlook_of(scenario.plan, scenario.counts)
    said = sentences.takeaway(outlook, scenario.epoch, scenario.unit, literal, lambda mood: f"**{mood}**")
    return unparted(said)


def data_line(scenario: Scenario) -> str:
    """The data in one line."""
    return sentences.data_line(scenario.counts, scenario.unit)


def formula(scenario: Scenario) -> str | None:
    """The basic law with this epoch's numbers, as LaTeX; None for a target that no single skew describes."""
    outlook = outlook_of(scenario.plan, scenario.counts)
    if outlook.skews is None:
        return None
    skew, (rarest, _) = float(outlook.skews[scenario.epoch]), rarest_and_largest(outlook)
    n, power = int(scenario.counts.counts[rarest]), 1.0 - skew
    share = 100 * float(outlook.shares[scenario.epoch, rarest])
    return (  # in two lines, so that a phone shows all of it
        r"\begin{gathered}"
        rf"p_c = \frac{{n_c^{{\,1-s}}}}{{\sum_k n_k^{{\,1-s}}}},\quad s({scenario.epoch}) = {skew:.4g}, \\[6pt]"
        rf"p_{{\text{{rarest}}}} = \frac{{{n}^{{{power:.4g}}}}}{{\sum_k n_k^{{{power:.4g}}}}} = {share:.4g}\,\%"
        r"\end{gathered}"
    )


ADAPTIVE = (
    "This target follows what training reports, so its batches cannot be known beforehand: above is what holds before "
    "any feedback. During training `sampler.preview()` shows the batches of the current epoch."
)
