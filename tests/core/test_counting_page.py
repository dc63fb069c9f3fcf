"""The page about counting is true: its code runs, but for that of engines, which `tests/engines` runs."""

import re
import sqlite3
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from sampler_core import ClassCounts, Constant, PowerSkew, SamplingPlan
from sampler_core.datasets import read_counts

PAGE = (Path(__file__).parents[2] / ".github" / "COUNTING.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"^## (.*?)\n.*?^```\w+\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL))
ANIMALS = ["cat", "dog", "cat", "cat", "emu", None]
COUNTS = ClassCounts.from_counts({"cat": 6, "dog": 2, "emu": 2})


def write_shards(folder: Path) -> None:
    for day in (1, 2):
        (folder / "shards" / f"day={day}").mkdir(parents=True)
        table = pa.table({"label": ANIMALS})
        pyarrow.parquet.write_table(table, folder / "shards" / f"day={day}" / "part-0.parquet")


def test_it_has_code_for_each_of_its_headings():
    assert {"SQL", "DuckDB", "Spark", "polars"} < BLOCKS.keys()


def test_a_folder_is_counted_and_a_sampler_drawn_from_its_counts(tmp_path, monkeypatch):
    write_shards(tmp_path)
    monkeypatch.chdir(tmp_path)
    names = {"plan": SamplingPlan(target=PowerSkew(Constant(1.0)), epochs=2, batch_size=4)}
    exec(BLOCKS["Parquet or Arrow files in a folder"], names)
    names["counts"] = names["reading"].counts
    exec(BLOCKS["Train without a label a sample in memory"], names)
    assert names["counts"] == COUNTS
    drawn = np.array(COUNTS.names)[np.repeat([0, 1, 2], COUNTS.counts)][list(names["sampler"])]
    assert [(drawn[:4] == name).sum() for name in COUNTS.names] == names["sampler"].preview().batch_class_counts[
        0
    ].tolist()


def test_what_sql_selects_is_read_as_a_table_of_class_and_count(tmp_path):
    samples = sqlite3.connect(":memory:")
    samples.execute("CREATE TABLE samples (label TEXT, split TEXT)")
    samples.executemany("INSERT INTO samples VALUES (?, 'train')", [(animal,) for animal in ANIMALS * 2])
    rows = samples.execute(BLOCKS["SQL"])
    head = ",".join(column[0] for column in rows.description)
    (tmp_path / "counts.csv").write_text("\n".join([head, *(f"{name or ''},{count}" for name, count in rows)]))
    reading = read_counts(tmp_path / "counts.csv")
    assert reading.counts == COUNTS
    assert [str(dropped) for dropped in reading.dropped] == ["1 row was left out: no label."]
