"""polars: its lines on the page about counting, its frames as tables and its columns as labels."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from sampler_core import ClassCounts, Constant, IndexStream, PowerSkew, SamplingPlan
from sampler_core.datasets import read_counts
from tests.core.test_counting_page import BLOCKS, COUNTS, write_shards

ANIMALS = ["cat", "dog", "cat", "emu"]
COLUMNS = {
    "text": pl.Series("kind", ANIMALS),
    "categories": pl.Series("kind", ANIMALS, dtype=pl.Categorical),
    "listed classes": pl.Series("kind", ANIMALS, dtype=pl.Enum(["cat", "dog", "emu"])),
    "numbers": pl.Series("kind", [7, 8, 7, 9], dtype=pl.UInt8),
}


def test_the_lines_of_the_page_count_the_folder_as_read_counts_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_shards(tmp_path)
    monkeypatch.chdir(tmp_path)
    names = {"read_counts": read_counts}
    exec(BLOCKS["polars"], names)
    assert names["counts"] == COUNTS


@pytest.mark.parametrize("kind", COLUMNS)
def test_columns_are_labels_and_tables(kind: str) -> None:
    column, plan = COLUMNS[kind], SamplingPlan(target=PowerSkew(Constant(1.0)), epochs=2, batch_size=2)
    counts = ClassCounts.from_labels(column.to_list())
    assert ClassCounts.from_labels(column) == read_counts(column).counts == read_counts(column.to_frame()).counts
    assert ClassCounts.from_labels(column) == counts
    drawn = IndexStream(column, plan).indices(1)
    assert drawn.tolist() == IndexStream(column.to_list(), plan).indices(1).tolist()
    found = read_counts(column.value_counts()).counts
    assert dict(zip(found.names, found.counts, strict=True)) == dict(zip(counts.names, counts.counts, strict=True))


def test_a_file_of_polars_own_kind_of_text_is_read(tmp_path: Path) -> None:
    COLUMNS["categories"].to_frame().write_ipc(tmp_path / "x.arrow", compat_level=pl.CompatLevel.newest())
    assert read_counts(tmp_path / "x.arrow").counts == ClassCounts.from_counts({"cat": 2, "dog": 1, "emu": 1})


def test_missing_labels_are_refused_by_a_sampler_and_left_out_of_counts() -> None:
    column = pl.Series("kind", ["cat", None])
    with pytest.raises(ValueError, match="got None at position 1"):
        ClassCounts.from_labels(column)
    assert str(read_counts(column).dropped[0]) == "1 row was left out: no label."
