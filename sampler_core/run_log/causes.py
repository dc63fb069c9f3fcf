"""The causes of departures: a registry, and those that samplers, loaders and ranks have.

A cause looks at the evidence of a run and says since when and how its mistake shows. Where it is found it hides those
that would only follow from it. A new one is one function with `@cause`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np

from sampler_core.formatting import number, several
from sampler_core.run_log.evidence import Evidence, RankEpoch, taken


class Finding(NamedTuple):
    """The epoch since which a mistake shows, how it shows, and what helps: two parts of one sentence."""

    since: int
    fault: str
    remedy: str


Finder: TypeAlias = Callable[[Evidence], Finding | None]


class Cause(NamedTuple):
    """find: what looks for it. hides: the names of causes that would only follow from it."""

    find: Finder
    hides: frozenset[str]


CAUSES: dict[str, Cause] = {}


def cause(name: str, hides: tuple[str, ...] = ()) -> Callable[[Finder], Finder]:
    """Registers what looks for a cause."""

    def register(find: Finder) -> Finder:
        CAUSES[name] = Cause(find, frozenset(hides))
        return find

    return register


@cause(
    "sampler replaced",
    hides=("epoch repeated", "ranks alike", "classes lost", "other labels", "fewer batches", "wrong state"),
)
def sampler_replaced(evidence: Evidence) -> Finding | None:
    """Targets arrived, and the sampler was asked for no index."""
    unasked = [part for part in evidence.rank_epochs if part.taken and not part.given_out]
    if not unasked:
        return None
    since = unasked[0].epoch
    run = evidence.run
    rows = [i for i, epoch in enumerate(run.epochs) if epoch >= since]
    natural = np.abs(run.trained[rows].sum(axis=0) / max(run.trained[rows].sum(), 1) - run.class_counts.frequencies)
    mix = ", with the natural class shares" if natural.max() < 0.02 else ""
    return Finding(
        since,
        f"Since epoch {since} training draws by another sampler{mix}",
        "this one was asked for no index. Pass it as DataLoader(dataset, sampler=sampler), without shuffle, and call "
        "sampler.check_loader(loader) on what the framework makes of it (Lightning: "
        "Trainer(use_distributed_sampler=False); Hugging Face Trainer: override _get_train_sampler).",
    )  # fmt: skip


@cause("epoch repeated", hides=("wrong state",))
def epoch_repeated(evidence: Evidence) -> Finding | None:
    """One process passed over the same epoch again."""
    passes = evidence.run.passes_of_repeated
    if not passes:
        return None
    since = min(passes)
    return Finding(
        since,
        f"Epoch {since} was drawn {passes[since]} times, with the same draws from its second pass on",
        "sampler.set_epoch was not called in between. Call sampler.set_epoch(epoch) before each epoch (Accelerate: "
        "loader.set_epoch(epoch)).",
    )


@cause("ranks alike", hides=("other labels", "wrong state"))
def ranks_alike(evidence: Evidence) -> Finding | None:
    """Each rank trained on the whole epoch."""
    samples, slack = evidence.samples, 2 * (evidence.batch_size or 1)
    shared = [part for part in evidence.rank_epochs if part.world > 1 == part.num_replicas]
    whole = [part for part in shared if samples and part.taken > samples / part.world + slack]
    if not whole:
        return None
    since = whole[0].epoch
    return Finding(
        since,
        f"Since epoch {since} each of the {whole[0].world} ranks trains on the same batches, those of the whole epoch",
        "the sampler has num_replicas=1, and nothing shares its batches out. Construct it after torch.distributed is "
        "initialised (Lightning: in train_dataloader), or pass num_replicas and rank.",
    )  # fmt: skip


@cause("sharded twice", hides=("fewer batches", "wrong state"))
def sharded_twice(evidence: Evidence) -> Finding | None:
    """Each rank trained on every n-th batch of its own part."""
    size = evidence.batch_size
    if size is None:
        return None

    def is_part_of_a_part(part: RankEpoch) -> bool:
        one_in_so_many = abs(part.taken * part.world - part.given_out) <= part.world * size
        return part.is_over and one_in_so_many and 0 < part.taken <= part.given_out - size

    parts = [part for part in evidence.rank_epochs if part.num_replicas > 1 and is_part_of_a_part(part)]
    if not parts:
        return None
    since, ranks = parts[0].epoch, parts[0].world
    return Finding(
        since,
        "The batches are shared out twice",
        f"since epoch {since} each rank trains on one in {ranks} batches of its own part. Construct the sampler with "
        "num_replicas=1 where the framework shares them out itself (Accelerate, Hugging Face Trainer).",
    )


@cause("other batch size", hides=("fewer batches", "wrong state"))
def other_batch_size(evidence: Evidence) -> Finding | None:
    """The loader's batches are not as large as the plan's."""
    size = evidence.batch_size
    if size is None:
        return None
    for window in evidence.run.windows:
        batches, targets = window.draw.batches, taken(window)
        if batches and (targets > batches * size or targets <= (batches - 2) * size):
            found, since = number(round(targets / batches)), window.draw.epoch
            return Finding(
                since,
                f"Since epoch {since} batches have about {found} samples, planned are {size}",
                f"previews and floors of batches do not hold. Pass batch_size={size} to the loader, as "
                "sampler.loader(dataset) does (Accelerate: without split_batches), or plan with the other size.",
            )
    return None


@cause("fewer batches")
def fewer_batches(evidence: Evidence) -> Finding | None:
    """Epochs that ended before their last batch; the last epoch of a run may."""
    size, last = evidence.batch_size, evidence.run.epochs[-1]
    if size is None:
        return None
    rest = evidence.samples % size
    for part in (part for part in evidence.rank_epochs if part.is_last):
        needed = evidence.batches // part.world
        missing = needed - part.end_batch // part.world
        if missing == 1 and rest and part.world == 1:
            return Finding(
                part.epoch,
                f"Since epoch {part.epoch} each epoch lacks its last, smaller batch of "
                f"{several(rest, 'sample', 'samples')}",
                "the loader has drop_last=True. Leave it out, or plan a samples_per_epoch that is a multiple of "
                f"{size}.",
            )
        if missing > 0 and part.epoch != last:
            return Finding(
                part.epoch,
                f"Epoch {part.epoch} ended after {needed - missing:,} of {needed:,} batches a rank",
                "the loop or the framework leaves the rest out (drop_last, a limit on batches or steps). Let it end by "
                "itself, or plan with the samples_per_epoch that are trained on.",
            )
    return None
