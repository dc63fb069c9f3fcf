"""One life of a training: goes on from a state, draws some batches, leaves its state.

`python -m tests.frameworks.resumed` reads lives from standard input and prints a record of each. A life is {"plan",
"labels", "ranks", "state", "epoch", "batches"}: with so many ranks, from a state (null: from the beginning), after
`set_epoch(epoch)`, up to so many batches of each rank (null: the rest of the epoch).
"""

from __future__ import annotations

import json
import sys
import warnings
from itertools import islice
from typing import Any

from torch.utils.data import BatchSampler

from sampler_core import SamplingPlan, ScheduledClassSampler


def lived(life: dict[str, Any]) -> dict[str, Any]:
    """What each rank drew, its state at the end, and what it was told."""
    plan, per_rank, states = SamplingPlan.from_json(life["plan"]), [], []
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for rank in range(life["ranks"]):
            sampler = ScheduledClassSampler(life["labels"], plan, num_replicas=life["ranks"], rank=rank)
            try:
                if life["state"] is not None:
                    sampler.load_state_dict(life["state"])
            except ValueError as error:
                return {"error": str(error)}
            sampler.set_epoch(life["epoch"])
            batches = BatchSampler(sampler, plan.needed_batch_size, drop_last=False)
            per_rank.append(list(islice(batches, life["batches"])))
            states.append(sampler.state_dict())
    return {"batches": per_rank, "states": states, "warnings": [str(warning.message) for warning in told]}


if __name__ == "__main__":
    json.dump([lived(life) for life in json.load(sys.stdin)], sys.stdout)
