"""Writes the example runs of `sampler_core.run_log.example_runs`: real trainings of a small net on long-tailed digits.

    python -m tests.core.run_log_examples

One goes as planned; in the other the loader is built anew in epoch 12, with shuffle=True in place of the sampler.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, TensorDataset

from sampler_core import Linear, PowerSkew, SamplingPlan, ScheduledClassSampler
from sampler_core.run_log import RunLog, example_runs
from sampler_core.training.labelled_features import LabelledFeatures
from sampler_core.training.published_sets import load_features

FOLDER = Path(example_runs.__file__).with_name("examples")
PLAN = SamplingPlan(
    target=PowerSkew(Linear(0.0, 0.05, maximum=1.0)), epochs=30, batch_size=32, drawing="stratified", seed=0
)
SAME = {"run": "example", "time": "2026-01-01T00:00:00Z", "seconds": 1.0}  # what differs between two trainings


def digits() -> LabelledFeatures:
    """The bundled digits with a long tail of ratio 50."""
    return load_features("optdigits", 50)


def sampler_of_digits() -> ScheduledClassSampler:
    """The sampler of both runs."""
    features = digits()
    assert features.names is not None and features.is_test is not None
    names = [f"digit {name}" for name in features.names]
    return ScheduledClassSampler(features.y[~features.is_test], PLAN, classes=names, num_replicas=1, rank=0)


def write(path: Path, replaced_from: int) -> None:
    """One of them. replaced_from: the epoch since which another sampler draws."""
    features, sampler = digits(), sampler_of_digits()
    inputs, targets = torch.from_numpy(features.X / 16.0), torch.from_numpy(features.y)
    test = torch.from_numpy(features.is_test)
    log, dataset = RunLog(path, sampler, rank=0, world=1), TensorDataset(inputs[~test], targets[~test])
    loader = sampler.loader(dataset)
    generator = torch.Generator().manual_seed(0)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = torch.nn.Sequential(torch.nn.Linear(inputs.shape[1], 32), torch.nn.ReLU(), torch.nn.Linear(32, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for epoch in range(PLAN.epochs or 1):
        sampler.set_epoch(epoch)
        if epoch == replaced_from:
            loader = DataLoader(dataset, batch_size=32, shuffle=True, generator=generator)
        for batch, wanted in loader:
            log.count(wanted)
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(model(batch), wanted).backward()
            optimizer.step()
        found = model(inputs[test]).argmax(dim=1)
        hits = torch.bincount(targets[test][found == targets[test]], minlength=10)
        log.epoch(recall=(hits / torch.bincount(targets[test], minlength=10)).numpy().astype(np.float64).round(4))
    log.end()


def lines(path: Path) -> list[dict[str, Any]]:
    """Those of a log, but for what differs between two trainings."""
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [{name: SAME.get(name, value) for name, value in line.items()} for line in found]


def main() -> None:
    """Writes both."""
    with tempfile.TemporaryDirectory() as folder:
        for file, replaced_from in (("as_planned.jsonl", -1), ("sampler_replaced.jsonl", 12)):
            path = Path(folder) / file
            write(path, replaced_from)
            FOLDER.mkdir(exist_ok=True)
            texts = [json.dumps(line, separators=(",", ":")) + "\n" for line in lines(path)]
            (FOLDER / file).write_text("".join(texts), encoding="utf-8")


if __name__ == "__main__":
    main()
