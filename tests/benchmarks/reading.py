"""How long large label files take, and how much memory, beside plain pandas and DuckDB.

    python -m tests.benchmarks.reading              minutes, 1 GB of disk; a CSV of 50,000,000 rows
    python -m tests.benchmarks.reading 1000000      as many rows as you say
    python -m tests.benchmarks.reading shards       100,000,000 labels in 200 Parquet files, beside DuckDB's GROUP BY
    python -m tests.benchmarks.reading shards 1000000

Every way reads the same file in a process of its own. "memory" is the most it held beyond what it held after its
imports; "column" is what the labels alone take, one after the other, with a line end each.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from pages.parts.my_labels.reading_job import ReadingJob, Upload
from sampler_core.datasets import synthetic
from sampler_core.datasets.label_files import ReadingError, read_counts, read_labels

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


def write_shards(path: Path, rows: int, shards: int) -> None:
    """Parquet files of a column of text, long-tailed, in no order, by days as Hive keeps them."""
    classes = synthetic("exponential", len(CLASSES), rows, 100.0).frequencies
    rng = np.random.default_rng(0)
    for shard in range(shards):
        codes = rng.choice(len(CLASSES), rows // shards, p=classes).astype(np.int8)
        labels = pa.DictionaryArray.from_arrays(codes, CLASSES).cast(pa.string())
        day = path / f"day={shard // 10}"
        day.mkdir(parents=True, exist_ok=True)
        pyarrow.parquet.write_table(pa.table({"label": labels}), day / f"part-{shard:05}.parquet")


def by_pandas(path: Path) -> int:
    import pandas as pd

    return int(pd.read_csv(path, usecols=["label"])["label"].value_counts().sum())


def by_counts(path: Path) -> int:
    return read_counts(path, label="label").counts.num_samples


def by_labels(path: Path) -> int:
    return int(read_labels(path, label="label").size)


def by_duckdb(path: Path) -> int:
    import duckdb

    query = f"SELECT label, count(*) FROM read_parquet('{path}/**/*.parquet') GROUP BY label"
    return sum(rows for _, rows in duckdb.sql(query).fetchall())


def by_arrow_dataset(path: Path) -> int:
    import pyarrow.dataset as ds

    table = ds.dataset(path, partitioning="hive").to_table(columns=["label"])
    counts = table.group_by("label").aggregate([([], "count_all")])["count_all"]
    return sum(counts.to_pylist())


OF_TABLE: dict[str, Callable[[Path], int]] = {
    "pandas.read_csv(usecols=[label]), value_counts": by_pandas,
    "read_counts": by_counts,
    "read_labels": by_labels,
}
OF_SHARDS: dict[str, Callable[[Path], int]] = {
    "DuckDB, GROUP BY": by_duckdb,
    "pyarrow.dataset, the column as a table, GROUP BY": by_arrow_dataset,
    "read_counts of the folder": by_counts,
}
WAYS = OF_TABLE | OF_SHARDS


def measured(way: str, path: Path) -> dict[str, float]:
    """Seconds, and MB beyond the imports; to be called in a process of its own."""
    import pandas  # noqa: F401, all ways start from the same imports
    import pyarrow.csv
    import pyarrow.dataset  # noqa: F401

    with contextlib.suppress(ImportError):
        import duckdb  # noqa: F401
    before, start, processor = _peak(), time.perf_counter(), time.process_time()
    rows = WAYS[way](path)
    seconds, processor = time.perf_counter() - start, time.process_time() - processor
    return {"rows": rows, "seconds": seconds, "processor": processor, "memory": _peak() - before}


def report(rows: int) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "labels.csv"
        write(path, rows)
        size = path.stat().st_size / 1e6
        return f"{rows:,} rows, {size:,.0f} MB, {_table_of(OF_TABLE, path, rows)}"


def report_of_shards(rows: int, shards: int = 200) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shards"
        write_shards(path, rows, shards)
        size = sum(shard.stat().st_size for shard in path.rglob("*.parquet")) / 1e6
        ways = {way: read for way, read in OF_SHARDS.items() if read is not by_duckdb or find_spec("duckdb")}
        table = _table_of(ways, path, rows)
        return f"{rows:,} rows in {shards} files, {size:,.0f} MB, {table}\n\n{_cancelled(path)}\n{_broken(path)}"


def _table_of(ways: Mapping[str, object], path: Path, rows: int) -> str:
    column = rows * BYTES_A_LABEL / 1e6
    found = {way: _in_a_process(way, path) for way in ways}
    lines = [
        f"| {way} | {at['seconds']:.1f} s | {at['processor']:.1f} s "
        f"| {at['memory']:,.0f} MB | {at['memory'] / column:.2f} |"
        for way, at in found.items()
    ]
    assert all(at["rows"] == rows for at in found.values())
    head = f"the label column as text {column:,.0f} MB:"
    titles = ["| way | time | processor time | memory | memory / column |", "| --- | --: | --: | --: | --: |"]
    return "\n".join([head, "", *titles, *lines])


def _cancelled(path: Path) -> str:
    """As the page reads a folder of the server: in a child process, which is stopped on the way."""
    job = ReadingJob(Upload(path.name, path=path))
    while job.progress < 0.2 and not job.done:
        time.sleep(0.01)
    progress, start = job.progress, time.perf_counter()
    job.stop()
    job.wait(60)
    try:
        job.result()
    except ReadingError as error:
        return f"Cancelled at {progress:.0%}: ended {(time.perf_counter() - start) * 1e3:.0f} ms later; {error}"
    return "It had ended before it could be cancelled."


def _broken(path: Path) -> str:
    shard = sorted(path.rglob("*.parquet"))[-1]
    shard.write_bytes(shard.read_bytes()[:-1000])
    try:
        read_counts(path, label="label")
    except ReadingError as error:
        return f"With the last file cut short: {error}"
    raise AssertionError("a broken file must be named")


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
        shards = sys.argv[1:2] == ["shards"]
        rows = int(sys.argv[1 + shards]) if sys.argv[1 + shards :] else 0
        print(report_of_shards(rows or 100_000_000) if shards else report(rows or 50_000_000))
