"""ScheduledClassSampler: the torch sampler, a position in an `IndexStream`."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from numbers import Real
from typing import Any, cast

from torch.utils.data import DataLoader, Dataset, DistributedSampler

from sampler_core.data.array_types import FloatArray, Labels
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import ClassName, whole_number
from sampler_core.draws.preview import Preview, preview_batches
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.schedules import Constant, Schedule
from sampler_core.plans.targets import PowerSkew
from sampler_core.sampling.current_epoch import CurrentEpoch
from sampler_core.sampling.distributed import replicas_and_rank, warn_if_not_alone, world_size
from sampler_core.sampling.feedback import ClassValues
from sampler_core.sampling.index_pass import IndexPass, IndexPiece, PassPosition, index_pieces
from sampler_core.sampling.index_stream import IndexStream
from sampler_core.sampling.loader_checks import check_dataset, check_loader
from sampler_core.sampling.rank_batches import RankBatches, StartPosition
from sampler_core.sampling.state_check import STATE_VERSION, check_position


class ScheduledClassSampler(DistributedSampler[int]):
    """Draws data-set indices so that the class shares follow a plan.

    labels: one per sample (see `encode_labels`), or `SortedLabels`. plan, or the short form `skew` (a number or a
    schedule) with other fields of `SamplingPlan`. num_replicas, rank: from torch.distributed where it is initialised,
    else 1 and 0; pass num_replicas=1 under Accelerate and the Hugging Face Trainer, which give every n-th batch to a
    rank themselves.
    drop_last: with several ranks, cut the epoch to whole rounds of batches instead of completing it. classes: names of
    the classes, where the labels are codes 0, 1, 2, ... of them. dataset: is only kept as `.dataset`, where some batch
    samplers look for the sizes of images.

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
        dataset: Dataset[Any] | None = None,
    ) -> None:
        run = {"epochs": epochs, "batch_size": batch_size, "samples_per_epoch": samples_per_epoch}
        plan = _plan_or_short_form(plan, skew, {**run, "drawing": drawing, "seed": seed})
        self.num_replicas, self.rank = replicas_and_rank(num_replicas, rank)
        self._alone_by_default = num_replicas is None and not world_size()
        stream = IndexStream(labels, plan, self.num_replicas, self.rank, {}, drop_last=drop_last, classes=classes)
        self._current = CurrentEpoch(plan, stream)
        # What torch's own __init__ would set; that one needs a process group.
        self.drop_last, self.shuffle, self.seed, self.epoch = drop_last, True, plan.seed, 0
        length = self.class_counts.num_samples
        check_dataset(dataset, length)
        self.dataset = range(length) if dataset is None else dataset  # type: ignore[assignment]  # of which only `len`
        self._set_lengths()
        self._iterated, self._warned, self._restored_epoch, self._requested_epoch = False, False, 0, 0
        self._passes_made, self._next_start = 0, StartPosition()
        self._start_at(self._next_start)

    @property
    def plan(self) -> SamplingPlan:
        """The plan; with the run's samples per epoch, where other labels than those of its start have come."""
        return self._current.latest_stream.plan_for(self._current.datasets[-1].class_counts)

    @property
    def stream(self) -> IndexStream:
        """The stream of indices with the labels and state of the current epoch, for any epoch and position.

        `RuntimeError` on several ranks between `set_epoch` and the exchange of feedback; `preview` and `class_shares`
        alike.
        """
        return self._current.stream

    @property
    def class_counts(self) -> ClassCounts:
        """The classes and their counts; feedback and previews have this order."""
        return self._current.latest_stream.class_counts

    @property
    def newest_pass(self) -> PassPosition:
        """Where the newest pass stands, of which the state is; another object for each pass."""
        return self._position

    @property
    def batches(self) -> RankBatches:
        """This rank's part of an epoch."""
        return self._current.latest_stream.batches

    @property
    def labels_digest(self) -> str:
        """16 hex digits, others for other labels and for the same ones in another order."""
        return self._current.latest_stream.dataset.digest

    def __len__(self) -> int:
        """Indices that this rank draws in a whole epoch; fixed at construction (a restored run keeps its own)."""
        return self.num_samples

    def set_epoch(self, epoch: int) -> None:
        """Chooses the epoch that is drawn next, from 0; any epoch, in any order. Call it before each epoch."""
        number = whole_number("epoch", epoch)
        if number < self._restored_epoch:
            says = f"set_epoch({number}) goes back behind epoch {self._restored_epoch}, which was restored"
            warnings.warn(f"{says}: these draws have been trained on before", stacklevel=2)
            self._restored_epoch = 0
        self._iterated = False
        if number != self.epoch:
            self._current.change_to(number)
            self.epoch = number
            self._start_at(StartPosition())

    def __iter__(self) -> Iterator[int]:
        if self._iterated and self._next_start == StartPosition():
            self._change_epoch_or_warn()
        if self._alone_by_default and warn_if_not_alone():
            self._alone_by_default = False
        position = self._new_position(self._next_start)
        if self.batches.is_over(position.start):  # an iterator that is never used must not take anything away
            self._next_start = StartPosition()
        if not self._current.is_awaited:
            position.pieces = self._pieces(position.start)
        indices = cast(IndexPass, IndexPass.from_iterable(self._handed_out(position)))
        indices.state_dict, indices.load_state_dict = partial(self._state, position), partial(self._load, position)
        return indices

    def preview(self, first_batch: int = 0, num_batches: int | None = None) -> Preview:
        """The class counts of batches of the current epoch, over all ranks; also for adaptive targets."""
        self.plan.needed_batch_size  # noqa: B018  # its error is the point
        draws = self.stream.cursors.draws(self.epoch)
        return preview_batches(self.plan.drawing, draws, self.class_counts, first_batch, num_batches)

    def class_shares(self) -> FloatArray:
        """The class shares of the current epoch: float64, shape (num_classes,)."""
        return self.stream.class_shares(self.epoch)

    def loader(self, dataset: Dataset[Any], **kwargs: Any) -> DataLoader[Any]:
        """A DataLoader over this sampler with the plan's batch size; `kwargs` go to the DataLoader."""
        if taken := {"batch_size", "sampler", "batch_sampler", "shuffle"} & kwargs.keys():
            raise TypeError(f"{sorted(taken)[0]} must be left to the plan, got {kwargs[sorted(taken)[0]]!r}")
        loader = DataLoader(dataset, batch_size=self.plan.needed_batch_size, sampler=self, **kwargs)
        self.check_loader(loader)
        return loader

    def check_loader(self, loader: Any) -> None:
        """`ValueError` where the batches of this loader would not be those of the plan and its previews.

        Another sampler, batch size or length of the data set, `drop_last` where the epoch has a smaller last batch, or
        Accelerate sharding what is sharded. Takes loaders of torch, Ray, Accelerate (prepared, skipping) and DeepSpeed.
        """
        lengths = {dataset.class_counts.num_samples for dataset in self._current.datasets}
        check_loader(loader, self, self.plan.batch_size, lengths)

    def update(self, *, recall: ClassValues | None = None, loss: ClassValues | None = None) -> None:
        """Feedback of this epoch for an adaptive target; the shares change at the next `set_epoch`.

        One value per class, in the order of `class_counts.names` or as {name: value}; None where a class had no
        validation samples. recall from 0 to 1. The last call of an epoch counts. Never communicates: any ranks may call
        it, and the mean over those that saw a class is exchanged later, see `exchange`. `TypeError` for a plan without
        an adaptive target, `ValueError` naming the class for invalid values.
        """
        self._current.update(recall=recall, loss=loss)

    def exchange(self) -> None:
        """Exchanges feedback between the ranks of torch.distributed; for adaptive targets, on all ranks.

        The first index after `set_epoch` does it too. Call it before `state_dict`, which else holds the feedback of
        one rank, and before `preview` and `class_shares` of a new epoch. It is no collective: it waits for what the
        other ranks post. `TimeoutError` naming the ranks that did not come within the process group's time limit.
        """
        self._current.exchange()

    def update_labels(self, labels: Labels, classes: Sequence[ClassName] | None = None) -> None:
        """Other labels from the next epoch on, for a data set that grew or was relabelled; `len` stays.

        `sampler.plan.preview` of the new counts is what training draws: where the labels of construction have settled
        the epoch's length, `sampler.plan` has it as its samples_per_epoch. Classes keep their cursors by name; an
        adaptive target starts again where the classes differ.
        """
        self._current.update_labels(labels, classes)

    def state_dict(self, batches_delivered: int | None = None) -> dict[str, Any]:
        """The position in training as plain JSON types, O(num_classes); the same on all ranks.

        batches_delivered: batches of this rank that training has taken in this pass over the loader. A plain DataLoader
        with workers needs it, because it reads ahead; without it the state counts what the sampler has handed out.
        """
        done = self._position.done
        if batches_delivered is not None:
            start = self._position.start
            whole_number("batches_delivered", batches_delivered)
            done = min(start.within + batches_delivered * self.batches.batch_size, self.batches.length(start))
        return self._state(self._position, done)

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes on where the state was taken, also with another number of ranks.

        A finished epoch has no rest: the later epoch that `set_epoch` has requested follows (torchdata loads within
        iter(), after that call). `ValueError` for a state of another plan or other labels, and for one taken within a
        batch by another number of ranks.
        """
        start = self._checked_start(state)
        requested_epoch = 0 if self._iterated else self.epoch
        self._current.load_json(state)
        self.epoch = self._restored_epoch = state["epoch"]
        self._set_lengths()  # the run's own, where labels changed after its start
        self._start_at(start)
        self._iterated = self.batches.is_over(self._next_start)
        self._requested_epoch = requested_epoch if self._iterated else 0

    def _set_lengths(self) -> None:
        """The indices of an epoch as torch's class names them."""
        self.num_samples = self.batches.length(StartPosition())
        self.total_size = self.num_samples * self.num_replicas

    def _start_at(self, start: StartPosition) -> None:
        """Sets where the next pass starts; the passes that were made before no longer move the state."""
        self._next_start = start
        self._position = self._new_position(start)

    def _new_position(self, start: StartPosition) -> PassPosition:
        self._passes_made += 1
        return PassPosition(self._passes_made, self.epoch, start)

    def _pieces(self, start: StartPosition) -> Iterator[IndexPiece]:
        return index_pieces(self._current.awaited_stream(), self.epoch, start)

    def _handed_out(self, position: PassPosition) -> Iterator[Iterator[int]]:
        """List iterators, one by one. A pass begins here: frameworks make iterators that they never use."""
        if position.order > self._position.order:
            self._position, self._iterated, self._next_start = position, True, StartPosition()
        pieces, position.pieces = position.pieces or self._pieces(position.start), None
        for piece in pieces:
            position.piece = piece
            yield piece.indices

    def _state(self, position: PassPosition, done: int | None = None) -> dict[str, Any]:
        rest = self.batches.after(position.start, position.done if done is None else done)
        state = {**self._current.as_json(), "epoch": position.epoch}
        return {"version": STATE_VERSION, "replicas": self.num_replicas, **rest._asdict(), **state}

    def _checked_start(self, state: Mapping[str, Any]) -> StartPosition:
        self._current.latest_stream.check_state(state)
        check_position(state, self.num_replicas)
        return StartPosition(state["batches"], state["within"])

    def _load(self, position: PassPosition, state: Mapping[str, Any]) -> None:
        """Puts a pass that has not begun where another one, of this sampler's state, was."""
        start = self._checked_start(state)
        if (position.epoch, position.start) != (state["epoch"], start):
            self.load_state_dict(state)
            now = self._new_position(start)
            position.order, position.epoch, position.start, position.pieces = now.order, now.epoch, start, None

    def _change_epoch_or_warn(self) -> None:
        """Before a second pass: goes to the epoch that was requested before a finished one was restored, or warns."""
        if self._requested_epoch > self.epoch:
            self.set_epoch(self._requested_epoch)
        elif not self._warned:
            self._warned = True
            says = f"epoch {self.epoch} is drawn once more, with the same draws"
            warnings.warn(f"{says}: call sampler.set_epoch(epoch) before each epoch", stacklevel=3)


def _plan_or_short_form(plan: SamplingPlan | None, skew: float | Schedule | None, run: dict[str, Any]) -> SamplingPlan:
    """The plan itself, or a power skew with the other fields in `run`; `TypeError` for both and for neither."""
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
