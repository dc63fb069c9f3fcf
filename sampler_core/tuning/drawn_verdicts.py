"""Verdicts on draws: a plan is drawn for its seed, and each requirement is judged on these very draws.

The one contract here: nothing is expected. What is said of draws was counted in them; the natural mix, which is a
property of the plan's shares, is judged on these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.data.class_counts import ClassCounts, CountsLike, as_class_counts
from sampler_core.data.plain_values import ClassName
from sampler_core.forecast.metrics import columns, metric_of
from sampler_core.formatting import several
from sampler_core.plans.plan import SamplingPlan
from sampler_core.tuning.drawn_epochs import EpochDraws, drawn_epochs, most_of_class, seen_of_class
from sampler_core.tuning.requirement_sentences import requirement_sentence
from sampler_core.tuning.requirements import Requirement, over_run
from sampler_core.tuning.values_by_skew import Progress, no_progress
from sampler_core.tuning.verdicts import verdict_margin, verdicts

MOST_DRAWS = 200_000_000  # in all epochs: about a minute of work
MOST_SAMPLE_COUNTS = 300_000_000  # of 4 bytes: one a sample for an epoch, and one for the epochs of a run requirement
ValuesOnDraws = Callable[[EpochDraws, ClassCounts], FloatArray | IntArray]
OF_SHARES = ("natural_distance",)  # a skew is the plan's own
# Metric -> its value on draws, of each class or of the mix.
OF_CLASSES: dict[str, ValuesOnDraws] = {
    "share": lambda draws, counts: draws.of_class / draws.of_class.sum(),
    "share_ratio": lambda draws, counts: _ratio(draws.of_class[counts.canonical]),
    "absence": lambda draws, counts: draws.missing,
}
OF_SAMPLES: dict[str, ValuesOnDraws] = {
    "repeats": lambda draws, counts: most_of_class(draws.of_sample, counts),
    "coverage": lambda draws, counts: seen_of_class(draws.of_sample, counts),
}
OF_SAMPLES |= {f"run_{metric}": values for metric, values in OF_SAMPLES.items()}  # on the draws of several epochs


@dataclass(frozen=True, slots=True)
class DrawnVerdict:
    """A requirement on the draws of a plan; as text, what these draws do.

    value: the worst metric value as drawn; None where it was not judged, which counts as met. epoch, class_name: where
    it is worst; None over the run, and for a metric of the whole mix.
    """

    requirement: Requirement
    holds: bool = True
    value: float | None = None
    epoch: int | None = None
    class_name: ClassName | None = None

    def __str__(self) -> str:
        if self.value is None:
            return f"not judged: {self.requirement}"
        return requirement_sentence(self.requirement, self.value)


@dataclass(frozen=True, slots=True)
class DrawnPlan:
    """The verdicts on the draws of a plan; as text, in one sentence. drawn: epochs drawn, of `wanted`."""

    verdicts: tuple[DrawnVerdict, ...]
    drawn: int
    wanted: int

    @property
    def holds(self) -> bool:
        """Whether every requirement that was judged holds."""
        return all(verdict.holds for verdict in self.verdicts)

    def __str__(self) -> str:
        part = "" if self.drawn == self.wanted else f" in {self.drawn:,} of {several(self.wanted, 'epoch', 'epochs')}"
        return f"As drawn{part}: {'; '.join(map(str, self.verdicts))}."


def drawn_verdicts(
    plan: SamplingPlan, counts: CountsLike, requirements: Sequence[Requirement], progress: Progress = no_progress
) -> DrawnPlan:
    """Draws a plan for its seed, as a training in one process does, and judges each requirement on these draws.

    Only epochs that a requirement is about are drawn. Where they have more than `MOST_DRAWS` draws, it is as many whole
    epochs as that allows, evenly spread, and requirements over the run are not judged; nor are those about samples
    where there are more than `MOST_SAMPLE_COUNTS` to keep. `ValueError` as `verdicts`. progress: may raise to end it.
    """
    counts, run = as_class_counts(counts), plan.epochs or 1
    found = {planned.requirement: DrawnVerdict(*planned[:3]) for planned in verdicts(plan, counts, requirements)}
    of_draws = [requirement for requirement in found if requirement.metric in OF_CLASSES | OF_SAMPLES]
    wanted = sorted({epoch for requirement in of_draws for epoch in requirement.epochs(run)})
    epochs = _evenly_spread(wanted, MOST_DRAWS // plan.samples(counts))
    judged = _countable(of_draws, counts, whole=epochs == wanted) if epochs else []
    found |= {requirement: DrawnVerdict(requirement) for requirement in of_draws}
    for requirement, epoch, values in _values_on_draws(plan, counts, judged, epochs, progress):
        found[requirement] = _worse(found[requirement], _on_draws(requirement, epoch, values, counts))
    return DrawnPlan(tuple(found[one] for one in requirements), len(epochs) if judged else 0, len(wanted))


def _evenly_spread(epochs: list[int], most: int) -> list[int]:
    """At most so many of the epochs, the first and the last among them."""
    if len(epochs) <= most:
        return epochs
    return [epochs[i] for i in np.unique(np.linspace(0, len(epochs) - 1, most).round().astype(int)).tolist()]


def _countable(requirements: list[Requirement], counts: ClassCounts, *, whole: bool) -> list[Requirement]:
    """Those that can be judged. whole: all of the epochs that are wanted are drawn."""
    kept = 1 + sum(map(over_run, requirements))  # counts of each sample, if they are kept at all
    too_many = kept * counts.num_samples > MOST_SAMPLE_COUNTS
    return [one for one in requirements if one.metric in OF_CLASSES or not (too_many or (over_run(one) and not whole))]


def _values_on_draws(
    plan: SamplingPlan, counts: ClassCounts, requirements: list[Requirement], epochs: list[int], progress: Progress
) -> Iterator[tuple[Requirement, int | None, FloatArray | IntArray]]:
    """The metric values of each requirement, in each epoch that is drawn or (None) in its epochs together."""
    metrics, run = {requirement.metric for requirement in requirements}, plan.epochs or 1
    in_all = {requirement: np.zeros(counts.num_samples, np.uint32) for requirement in filter(over_run, requirements)}
    batches, samples = not metrics.isdisjoint(OF_CLASSES), not metrics.isdisjoint(OF_SAMPLES)
    for draws in drawn_epochs(plan, counts, epochs if requirements else [], progress, batches=batches, samples=samples):
        for requirement in requirements:
            if draws.epoch in requirement.epochs(run):
                if requirement in in_all:
                    in_all[requirement] += draws.of_sample
                else:
                    yield requirement, draws.epoch, (OF_CLASSES | OF_SAMPLES)[requirement.metric](draws, counts)
    for requirement, of_sample in in_all.items():
        yield requirement, None, OF_SAMPLES[requirement.metric](draws._replace(of_sample=of_sample), counts)


def _on_draws(
    requirement: Requirement, epoch: int | None, values: FloatArray | IntArray, counts: ClassCounts
) -> DrawnVerdict:
    """The verdict on the values of an epoch, or of all together; (num_classes,), or (1,) of the mix."""
    of_mix = metric_of(requirement.metric).scope == "mix"
    classes = np.array([0]) if of_mix else columns(counts, requirement.group, requirement.class_name)
    margins = verdict_margin(requirement, values[classes])
    worst = int(classes[margins.argmin()])
    class_name = None if of_mix else counts.names[worst]
    return DrawnVerdict(requirement, bool(margins.min() >= 0), float(values[worst]), epoch, class_name)


def _worse(before: DrawnVerdict, now: DrawnVerdict) -> DrawnVerdict:
    """Of equals the earlier one."""
    if before.value is None or now.value is None:
        return now
    sign = 1 if now.requirement.sense == "at most" else -1
    return now if sign * now.value > sign * before.value else before


def _ratio(drawn: IntArray) -> FloatArray:
    """Draws of the class drawn most over those of the class drawn least, as one value; without any of it no limit."""
    return np.array([drawn.max() / drawn.min() if drawn.min() else np.inf])
