"""The code that the dashboard offers, run unchanged in a new process next to a data set (and a model)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sampler_core import Boost, ClassCounts, DifficultyBalanced, Linear, PowerSkew, SamplingPlan, ScheduledClassSampler
from sampler_core.draws import SCHEMES
from sampler_core.exporting import VARIANTS, snippet

ROOT = Path(__file__).parents[2]
COUNTS = ClassCounts.from_counts({"<b>zebra</b>": 90, "ant'\"\\": 30, "=cow()": 12})
TARGETS = np.repeat(np.arange(3), COUNTS.counts)
RAMP = PowerSkew(Linear(0.0, 0.5, maximum=1.0))

BESIDE = """
import json, os, sys, warnings
import torch
{noise}

class Animals(torch.utils.data.Dataset):
    classes = {classes}
    targets = {targets}
    asked = []

    def __len__(self):
        return len(self.targets)

    def __getitem__(self, index):
        self.asked.append(self.targets[index])
        return torch.zeros(4), self.targets[index]

dataset = Animals()
{model}
"""
MODEL = """
from lightning import LightningModule

class Model(LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(4, 3)

    def training_step(self, batch):
        return torch.nn.functional.cross_entropy(self.layer(batch[0]), batch[1])

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)

model = Model()
"""
NOISE = {  # what Lightning says of every training on a small machine
    "lightning": "warnings.filterwarnings('ignore', module='lightning')\n"
    "warnings.filterwarnings('ignore', module='torch.utils.data')",
}
AFTER = """
with open(sys.argv[1], "w") as out:
    json.dump(dataset.asked, out)
"""


def asked_of(code: str, variant: str, folder: Path, epochs: int) -> NDArray[Any]:
    """The classes that a data set was asked for while the code ran beside it; a row an epoch."""
    beside = BESIDE.format(
        classes=list(COUNTS.names), targets=TARGETS.tolist(), noise=NOISE.get(variant, ""),
        model=MODEL if variant == "lightning" else "",
    )  # fmt: skip
    out, script = folder / "asked.json", folder / "train.py"
    script.write_text(beside + code + AFTER, encoding="utf-8")
    command = [sys.executable, "-W", "error::UserWarning", str(script), str(out)]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(folder)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return np.array(json.loads(out.read_text())).reshape(epochs, TARGETS.size)


@pytest.mark.parametrize(("variant", "drawing"), [*zip(VARIANTS, SCHEMES, strict=True)])
def test_the_code_draws_the_batches_of_the_plan_in_every_epoch(variant: str, drawing: str, tmp_path: Path) -> None:
    target = Boost(RAMP, {"=cow()": 1.5}, 1, 2)
    plan = SamplingPlan(target=target, epochs=3, batch_size=16, drawing=drawing, seed=2)
    for epoch, classes in enumerate(asked_of(snippet(plan, COUNTS, variant), variant, tmp_path, 3)):
        batches = [np.bincount(classes[at : at + 16], minlength=3) for at in range(0, 132, 16)]
        assert np.array_equal(batches, plan.preview(COUNTS, epoch).batch_class_counts), f"epoch {epoch}"


@pytest.mark.parametrize("reports", [False, True])
def test_the_code_of_an_adaptive_plan_runs_and_follows_what_its_last_lines_report(
    reports: bool, tmp_path: Path
) -> None:
    plan = SamplingPlan(target=DifficultyBalanced(), epochs=3, batch_size=16, drawing="stratified", seed=2)
    code, recall = snippet(plan, COUNTS), [0.9, 0.5, 0.1]
    if reports:
        last = code.splitlines()[-2]
        assert last == "# sampler.update(recall=one_per_class)"
        step = "        ...  # your training step\n"
        assert step in code
        code = code.replace(step, f"{step}    one_per_class = {recall}\n    {last.removeprefix('# ')}\n")
    asked = asked_of(code, "torch", tmp_path, 3)
    sampler = ScheduledClassSampler(TARGETS, plan, classes=COUNTS.names)
    for epoch, classes in enumerate(asked):
        sampler.set_epoch(epoch)
        assert np.array_equal(classes, TARGETS[list(sampler)]), f"epoch {epoch}"
        if reports:
            sampler.update(recall=recall)
    assert (np.bincount(asked[-1], minlength=3)[2] > 16) == reports  # the class that is recalled worst comes more often
