"""SamplingPlan: the one value that decides a run.

The one contract here: everything that is shown and everything that is drawn takes its class shares from one place, the
target's log weights with the limits applied (`_limited`): one epoch (`epoch_at`) or all (`class_shares`), bit for bit.
"""

from __future__ import annotations

import hashlib
import json
import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from sampler_core.data.array_types import FloatArray, IntArray, Labels
from sampler_core.data.class_counts import ClassCounts, CountsLike, as_class_counts
from sampler_core.data.label_encoding import encode_labels
from sampler_core.data.plain_values import ClassName, check_number, plain_value, whole_number
from sampler_core.draws import SCHEMES, Epoch
from sampler_core.draws.preview import Preview, epoch_class_counts, preview_batches
from sampler_core.formatting import number
from sampler_core.plans import (
    explicit_shares,  # noqa: F401  # registers its target
    notebook_cell,
)
from sampler_core.plans.adaptive_targets import AdaptiveTarget, State
from sampler_core.plans.plan_json import (
    PLAN_SCHEMA,
    SEEDS,
    VERSION_FIELD,
    changed_draws,
    counts_to_json,
    fields_from_json,
)
from sampler_core.plans.registry import TARGETS
from sampler_core.plans.share_limits import check_limits, normalised, water_filled
from sampler_core.plans.targets import Moment, Target, named_classes, needs_epochs, skew_schedule
from sampler_core.plans.weights_and_resampling import class_weights_of, loss_weights, resampled_counts


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingPlan:
    """What is drawn: class shares over epochs, and how draws follow them.

    target: class counts, epoch -> class shares.    epochs: length of the run; None: not bounded.
    batch_size: draws in one batch of one rank.     samples_per_epoch: draws in an epoch, all ranks; None: as many as
    there are labels.                               drawing: "independent", "exact" or "stratified" (`draws.schemes`).
    max_repeats: no sample of a class is drawn more often than this per epoch (guaranteed for an integer under "exact",
    in expectation under the other schemes).           min_share: least share of a class that is not empty.
    min_per_batch: least draws of such a class in each full batch ("stratified" only).    seed: 0 to 2**64 - 1.
    tuned_on: the class counts the plan was made for; carried along, not part of equality or fingerprint.
    """

    target: Target
    epochs: int | None
    batch_size: int | None
    samples_per_epoch: int | None = None
    drawing: str = "independent"
    max_repeats: float | None = None
    min_share: float | None = None
    min_per_batch: int = 0
    seed: int = 0
    tuned_on: ClassCounts | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        TARGETS.name_of(self.target)  # TypeError for anything else
        for name, (must, least, most, kind) in _PLAN_NUMBERS.items():
            number: Any = plain_value(getattr(self, name))  # JSON knows no numbers of NumPy's
            object.__setattr__(self, name, number)
            if number is not None or name in ("min_per_batch", "seed"):
                must += f" and at most {most:,}" if kind is int and isinstance(number, int) and number > most else ""
                check_number(name, number, must, least, most, kind)
                if kind is not int and number != float(number):  # more digits than its text has
                    object.__setattr__(self, name, float(number))
        if not isinstance(self.drawing, str) or self.drawing not in SCHEMES:
            raise ValueError(f"drawing must be one of {', '.join(SCHEMES)}, got {self.drawing!r}")
        if self.min_per_batch and self.drawing != "stratified":
            raise ValueError(f'min_per_batch must be 0 unless drawing is "stratified", got {self.min_per_batch}')
        if self.drawing == "stratified" and self.batch_size is None:
            raise ValueError('batch_size must be given when drawing is "stratified", got None')
        if self.epochs is None and needs_epochs(self.target):
            raise ValueError(
                f"epochs must be given for a target that is stretched over the run, got None ({self.target})"
            )
        if self.tuned_on is not None and not isinstance(self.tuned_on, ClassCounts):
            raise TypeError(f"tuned_on must be ClassCounts, got {self.tuned_on!r}")

    # --- what is drawn -------------------------------------------------------------------------------------------

    @property
    def adaptive(self) -> AdaptiveTarget | None:
        """The target, when it reads feedback from training."""
        adaptive = hasattr(self.target, "updated")  # isinstance of a protocol takes longer than an epoch's shares
        return cast(AdaptiveTarget, self.target) if adaptive else None

    @property
    def limited(self) -> bool:
        """Whether a cap or a floor may change the shares that the target asks for."""
        return bool(self.max_repeats is not None or self.min_share or self.min_per_batch)

    def samples(self, class_counts: CountsLike) -> int:
        """M, the draws in one epoch, over all ranks together."""
        return self.samples_per_epoch or as_class_counts(class_counts).num_samples

    def num_batches(self, class_counts: CountsLike) -> int:
        """Batches in one epoch, a last smaller one included."""
        return -(-self.samples(class_counts) // self.needed_batch_size)

    @property
    def needed_batch_size(self) -> int:
        """The batch size; `ValueError` when the plan has none."""
        if self.batch_size is None:
            raise ValueError("batch_size must be given to speak of batches, got None")
        return self.batch_size

    def class_shares(self, class_counts: CountsLike) -> FloatArray:
        """The probability that one draw is of each class: float64, shape (epochs, num_classes), rows sum to 1."""
        counts = as_class_counts(class_counts)
        epochs = self.listed_epochs(counts.num_classes, f"a table of {counts.num_classes:,} classes")
        present, samples = counts.present, self.samples(counts)
        shares, epochs_at_once = np.zeros((epochs, counts.num_classes)), max(1, _SHARES_AT_ONCE // present.num_classes)
        for first_epoch in range(0, epochs, epochs_at_once):
            moments = [
                self.moment_at(e, samples) for e in range(first_epoch, min(first_epoch + epochs_at_once, epochs))
            ]
            log_weights = np.array([self._log_weights(present, moment) for moment in moments])
            some_epochs = slice(first_epoch, first_epoch + len(moments))
            shares[some_epochs, counts.canonical] = self._limited(log_weights, present, samples)
        return shares

    def class_weights(self, class_counts: CountsLike) -> FloatArray:
        """The weight of one sample of each class, normalised over classes: float64, (epochs, num_classes)."""
        return class_weights_of(self.class_shares(class_counts), as_class_counts(class_counts))

    def skews(self) -> FloatArray | None:
        """The skew of each epoch, shape (epochs,); None for a target that no single skew describes."""
        schedule = skew_schedule(self.target)
        if schedule is None:
            return None
        return np.array([schedule(epoch, self.epochs) for epoch in range(self.listed_epochs(1, "a list of skews"))])

    def epoch_at(
        self, present: ClassCounts, epoch: int, state: State | None = None, samples: int | None = None
    ) -> Epoch:
        """What decides one epoch: its class shares (limits applied), key and sizes.

        `present`: a `ClassCounts.present`. `samples`: draws, when not the plan's. Past the last epoch the last epoch's
        shares hold. `ValueError` where limits cannot be met.
        """
        samples = samples or self.samples(present)
        log_weights = self._log_weights(present, self.moment_at(epoch, samples), state)
        return Epoch(self._limited(log_weights, present, samples), self.seed, epoch, samples, self.batch_size or 1)

    def equal_epochs(
        self, present: ClassCounts, epochs: range, state: State | None = None, samples: int | None = None
    ) -> Iterator[tuple[Epoch, int]]:
        """`epoch_at` for epochs in a row: the first of each stretch with equal shares, and how many it has."""
        begin, weights, samples = epochs.start, np.zeros(0), samples or self.samples(present)
        for epoch in epochs:
            found = self._log_weights(present, self.moment_at(epoch, samples), state)
            if epoch > begin and not np.array_equal(found, weights):
                yield self.epoch_at(present, begin, state, samples), epoch - begin
                begin = epoch
            weights = found
        if epochs:
            yield self.epoch_at(present, begin, state, samples), epochs.stop - begin

    def moment_at(self, epoch: int, samples: int) -> Moment:
        """The moment passed to a target; epochs past the end are clamped to the last."""
        return Moment(epoch if self.epochs is None else min(epoch, self.epochs - 1), self.epochs, samples)

    def check(self, class_counts: CountsLike, samples: int | None = None) -> None:
        """`ValueError` when the plan cannot be drawn from these counts; a warning when it was tuned on other ones.

        `samples`: draws in an epoch, when not the plan's.
        """
        samples = None if samples is None else whole_number("samples", samples, least=1)
        counts = as_class_counts(class_counts)
        class_names = {str(name) for name in counts.names}
        for name in named_classes(self.target):
            if str(name) not in class_names:
                raise ValueError(f"class must be one of the data's ({counts.num_classes} classes), got {name!r}")
        self._check_samples(counts, samples)
        self.epoch_at(counts.present, 0, samples=samples)
        if self.tuned_on is not None and self.tuned_on != counts:
            _warn_of_drift_since_tuning(self.tuned_on, counts)

    def preview(
        self,
        class_counts: CountsLike,
        epoch: int,
        first_batch: int = 0,
        num_batches: int | None = None,
        state: State | None = None,
    ) -> Preview:
        """The class counts of batches as training will draw them (see `preview.Preview`).

        `ValueError` for an adaptive target without a state (`forecast.assumed_learner` has assumed ones): its draws
        depend on feedback, and `sampler.preview()` shows them.
        """
        if self.adaptive is not None and state is None:
            raise ValueError(
                "target must not be adaptive for a preview before training, "
                f"got {TARGETS.name_of(self.target)}; sampler.preview() shows the current epoch"
            )
        epoch = whole_number("epoch", epoch)
        counts = as_class_counts(class_counts)
        self.check(counts)
        self.needed_batch_size  # noqa: B018 (its error is the point)
        draws = self.epoch_at(counts.present, epoch, state)
        return preview_batches(self.drawing, draws, counts, first_batch, num_batches)

    def epoch_class_counts(self, class_counts: CountsLike, epoch: int, state: State | None = None) -> IntArray:
        """What the whole epoch draws of each class: int64, shape (num_classes,). state: of an adaptive target.

        At once under "exact" (its quotas); under the other schemes every draw is made, some 10 ns each.
        """
        counts = as_class_counts(class_counts)
        self._check_samples(counts)
        draws = self.epoch_at(counts.present, whole_number("epoch", epoch), state)
        return epoch_class_counts(self.drawing, draws, counts)

    # --- for other tools -----------------------------------------------------------------------------------------

    def class_weight(
        self, class_counts: CountsLike, epoch: int, state: State | None = None
    ) -> dict[ClassName, float]:  # fmt: skip
        """The weight of each class in a loss over the data as it is: N p_c / n_c, which gives it its share of the loss.

        For scikit-learn as it is, for torch as `torch.tensor(list(weights.values()))`, in the order of the names, for
        Keras as `dict(enumerate(weights.values()))`: it takes class numbers, and passes over names in silence. The mean
        weight of a sample is 1, as with scikit-learn's "balanced", which is skew 1; `class_weights` are the same,
        normalised over the classes. An empty class has 0. state: of an adaptive target.

        Examples:
            >>> plan.class_weight({"cat": 80, "dog": 20}, epoch=0)  # shares 0.5 and 0.5
            {'cat': 0.625, 'dog': 2.5}
        """
        counts = as_class_counts(class_counts)
        weights = loss_weights(self._shares_at(counts, epoch, state), counts)
        return dict(zip(counts.names, weights.tolist(), strict=True))

    def sampling_strategy(
        self, class_counts: CountsLike, epoch: int, how: str = "over", state: State | None = None
    ) -> dict[ClassName, int]:
        """The class counts to resample the data to, for imbalanced-learn: they have the plan's shares, rounded.

        how: "over", for over-samplers: the fewest samples in all that leave out none. "under", for under-samplers: the
        most that repeat none. Empty classes are left out. `ValueError` for a class with samples but no share under
        "over", and for more than 10**13 samples. state: of an adaptive target.

        Examples:
            >>> plan.sampling_strategy({"cat": 80, "dog": 20}, epoch=0)
            {'cat': 80, 'dog': 80}
            >>> plan.sampling_strategy({"cat": 80, "dog": 20}, epoch=0, how="under")
            {'cat': 20, 'dog': 20}
        """
        counts = as_class_counts(class_counts)
        resampled = resampled_counts(self._shares_at(counts, epoch, state), counts, how)
        return {counts.names[c]: int(resampled[c]) for c in np.flatnonzero(counts.counts)}

    def sample_weights(
        self, labels: Labels, epoch: int, classes: Sequence[ClassName] | None = None, state: State | None = None
    ) -> FloatArray:
        """The weight of each sample: the `class_weight` of its class; float64, shape (samples,), mean 1.

        labels, classes: as in `IndexStream`.

        Examples:
            >>> plan.sample_weights(["cat", "cat", "cat", "dog"], epoch=0).round(3).tolist()
            [0.667, 0.667, 0.667, 2.0]
        """
        codes, names, label_counts = encode_labels(labels, classes)
        counts = ClassCounts(names, label_counts)
        weights: FloatArray = loss_weights(self._shares_at(counts, epoch, state), counts)[codes]
        return weights

    def _shares_at(self, counts: ClassCounts, epoch: int, state: State | None) -> FloatArray:
        """The class shares of one epoch in the order of `counts`; past the last epoch the last epoch's."""
        shares = np.zeros(counts.num_classes)
        shares[counts.canonical] = self.epoch_at(counts.present, whole_number("epoch", epoch), state).shares
        return shares

    # --- as text -------------------------------------------------------------------------------------------------

    def to_json(self) -> str:
        """The plan as JSON text; `from_json` gives an equal plan."""
        tuned_on = counts_to_json(self.tuned_on)
        decisive = self._decisive_fields(SCHEMES[self.drawing].VERSION)
        return json.dumps({**decisive, "fingerprint": self.fingerprint, "tuned_on": tuned_on}, indent=2)

    @classmethod
    def from_json(cls, text: str) -> SamplingPlan:
        """A plan from its JSON text; `ValueError` that names what is wrong, `TypeError` for what is no text.

        A warning where its sampling scheme has changed since it was saved: the plan is the same, its draws are others.
        """
        plan, changed = cls.read_json(text)
        if changed:
            warnings.warn(changed, stacklevel=2)
        return plan

    @classmethod
    def read_json(cls, text: str) -> tuple[SamplingPlan, str]:
        """`from_json`, and what it would warn of, else ""."""
        if not isinstance(text, str | bytes | bytearray):
            raise TypeError(f"plan must be JSON text, got {text!r:.100}")
        try:
            return cls(**fields_from_json(text, cls.__dataclass_fields__.keys())), changed_draws(text)
        except TypeError as error:
            raise ValueError(str(error)) from None
        except RecursionError:
            raise ValueError("plan must not be nested so deep, got targets in targets without an end") from None

    @property
    def fingerprint(self) -> str:
        """16 hex digits that differ between plans that draw differently."""
        return self._fingerprint(SCHEMES[self.drawing].VERSION)

    @property
    def earlier_fingerprints(self) -> tuple[str, ...]:
        """Those of this plan before its sampling scheme changed, oldest first."""
        return tuple(map(self._fingerprint, range(1, SCHEMES[self.drawing].VERSION)))

    def _repr_html_(self) -> str:
        """The plan in a notebook: what it sets and, where one skew describes it, the skew over the epochs."""
        defaults = {name: row.default for name, row in self.__dataclass_fields__.items()}
        values = {name: getattr(self, name) for name in defaults if name != "tuned_on"}
        set_here = {name: value for name, value in values.items() if name == "drawing" or value != defaults[name]}
        schedule = skew_schedule(self.target)
        if schedule is None:
            said = notebook_cell.sentence("Its class shares depend on the class counts: see Forecast.of(plan, counts).")
        else:
            epochs = notebook_cell.shown_epochs(self.epochs or _SHOWN_EPOCHS)
            skews = np.array([[schedule(epoch, self.epochs) for epoch in epochs.tolist()]])
            said = notebook_cell.chart("Skew: 0 is the natural mix, 1 class-balanced", epochs, skews, number)
        return notebook_cell.cell(f"SamplingPlan {self.fingerprint}", said, notebook_cell.settings(set_here))

    def _fingerprint(self, version: int) -> str:
        return hashlib.sha256(json.dumps(self._decisive_fields(version), sort_keys=True).encode()).hexdigest()[:16]

    def _decisive_fields(self, version: int) -> dict[str, Any]:
        names = [name for name in self.__dataclass_fields__ if name not in ("target", "tuned_on")]
        plan_fields = {name: getattr(self, name) for name in names}
        for name in ("max_repeats", "min_share"):  # 4 and 4.0 are equal, 0.0 and -0.0 too, so they have one text
            plan_fields[name] = None if plan_fields[name] is None else float(plan_fields[name]) + 0.0
        if version > 1:
            plan_fields[VERSION_FIELD] = version
        return {"schema": PLAN_SCHEMA, "target": TARGETS.encode(self.target), **plan_fields}

    # --- class shares and their limits ---------------------------------------------------------------------------

    def _log_weights(self, present: ClassCounts, moment: Moment, state: State | None = None) -> FloatArray:
        adaptive = self.adaptive
        return adaptive(present, moment, state) if adaptive else self.target(present, moment)

    def _limited(self, log_weights: FloatArray, present: ClassCounts, samples: int) -> FloatArray:
        """Log weights, shape (..., num_classes) -> shares within the plan's limits."""
        floor, cap = self.share_limits(present, samples)
        return normalised(log_weights) if floor is None or cap is None else water_filled(log_weights, floor, cap)

    def share_limits(self, present: ClassCounts, samples: int) -> tuple[FloatArray | None, FloatArray | None]:
        """Floor and cap on each class's share, shape (num_classes,); None, None for a plan without limits.

        `present`: a `ClassCounts.present`. `ValueError` where the limits cannot be met.
        """
        if not self.limited:
            return None, None
        per_batch = self.min_per_batch / self.needed_batch_size if self.min_per_batch else 0.0
        floor = np.full(present.num_classes, max(self.min_share or 0.0, per_batch))
        cap = np.ones(present.num_classes)
        if self.max_repeats is not None:
            with np.errstate(over="ignore"):  # a cap that large is none
                cap = np.minimum(1.0, float(self.max_repeats) * present.counts / samples)
        check_limits(present, floor, cap, self._limits_in_words())
        return np.minimum(floor, cap), cap

    def _limits_in_words(self) -> str:
        plan_limits = {name: getattr(self, name) for name in ("max_repeats", "min_share", "min_per_batch")}
        return " with ".join(f"{name}={value:g}" for name, value in plan_limits.items() if value)

    def _check_samples(self, counts: ClassCounts, samples: int | None = None) -> None:
        """`ValueError` where an epoch is as long as the data, and that is too long."""
        if (samples or self.samples(counts)) > _MOST_DRAWS:
            must = f"samples_per_epoch must be given for more than {_MOST_DRAWS:,} samples"
            raise ValueError(f"{must}, got None for {counts.num_samples:,}")

    def listed_epochs(self, entries: int, what: str) -> int:
        """The number of epochs, of so many entries each; `ValueError` where they have no end or a list is too long."""
        if self.epochs is None:
            raise ValueError("epochs must be given to list the epochs, got None")
        if self.epochs * entries > _MAX_ENTRIES:
            raise ValueError(f"epochs must be at most {_MAX_ENTRIES // entries:,} for {what}, got {self.epochs:,}")
        return self.epochs


_SHOWN_EPOCHS = 100  # of a plan that is not bounded
_SHARES_AT_ONCE = 1 << 16  # shares in one piece: more of them leave the processor's cache
_MAX_ENTRIES = 1 << 27  # 1 GiB of float64
_MOST_EPOCHS, _MOST_BATCH = 10**9, 10**8  # a jump counts the epochs before it, a batch is held as a whole
_MOST_DRAWS = 10**13  # beyond, expected draws have too few digits left to be rounded by (`draws.floor_and_remainder`)
_PLAN_NUMBERS: dict[str, tuple[str, float, float, Any]] = {
    "epochs": ("a whole number of at least 1", 1, _MOST_EPOCHS, int),
    "batch_size": ("a whole number of at least 1", 1, _MOST_BATCH, int),
    "samples_per_epoch": ("a whole number of at least 1", 1, _MOST_DRAWS, int),
    "min_per_batch": ("a whole number of at least 0", 0, _MOST_BATCH, int),
    "seed": (f"a whole number from 0 to {SEEDS - 1:,}", 0, SEEDS - 1, int),
    "max_repeats": ("a number above 0", sys.float_info.min, sys.float_info.max, int | float),
    "min_share": ("a number from 0 to 1", 0.0, 1.0, int | float),
}


def _warn_of_drift_since_tuning(tuned_on: ClassCounts, counts: ClassCounts) -> None:
    """Name the class whose frequency differs most between the data a plan was tuned on and the data it meets."""
    tuned_shares = dict(zip(tuned_on.names, tuned_on.frequencies.tolist(), strict=True))
    data_shares = dict(zip(counts.names, counts.frequencies.tolist(), strict=True))
    name = max({**tuned_shares, **data_shares}, key=lambda c: abs(data_shares.get(c, 0.0) - tuned_shares.get(c, 0.0)))
    tuned_share, data_share = tuned_shares.get(name, 0.0), data_shares.get(name, 0.0)
    if data_share == tuned_share and tuned_shares.keys() == data_shares.keys():
        return
    other_names = "; no class has a name that it knows: give the names as `classes`"
    no_common_class = "" if tuned_shares.keys() & data_shares.keys() else other_names
    warnings.warn(
        f"the plan was tuned on other data: class {name!r} was {tuned_share:.3%} of it "
        f"and is {data_share:.3%} now{no_common_class}",
        stacklevel=3,
    )
