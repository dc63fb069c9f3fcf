"""Trainings that are killed while they write their logs, and go on from their last checkpoint on any number of ranks.

    python -m tests.core.killed_run_log FOLDER KILLS [SEED]

After each kill the log must be read without an error and depart from nothing, but by chance in one run of a hundred;
at the end of each run its counts must be those of one that was never interrupted. Half of the runs have 4 classes, the
others 1,000. Files are written in small pieces, as to a slow disk, so that kills cut lines. All ranks of a training
are in one process, in step, as those that exchange gradients are.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from collections import Counter
from io import FileIO
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch.utils.data import BatchSampler

from sampler_core import Linear, PowerSkew, SamplingPlan, ScheduledClassSampler
from sampler_core.run_log import Run, RunLog, audit, departures, log_file, read_run

EPOCHS, BATCHES = 3, 24  # of an epoch, in one process
WORLDS = (1, 2, 4)
LABELS = (np.repeat(np.arange(4), (240, 96, 32, 16)), np.repeat(np.arange(1000), 3))
BY_CHANCE = "other shares"  # what draws of the plan, which are compared one by one, now and then look like
SECONDS = (0.1, 0.4)  # about as long as a training of these labels takes


class SlowFile(FileIO):
    """Writes a few bytes at a time."""

    def write(self, data: memoryview) -> int:
        return super().write(data[:32])


class Training(NamedTuple):
    """A run in a folder. every: batches of the one-process stream from one checkpoint to the next."""

    folder: Path
    labels: np.ndarray
    plan: SamplingPlan
    every: int

    @property
    def log(self) -> Path:
        return self.folder / "run.jsonl"

    def run(self, world: int) -> None:
        """Trains from the last checkpoint to the end."""
        samplers = [ScheduledClassSampler(self.labels, self.plan, num_replicas=world, rank=r) for r in range(world)]
        logs = [RunLog(self.log, sampler, rank=rank, world=world) for rank, sampler in enumerate(samplers)]
        if (self.folder / "checkpoint.json").exists():
            state = json.loads((self.folder / "checkpoint.json").read_text())
            for sampler, log in zip(samplers, logs, strict=True):
                sampler.load_state_dict(state["sampler"])
                log.load_state_dict(state["log"])
        targets, size = torch.from_numpy(self.labels), self.plan.needed_batch_size
        for epoch in range(samplers[0].epoch, EPOCHS):
            for sampler in samplers:
                sampler.set_epoch(epoch)
            loaders = [BatchSampler(sampler, size, drop_last=False) for sampler in samplers]
            for step, batches in enumerate(zip(*loaders, strict=True), 1):
                for log, batch in zip(logs, batches, strict=True):
                    log.count(targets[batch])
                if step * world % self.every == 0:
                    self.save(samplers, logs, step)
            for log in logs:
                log.epoch(recall=[0.123456] * samplers[0].class_counts.num_classes)
            self.save(samplers, logs, None)
        for log in logs:
            log.end()

    def save(self, samplers: list[ScheduledClassSampler], logs: list[RunLog], batches: int | None) -> None:
        """What rank 0 saves; the log of each rank is asked."""
        states = [log.state_dict() for log in logs]
        state = {"sampler": samplers[0].state_dict(batches), "log": states[0]}
        (self.folder / "new.json").write_text(json.dumps(state))
        os.replace(self.folder / "new.json", self.folder / "checkpoint.json")

    def killed(self, world: int, seconds: float) -> bool:
        """Whether it was killed so many seconds after it had begun to write, before its end."""
        written, child = self.size(), os.fork()
        if child == 0:
            log_file.open = lambda path, mode, buffering: SlowFile(path, mode)  # type: ignore[attr-defined]
            try:
                self.run(world)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        while self.size() == written and not os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            time.sleep(0.001)
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
        if os.WIFEXITED(status) and os.WEXITSTATUS(status):
            raise AssertionError(f"the training on {world} ranks failed")
        return os.WIFSIGNALED(status)

    def size(self) -> int:
        """Bytes in the logs."""
        return sum(log.stat().st_size for log in self.folder.glob("*.jsonl"))

    def check(self, is_over: bool) -> Run:
        """The log is that of a run in order, as far as it went."""
        run = read_run(self.log)
        counts = run.class_counts
        beyond = run.trained.copy()
        for row, epoch in enumerate(run.epochs):
            beyond[row] -= self.plan.preview(counts, epoch).totals
        faults = [str(one) for one in departures(run) if one.cause != BY_CHANCE] + audit(run, counts)
        faults += [note for note in run.notes if is_over and "is the last of them" not in note]
        if not is_over:  # killed before every rank had a file
            faults = [fault for fault in faults if "are not beside" not in fault]
        if run.skipped_lines or faults:
            raise AssertionError(f"{run.skipped_lines} lines are broken, {faults}")
        if (beyond > run.extras[:, None]).any() or (self.every % WORLDS[-1] == 0 and run.extras.any()):
            raise AssertionError(f"batches were counted twice: {beyond.tolist()}, {run.extras}")
        if is_over and (not run.ended or run.epochs != run.metric_epochs or len(run.epochs) != EPOCHS):
            raise AssertionError(f"epochs are missing: {run.epochs}, {run.metric_epochs}, {run.ended}")
        if is_over and (beyond.min() < 0 or (beyond.sum(axis=1) != run.extras).any()):
            raise AssertionError(f"batches were not counted: {beyond.tolist()}, {run.extras}")
        return run


def main(folder: Path, kills: int, seed: int = 0) -> None:
    torch.set_num_threads(1)
    random, seen = np.random.default_rng(seed), Counter(kills=0)
    while seen["kills"] < kills or not seen["runs"]:
        kind = seen["runs"] % 2
        (of_run := folder / f"run{seen['runs']}").mkdir()
        training = Training(
            of_run, LABELS[kind],
            SamplingPlan(
                target=PowerSkew(Linear(0.2, 0.3)), epochs=EPOCHS, batch_size=len(LABELS[kind]) // BATCHES,
                drawing=str(random.choice(["independent", "exact", "stratified"])), seed=seen["runs"],
            ),
            every=int(random.choice([1, 4])),
        )  # fmt: skip
        world = int(random.choice(WORLDS))
        while training.killed(world, float(random.uniform(0.0, SECONDS[kind]))):
            seen["kills"] += 1
            seen["half lines"] += sum(
                not log.read_bytes().endswith(b"\n") for log in of_run.glob("*.jsonl") if log.stat().st_size
            )
            if training.log.exists() and b"\n" in training.log.read_bytes():
                training.check(is_over=False)
            before, world = world, int(random.choice(WORLDS))
            seen["other numbers of ranks"] += before != world
        run = training.check(is_over=True)
        seen["departures by chance"] += any(one.cause == BY_CHANCE for one in departures(run))
        seen["runs"] += 1
        seen["resumes"] += max((resume.number for resume in run.resumes), default=0)
        seen["resumes within an epoch"] += len({one.number for one in run.resumes if one.resume.batch})
    if seen["departures by chance"] > 3 + seen["runs"] / 100:
        raise AssertionError(f"{seen['departures by chance']} of {seen['runs']} runs depart, which is more than chance")
    print(", ".join(f"{seen[what]} {what}" for what in seen))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
