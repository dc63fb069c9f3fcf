"""How fast and how small the sampler is, in ratios to torch's own and to other people's samplers.

    python -m tests.benchmarks.sampler              minutes; writes sampler.md beside this file
    python -m tests.benchmarks.sampler --quick      seconds; small data, prints only
    ... --processor-time                            for a busy machine: counts the processor's time, not the clock's

Everything is timed in one process, in alternating runs, by medians; times drift between machines, ratios hold. "epoch"
is all indices of an epoch through torch's BatchSampler(256), as a DataLoader takes them; "first batch" is what it takes
to the first 256 indices, the tables of a new epoch included.
"""

from __future__ import annotations

import cProfile
import gc
import os
import platform
import pstats
import statistics
import sys
import time
import tracemalloc
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import BatchSampler

from sampler_core import ClassCounts, IndexStream, Linear, PowerSkew, SamplingPlan, ScheduledClassSampler
from sampler_core.datasets import synthetic
from tests.benchmarks.peers import Floor, Labels, Ready, ReadyList, installed, shuffled, weighted

BATCH = 256
SCHEMES = ("independent", "exact", "stratified")
Times = dict[str, float]
PROCESSOR_TIME = "--processor-time" in sys.argv
clock = time.process_time if PROCESSOR_TIME else time.perf_counter


@dataclass(frozen=True)
class Sizes:
    """How many samples are large, medium and small, and how often each run is repeated."""

    large: int = 10_000_000
    medium: int = 1_000_000
    small: int = 100_000
    past_torch: int = 20_000_000  # past 2**24
    many_classes: int = 100_000
    repeats: int = 5


@dataclass(frozen=True)
class Row:
    """One line of "what to reach": a measured number and the two targets it should be above (or below)."""

    what: str
    measured: float
    at_least: float
    stretch: float
    unit: str
    above: bool = False

    def reaches(self, target: float) -> bool:
        return self.measured >= target if self.above else self.measured <= target

    def __str__(self) -> str:
        sign = "≥" if self.above else "≤"
        answers = ("yes" if self.reaches(target) else "**no**" for target in (self.at_least, self.stretch))
        targets = (f"{sign} {target:,g}" for target in (self.at_least, self.stretch))
        cells = (f"{target} {answer}" for target, answer in zip(targets, answers, strict=True))
        return f"| {self.what} | {_rounded(self.measured)}{self.unit} | {' | '.join(cells)} |"


def _rounded(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


# --- what is measured ------------------------------------------------------------------------------------------------


def labels_of(samples: int, classes: int) -> Labels:
    """Long-tailed labels in random order."""
    counts = synthetic("exponential", classes, samples, 100.0 if samples >= 1000 * classes else 10.0).counts
    return np.random.default_rng(0).permutation(np.repeat(np.arange(classes), counts))


def plan_of(scheme: str) -> SamplingPlan:
    """Other shares in each epoch, so that each needs new tables."""
    return SamplingPlan(target=PowerSkew(Linear(0.2, 0.001)), epochs=1000, batch_size=BATCH, drawing=scheme)


def samplers_of(labels: Labels, **ranks: int) -> dict[str, ScheduledClassSampler]:
    return {scheme: ScheduledClassSampler(labels, plan_of(scheme), **ranks) for scheme in SCHEMES}


def epoch(sampler: Iterable[int]) -> None:
    """Draw one epoch as a DataLoader does."""
    if isinstance(sampler, ScheduledClassSampler):
        sampler.set_epoch(sampler.epoch + 1)
    deque(BatchSampler(sampler, BATCH, drop_last=False), maxlen=0)


def first_batch(sampler: Iterable[int]) -> None:
    """Draw the first batch of a new epoch."""
    if isinstance(sampler, ScheduledClassSampler):
        sampler.set_epoch(sampler.epoch + 1)
    deque(islice(BatchSampler(sampler, BATCH, drop_last=False), 1), maxlen=0)


def alternately(runs: dict[str, Callable[[], object]], repeats: int) -> Times:
    """Median seconds of each run; they take turns, so that a slow moment hits all of them."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    gc.collect()
    gc.disable()
    for _ in range(repeats):
        for name, run in runs.items():
            begin = clock()
            run()
            seconds[name].append(clock() - begin)
    gc.enable()
    return {name: statistics.median(times) for name, times in seconds.items()}


def timed(step: Callable[[Iterable[int]], None], samplers: dict[str, Iterable[int]], repeats: int) -> Times:
    """Median seconds of one step of each sampler."""
    return alternately({name: partial(step, sampler) for name, sampler in samplers.items()}, repeats)


def held(labels: Labels) -> float:
    """Bytes a sample that a sampler keeps."""
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    sampler = ScheduledClassSampler(labels, plan_of("exact"))
    first_batch(sampler)
    kept = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return kept / len(sampler)


def peak(sampler: Iterable[int]) -> float:
    """Extra megabytes during an epoch."""
    tracemalloc.start()
    epoch(sampler)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 1e6


def most_calls(sampler: ScheduledClassSampler) -> tuple[float, str]:
    """The Python function called most often in an epoch, and its calls per index."""
    profile = cProfile.Profile()
    profile.runcall(epoch, sampler)
    calls = {where: entry[1] for where, entry in pstats.Stats(profile).stats.items()}  # type: ignore[attr-defined]
    where = max(calls, key=calls.__getitem__)
    return calls[where] / len(sampler), where[2]


# --- the rows --------------------------------------------------------------------------------------------------------


def times_by_size(sizes: Sizes) -> dict[int, dict[str, Times]]:
    """Epoch and first batch at three sizes of data: ours, torch's samplers, one rank of eight, the floor."""
    times = {}
    for samples in (sizes.large, sizes.medium, sizes.small):
        labels = labels_of(samples, 10)
        ours, torchs = samplers_of(labels), {"weighted": weighted(labels), "shuffle": shuffled(labels)}
        rank = ScheduledClassSampler(labels, plan_of("independent"), num_replicas=8, rank=3)
        others = {**torchs, "floor": Floor(samples), "ready": Ready(samples), "list": ReadyList(samples), "rank": rank}
        repeats = sizes.repeats * min(5, sizes.large // samples) if samples < sizes.large else (sizes.repeats + 1) // 2
        times[samples] = {
            "epoch": timed(epoch, {**ours, **others}, repeats),
            "first": timed(first_batch, ours, 20) | timed(first_batch, {"weighted": torchs["weighted"]}, 1),
        }
    return times


def rows_by_size(times: dict[int, dict[str, Times]]) -> list[Row]:
    """First batch and epoch against torch's samplers and the floor."""
    by_size = list(times.values())
    most, many, few = (f"{samples:,}" for samples in times)
    large, _, small = ({scheme: at["first"][scheme] for scheme in SCHEMES} for at in by_size)
    flat = max(large[scheme] / small[scheme] for scheme in SCHEMES)
    ahead = by_size[0]["first"]["weighted"] / max(large.values())
    rows = [
        Row(f"first batch, slowest scheme: time with {most} samples over time with {few}", flat, 2, 1, "x"),
        Row(
            f"first batch vs WeightedRandomSampler, {most} samples, slowest scheme",
            ahead,
            5000,
            15000,
            "x faster",
            True,
        ),
    ]
    epochs = [at["epoch"] for at in by_size]
    for at, name, least, stretch in zip(epochs, (most, many, few), (10, 5, 3), (16, 8, 5), strict=True):
        what = f"epoch vs WeightedRandomSampler, {name} samples, `independent`"
        rows.append(Row(what, at["weighted"] / at["independent"], least, stretch, "x faster", True))
    shuffle = min(at["shuffle"] / at["independent"] for at in epochs[:2])
    floor, ready = (max(at["independent"] / at[name] for at in epochs[:2]) for name in ("floor", "ready"))
    rank = max(8 * at["rank"] / at["independent"] for at in epochs[:2])
    return [
        *rows,
        Row(
            f"epoch vs torch's RandomSampler, {many} and {most} samples, `independent`",
            shuffle,
            2.5,
            4,
            "x faster",
            True,
        ),
        Row(
            f"epoch vs the floor (a hash and a look-up), {many} and {most} samples, `independent`", floor, 1.8, 1.2, "x"
        ),
        Row(f"epoch vs indices ready in an array, {many} and {most} samples, `independent`", ready, 1.8, 1.2, "x"),
        Row(f"rank of 8, per index of its own, vs one process, {many} and {most} samples", rank, 1.3, 1, "x"),
    ]


def rows_by_scheme(sizes: Sizes) -> list[Row]:
    """`exact` and `stratified` against `independent`, at 10 and 1000 classes."""
    rows = []
    for classes, most_of_stratified in ((10, 2.0), (1000, 2.3)):
        times = timed(epoch, samplers_of(labels_of(sizes.medium, classes)), 3 * sizes.repeats)
        for scheme, most, stretch in (("exact", 1.5, 1.2), ("stratified", most_of_stratified, 1.6)):
            what = f"`{scheme}` vs `independent`, epoch of {sizes.medium:,} samples, {classes} classes"
            rows.append(Row(what, times[scheme] / times["independent"], most, stretch, "x"))
    return rows


def rows_of_arrays(sizes: Sizes) -> list[Row]:
    """`IndexStream.indices` against a hash and a look-up, both as arrays."""
    rows = []
    for samples in (sizes.large, sizes.medium):
        stream, floor = IndexStream(labels_of(samples, 10), plan_of("independent")), Floor(samples)
        times = alternately({"ours": partial(stream.indices, 1), "floor": floor.array}, 2 * sizes.repeats + 1)
        what = f"`IndexStream.indices` vs the floor as arrays, {samples:,} samples, `independent`"
        rows.append(Row(what, times["ours"] / times["floor"], 2, 1.5, "x"))
    return rows


def rows_of_memory(sizes: Sizes) -> list[Row]:
    """What is kept, and what an epoch takes on top."""
    labels = labels_of(sizes.large, 10)
    return [
        Row(f"hold, {sizes.large:,} samples", held(labels), 5, 4, " B a sample"),
        Row(f"hold, {sizes.large:,} samples whose labels are sorted", held(np.sort(labels)), 0.1, 0.01, " B a sample"),
        Row(
            f"peak during an epoch, {sizes.large:,} samples, largest scheme",
            max(map(peak, samplers_of(labels).values())),
            4,
            1,
            " MB",
        ),
    ]


def rows_of_construction(sizes: Sizes) -> list[Row]:
    """What a user waits for, construction and the first batch; the tables of a new epoch."""
    rows = []
    for classes in (10, 1000):
        labels = labels_of(sizes.large, classes)
        in_order = np.sort(labels)
        ready = {
            "ours": lambda labels=labels: first_batch(ScheduledClassSampler(labels, plan_of("exact"))),
            "sorted": lambda labels=in_order: first_batch(ScheduledClassSampler(labels, plan_of("exact"))),
            "weighted": lambda labels=labels: first_batch(weighted(labels)),
        }
        times = alternately(ready, (sizes.repeats + 1) // 2)
        for name, of_labels, least, stretch in (("ours", "", 7, 50), ("sorted", ", sorted labels", 50, 200)):
            what = f"construction + first batch vs WeightedRandomSampler, {sizes.large:,} samples, {classes} classes"
            rows.append(Row(what + of_labels, times["weighted"] / times[name], least, stretch, "x faster", True))
    for classes, least, stretch in ((1000, 1, 0.5), (sizes.many_classes, 30, 10)):
        samplers = samplers_of(labels_of(sizes.medium, classes))
        timed(first_batch, samplers, 1)
        slowest = max(timed(first_batch, samplers, 11).values()) * 1e3
        what = f"new epoch and its first batch, {classes:,} classes, slowest scheme"
        rows.append(Row(what, slowest, least, stretch, " ms"))
    return rows


def rows_of_preview(sizes: Sizes) -> list[Row]:
    """The preview of one epoch of a data set like iNaturalist 2018."""
    counts = ClassCounts.from_counts(synthetic("exponential", 8142, 437_513, 500.0).counts)
    times = alternately({scheme: partial(plan_of(scheme).preview, counts, 300) for scheme in SCHEMES}, sizes.repeats)
    what = "preview of one epoch, 437,513 draws, 8,142 classes, batches of 256, slowest scheme"
    return [Row(what, max(times.values()) * 1e3, 60, 20, " ms")]


def rows_of_reach(sizes: Sizes) -> list[Row]:
    """Past 2**24 samples; 100,000 classes; Python work per index."""
    labels = labels_of(sizes.past_torch, 10)
    drawn = min(sum(map(len, BatchSampler(s, BATCH, drop_last=False))) for s in samplers_of(labels).values())
    many = samplers_of(labels_of(sizes.medium, sizes.many_classes))
    drawn_of_many = min(sum(map(len, BatchSampler(s, BATCH, drop_last=False))) for s in many.values())
    calls = [most_calls(s) for s in samplers_of(labels_of(sizes.medium, 1000)).values()]
    most, name = max(calls)
    return [
        Row(f"indices drawn of {sizes.past_torch:,} samples (past 2**24)", drawn / sizes.past_torch, 1, 1, "", True),
        Row(f"indices drawn with {sizes.many_classes:,} classes", drawn_of_many / sizes.medium, 1, 1, "", True),
        Row(f"calls of the most called Python function (`{name}`) per index", most, 0.05, 0.01, ""),
    ]


def table_of_peers(sizes: Sizes) -> list[str]:
    """Other people's samplers beside ours: construct, first batch, epoch."""
    labels = labels_of(sizes.small, 2)
    peers, missing = installed()
    ours = {f"Skewlab, {scheme}": partial(ScheduledClassSampler, plan=plan_of(scheme)) for scheme in SCHEMES}
    every = {**peers, **ours}
    built = alternately({name: partial(peer, labels) for name, peer in every.items()}, 1)
    samplers = {name: peer(labels) for name, peer in every.items()}
    first, whole = (timed(step, samplers, 1) for step in (first_batch, epoch))
    lines = [f"Samplers of {sizes.small:,} samples in 2 classes, milliseconds:", "",
             "| sampler | construct | first batch | epoch |", "| --- | --: | --: | --: |"]  # fmt: skip
    for name in every:
        cells = " | ".join(_rounded(t[name] * 1e3) for t in (built, first, whole))
        lines.append(f"| {name} | {cells} |")
    return [*lines, "", *(f"Not measured: {name} ({why})." for name, why in missing.items())]


MORE = (rows_by_scheme, rows_of_arrays, rows_of_memory, rows_of_construction, rows_of_preview, rows_of_reach)


def processor() -> str:
    """The processor's name."""
    about = Path("/proc/cpuinfo")
    lines = about.read_text().splitlines() if about.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def report(sizes: Sizes) -> str:
    """Everything, as Markdown."""
    times = times_by_size(sizes)
    rows: list[Row] = []
    for found in (rows_by_size(times), *(more(sizes) for more in MORE)):
        rows += found
    versions = f"Python {platform.python_version()}, torch {torch.__version__}, NumPy {np.__version__}"
    spent = ", in processor time" if PROCESSOR_TIME else ""
    per_index = {n: {name: 1e9 * t / n for name, t in at["epoch"].items() if name != "rank"} for n, at in times.items()}
    names = list(next(iter(per_index.values())))
    return "\n".join([
        f"{processor()}, {os.cpu_count()} cores, {versions};",
        f"ratios of medians of alternating runs in one process{spent}.", "",
        "| what | measured | at least | stretch |", "| --- | --: | --: | --: |", *map(str, rows), "",
        "An epoch through BatchSampler(256), nanoseconds an index:", "",
        f"| samples | {' | '.join(names)} |", "| --: |" + " --: |" * len(names),
        *(f"| {n:,} | {' | '.join(_rounded(at[name]) for name in names)} |" for n, at in per_index.items()), "",
        *table_of_peers(sizes),
    ])  # fmt: skip


def main(arguments: list[str]) -> None:
    if "--quick" in arguments:
        print(report(Sizes(200_000, 100_000, 20_000, 300_000, 5_000, repeats=1)))
        return
    text = report(Sizes())
    print(text)
    Path(__file__).with_suffix(".md").write_text(f"# The sampler's benchmark\n\n{text.rstrip()}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
