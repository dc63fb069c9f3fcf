"""Train: how long studies take, beside the budget of each.

    python -m tests.benchmarks.training         writes training.md beside this script

On the wall, so on a quiet machine; in brackets the processor's time.
"""

from __future__ import annotations

import os
import platform
import resource
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import DataLoader, TensorDataset

from sampler_core import ScheduledClassSampler
from sampler_core.training import Folds, HoldOut, LinearLearner, MlpLearner, Study, load_features
from sampler_core.training.stacked_runs import train
from tests.benchmarks.embeddings import embeddings
from tests.benchmarks.explore import Row, started
from tests.benchmarks.train_page import rows_of_page
from tests.benchmarks.verdicts import six_plans


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Of processor and wall."""
    begin, on_wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - begin, time.perf_counter() - on_wall


def one_by_one(study: Study, runs: int) -> None:
    """Some runs of a study as a training script has them."""
    for split in study.splits[:runs]:
        X = study.features.X
        inputs = torch.from_numpy((X - X[split.train].mean(0)) / np.maximum(X[split.train].std(0), 1e-6))[split.train]
        labels = torch.from_numpy(study.features.y[split.train])
        plan = study.candidates[0].plan
        sampler = ScheduledClassSampler(labels, plan)
        widths = study.learner.widths(X.shape[1], study.features.class_counts.num_classes)
        model = torch.nn.Sequential(
            torch.nn.Linear(widths[0], widths[1]), torch.nn.ReLU(), torch.nn.Linear(widths[1], widths[2])
        )
        optimiser = torch.optim.Adam(model.parameters(), lr=study.learner.learning_rate)
        loader = DataLoader(TensorDataset(inputs, labels), batch_size=plan.needed_batch_size, sampler=sampler)
        for epoch in range(plan.epochs or 0):
            sampler.set_epoch(epoch)
            for features, targets in loader:
                optimiser.zero_grad()
                torch.nn.functional.cross_entropy(model(features), targets).backward()
                optimiser.step()


def row_of_stack(epochs: int = 60, alone: int = 2) -> Row:
    """30 runs, with all metrics of every epoch; of those one after another, a few are run and the rest counted."""
    ratios = []
    Study(load_features("yeast"), six_plans(2), MlpLearner(hidden=64), splits=HoldOut(2, 0.3)).run()  # imports: 3 s
    for name, tail in (("page_blocks", None), ("yeast", None), ("optdigits", 50)):
        study = Study(load_features(name, tail), six_plans(epochs), MlpLearner(hidden=64), splits=HoldOut(5, 0.3))
        runs = len(study.candidates) * len(study.splits)
        cpu, wall = seconds(lambda: [None for stack in study._stacks() for _ in train(stack)])  # noqa: B023
        slow_cpu, slow_wall = (runs / alone * taken for taken in seconds(lambda: one_by_one(study, alone)))  # noqa: B023
        ratios.append((slow_cpu / cpu, slow_wall / wall))
        said = f"{wall:.1f} s on the wall ({cpu:.1f} of processor) against {slow_wall:.0f} ({slow_cpu:.0f})"
        print(f"  {name}, {runs} runs: {said}: {slow_wall / wall:.1f}x ({slow_cpu / cpu:.1f}x)", flush=True)
    cpu, wall = np.mean(ratios, axis=0)
    what = "30 runs as a stack vs one after another with DataLoader, mean over the bundled sets"
    return Row(what, f"{wall:.1f}x ({cpu:.1f}x)", "≥ 8x", bool(wall >= 8))


def row_of_six_plans() -> Row:
    study = Study(load_features(), six_plans(60), MlpLearner(hidden=64), splits=HoldOut(10, 0.3))
    cpu, wall = seconds(study.run)
    what = "six plans x ten runs x 60 epochs, page_blocks, mlp 64, all metrics of every epoch"
    return Row(what, f"{wall:.1f} s ({cpu:.1f})", "≤ 25 s", wall <= 25)


def row_of_embeddings() -> Row:
    study = Study(embeddings(), six_plans(30), LinearLearner(), splits=Folds(5, 1))
    cpu, wall = seconds(study.run)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    what = "25,000 x 768 embeddings, 8 classes, linear, six plans x five runs x 30 epochs"
    return Row(what, f"{wall:.0f} s ({cpu:.0f}), {memory:.2f} GB", "≤ 180 s, ≤ 2 GB", wall <= 180 and memory <= 2)


def rows_of_budgets() -> Iterator[Row]:
    """All five, as soon as each is known; the browser first, while this process is small."""
    found = filter(None, map(shutil.which, ("chromium", "chromium-headless-shell")))
    with started(os.environ.get("CHROME") or next(found)) as (browser, url):
        yield from rows_of_page(browser, url)
    for row in (row_of_stack, row_of_six_plans, row_of_embeddings):
        yield row()


def budgets() -> None:
    """Prints them, and writes the table."""
    begin, lines = time.monotonic(), ["| what | measured | at least |", "| --- | --: | --: |"]
    for row in rows_of_budgets():
        lines.append(str(row))
        print(row, flush=True)
    about = f"{os.cpu_count()} cores, Python {platform.python_version()}, torch {torch.__version__}"
    how = f"On the wall, in brackets the processor's time; {time.monotonic() - begin:.0f} s in all."
    report = Path(__file__).with_suffix(".md")
    report.write_text("\n".join(["# Train's benchmark", "", f"{about}. {how}", "", *lines, ""]))


if __name__ == "__main__":
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", torch.get_num_threads())))
    budgets()
