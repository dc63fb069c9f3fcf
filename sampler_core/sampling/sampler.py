"""ScheduledClassSampler: a thin torch shell over `plan` and `drawing`.

The one contract here: the shell holds where training stands (epoch, position, feedback), and nothing that decides what
is drawn there. Index by index it is a pure function of (plan, labels, state, epoch, position).
"""

from __future__ import annotations

import operator
import warnings
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, DistributedSampler

from sampler_core.data.array_types import FloatArray, Labels
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import ClassName, whole_number
from sampler_core.draws import SCHEMES, Epoch, Members, Scheme
from sampler_core.draws.preview import Preview, previewed
from sampler_core.plans.adaptive_targets import State, check_state
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.schedules import Constant, Schedule
from sampler_core.plans.targets import PowerSkew
from sampler_core.sampling.class_cursors import Walk
from sampler_core.sampling.distributed import accelerate_runs, mean_over_ranks, num_ranks, placed
from sampler_core.sampling.encoded_dataset import DataOrder
from sampler_core.sampling.feedback import feedback_array
from sampler_core.sampling.rank_batches import Begin, RankStream

_STATE_VERSION = 1
_STATE_FIELDS = {
    "plan", "labels", "next_labels", "epoch", "batches", "within", "replicas", "samples", "walk", "target",
    "next_target",
}  # fmt: skip
_CHUNK = 8192  # indices drawn at a time
_FIRST_CHUNK = 512  # the first batch should not wait for more than itself
_PIECE = 1024  # indices turned into Python integers at a time


class _Cursor(NamedTuple):
    """How far a pass has come: all of `end` indices but those that `piece` still holds."""

    begin: Begin
    end: int
    piece: Iterator[int]


class ScheduledClassSampler(DistributedSampler[int]):
    """Draws data-set indices so that the class shares follow a plan.

    labels: one per sample (see `labels.encode_labels`); not kept.    plan: what to draw.
    Or, in place of a plan, the short form: `skew` a number or a schedule, with `epochs` for schedules that are
    stretched over the run, `batch_size`, `samples_per_epoch`, `drawing` and `seed` as in `SamplingPlan`.
    num_replicas, rank: from torch.distributed when it is initialised, else 1 and 0. Use num_replicas=1 under Accelerate
    and the Hugging Face Trainer, which hand every n-th batch to a rank by themselves.
    drop_last: with several ranks, cut the epoch to whole rounds of batches instead of completing it.
    classes: names of the classes, when the labels are codes 0, 1, 2, ... of them.

    With W ranks, batch b of rank r is batch b W + r of the one-process stream. Call `set_epoch` before each epoch.
    """

    def __init__(
        self,
        labels: Labels,
        plan: SamplingPlan | None = None,
        *,
        skew: float | Schedule | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        samples_per_epoch: int | None = None,
        drawing: str = "independent",
        seed: int = 0,
        num_replicas: int | None = None,
        rank: int | None = None,
        drop_last: bool = False,
        classes: Sequence[ClassName] | None = None,
    ) -> None:
        run = {"epochs": epochs, "batch_size": batch_size, "samples_per_epoch": samples_per_epoch}
        self.plan = plan = _plan(plan, skew, {**run, "drawing": drawing, "seed": seed})
        self.num_replicas, self.rank = placed(num_replicas, rank)
        self._alone_by_default = num_replicas is None and not num_ranks()
        self.drop_last, self.shuffle, self.seed, self.epoch = drop_last, True, plan.seed, 0
        if self.num_replicas > 1:
            plan.needed_batch_size  # noqa: B018  # its error is the point: ranks share the epoch by batches
        self._order = DataOrder(labels, classes, plan.seed)
        self._next_order: DataOrder | None = None
        self._awaited_labels: str | None = None
        plan.check(self.class_counts)
        samples = plan.samples(self.class_counts)
        self._stream = RankStream(samples, plan.batch_size or 1, self.num_replicas, self.rank, drop_last)
        # What torch's class would set: its own __init__ insists on a process group.
        self.dataset = range(self.class_counts.num_samples)  # type: ignore[assignment]  # only its length
        self._measure()
        self._state: State | None = None
        self._next_state: State | None = None
        self._walk = Walk(plan, samples)
        self._scheme: Scheme | None = None
        self._iterated = self._warned = False
        self._restored_epoch = self._asked_for = 0
        self._next_begin: Begin
        self._cursor: _Cursor
        self._begin_at(Begin())

    def _measure(self) -> None:
        """The length of an epoch, as torch's class names it."""
        self.num_samples = self._stream.length(Begin())
        self.total_size = self.num_samples * self.num_replicas

    # --- drawing -----------------------------------------------------------------------------------------------------

    @property
    def class_counts(self) -> ClassCounts:
        """The classes and their counts; feedback and previews have this order."""
        return self._order.class_counts

    def __len__(self) -> int:
        """Indices that this rank draws in a whole epoch; fixed at construction (a restored run keeps its own)."""
        return self.num_samples

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch that is drawn next, from 0; any epoch, in any order. Call it before each epoch."""
        number = whole_number("epoch", epoch)
        if number < self._restored_epoch:
            warnings.warn(
                f"set_epoch({number}) goes back behind epoch {self._restored_epoch}, which was restored: these draws "
                "have been trained on before",
                stacklevel=2,
            )
            self._restored_epoch = 0
        self._iterated = False
        if number != self.epoch:
            self._turn_page(number)

    def __iter__(self) -> Iterator[int]:
        if self._iterated and self._next_begin == Begin():
            self._draw_no_epoch_twice()
        if self._alone_by_default and num_ranks() > 1 and not accelerate_runs():
            self._alone_by_default = False
            warnings.warn(
                f"each of the {num_ranks()} ranks draws the whole epoch, because torch.distributed was initialised "
                "after this sampler was constructed: construct it later (with Lightning, in train_dataloader), or pass "
                "num_replicas and rank",
                stacklevel=2,
            )
        begin = self._next_begin
        self._begin_at(begin)
        if self._is_over(begin):  # nothing is left that an iterator which is never used could take away
            self._next_begin = Begin()
        return chain.from_iterable(self._pieces(begin, self._drawn_by()))

    def preview(self, first_batch: int = 0, num_batches: int | None = None) -> Preview:
        """The class counts of batches of the current epoch, over all ranks; also for adaptive targets."""
        self.plan.needed_batch_size  # noqa: B018  # its error is the point
        draws = self._draws()
        return previewed(self.plan.drawing, draws, self.class_counts, first_batch, num_batches)

    def class_shares(self) -> FloatArray:
        """The class shares of the current epoch: float64, shape (num_classes,)."""
        shares = np.zeros(self.class_counts.num_classes)
        draws = self._draws()
        shares[self.class_counts.canonical] = draws.shares
        return shares

    def loader(self, dataset: Dataset[Any], **kwargs: Any) -> DataLoader[Any]:
        """A DataLoader over this sampler with the plan's batch size; `kwargs` go to the DataLoader."""
        if taken := {"batch_size", "sampler", "batch_sampler", "shuffle"} & kwargs.keys():
            raise TypeError(f"{sorted(taken)[0]} must be left to the plan, got {kwargs[sorted(taken)[0]]!r}")
        return DataLoader(dataset, batch_size=self.plan.needed_batch_size, sampler=self, **kwargs)

    def check_loader(self, loader: Any) -> None:
        """`ValueError` when batches of this loader would not be those of the plan and its previews."""
        batches = getattr(loader, "batch_sampler", None)
        if type(batches).__name__ == "BatchSamplerShard":  # Accelerate's
            if self.num_replicas > 1:
                raise ValueError(
                    f"num_replicas must be 1 under Accelerate, which shards by itself, got {self.num_replicas}"
                )
            batches = getattr(batches, "batch_sampler", None)
        found = getattr(batches, "sampler", getattr(loader, "sampler", None))
        if found is not self:
            raise ValueError(f"sampler of the loader must be this sampler, got {type(found).__name__}")
        size = getattr(batches, "batch_size", None)
        if size != self.plan.batch_size:
            raise ValueError(f"batch_size of the loader must be the plan's ({self.plan.batch_size}), got {size}")

    # --- what changes between epochs -------------------------------------------------------------------------------

    def update(
        self,
        *,
        recall: Mapping[ClassName, float | None] | Sequence[float | None] | FloatArray | torch.Tensor | None = None,
        loss: Mapping[ClassName, float | None] | Sequence[float | None] | FloatArray | torch.Tensor | None = None,
    ) -> None:
        """Feedback of this epoch for an adaptive target; the shares move at the next `set_epoch`.

        One value per class, in the order of `class_counts.names` or as {name: value}; None where a class had no
        validation samples. recall from 0 to 1. With torch.distributed, the mean over the ranks that saw the class.
        """
        target = self.plan.adaptive
        if target is None:
            raise TypeError(f"target must be adaptive to be updated, got {self.plan.target!r}")
        given = {"recall": recall, "loss": loss}
        checked = {name: feedback_array(name, v, self.class_counts) for name, v in given.items() if v is not None}
        if target.reads not in checked:
            raise ValueError(f"{target.reads} must be given for {type(target).__name__}, got {sorted(checked) or None}")
        feedback = mean_over_ranks(checked[target.reads])[self.class_counts.canonical]
        state = (
            self._next_state
            or self._state
            or target.initial(self._order.present, self.plan.moment_at(self.epoch, self._stream.samples))
        )
        self._next_state = target.updated(state, feedback)

    def update_labels(self, labels: Labels, classes: Sequence[ClassName] | None = None) -> None:
        """Other labels from the next epoch on, for a data set that grew or was relabelled; `len` stays.

        Classes keep their place in their walk by name; an adaptive target begins anew when the classes differ.
        """
        order = DataOrder(labels, classes, self.plan.seed)
        self.plan.check(order.class_counts, self._stream.samples)
        self._next_order = order

    def _turn_page(self, epoch: int) -> None:
        """Go to another epoch: feedback and labels that came in the meantime take effect."""
        if self._awaited_labels is not None:
            if self._next_order is None or self._next_order.digest != self._awaited_labels:
                raise ValueError(
                    "labels must be given again through update_labels before the next epoch: they were changed before "
                    f"the state was taken (digest {self._awaited_labels}), got "
                    f"{self._next_order.digest if self._next_order else 'none'}"
                )
            self._awaited_labels = None
        if self._next_state is not None or self._next_order is not None:
            self._walk.settle(self._order.present, self._state, self.epoch + 1)
        if self._next_order is not None:
            same = self._next_order.present.names == self._order.present.names
            self._walk.rename(self._order.present, self._next_order.present)
            self._order, self._next_order = self._next_order, None
            if not same:
                self._state = self._next_state = None
        if self._next_state is not None:
            self._state, self._next_state = self._next_state, None
        self.epoch, self._scheme = epoch, None
        self._begin_at(Begin())

    def _draw_no_epoch_twice(self) -> None:
        """Go to the epoch that was asked for before a finished one was restored; without one, warn."""
        if self._asked_for > self.epoch:
            self.set_epoch(self._asked_for)
        elif not self._warned:
            self._warned = True
            warnings.warn(
                f"epoch {self.epoch} is drawn once more, with the same draws: call sampler.set_epoch(epoch) before "
                "each epoch",
                stacklevel=3,
            )

    def _begin_at(self, begin: Begin) -> None:
        """The next pass begins here."""
        self._next_begin, self._cursor = begin, _Cursor(begin, begin.within, iter(()))

    def _is_over(self, begin: Begin) -> bool:
        """Whether a pass that begins there has nothing to draw."""
        return self._stream.length(begin) <= begin.within

    # --- state -------------------------------------------------------------------------------------------------------

    def state_dict(self, batches_delivered: int | None = None) -> dict[str, Any]:
        """Where training stands, as plain JSON types, O(num_classes); the same on all ranks.

        batches_delivered: batches of this rank that training has taken in this pass over the loader. Needed with a
        plain DataLoader with workers, which reads ahead; without it the state counts what the sampler has handed out.
        """
        begin, end, piece = self._cursor
        done = end - operator.length_hint(piece)
        if batches_delivered is not None:
            whole_number("batches_delivered", batches_delivered)
            done = begin.within + batches_delivered * self._stream.batch_size
            done = min(done, self._stream.length(begin))
        at = self._stream.after(begin, done)
        return {
            "version": _STATE_VERSION,
            "plan": self.plan.fingerprint,
            "labels": self._order.digest,
            "next_labels": self._next_order.digest if self._next_order else self._awaited_labels,
            "epoch": self.epoch,
            "batches": at.batches,
            "within": at.within,
            "replicas": self.num_replicas,
            "samples": self._stream.samples,
            "walk": self._walk.as_json(),
            "target": _as_lists(self._state),
            "next_target": _as_lists(self._next_state),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where the state was taken, also with another number of ranks.

        The rest of a finished epoch is empty; a later epoch that `set_epoch` has asked for since the last draw comes
        after it (torchdata loads within iter(), behind the set_epoch of the epoch that follows).
        `ValueError` for a state of another plan or other labels, and for one taken within a batch by another number of
        ranks.
        """
        self._check_state(state)
        asked_for = 0 if self._iterated else self.epoch
        self.epoch = self._restored_epoch = state["epoch"]
        # The run's own number of draws, where labels changed after it had been taken from the labels.
        self._stream = self._stream._replace(samples=state["samples"])
        self._walk.samples = state["samples"]
        self._measure()
        self._begin_at(Begin(state["batches"], state["within"]))
        self._walk.load_json(state["walk"])
        self._state, self._next_state = _as_arrays(state["target"]), _as_arrays(state["next_target"])
        self._awaited_labels, self._next_order = state["next_labels"], None
        self._scheme = None
        self._iterated = self._is_over(self._next_begin)
        self._asked_for = asked_for if self._iterated else 0

    def _check_state(self, state: Any) -> None:
        """`ValueError` for a state that this sampler cannot go on from."""
        if not isinstance(state, Mapping) or state.get("version") != _STATE_VERSION:
            raise ValueError(
                f"state must be one of a ScheduledClassSampler, version {_STATE_VERSION}, got {state!r:.200}"
            )
        if missing := _STATE_FIELDS - state.keys():
            raise ValueError(f"state must have the field {min(missing)!r}, got none")
        if state["plan"] != self.plan.fingerprint:
            raise ValueError(f"state must be of this plan ({self.plan.fingerprint}), got one of {state['plan']}")
        if state["labels"] != self._order.digest:
            raise ValueError(
                f"state must be of these labels (digest {self._order.digest}), got one of {state['labels']}; after "
                "update_labels, construct the sampler with the changed labels"
            )
        for name, least, most in (
            ("epoch", 0, None), ("batches", 0, None), ("within", 0, self._stream.batch_size - 1), ("samples", 1, None),
        ):  # fmt: skip
            whole_number(f"{name} of the state", state[name], least, most)
        if not isinstance(state["next_labels"], str | None):
            raise ValueError(f"next_labels of the state must be a digest or None, got {state['next_labels']!r:.200}")
        self._walk.check_json(state["walk"], self._order.present.num_classes)
        moment = self.plan.moment_at(0, state["samples"])
        for name in ("target", "next_target"):
            check_state(f"{name} of the state", state[name], self.plan.adaptive, self._order.present, moment)
        if state["within"] and state["replicas"] != self.num_replicas:
            raise ValueError(
                f"state must be taken between batches to go on with {self.num_replicas} ranks, got one taken "
                f"{state['within']} indices into a batch by {state['replicas']}"
            )

    # --- draws -------------------------------------------------------------------------------------------------------

    def _pieces(self, begin: Begin, scheme: Scheme) -> Iterator[Iterator[int]]:
        """Indices as list iterators, one by one, so that the cursor can ask the current one how much it still holds."""
        self._iterated, self._next_begin = True, Begin()  # only now: frameworks ask for iterators that they never use
        at, end, chunk = begin.within, self._stream.length(begin), min(_FIRST_CHUNK, _CHUNK)
        order = self._order.order
        while at < end:
            size = min(chunk, end - at)
            drawn = order.take(scheme.places(self._stream.positions(begin, at, at + size)))
            for i in range(0, size, _PIECE):
                piece = drawn[i : i + _PIECE].tolist()
                self._cursor = _Cursor(begin, at + i + len(piece), iter(piece))
                yield self._cursor.piece
            at += size
            chunk = min(2 * chunk, _CHUNK)

    def _draws(self) -> Epoch:
        return self.plan.epoch_at(self._order.present, self.epoch, self._state, self._stream.samples)

    def _drawn_by(self) -> Scheme:
        if self._scheme is None:
            start = self._walk.start(self._order.present, self._state, self.epoch)
            members = Members(self._order.present.counts, self._order.first, start)
            self._scheme = SCHEMES[self.plan.drawing](self._draws(), members)
        return self._scheme


def _plan(plan: SamplingPlan | None, skew: float | Schedule | None, run: dict[str, Any]) -> SamplingPlan:
    """The plan given, or that of the short form."""
    if (plan is None) == (skew is None):
        raise TypeError(f"either plan or skew must be given, got plan={plan!r} and skew={skew!r}")
    if plan is None:
        if not isinstance(skew, Real | Schedule):
            raise TypeError(f"skew must be a number or a schedule, got {skew!r}")
        return SamplingPlan(target=PowerSkew(skew if isinstance(skew, Schedule) else Constant(skew)), **run)
    if not isinstance(plan, SamplingPlan):
        raise TypeError(f"plan must be a SamplingPlan, got {plan!r}; a schedule goes to skew=")
    if tuple(run.values()) != (None, None, None, "independent", 0):
        raise TypeError("epochs, batch_size, samples_per_epoch, drawing and seed must be left to the plan, got both")
    return plan


def _as_lists(state: State | None) -> dict[str, list[float]] | None:
    return None if state is None else {name: values.tolist() for name, values in state.items()}


def _as_arrays(state: Mapping[str, Sequence[float]] | None) -> State | None:
    return None if state is None else {name: np.array(values, dtype=np.float64) for name, values in state.items()}
