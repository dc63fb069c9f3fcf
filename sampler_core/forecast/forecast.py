"""The forecast of a plan: every metric, for every epoch and for the run, in closed form; nothing is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.data.class_counts import ClassCounts, CountsLike, as_class_counts
from sampler_core.forecast import expectations
from sampler_core.forecast.assumed_learner import FollowedRun, RecallSource, follow
from sampler_core.forecast.expectations import Draws, Groups
from sampler_core.forecast.largest_count import largest_count
from sampler_core.formatting import count, number, percent, several
from sampler_core.plans import notebook_cell
from sampler_core.plans.adaptive_targets import State
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.weights_and_resampling import class_weights_of


def draws_of(plan: SamplingPlan, counts: ClassCounts) -> Draws:
    """How a plan draws from these counts. `ValueError` without a batch size."""
    return Draws(plan.samples(counts), plan.needed_batch_size, plan.drawing)


@dataclass(frozen=True, eq=False)  # no slots: each value is computed once, when it is first used
class Forecast:
    """All metric values of one plan on one data set. The per-epoch ones are arrays with the epochs first.

    followed: the run of an adaptive plan under recalls that are assumed or known; None: before any feedback.
    """

    counts: ClassCounts
    shares: FloatArray
    draws: Draws
    skews: FloatArray | None = None
    followed: FollowedRun | None = None

    @classmethod
    def of(cls, plan: SamplingPlan, counts: CountsLike, recalls: RecallSource | None = None) -> Forecast:
        """The forecast of a plan. Errors: those of `plan.class_shares`; `ValueError` without a batch size.

        recalls: what an adaptive plan follows, as an `AssumedLearner`; other plans follow nothing.
        """
        if not isinstance(plan, SamplingPlan):
            raise TypeError(f"plan must be a SamplingPlan, got {plan!r:.100}")
        counts = as_class_counts(counts)
        followed = None if recalls is None or plan.adaptive is None else follow(plan, counts, recalls)
        shares = plan.class_shares(counts) if followed is None else followed.shares
        return cls(counts, shares, draws_of(plan, counts), plan.skews(), followed)

    def state_at(self, epoch: int) -> State | None:
        """The state of an adaptive plan in an epoch; None where it follows nothing."""
        return None if self.followed is None else self.followed.states[epoch]

    @cached_property
    def class_weights(self) -> FloatArray:
        """The weight of one sample of each class, normalised over classes; (epochs, num_classes)."""
        return class_weights_of(self.shares, self.counts)

    @cached_property
    def repeats(self) -> FloatArray:
        """r_c, expected draws of one sample of each class in each epoch; (epochs, num_classes)."""
        return expectations.repeats(self.counts.counts, self.shares, self.draws)

    @cached_property
    def run_repeats(self) -> FloatArray:
        """Expected draws of one sample over the whole run; (num_classes,)."""
        return np.asarray(self.repeats.sum(axis=0))

    @cached_property
    def largest_counts(self) -> IntArray:
        """How often any one sample of each class comes at most, in each epoch; (epochs, num_classes).

        For sure under exact; under the other schemes for `largest_count.CHANCE` of the seeds, each class and epoch by
        itself.
        """
        return largest_count(self.counts.counts[:, None], self.shares[..., None], self.draws)

    @cached_property
    def run_largest_counts(self) -> IntArray:
        """The same over the whole run; (num_classes,)."""
        return largest_count(self.counts.counts[:, None], self.shares[..., None], self.draws, over_run=True)

    @cached_property
    def coverage(self) -> FloatArray:
        """Share of each class's samples drawn at least once in each epoch; (epochs, num_classes)."""
        return expectations.coverage(self.counts.counts, self.shares, self.draws)

    @cached_property
    def run_coverage(self) -> FloatArray:
        """Share of each class's samples drawn at least once in the whole run; (num_classes,)."""
        return expectations.run_coverage(self.counts.counts, self.shares, self.draws)

    @cached_property
    def distinct(self) -> FloatArray:
        """Distinct samples of each epoch, out of N; (epochs,)."""
        return self.coverage @ self.counts.frequencies

    @cached_property
    def absence(self) -> FloatArray:
        """P(a full batch has no sample of the class); (epochs, num_classes)."""
        return expectations.absence(self.shares, self.draws)

    @cached_property
    def classes_in_batch(self) -> FloatArray:
        """Expected number of different classes in a full batch; (epochs,)."""
        return np.asarray((1.0 - self.absence).sum(axis=-1))

    @cached_property
    def balance(self) -> FloatArray:
        """Effective classes out of all: exp(entropy of the shares) / num_classes; (epochs,)."""
        return expectations.effective_classes(self.shares) / self.counts.num_classes

    @cached_property
    def share_ratio(self) -> FloatArray:
        """p_max / p_min over the classes that are not empty; (epochs,); inf where p_min is below 1e-308."""
        return expectations.share_ratio(self.counts.counts, self.shares)

    @cached_property
    def effective_samples(self) -> FloatArray:
        """Kish's effective sample size of each epoch, out of N; (epochs,), from 0 to 1."""
        return expectations.effective_sample_size(self.counts.counts, self.shares) / self.counts.num_samples

    @property
    def crossover(self) -> int | None:
        """The first epoch with a skew of 1 or more; None when there is none, or the target is not a power skew."""
        return None if self.skews is None else expectations.crossover(self.skews)

    @cached_property
    def prior_shift(self) -> FloatArray:
        """log p_c - log f_c of each epoch; (epochs, num_classes)."""
        return expectations.prior_shift(self.counts.counts, self.shares)

    @cached_property
    def mean_prior_shift(self) -> FloatArray:
        """The prior shift averaged over the run, what logit adjustment needs (arXiv 2007.07314); (num_classes,)."""
        return np.asarray(self.prior_shift.mean(axis=0))

    @cached_property
    def groups(self) -> Groups:
        """Head, medium and tail classes."""
        return expectations.groups(self.counts.counts)

    def _repr_html_(self) -> str:
        """The forecast in a notebook: class shares over the epochs, and numbers, of some classes from many samples to
        few."""
        shown, counts = self._shown_classes(), self.counts
        shares = self.shares[:, shown]
        part = Forecast(ClassCounts(tuple(counts.names[c] for c in shown), counts.counts[shown]), shares, self.draws)
        rows = zip(
            map(str, part.counts.names),
            map(count, part.counts.counts.tolist()),
            map(percent, counts.frequencies[shown].tolist()),
            map(percent, shares[0].tolist()),
            map(percent, shares[-1].tolist()),
            map(number, part.run_repeats.tolist()),
            map(percent, part.run_coverage.tolist()),
            map(percent, part.absence[-1].tolist()),
            strict=True,
        )
        epochs = notebook_cell.shown_epochs(len(shares))
        return notebook_cell.cell(
            f"Forecast of {several(len(shares), 'epoch', 'epochs')}",
            notebook_cell.sentence(self._in_a_sentence(len(shown))),
            notebook_cell.chart("Class share", epochs, shares[epochs].T, percent),
            notebook_cell.table(_HEADS, rows),
        )

    def _shown_classes(self) -> IntArray:
        """Positions of at most `_MOST_SHOWN` classes with samples, by rank from the largest to the rarest."""
        by_count = np.argsort(-self.counts.counts, kind="stable")[: np.count_nonzero(self.counts.counts)]
        return by_count[np.unique(np.linspace(0, by_count.size - 1, _MOST_SHOWN).astype(np.int64))]

    def _in_a_sentence(self, shown: int) -> str:
        classes, draws = self.counts.num_classes, self.draws
        some = "" if shown == classes else f", of which {shown} are shown"
        return (
            f"{several(self.counts.num_samples, 'sample', 'samples')} in {several(classes, 'class', 'classes')}{some}, "
            f"class imbalance {number(self.counts.imbalance_ratio)}. {count(draws.samples)} draws an epoch in batches "
            f"of {count(draws.batch_size)}, {draws.scheme}."
        )


_MOST_SHOWN = 6  # classes in a notebook
_HEADS = (
    "Class", "Samples", "Share of the data", "Class share, first epoch", "Last epoch", "Repeats of a sample, whole run",
    "Samples seen, whole run", "Batches without it, last epoch",
)  # fmt: skip
