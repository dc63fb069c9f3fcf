"""ScheduledMix: sources that are read one after the other, mixed on a plan's schedule; a torch `IterableDataset`."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from torch.utils.data import DataLoader, IterableDataset

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import ClassName, whole_number
from sampler_core.draws.preview import Preview, preview_batches
from sampler_core.mixing.mix_batches import MixBatches, NumberedSource
from sampler_core.mixing.mix_draws import MixDraws
from sampler_core.mixing.mix_progress import MixPass, MixPosition, MixProgress
from sampler_core.mixing.mix_state import MixIdentity, own_states_of, position_of, state_of
from sampler_core.mixing.source_passes import RestartedSource, SourceOfOnePass
from sampler_core.mixing.source_readers import reader_of, without_worker_info
from sampler_core.mixing.source_sizes import Source, class_counts_of, sizes_of, unknown_names
from sampler_core.plans.plan import SamplingPlan
from sampler_core.sampling.distributed import replicas_and_rank
from sampler_core.sampling.rank_batches import RankBatches, StartPosition


class ScheduledMix(IterableDataset[Any]):
    """Mixes sources: which one is next follows a plan, whose classes they are, position by position as in its preview.

    sources: {name: source}. A source is a data set with `len()` and items by index; or an iterable (WebDataset, a
    Hugging Face or torch `IterableDataset`); or a function that returns an iterable for a pass number, which may give
    each pass another order. Items come in the order of their source, and an epoch goes on where the last one has left
    it. The same pass must have the same items in every process. A source with a `state_dict` is copied for each pass.

    sizes: {name: items}, by which the plan knows the sources; without it their `len()`. Sources of unknown size need a
    target `Shares` that names them, and samples_per_epoch. exhausted: "restart" begins a source again where it ends;
    with "stop" each epoch begins all sources and ends where one ends. num_replicas, rank, drop_last: as in
    `ScheduledClassSampler`. own_states: whether a state holds those of the sources that have `state_dict` and
    `load_state_dict`. Without them a source is read again up to where it was: say False where its own state forgets
    something, as that of a Hugging Face shuffle buffer does.

    With W ranks, batch b of rank r is batch b W + r of the one-process stream, and each of n workers of a loader has
    every n-th of these batches. It reads past the items of the others, so costly decoding belongs in the loader's
    `collate_fn`. Sources see no worker, so they do not split themselves; switch off what splits them between nodes. The
    loader's batch size must be the plan's, see `loader`.

    Examples:
        >>> from sampler_core import PowerSkew, SamplingPlan
        >>> plan = SamplingPlan(target=PowerSkew.of_temperature(2), epochs=3, batch_size=4, samples_per_epoch=6, seed=5)
        >>> mix = ScheduledMix({"en": ["a", "b", "c", "d"], "de": ["x"]}, plan)
        >>> list(mix), mix.preview().totals.tolist()
        (['x', 'x', 'a', 'x', 'x', 'b'], [2, 4])
        >>> mix.set_epoch(1)
        >>> list(mix), mix.passes(epoch=2).tolist()
        (['c', 'x', 'd', 'a', 'b', 'x'], [1.5, 6.0])
    """

    def __init__(
        self, sources: Mapping[ClassName, Source], plan: SamplingPlan, *, sizes: Mapping[ClassName, int] | None = None,
        exhausted: str = "restart", num_replicas: int | None = None, rank: int | None = None, drop_last: bool = False,
        own_states: bool = True,
    ) -> None:  # fmt: skip
        if not isinstance(exhausted, str) or exhausted not in ("restart", "stop"):
            raise ValueError(f"exhausted must be 'restart' or 'stop', got {exhausted!r:.100}")
        for name, switch in (("drop_last", drop_last), ("own_states", own_states)):
            if not isinstance(switch, bool):
                raise TypeError(f"{name} must be True or False, got {switch!r:.100}")
        self._sizes = sizes_of(sources, sizes)
        self._counts = class_counts_of(self._sizes, plan)
        self.plan, self.exhausted = plan, exhausted
        present, restarts = self._counts.present, exhausted == "restart"
        self._readers = [reader_of(name, sources[name], own_states) for name in present.names]
        self.num_replicas, self.rank = replicas_and_rank(num_replicas, rank)
        size = (plan.batch_size or 1) if self.num_replicas == 1 else plan.needed_batch_size
        self._batches = RankBatches(plan.samples(self._counts), size, self.num_replicas, self.rank, drop_last)
        self._draws = MixDraws(plan, present, restarts)
        self._identity = MixIdentity.of(plan.fingerprint, present, self._batches.samples, restarts, self.num_replicas)
        self._progress = MixProgress([reader.length or 0 for reader in self._readers])
        self._read_epoch: int | None = None
        self._warned = False

    @property
    def class_counts(self) -> ClassCounts:
        """The sources and their sizes, for a `Forecast`; `ValueError` where a size is not known."""
        if unknown := unknown_names(self._sizes):
            raise ValueError(f"sizes must be given for {', '.join(map(repr, unknown))} to be counted, got none")
        return self._counts

    @property
    def epoch(self) -> int:
        """The epoch that is read next, or is being read."""
        return self._progress.epoch

    def __len__(self) -> int:
        """Items that this rank reads in a whole epoch; `TypeError` where a source may stop it."""
        if self.exhausted == "stop":
            raise TypeError("exhausted must be 'restart' for a mix whose epochs have a length, got 'stop'")
        return self._batches.length(StartPosition())

    def set_epoch(self, epoch: int) -> None:
        """Chooses the epoch that is read next, from 0. Call it before each epoch; the workers of a loader follow."""
        number = whole_number("epoch", epoch)
        self._draws.before(number)  # here once, instead of in each worker
        self._read_epoch = None
        if number != self.epoch:
            self._progress.start_at(MixPosition(number))

    def __iter__(self) -> Iterator[Any]:
        return self._items(self._progress.new_pass())

    def preview(self, first_batch: int = 0, num_batches: int | None = None) -> Preview:
        """The counts of each source in the batches of the current epoch, over all ranks; see `SamplingPlan.preview`.

        Classes are the sources, in the order given.
        """
        self.plan.needed_batch_size  # noqa: B018  # its error is the point
        draws = self.plan.epoch_at(self._counts.present, self.epoch)
        return preview_batches(self.plan.drawing, draws, self._counts, first_batch, num_batches)

    def counts_before(self, epoch: int, position: int = 0) -> IntArray:
        """Items of each source drawn before a position of an epoch, over all ranks; int64, shape (num_sources,).

        In the order given; from the beginning of the run, or with "stop" of the epoch.
        """
        position = whole_number("position", position, most=self._batches.samples)
        counts = np.zeros(self._counts.num_classes, dtype=np.int64)
        counts[self._counts.canonical] = self._draws.epoch(whole_number("epoch", epoch)).counts_before(position)
        return counts

    def passes(self, epoch: int, position: int = 0) -> FloatArray:
        """The same in passes over each source: float64, NaN where the size is not known and no end was read yet."""
        lengths = np.array([self._sizes[name] or np.nan for name in self._counts.names])
        found = np.zeros(lengths.size)
        found[self._counts.canonical] = self._progress.lengths
        passes: FloatArray = self.counts_before(epoch, position) / np.where(found > 0, found, lengths)
        return passes

    def loader(self, **kwargs: Any) -> DataLoader[Any]:
        """A DataLoader over this mix with the plan's batch size; `kwargs` go to the DataLoader."""
        if taken := sorted({"batch_size", "sampler", "batch_sampler", "shuffle", "drop_last"} & kwargs.keys()):
            raise TypeError(f"{taken[0]} must be left to the mix, got {kwargs[taken[0]]!r}")
        return DataLoader(self, batch_size=self.plan.needed_batch_size, **kwargs)

    def state_dict(self, batches_delivered: int | None = None) -> dict[str, Any]:
        """The position in the run, and the sources' own states, as plain JSON types.

        batches_delivered: batches of this rank that training has taken in this pass over the loader. A DataLoader with
        workers needs it, for they read ahead in processes of their own; sources then are read again from where a pass
        begins. torchdata's StatefulDataLoader needs nothing, and keeps the sources' own states.
        """
        position = self._progress.position(self._batches, batches_delivered)
        return state_of(self._identity, position, self._progress.lengths.tolist(), self._readers)

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes on where the state was taken. `ValueError` for a state of another plan, other sources or sizes."""
        lengths = self._progress.lengths
        position = position_of(state, self._identity, lengths.tolist())
        np.maximum(lengths, state["lengths"], out=lengths)
        for reader, own in zip(self._readers, own_states_of(state), strict=True):
            reader.own_state = own
        self._read_epoch = None
        if self.epoch <= position.epoch or not position.is_over(self._batches):
            self._progress.start_at(position)

    def _items(self, reading: MixPass) -> Iterator[Any]:
        epoch, first_batch, done, worker = reading.start
        self._progress.begin(reading)
        self._warn_of_second_pass(epoch)
        own = MixBatches(self._draws.epoch(epoch), self._sources(epoch), self._batches, first_batch, worker)
        for batch in without_worker_info(own.after(done)):
            for item in batch:
                reading.done += 1
                yield item

    def _sources(self, epoch: int) -> list[NumberedSource]:
        if self.exhausted == "stop":
            return [SourceOfOnePass(reader, epoch) for reader in self._readers]
        lengths, readers = self._progress.lengths, self._readers
        return [RestartedSource(reader, lengths, i, self._sizes[reader.name]) for i, reader in enumerate(readers)]

    def _warn_of_second_pass(self, epoch: int) -> None:
        if epoch == self._read_epoch and not self._warned:
            self._warned = True
            says = f"epoch {epoch} is read once more, with the same draws"
            warnings.warn(f"{says}: call set_epoch(epoch) of the mix before each epoch", stacklevel=3)
        self._read_epoch = epoch
