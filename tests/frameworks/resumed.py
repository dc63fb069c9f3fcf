"""One training run: goes on from a state, draws some batches, leaves its state.

`python -m tests.frameworks.resumed` reads runs from standard input and prints a record of each. A run is {"plan",
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


def train(run: dict[str, Any]) -> dict[str, Any]:
    """What each rank drew, its state at the end, and its warnings."""
    plan, per_rank, states = SamplingPlan.from_json(run["plan"]), [], []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for rank in range(run["ranks"]):
            sampler = ScheduledClassSampler(run["labels"], plan, num_replicas=run["ranks"], rank=rank)
            try:
                if run["state"] is not None:
                    sampler.load_state_dict(run["state"])
            except ValueError as error:
                return {"error": str(error)}
            sampler.set_epoch(run["epoch"])
            batches = BatchSampler(sampler, plan.needed_batch_size, drop_last=False)
            per_rank.append(list(islice(batches, run["batches"])))
            states.append(sampler.state_dict())
    return {"batches": per_rank, "states": states, "warnings": [str(warning.message) for warning in caught]}


if __name__ == "__main__":
    json.dump([train(run) for run in json.load(sys.stdin)], sys.stdout)
