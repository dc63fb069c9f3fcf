"""Trainings under Ray Train, by the code of ENGINES.md; run with `-m tests.engines.ray_workers OUT`.

Two workers train to the end and leave checkpoints; one, two and three go on from one within an epoch.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import ray
import ray.train

from tests.engines.recipes import run
from tests.frameworks.training import plan_of, write

EVERY, STOPPED_IN, STOPPED_AFTER, EPOCHS = 5, 1, 10, 3


EDITS = {
    "plan.epochs": str(EPOCHS),
    "% 1000": f"% {EVERY}",
    "    checkpoint = ray": "    given(sampler, loader)\n    checkpoint = ray",
    "\n\n\ntrainer": "\n    ended()\n\n\ntrainer",
    '{"checkpoint": None}': '{"checkpoint": checkpoint}',
}


def training(workers: int, checkpoint: Any, out: Path) -> Any:
    """The result of a run; each worker leaves what it saw."""
    seen: dict[str, Any] = {"batches": []}

    def given(sampler: Any, loader: Any) -> None:
        sampler.check_loader(loader)
        seen["untouched"] = loader.sampler is sampler
        seen["ranks"] = sampler.num_replicas, sampler.rank

    def train(inputs: Any, targets: Any) -> None:
        seen["batches"].append(inputs.tolist())

    def ended() -> None:
        write(str(out), ray.train.get_context().get_world_rank(), seen)

    names = {"plan": plan_of("stratified"), "given": given, "train": train, "ended": ended, "checkpoint": checkpoint}
    return run(
        "Ray Train", names, *(EDITS | {"ScalingConfig(num_workers=2)": f"ScalingConfig(num_workers={workers})"}).items()
    )["result"]


def main(out: str) -> None:
    ray.init(num_cpus=4, include_dashboard=False, log_to_driver=False)
    result = training(2, None, Path(out) / "whole")
    saved = [checkpoint for checkpoint, metrics in result.best_checkpoints if metrics["epoch"] == STOPPED_IN]
    for workers in (1, 2, 3):
        training(workers, saved[STOPPED_AFTER // EVERY - 1], Path(out) / str(workers))


if __name__ == "__main__":
    main(sys.argv[1])
