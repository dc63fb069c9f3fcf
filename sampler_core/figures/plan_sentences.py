"""Sentences about a plan and its data, as plain text for pages, reports and the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sampler_core.data.class_counts import ClassCounts
from sampler_core.figures.class_labels import class_in_words
from sampler_core.forecast.assumed_learner import AssumedLearner, RecallSource
from sampler_core.forecast.forecast import Forecast
from sampler_core.formatting import count, joined, number, percent, several
from sampler_core.plans.plan import SamplingPlan

SCHEME_NOTES = {
    "independent": "Every draw on its own: chance moves each class within its interval.",
    "exact": "Each class gets its share of the epoch to within one draw; only the order is random.",
    "stratified": "Each class gets its share of every batch to within one draw.",
}


def takeaway(
    forecast: Forecast,
    epoch: int,
    unit: str = "samples",
    plain: Callable[[str], str] = str,
    strong: Callable[[str], str] = str,
) -> str:
    """What the epoch does to the mix, at its rarest and largest class.

    unit: what one sample is. plain, strong: markup for a class name and for the main words.
    """
    counts, shares = forecast.counts, forecast.shares[epoch]
    rarest, largest = counts.rarest, counts.largest
    if counts.counts[rarest] == counts.counts[largest]:
        if counts.num_classes - len(counts.empty) == 1:
            return f"Every draw is of {plain(class_in_words(counts.names[rarest]))}: no other class has {unit}."
        return f"The classes have equally many {unit}, so no skew changes the mix."
    mix_words = _mix_in_words(shares[rarest], shares[largest], counts.counts[rarest] / counts.counts[largest])
    (rarest_name, rarest_draws, rarest_data), (largest_name, largest_draws, largest_data) = (
        (plain(class_in_words(counts.names[c])), percent(shares[c]), percent(counts.frequencies[c]))
        for c in (rarest, largest)
    )
    return (
        f"In epoch {epoch} the mix is {strong(mix_words)}: {rarest_name} gets {rarest_draws} of draws ({rarest_data} "
        f"of the data), {largest_name} {largest_draws} ({largest_data})."
    )


def temperature_in_words(skew: float) -> str:
    """T = 1 / (1 - skew), with which shares go with the size to the power 1 / T; a skew above 1 has none."""
    return "∞" if skew == 1.0 else "none" if skew > 1.0 else number(1.0 / (1.0 - skew))


def data_line(counts: ClassCounts, unit: str = "samples") -> str:
    """The size and imbalance of the data, in one line."""
    empty = f", {several(len(counts.empty), 'class is', 'classes are')} empty" if counts.empty else ""
    classes = several(counts.num_classes, "class", "classes")
    samples = several(counts.num_samples, unit.removesuffix("s"), unit)
    return f"{samples} in {classes}, class imbalance {number(counts.imbalance_ratio)}{empty}."


def followed_note(recalls: RecallSource, plans: Sequence[str]) -> str:
    """That shares and batches of adaptive plans hold under some recalls only. plans: their names, at least one."""
    follow = f"{joined(plans)} {'follows' if len(plans) == 1 else 'follow'}"
    if not isinstance(recalls, AssumedLearner):
        return f"{follow} the recalls of training, here those of a run: with other recalls come other batches."
    tops = f"tops from 1 for the largest class to {number(1.0 - recalls.spread)} for the rarest"
    return (
        f"{follow} the recalls that training will bring: other recalls, other batches. Until then an assumed learner "
        f"stands in: after n draws of a class its recall is top (1 - exp(-n / {count(round(recalls.pace))})), with "
        f"{tops}."
    )


def batches_note(plan: SamplingPlan, counts: ClassCounts) -> str:
    """The batches of an epoch and the seed of their draws."""
    batches = several(plan.num_batches(counts), "batch", "batches")
    as_drawn = "As training draws them" if plan.adaptive is None else "At these recalls"
    return f"{as_drawn}: {batches} of {count(plan.needed_batch_size)}, seed {plan.seed}."


def _mix_in_words(rarest: float, largest: float, natural: float) -> str:
    """rarest, largest: shares of these classes in this epoch; natural: the one over the other in the data."""
    if rarest > 1.02 * largest:  # never divided: a strong skew leaves the largest class nothing
        return "reversed, with the rarest class drawn most often"
    if rarest > 0.98 * largest:
        return "class-balanced"
    as_in_data = natural * largest
    if abs(rarest - as_in_data) < 0.02 * as_in_data:
        return "natural, as the data is"
    return "more balanced than the data" if rarest > as_in_data else "more imbalanced than the data"
