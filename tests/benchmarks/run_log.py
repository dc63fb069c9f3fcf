"""What a run log costs and how large it is, how it outlives kills, and how often a clean run departs.

    python -m tests.benchmarks.run_log              a few minutes; prints a table
    python -m tests.benchmarks.run_log --quick      seconds

Costs are of the processor's time, as a share of training steps of 1 ms.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from sampler_core import Linear, PowerSkew, SamplingPlan, ScheduledClassSampler
from sampler_core.run_log import RunLog, departures, read_run

QUICK = "--quick" in sys.argv
STEP = 1e-3  # seconds
BATCH = 128


def labels_of(classes: int, samples: int) -> np.ndarray:
    shares = 0.01 ** (np.arange(classes) / max(classes - 1, 1))
    return np.repeat(np.arange(classes), np.maximum(1, np.round(samples * shares / shares.sum())).astype(int))


def plan_of(drawing: str, epochs: int, seed: int = 0, batch_size: int = BATCH) -> SamplingPlan:
    target = PowerSkew(Linear(0.0, 1.0 / epochs, maximum=1.0))
    return SamplingPlan(target=target, epochs=epochs, batch_size=batch_size, drawing=drawing, seed=seed)


def cost(folder: Path, drawing: str, classes: int, device: str = "cpu") -> float:
    """Seconds of the processor in `count` and `epoch`, per second of training; an epoch of 1,000 steps."""
    labels = labels_of(classes, 1000 * BATCH)
    sampler = ScheduledClassSampler(labels, plan_of(drawing, 10))
    indices = torch.from_numpy(np.array(list(sampler)))
    batches = torch.from_numpy(labels)[indices].to(device).split(BATCH)
    log = RunLog(folder / f"{drawing}{classes}.jsonl", sampler)
    shares = []
    for _ in range(3 if QUICK else 9):
        begin = time.process_time()
        for targets in batches:
            log.count(targets)
        log.epoch(recall=[0.5] * classes)
        shares.append((time.process_time() - begin) / (len(batches) * STEP))
    return float(np.median(shares))


def size_and_reading(folder: Path, epochs: int, classes: int, samples: int) -> tuple[float, float, float]:
    """Megabytes of a log, seconds of the processor to read it, and to look for departures."""
    labels, path = labels_of(classes, samples), folder / f"{samples}.jsonl"
    sampler = ScheduledClassSampler(labels, plan_of("independent", epochs, batch_size=2048))
    log, targets, random = RunLog(path, sampler), torch.from_numpy(labels), np.random.default_rng(0)
    for epoch in range(epochs):
        sampler.set_epoch(epoch)
        for begin in range(0, len(indices := np.array(list(sampler))), 2048):
            log.count(targets[torch.from_numpy(indices[begin : begin + 2048])])
        log.epoch(recall=random.integers(0, 51, classes) / 50)
    begin = time.process_time()
    run = read_run(path)
    read = time.process_time()
    if departures(run):
        raise AssertionError(departures(run))
    return path.stat().st_size / 1e6, read - begin, time.process_time() - read


def departed(folder: Path, drawing: str, runs: int) -> int:
    """How many clean runs of 30 epochs depart."""
    found, labels = 0, labels_of(10, 2000)
    targets = torch.from_numpy(labels)
    for seed in range(runs):
        sampler = ScheduledClassSampler(labels, plan_of(drawing, 30, seed))
        log = RunLog(folder / f"{drawing}{seed}.jsonl", sampler)
        for epoch in range(30):
            sampler.set_epoch(epoch)
            for batch in torch.tensor(list(sampler)).split(BATCH):
                log.count(targets[batch])
            log.epoch()
        found += bool(departures(read_run(folder / f"{drawing}{seed}.jsonl")))
    return found


def main() -> None:
    """Prints everything."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"count and epoch, per step of {1000 * STEP:g} ms with {BATCH} targets:")
        for classes in (10, 1000):
            for drawing in ("independent", "exact", "stratified"):
                print(f"  {drawing}, {classes} classes: {100 * cost(folder, drawing, classes):.2f} %")
        if torch.cuda.is_available():
            print(f"  independent, 10 classes, on the GPU: {100 * cost(folder, 'independent', 10, 'cuda'):.2f} %")
        epochs = 50 if QUICK else 1000
        size, read, looked = size_and_reading(folder, epochs, 1000, 50_000)
        print(f"{epochs:,} epochs x 1,000 classes, 50,000 draws an epoch: {size:.1f} MB with recalls")
        print(f"  read in {read:.1f} s, looked at for departures in {looked:.1f} s")
        runs = 10 if QUICK else 100
        for drawing in ("independent", "exact", "stratified"):
            print(f"{departed(folder, drawing, runs)} of {runs} clean runs of 30 epochs depart ({drawing})")
        kills = "20" if QUICK else "300"
        command = [sys.executable, "-m", "tests.core.killed_run_log", str(folder), kills]
        sys.stdout.flush()
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
