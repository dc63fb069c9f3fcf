"""The code that the dashboard offers, run unchanged in a new process next to a data set (and a model)."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sampler_core import Boost, ClassCounts, DifficultyBalanced, Linear, PowerSkew, SamplingPlan, ScheduledClassSampler
from sampler_core.draws import SCHEMES
from sampler_core.exporting import VARIANTS, snippet, two_stage_plan
from sampler_core.run_log import read_run, verdict

ROOT = Path(__file__).parents[2]
COUNTS = ClassCounts.from_counts({"<b>zebra</b>": 90, "ant'\"\\": 30, "=cow()": 12})
TARGETS = np.repeat(np.arange(3), COUNTS.counts)
RAMP = PowerSkew(Linear(0.0, 0.5, maximum=1.0))

BESIDE = """
import json, os, sys, types, warnings
import torch
{noise}

class Stopped(Exception):
    pass

class Animals(torch.utils.data.Dataset):
    classes = {classes}
    targets = {targets}
    features = dict(label=types.SimpleNamespace(names=classes))

    def __init__(self, samples):
        self.asked, self.samples = [], samples

    def __len__(self):
        return len(self.targets)

    def __getitem__(self, index):
        if index == "label":  # a column of a Hugging Face data set
            return self.targets
        if len(self.asked) == self.samples:
            raise Stopped
        self.asked.append(self.targets[index])
        sample = torch.zeros(4), self.targets[index]
        return dict(zip(("inputs", "labels"), sample)) if {as_columns} else sample

class Head(torch.nn.Linear):
    made = 0

    def reset_parameters(self):
        super().reset_parameters()
        self.made += 1

{base}

class Model(Base):
    def __init__(self):
        super().__init__()
        self.backbone, self.fc, self.trains = torch.nn.Linear(4, 4), Head(4, 3), []

    def forward(self, inputs, labels):
        self.trains.append(self.backbone.weight.requires_grad)
        return dict(loss=torch.nn.functional.cross_entropy(self.fc(self.backbone(inputs)), labels))

    def training_step(self, batch):
        return self(*batch)["loss"]

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)

def step(inputs, targets):
    optimizer.zero_grad()
    model(inputs, targets)["loss"].backward()
    optimizer.step()

runs = []
for samples in {stops}:
    dataset, model = Animals(samples), Model()
    optimizer = model.configure_optimizers()
    try:
        exec(compile(open("code.py", encoding="utf-8").read(), "code.py", "exec"), globals())
    except Stopped:
        pass
    runs.append(dict(asked=dataset.asked, trains=model.trains, made=model.fc.made))
with open("runs.json", "w") as out:
    json.dump(runs, out)
"""
BASES = dict.fromkeys(VARIANTS, "Base = torch.nn.Module")
BASES["lightning"] = "from lightning import LightningModule as Base"
NOISE = {  # what they say of every training on a small machine
    "transformers": "warnings.filterwarnings('ignore', message=\"'pin_memory' argument\")",
    "lightning": "warnings.filterwarnings('ignore', module='lightning')\n"
    "warnings.filterwarnings('ignore', module='torch.utils.data')",
}


def runs_of(code: str, variant: str, folder: Path, *stops: int | None) -> list[dict[str, Any]]:
    """What a data set was asked for while the code ran beside it, once for each of `stops`, all in one new process.

    stops: after how many samples a run is ended from outside; None: it comes to its end.
    """
    script = folder / "train.py"
    (folder / "code.py").write_text(code, encoding="utf-8")
    beside = BESIDE.format(
        classes=list(COUNTS.names), targets=TARGETS.tolist(), noise=NOISE.get(variant, ""), base=BASES[variant],
        stops=stops, as_columns=variant == "transformers",
    )  # fmt: skip
    script.write_text(beside, encoding="utf-8")
    environment = {"PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(folder)}
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", str(script)], cwd=folder, env=environment, capture_output=True,
        text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads((folder / "runs.json").read_text())


def asked_of(code: str, variant: str, folder: Path, epochs: int) -> NDArray[Any]:
    """The classes that a data set was asked for while the code ran beside it; a row an epoch."""
    (run,) = runs_of(code, variant, folder, None)
    return np.array(run["asked"]).reshape(epochs, TARGETS.size)


@pytest.mark.parametrize(("variant", "drawing"), [*zip(VARIANTS, cycle(SCHEMES), strict=False)])
def test_the_code_draws_the_batches_of_the_plan_in_every_epoch(variant: str, drawing: str, tmp_path: Path) -> None:
    target = Boost(RAMP, {"=cow()": 1.5}, 1, 2)
    plan = SamplingPlan(target=target, epochs=3, batch_size=16, drawing=drawing, seed=2)
    for epoch, classes in enumerate(asked_of(snippet(plan, COUNTS, variant, run_log=True), variant, tmp_path, 3)):
        batches = [np.bincount(classes[at : at + 16], minlength=3) for at in range(0, 132, 16)]
        assert np.array_equal(batches, plan.preview(COUNTS, epoch).batch_class_counts), f"epoch {epoch}"
    trained_on_once(tmp_path, plan)


def trained_on_once(folder: Path, plan: SamplingPlan) -> None:
    """The log that the code has written: each batch of the plan, once, and its end."""
    run = read_run(folder / "runs" / "today.jsonl")
    assert (run.plan, run.ended, run.skipped_lines) == (plan, True, 0)
    expected = [plan.preview(COUNTS, epoch).batch_class_counts.sum(axis=0) for epoch in range(plan.epochs or 0)]
    assert run.trained.tolist() == [row.tolist() for row in expected]
    assert verdict(run).startswith(f"Epochs 0 to {len(expected) - 1} drew what was planned"), verdict(run)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_training_in_two_stages_that_was_stopped_in_the_second_goes_on_from_its_checkpoint(
    variant: str, tmp_path: Path
) -> None:
    plan = two_stage_plan(SamplingPlan(target=RAMP, epochs=4, batch_size=16, drawing="stratified", seed=2))
    code = snippet(plan, COUNTS, variant, resume=True, two_stage=True, run_log=True).replace("% 1000", "% 1")
    code = code.replace("...  # your training step", "step(inputs, targets)  # your training step")
    stopped, resumed = runs_of(code, variant, tmp_path, 3 * TARGETS.size + 40, None)
    sampler = ScheduledClassSampler(TARGETS, plan, classes=COUNTS.names)
    sampler.set_epoch(3)
    last_epoch = TARGETS[list(sampler)].tolist()
    assert resumed["asked"] == last_epoch[32 if variant == "torch" else 0 :]  # torch's code saves each batch here
    assert stopped["trains"][:27] == [True] * 27
    assert not any(stopped["trains"][27:] + resumed["trains"])
    assert (stopped["made"], resumed["made"]) == (2, 1), "the head is made anew after the first stage, and only then"
    trained_on_once(tmp_path, plan)


@pytest.mark.parametrize(("reports", "run_log"), [(False, False), (True, False), (True, True)])
def test_the_code_of_an_adaptive_plan_runs_and_follows_what_its_last_lines_report(
    reports: bool, run_log: bool, tmp_path: Path
) -> None:
    plan = SamplingPlan(target=DifficultyBalanced(), epochs=3, batch_size=16, drawing="stratified", seed=2)
    code, recall = snippet(plan, COUNTS, run_log=run_log), [0.9, 0.5, 0.1]
    if reports:
        last = code.splitlines()[-2]
        assert last == f"# {'log.epoch' if run_log else 'sampler.update'}(recall=one_per_class)"
        step = "        ...  # your training step\n"
        assert step in code
        code = code.replace(step, f"{step}    one_per_class = {recall}\n    {last.removeprefix('# ')}\n")
        code = code.replace("    log.epoch()", "    pass")
    asked = asked_of(code, "torch", tmp_path, 3)
    sampler = ScheduledClassSampler(TARGETS, plan, classes=COUNTS.names)
    for epoch, classes in enumerate(asked):
        sampler.set_epoch(epoch)
        assert np.array_equal(classes, TARGETS[list(sampler)]), f"epoch {epoch}"
        if reports:
            sampler.update(recall=recall)
    assert (np.bincount(asked[-1], minlength=3)[2] > 16) == reports  # the class that is recalled worst comes more often
