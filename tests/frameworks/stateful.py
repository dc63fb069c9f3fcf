"""One torchdata training run: `python -m tests.frameworks.stateful` reads runs from standard input.

A run is {"plan", "workers", "state", "epoch", "batches"}: a StatefulDataLoader with so many workers, gone on from a
state (null: from the beginning), after `set_epoch(epoch)` (null: not called), for so many batches (null: all).
"""

from __future__ import annotations

import json
import sys
import warnings
from itertools import islice
from typing import Any

from torchdata.stateful_dataloader import StatefulDataLoader

from sampler_core import SamplingPlan, ScheduledClassSampler
from tests.frameworks.training import BATCH, LABELS, Indices


def train(run: dict[str, Any]) -> dict[str, Any]:
    """What was drawn, the loader's state at the end, and the warnings."""
    sampler = ScheduledClassSampler(LABELS, SamplingPlan.from_json(run["plan"]))
    loader = StatefulDataLoader(Indices(), batch_size=BATCH, sampler=sampler, num_workers=run["workers"])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        if run["state"] is not None:
            loader.load_state_dict(run["state"])
        if run["epoch"] is not None:
            sampler.set_epoch(run["epoch"])
        batches = [batch.tolist() for batch in islice(loader, run["batches"])]
        state = loader.state_dict()
    return {
        "batches": batches,
        "state": state,
        "epoch": sampler.epoch,
        "warnings": [str(warning.message) for warning in caught],
    }


if __name__ == "__main__":
    json.dump([train(run) for run in json.load(sys.stdin)], sys.stdout)
