"""How long a large label file takes, and how much memory, beside plain pandas.

    python -m tests.benchmarks.reading              minutes, 1 GB of disk; 50,000,000 rows
    python -m tests.benchmarks.reading 1000000      as many rows as you say

Every way reads the same file in a process of its own. "memory" is the most it held beyond what it held after its
imports; "column" is what the labels alone take, one after the other, with a line end each.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from sampler_core.datasets import synthetic
from sampler_core.datasets.label_files import read_counts, read_labels

CLASSES = [f"class_{c:03}" for c in range(100)]
BYTES_A_LABEL = len(CLASSES[0]) + 1
PIECE = 1_000_000


def write(path: Path, rows: int) -> None:
    """`id,label` in no order, long-tailed."""
    labels = np.repeat(np.array(CLASSES), synthetic("exponential", len(CLASSES), rows, 100.0).counts)
    order = np.random.default_rng(0)
    order.shuffle(labels)
    with path.open("w") as file:
        file.write("id,label\n")
        for start in range(0, rows, PIECE):
            piece = labels[start : start + PIECE].tolist()
            file.write("".join(f"{start + i:09},{label}\n" for i, label in enumerate(piece)))


def by_pandas(path: Path) -> int:
    import pandas as pd

    return int(pd.read_csv(path, usecols=["label"])["label"].value_counts().sum())


def by_counts(path: Path) -> int:
    return read_counts(path, label="label").counts.num_samples


def by_labels(path: Path) -> int:
    return int(read_labels(path, label="label").size)


WAYS: dict[str, Callable[[Path], int]] = {
    "pandas.read_csv(usecols=[label]), value_counts": by_pandas,
    "read_counts": by_counts,
    "read_labels": by_labels,
}


def measured(way: str, path: Path) -> dict[str, float]:
    """Seconds, and MB beyond the imports; to be called in a process of its own."""
    import pandas  # noqa: F401, both ways start from the same imports
    import pyarrow.csv  # noqa: F401

    before, start = _peak(), time.perf_counter()
    rows = WAYS[way](path)
    return {"rows": rows, "seconds": time.perf_counter() - start, "memory": _peak() - before}


def report(rows: int) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "labels.csv"
        write(path, rows)
        column = rows * BYTES_A_LABEL / 1e6
        found = {way: _in_a_process(way, path) for way in WAYS}
        size = path.stat().st_size / 1e6
    lines = [
        f"| {way} | {at['seconds']:.1f} s | {at['memory']:,.0f} MB | {at['memory'] / column:.2f} |"
        for way, at in found.items()
    ]
    assert all(at["rows"] == rows for at in found.values())
    head = f"{rows:,} rows, {size:,.0f} MB, of which the label column {column:,.0f} MB:"
    return "\n".join([head, "", "| way | time | memory | memory / column |", "| --- | --: | --: | --: |", *lines])


def _in_a_process(way: str, path: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.reading", "--one", way, str(path)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _peak() -> float:
    """The most memory this process has held so far, MB; from Linux, as `getrusage` counts the parent's too."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1e3


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measured(sys.argv[2], Path(sys.argv[3]))))
    else:
        print(report(int(sys.argv[1]) if sys.argv[1:] else 50_000_000))
