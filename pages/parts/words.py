"""A page's sentences: the takeaway of an epoch, and the formula with its numbers."""

from __future__ import annotations

from pages.parts.address import literal
from pages.parts.cached import outlook_of
from pages.parts.scenario import Scenario
from sampler_core.figures.figure import class_label
from sampler_core.figures.merits import rarest_and_largest
from sampler_core.numerals import count, number, percent, several


def takeaway(scenario: Scenario) -> str:
    """What the chosen epoch does to the class mix, in one sentence of Markdown."""
    outlook, epoch = outlook_of(scenario.plan, scenario.counts), scenario.epoch
    counts, shares = scenario.counts, outlook.shares[epoch]
    rarest, largest = rarest_and_largest(outlook)
    if rarest == largest:
        return f"All {count(counts.num_samples)} {scenario.unit} are equally many in each class, whatever the skew."
    mood = _mood(float(shares[rarest] / shares[largest]), counts.counts[rarest] / counts.counts[largest])
    return (
        f"In epoch {epoch} the batches are **{mood}**: {literal(class_label(counts.names[rarest]))}, "
        f"{percent(counts.frequencies[rarest])} of the data, gets {percent(shares[rarest])} of the draws, and "
        f"{literal(class_label(counts.names[largest]))}, {percent(counts.frequencies[largest])} of the data, gets "
        f"{percent(shares[largest])}."
    )


def data_line(scenario: Scenario) -> str:
    """The data in one line of Markdown."""
    counts = scenario.counts
    empty = f", {several(len(counts.empty), 'class is', 'classes are')} empty" if counts.empty else ""
    return (
        f"{count(counts.num_samples)} {scenario.unit} in {several(counts.num_classes, 'class', 'classes')}, "
        f"class imbalance {number(counts.imbalance_ratio)}{empty}."
    )


def formula(scenario: Scenario) -> str | None:
    """The basic law with this epoch's numbers, as LaTeX; None for a target that no single skew describes."""
    outlook = outlook_of(scenario.plan, scenario.counts)
    if outlook.skews is None:
        return None
    skew, (rarest, _) = float(outlook.skews[scenario.epoch]), rarest_and_largest(outlook)
    n, power = int(scenario.counts.counts[rarest]), 1.0 - skew
    return (
        rf"p_c = \frac{{n_c^{{\,1-s}}}}{{\sum_k n_k^{{\,1-s}}}},\quad s({scenario.epoch}) = {skew:.4g},\quad "
        rf"p_{{\text{{rarest}}}} = \frac{{{n}^{{{power:.4g}}}}}{{\sum_k n_k^{{{power:.4g}}}}} = "
        rf"{100 * float(outlook.shares[scenario.epoch, rarest]):.4g}\,\%"
    )


LAWS = {
    "independent": "Every draw on its own: chance moves each class within its interval.",
    "exact": "Each class gets its share of the epoch to within one draw; only its order is left to chance.",
    "stratified": "Each class gets its share of every batch to within one draw.",
}


ADAPTIVE = (
    "This target follows what training reports, so its batches cannot be known beforehand: above is what holds before "
    "any feedback. During training `sampler.preview()` shows the batches of the current epoch."
)


def law_note(scenario: Scenario) -> str:
    """What the law of drawing leaves to chance."""
    return LAWS[scenario.plan.drawing]


def batches_note(scenario: Scenario) -> str:
    """How many batches there are, and by what they are drawn."""
    plan = scenario.plan
    batches = several(plan.num_batches(scenario.counts), "batch", "batches")
    return f"{batches} of {count(plan.needed_batch_size)} in this epoch; law {plan.drawing}, seed {plan.seed}."


def _mood(now: float, natural: float) -> str:
    """now, natural: share of the rarest class over that of the largest, in this epoch and in the data."""
    if now > 1.02:
        return "reversed, the rarest class comes most often"
    if now > 0.98:
        return "class-balanced"
    if abs(now / natural - 1.0) < 0.02:
        return "natural, as the data is"
    return "more balanced than the data" if now > natural else "more imbalanced than the data"
