"""Trainings that are killed while they write their log, one after another; run with `-m`, PATH KILLS CLASSES.

Each goes on where the log of the one before ends. After each kill the log is read, and must hold epochs 0, 1, 2, ...
of which none departs; printed is how many kills left half a line.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import torch

from sampler_core import Constant, PowerSkew, SamplingPlan, ScheduledClassSampler
from sampler_core.run_log import RunLog, departures, read_run


def train(path: Path, labels: np.ndarray, first: int) -> None:
    plan = SamplingPlan(target=PowerSkew(Constant(0.0)), epochs=None, batch_size=256, drawing="independent")
    sampler = ScheduledClassSampler(labels, plan)
    log = RunLog(path, sampler)
    for epoch in range(first, 10**6):
        sampler.set_epoch(epoch)
        log.count(torch.from_numpy(labels[list(sampler)]))
        log.epoch(recall=[0.123456] * sampler.class_counts.num_classes)


def killed(path: Path, labels: np.ndarray, seconds: float) -> None:
    first = len(read_run(path).epochs) if path.exists() else 0
    size = path.stat().st_size if first else -1
    child = os.fork()
    if child == 0:
        train(path, labels, first)
    while not path.exists() or path.stat().st_size <= size:  # it has begun to write
        time.sleep(0.002)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def main(path: Path, kills: int, classes: int) -> None:
    torch.set_num_threads(1)
    labels, random = np.repeat(np.arange(classes), 3), np.random.default_rng(0)
    halves = epochs = 0
    for _ in range(kills):
        killed(path, labels, random.uniform(0.0, 3e-5 * classes))
        halves += not path.read_bytes().endswith(b"\n")
        run = read_run(path)
        causes = {departure.cause for departure in departures(run)} - {"other batch size", "fewer batches"}
        if run.epochs != tuple(range(len(run.epochs))) or run.skipped_lines or causes:
            raise AssertionError(f"the log after a kill: epochs {run.epochs}, {run.skipped_lines} broken, {causes}")
        if len(run.epochs) < epochs:
            raise AssertionError(f"{epochs} epochs were in the log, now {len(run.epochs)}")
        epochs = len(run.epochs)
    print(f"{kills} kills, {epochs} epochs, {halves} half lines")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
