"""Tune by training: does it say no where no schedule can help, and what does it say of real sets?

    python -m tests.benchmarks.schedule_search [nulls] [sets] [--candidates 16] [--splits 10] [--first 0] [--last 10]

Nulls: the generator of null B, where nothing but the static skew matters, once per seed; at most 1 of 10 may claim a
schedule. Sets: the bundled ones and a synthetic long-tailed one, with the numbers of a search's default, under as many
seeds; then how many of the seeds called each set better and worse.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter

import numpy as np
import torch

from sampler_core.training import (
    HoldOut,
    LabelledFeatures,
    LinearLearner,
    MlpLearner,
    ScheduleSearch,
    SearchSpace,
    load_features,
)
from tests.benchmarks.verdicts import NATURAL, plan_of, symmetric


def long_tailed() -> LabelledFeatures:
    """Ten classes around points of 16 dimensions: 500 training rows to 8, and 100 rows of each that are judged."""
    generator = np.random.default_rng(19)
    counts = np.round(500 * (8 / 500) ** (np.arange(10) / 9)).astype(int)
    labels = np.concatenate([np.repeat(np.arange(10), counts), np.repeat(np.arange(10), 100)])
    centres = generator.normal(size=(10, 16))[labels]
    return LabelledFeatures(
        centres + 1.5 * generator.normal(size=centres.shape), labels, is_test=np.arange(len(labels)) >= counts.sum()
    )


SETS = {
    "page_blocks": lambda: load_features("page_blocks"),
    "optdigits": lambda: load_features("optdigits", 50),
    "yeast": lambda: load_features("yeast"),
    "synthetic long tail": long_tailed,
}


def nulls(candidates: int, splits: int, seeds: range) -> None:
    """Data in which a schedule has nothing to gain."""
    claims = 0
    for seed in seeds:
        search = ScheduleSearch(
            symmetric(seed), plan_of(NATURAL, epochs=6), SearchSpace(candidates), LinearLearner(0.05),
            HoldOut(splits, 0.3), seed=seed,
        )  # fmt: skip
        claims += told(f"null {seed}", search) == "better"
    print(f"nulls: a schedule is claimed in {claims} of {len(seeds)}", flush=True)


def sets(candidates: int, splits: int, seeds: range, epochs: int = 30) -> None:
    """Bundled sets; of optdigits its long-tailed rows, with the balanced rows that are judged."""
    for name, load in SETS.items():
        features, verdicts = load(), Counter[str]()
        for seed in seeds:
            way = HoldOut(splits, 0.3) if features.is_test is None else None
            base = plan_of(NATURAL, epochs=epochs, batch_size=128)
            search = ScheduleSearch(features, base, SearchSpace(candidates), MlpLearner(), way, seed=seed)
            verdicts[told(f"{name} {seed}", search)] += 1
        print(f"{name}: {', '.join(f'{number} {verdict}' for verdict, number in verdicts.items())}", flush=True)


def told(title: str, search: ScheduleSearch) -> str:
    """Runs a search, prints what it confirmed; its verdict against the static skew."""
    begin = time.process_time()
    result = search.run()
    taken = time.process_time() - begin
    print(f"{title}: {search.num_runs} trainings, {taken:.0f} s of processor: {result.verdict}", flush=True)
    return str(result.tables["confirmed"].iloc[0]["verdict"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", default=["nulls", "sets"])
    for option, default in {"candidates": 16, "splits": 10, "first": 0, "last": 10}.items():
        parser.add_argument(f"--{option}", type=int, default=default)
    given = parser.parse_args()
    torch.set_num_threads(1)
    for part in given.parts:
        {"nulls": nulls, "sets": sets}[part](given.candidates, given.splits, range(given.first, given.last))
