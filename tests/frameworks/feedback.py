"""What one rank of a torchrun training with an adaptive plan sees; run with `-m tests.frameworks.feedback OUT`."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist
from torch.distributed import distributed_c10d

from sampler_core import ScheduledClassSampler
from sampler_core.sampling import feedback_posts, target_state
from tests.frameworks.training import COUNTS, LABELS, Indices, adaptive_plan, write

Record = dict[str, Any]
Recall = list[float | None]


def recall_of(rank: int) -> Recall:
    """Another one on each rank; the first class was seen on the first rank only, the last on none."""
    recall: Recall = [round(0.9 - 0.05 * c - 0.02 * rank, 6) for c in range(len(COUNTS))]
    return [recall[0] if rank == 0 else None, *recall[1:-1], None]


def sampler_of() -> ScheduledClassSampler:
    return ScheduledClassSampler(LABELS, adaptive_plan())


def seen(sampler: ScheduledClassSampler) -> Record:
    """What an epoch is drawn from; the same on all ranks."""
    counts = sampler.preview().batch_class_counts.tolist()
    return {"shares": sampler.class_shares().tolist(), "preview": counts, "state": sampler.state_dict()}


def reduced() -> float:
    """A collective of the training's own: 1 + 2 + 3 + ..."""
    value = torch.tensor([dist.get_rank() + 1.0])
    dist.all_reduce(value)
    return value.item()


def raised(call: Callable[[], Any]) -> str:
    try:
        call()
    except (ValueError, RuntimeError, TimeoutError) as error:
        return f"{type(error).__name__}: {error}"
    return ""


def warned(call: Callable[[], Any]) -> tuple[Any, list[str]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = call()
    return found, [str(warning.message) for warning in caught]


def of_everyone(value: Any) -> list[Any]:
    values: list[Any] = [None] * dist.get_world_size()
    dist.all_gather_object(values, value)
    return values


def reported_on(ranks: list[int]) -> Record:
    """Two epochs; some ranks report, the others reduce meanwhile."""
    sampler, rank = sampler_of(), dist.get_rank()
    list(sampler)
    if rank in ranks:
        sampler.update(recall=recall_of(rank))
    total = reduced()
    sampler.set_epoch(1)
    loader = sampler.loader(Indices())
    drawn = [batch.tolist() for batch in loader]
    return {"total": total, "drawn": drawn, **seen(sampler)}


def reported_wrongly_on_the_last() -> Record:
    sampler, rank = sampler_of(), dist.get_rank()
    last = rank == dist.get_world_size() - 1
    error = raised(lambda: sampler.update(recall=[2.0 if last else 0.5] * len(COUNTS)))
    sampler.set_epoch(1)
    next(iter(sampler))
    return {"error": error, **seen(sampler)}


def reported_twice_on_the_first() -> Record:
    sampler = sampler_of()
    if dist.get_rank() == 0:
        sampler.update(recall=recall_of(3))
    sampler.exchange()
    if dist.get_rank() == 0:
        sampler.update(recall=recall_of(1))
        sampler.update(recall=recall_of(0))
    sampler.set_epoch(1)
    next(iter(sampler))
    return seen(sampler)


def peeked_into_by_the_first() -> Record:
    """The first rank takes a batch while the others reduce; it reduces afterwards."""
    sampler = sampler_of()
    sampler.update(recall=recall_of(dist.get_rank()))
    sampler.set_epoch(1)
    if dist.get_rank() == 0:
        next(iter(sampler.loader(Indices())))
    total = reduced()
    next(iter(sampler))
    return {"total": total, **seen(sampler)}


def previewed_too_early() -> Record:
    sampler = sampler_of()
    sampler.update(recall=recall_of(dist.get_rank()))
    known = sampler.class_shares().tolist()
    sampler.set_epoch(1)
    errors = [raised(sampler.preview), raised(sampler.class_shares)]
    iter(sampler)  # is no first index
    errors.append(raised(sampler.preview))
    sampler.exchange()
    return {"known": known, "errors": errors, **seen(sampler)}


def posts_of_three_epochs() -> Record:
    """How often this rank has posted after each of four passes, two of them over one epoch; whether the last post is
    still in the store when all have read it."""
    post, posted, counts = target_state.post_feedback, 0, []

    def counting(*given: Any) -> int:
        nonlocal posted
        posted += 1
        return post(*given)

    target_state.post_feedback = counting
    sampler = sampler_of()
    for epoch in (0, 1, 1, 2):
        sampler.set_epoch(epoch)
        list(sampler)
        sampler.update(recall=recall_of(dist.get_rank()))
        counts.append(posted)
    target_state.post_feedback = post
    dist.barrier()
    store = feedback_posts._store_of(sampler.plan.fingerprint)
    last = store.add(f"posts of rank {dist.get_rank()}", 0)
    return {"counts": counts, "left": [store.check([f"{number}/{dist.get_rank()}"]) for number in (last - 1, last)]}


def saved_by_the_first(after_set_epoch: bool) -> Record:
    """A checkpoint of the first rank between feedback and exchange, which all ranks then start from."""
    sampler = sampler_of()
    list(sampler)
    if dist.get_rank() == 0:
        sampler.update(recall=recall_of(0))
    if after_set_epoch:
        sampler.set_epoch(1)
    state, warnings = warned(sampler.state_dict) if dist.get_rank() == 0 else (None, [])
    sampler.set_epoch(1)
    next(iter(sampler))
    restored = sampler_of()
    restored.load_state_dict(of_everyone(state)[0])
    restored.set_epoch(1)
    next(iter(restored))
    return {"warnings": warnings, **seen(sampler), "restored": seen(restored)}


def saved_after_exchange() -> Record:
    sampler = sampler_of()
    list(sampler)
    sampler.update(recall=recall_of(dist.get_rank()))
    sampler.exchange()
    state, warnings = warned(sampler.state_dict)
    restored = sampler_of()
    restored.load_state_dict(state)
    for each in (sampler, restored):
        each.set_epoch(1)
        next(iter(each))
    return {"saved": state, "warnings": warnings, **seen(sampler), "restored": seen(restored)}


def drawn_by_the_first_alone() -> Record:
    """The others come too late for the first rank's time limit; it tries again when they have come."""
    sampler, store = sampler_of(), distributed_c10d._get_default_store()
    sampler.update(recall=recall_of(dist.get_rank()))
    limit, error = store.timeout, ""
    if dist.get_rank() == 0:
        store.set_timeout(timedelta(seconds=0.5))
        sampler.set_epoch(1)
        error = raised(lambda: next(iter(sampler)))
        store.set_timeout(limit)
    total = reduced()
    sampler.set_epoch(1)
    next(iter(sampler))
    return {"error": error, "total": total, **seen(sampler)}


def sent_to_other_epochs() -> str:
    sampler = sampler_of()
    sampler.set_epoch(1 + dist.get_rank())
    error = raised(lambda: next(iter(sampler)))
    dist.barrier()
    return error


def main(out: str) -> None:
    dist.init_process_group("gloo")
    everyone = list(range(dist.get_world_size()))
    record: Record = {
        "first": reported_on([0]),
        "all": reported_on(everyone),
        "none": reported_on([]),
        "last": reported_on(everyone[-1:]),
        "wrong": reported_wrongly_on_the_last(),
        "twice": reported_twice_on_the_first(),
        "peeked": peeked_into_by_the_first(),
        "early": previewed_too_early(),
        "posts": posts_of_three_epochs(),
        "saved": saved_by_the_first(False),
        "saved in the new epoch": saved_by_the_first(True),
        "saved after exchange": saved_after_exchange(),
        "alone": drawn_by_the_first_alone(),
        "elsewhere": sent_to_other_epochs(),
    }
    write(out, dist.get_rank(), record)
    dist.destroy_process_group()


if __name__ == "__main__":
    main(*sys.argv[1:])
