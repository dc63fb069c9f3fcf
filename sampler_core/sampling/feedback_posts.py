"""Posts of feedback between ranks, in the key-value store of torch.distributed.

The one contract here: nothing is collective. To post never waits; who reads waits until all ranks have posted, and no
other collective can be paired with it. Post k of a plan is the k-th call that posts (`set_epoch`, `exchange`, ...) of
its sampler on each rank, so ranks make these calls in the same order.
"""

from __future__ import annotations

import json
import time
from typing import Any

import numpy as np
import torch.distributed as dist

from sampler_core.data.array_types import FloatArray
from sampler_core.sampling.distributed import world_size
from sampler_core.sampling.feedback import mean_over_ranks

_LONGEST_PAUSE = 0.1  # seconds between two looks for the posts of the other ranks


def post_feedback(plan: str, call: str, feedback: FloatArray | None) -> int:
    """Posts this rank's feedback (None: it has none) for a plan, by its fingerprint; returns the number of the post.

    call: what made the post, in words; it must be the same on all ranks.
    """
    store = _store_of(plan)
    number: int = store.add(f"posts of rank {dist.get_rank()}", 1)
    values = None if feedback is None else [None if np.isnan(value) else value for value in feedback.tolist()]
    store.set(f"{number}/{dist.get_rank()}", json.dumps([call, values]))
    return number


def mean_of_posts(plan: str, number: int) -> FloatArray | None:
    """The mean of post `number` over the ranks that have a value, NaN where none has one; None without any feedback.

    Bit for bit the same on all ranks. `TimeoutError` naming the ranks that have not posted within the time limit of the
    process group, `RuntimeError` where ranks made other calls.
    """
    store = _store_of(plan)
    keys = [f"{number}/{rank}" for rank in range(world_size())]
    _wait_for(store, keys)
    posts = [json.loads(store.get(key)) for key in keys]
    for rank, (call, _) in enumerate(posts):
        if call != posts[0][0]:
            raise RuntimeError(
                f"ranks must call the sampler alike and in the same order, got {posts[0][0]} on rank 0 and {call} on "
                f"rank {rank}"
            )
    if store.add(f"{number} was read", 1) == len(keys):  # by all ranks
        for key in keys:
            store.delete_key(key)
    return mean_over_ranks([values for _, values in posts if values is not None])


def _store_of(plan: str) -> Any:
    """A `torch.distributed.Store` with keys of this plan's own, over the one that the process group began with."""
    from torch.distributed import distributed_c10d  # not there where torch was built without it

    return distributed_c10d.PrefixStore(f"sampler_core/{plan}", distributed_c10d._get_default_store())


def _wait_for(store: Any, keys: list[str]) -> None:
    """Looks again and again instead of `store.wait`, which would keep other threads from the store meanwhile."""
    limit = store.timeout.total_seconds()
    end, pause = time.monotonic() + limit, 0.001
    while not store.check(keys):
        if time.monotonic() > end:
            came = [rank for rank, key in enumerate(keys) if store.check([key])]
            missing = sorted(set(range(len(keys))) - set(came))
            raise TimeoutError(
                f"feedback must be exchanged by all {len(keys)} ranks within {limit:g} s, got ranks {came} and not "
                f"{missing}: call set_epoch and exchange on all ranks"
            )
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
