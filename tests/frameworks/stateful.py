"""One life of a torchdata training: `python -m tests.frameworks.stateful` reads lives from standard input.

A life is {"plan", "workers", "state", "epoch", "batches"}: a StatefulDataLoader with so many workers, gone on from a
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


def lived(life: dict[str, Any]) -> dict[str, Any]:
    """What was drawn, the loader's state at the end, and the warnings."""
    sampler = ScheduledClassSampler(LABELS, SamplingPlan.from_json(life["plan"]))
    loader = StatefulDataLoader(Indices(), batch_size=BATCH, sampler=sampler, num_workers=life["workers"])
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        if life["state"] is not None:
            loader.load_state_dict(life["state"])
        if life["epoch"] is not None:
            sampler.set_epoch(life["epoch"])
        batches = [batch.tolist() for batch in islice(loader, life["batches"])]
        state = loader.state_dict()
    return {
        "batches": batches,
        "state": state,
        "epoch": sampler.epoch,
        "warnings": [str(warning.message) for warning in told],
    }


if __name__ == "__main__":
    json.dump([lived(life) for life in json.load(sys.stdin)], sys.stdout)
