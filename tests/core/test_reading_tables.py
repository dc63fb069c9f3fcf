"""Tables, queries and columns in memory, by the Arrow PyCapsule interface."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from sampler_core import ClassCounts, Constant, IndexStream, PowerSkew, SamplingPlan
from sampler_core.datasets import ReadingError, read_counts, read_labels, read_rows
from sampler_core.datasets.label_files import ReadingStopped

ANIMALS = ["cat", "dog", "cat", "cat", "emu"]
COUNTS = ClassCounts.from_counts({"cat": 3, "dog": 1, "emu": 1})


class Capsule:
    """Only what the interface asks for, as a library gives it that is not known here; once."""

    def __init__(self, table):
        self._table = table

    def __arrow_c_stream__(self, requested_schema=None):
        table, self._table = self._table, None
        return table.__arrow_c_stream__(requested_schema)


class CapsuleOfArray:
    def __init__(self, array):
        self.array = array

    def __arrow_c_array__(self, requested_schema=None):
        return self.array.__arrow_c_array__(requested_schema)


TABLE = pa.table({"id": range(5), "label": ANIMALS})
TABLES = {
    "pyarrow table": TABLE,
    "pandas": TABLE.to_pandas(),
    "reader": Capsule(TABLE.to_reader(max_chunksize=2)),
    "known by its capsule": Capsule(TABLE),
    "batch": pa.record_batch({"label": ANIMALS}),
    "column": pa.chunked_array([ANIMALS[:2], ANIMALS[2:]]),
    "array": CapsuleOfArray(pa.array(ANIMALS)),
    "text as polars has it": pa.table({"label": pa.array(ANIMALS, pa.string_view())}),
    "categories": pa.table({"label": pa.array(ANIMALS).dictionary_encode()}),
    "categories as polars has them": pa.table({"label": pa.DictionaryArray.from_arrays(
        pa.array([0, 1, 0, 0, 2], pa.uint32()), pa.array(["cat", "dog", "emu"], pa.string_view()))}),
    "classes and counts": pa.table({"animal": ["cat", "dog", "emu"], "count_star()": [3, 1, 1]}),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_classes_are_counted_whatever_holds_the_table(name):
    reading = read_counts(TABLES[name])
    assert reading.counts == COUNTS
    assert "the table" in reading.sentence()


def test_columns_are_noticed_and_chosen_as_in_a_file():
    table = pa.table({"label": ANIMALS, "split": ["train", "train", "test", "train", "train"]})
    reading = read_counts(table)
    assert reading.splits == (("test", 1), ("train", 4))
    assert reading.counts == ClassCounts.from_counts({"cat": 2, "dog": 1, "emu": 1})
    assert read_counts(table, split="all").counts == COUNTS
    assert read_labels(table).tolist() == ["cat", "dog", "cat", "emu"]
    assert read_rows(table)[0].tolist() == [0, 1, 3, 4]
    assert read_labels(pa.table({"label": [["a", "b"], ["b"], ["b"]]}), several="rarest").tolist() == ["a", "b", "b"]


def test_a_table_is_asked_for_once_and_may_be_stopped():
    chunks = pa.table({"label": np.arange(1_000_000) % 7})
    with pytest.raises(ReadingStopped):
        read_counts(Capsule(chunks), progress=lambda share: False)
    many_splits = {"label": ANIMALS * 100, "fold": [i // 2 for i in range(500)]}
    table = pa.table({name: [str(v) for v in values] for name, values in many_splits.items()})
    with pytest.raises(ReadingError, match="hardly a split"):
        read_counts(Capsule(table), split_column="fold")
    assert read_counts(Capsule(table), split_column="").counts.num_samples == 500


def test_it_says_what_is_wrong():
    for table, says in {
        "no row": (pa.table({"label": pa.array([], pa.string())}), "no row of the table holds a label"),
        "no column": (pa.table({"box": [{"x": 1}]}), "no column holds integers or text"),
    }.values():
        with pytest.raises(ReadingError, match=says):
            read_counts(table)
    with pytest.raises(ReadingError, match="label must be one of"):
        read_counts(TABLE, label="species")


@pytest.mark.parametrize(
    "column",
    [pa.chunked_array([ANIMALS]), pa.array(ANIMALS), pa.array(ANIMALS).dictionary_encode(), pd.Series(ANIMALS)],
)
def test_a_sampler_takes_a_column_with_one_label_a_sample(column):
    assert ClassCounts.from_labels(column) == COUNTS
    plan = SamplingPlan(target=PowerSkew(Constant(1.0)), epochs=2, batch_size=2)
    assert IndexStream(column, plan).indices(1).tolist() == IndexStream(ANIMALS, plan).indices(1).tolist()


def test_a_table_is_no_column_of_labels_and_the_error_says_how_to_count_it():
    for table in (TABLE, Capsule(TABLE)):
        with pytest.raises((TypeError, ValueError), match=r"read_counts\(table\)"):
            ClassCounts.from_labels(table)
