"""DuckDB: its lines on the page about counting, and its queries as tables."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from sampler_core import ClassCounts
from sampler_core.datasets import ReadingError, read_counts, read_labels
from tests.core.test_counting_page import ANIMALS, BLOCKS, COUNTS, write_shards


def test_the_line_of_the_page_counts_the_folder_as_read_counts_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_shards(tmp_path)
    monkeypatch.chdir(tmp_path)
    names = {"read_counts": read_counts}
    exec(BLOCKS["DuckDB"], names)
    assert names["counts"] == COUNTS == read_counts("shards/", label="label").counts


def test_the_line_of_sql_is_duckdbs_too() -> None:
    engine = duckdb.connect()
    engine.execute("CREATE TABLE samples (label TEXT, split TEXT)")
    engine.executemany("INSERT INTO samples VALUES (?, 'train')", [[animal] for animal in ANIMALS * 2])
    assert read_counts(engine.sql(BLOCKS["SQL"])).counts == COUNTS


def test_a_query_is_a_table_that_is_read_in_pieces() -> None:
    engine = duckdb.connect()
    query = "SELECT i AS id, (i % 7)::INTEGER AS label FROM range(1_000_000) t(i)"
    assert read_counts(engine.sql(query)).counts == ClassCounts.from_labels([i % 7 for i in range(1_000_000)])
    assert read_labels(engine.sql(f"SELECT label FROM ({query}) LIMIT 9")).tolist() == [0, 1, 2, 3, 4, 5, 6, 0, 1]
    assert read_counts(engine.sql(f"SELECT label FROM ({query})").arrow()).counts.num_samples == 1_000_000
    with pytest.raises(ReadingError, match="label must be one of 'id', 'label'"):
        read_counts(engine.sql(query), label="species")


def test_a_query_is_no_column_of_labels_and_is_not_run_to_say_so() -> None:
    query = duckdb.sql("SELECT error('it was run') AS label")
    with pytest.raises(TypeError, match=r"labels must be one column of a table, got DuckDBPyRelation"):
        ClassCounts.from_labels(query)
