"""What one rank of a training sees under an engine; run by torchrun with `-m tests.engines.ranks OUT ENGINE`.

The code of ENGINES.md trains from the beginning, and once more from a state within an epoch.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import Any

import torch

from tests.engines.recipes import run
from tests.frameworks.training import COUNTS, Batches, plan_of, write

STOPPED_IN, STOPPED_AFTER, EPOCHS = 1, 10, 3
AN_EPOCH = 24  # batches of each of two ranks
DONE = STOPPED_IN * AN_EPOCH + STOPPED_AFTER
PLAN = replace(plan_of("stratified"), epochs=EPOCHS)
GOES_ON = {
    "DeepSpeed": ("range(plan.epochs)", "range(start(sampler), plan.epochs)"),
    "Ignite": ("trainer.run(", "start(sampler, trainer)\ntrainer.run("),
}


def trained(engine: str, state: dict[str, Any] | None = None) -> tuple[Batches, dict[str, Any], dict[str, Any]]:
    """The batches of a run, from a state on if there is one, its state where the other run stops, its names."""
    batches: Batches = []
    states: list[dict[str, Any]] = []

    def start(sampler: Any, trainer: Any = None) -> int:
        if state is not None:
            sampler.load_state_dict(state)
            if trainer is not None:
                trainer.load_state_dict({"iteration": DONE, "epoch_length": AN_EPOCH, "max_epochs": EPOCHS})
        return sampler.epoch

    def train(inputs: Any, targets: Any) -> None:
        batches.append(inputs.tolist())
        if len(batches) == DONE:
            states.append(names["sampler"].state_dict(batches_delivered=STOPPED_AFTER))

    names = {"plan": PLAN, "model": torch.nn.Linear(1, len(COUNTS)), "start": start, "train": train}
    run(engine, names, GOES_ON[engine])
    names["sampler"].check_loader(names["loader"])
    return batches, (states or [{}])[0], names


def repeated(sampler: Any, loader: Any) -> Batches:
    """The run from DeepSpeed's endless loader."""
    from deepspeed.runtime.dataloader import RepeatingLoader

    sampler.set_epoch(0)
    endless, batches = RepeatingLoader(loader), []
    sampler.check_loader(endless)
    for step in range(EPOCHS * len(loader)):
        sampler.set_epoch(step // len(loader))
        batches.append(next(endless)[0].tolist())
    return batches


def main(out: str, engine: str) -> None:
    if engine == "Ignite":
        import ignite.distributed as idist

        idist.initialize("gloo")
    else:
        import deepspeed

        deepspeed.ops.__compatible_ops__["deepspeed_shm_comm"] = False  # minutes of compiling; gloo does without
    batches, state, names = trained(engine)
    seen = {"batches": batches, "rest": trained(engine, state)[0]}
    if engine == "DeepSpeed":
        seen["repeated"] = repeated(names["sampler"], names["loader"])
    write(out, int(os.environ["RANK"]), seen)
    torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main(*sys.argv[1:])
