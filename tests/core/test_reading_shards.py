"""Folders of Parquet and Arrow files: partitions, empty and broken files, progress, cancel, memory."""

import os

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from sampler_core import ClassCounts
from sampler_core.datasets import ReadingError, count_folder, read_counts, read_labels
from sampler_core.datasets.label_files import Limits, ReadingStopped, holds_data_files


def written(path, **columns):
    path.parent.mkdir(parents=True, exist_ok=True)
    write = pyarrow.feather.write_feather if path.suffix == ".arrow" else pyarrow.parquet.write_table
    write(pa.table(columns), path)


def counted(file, **options):
    counts = read_counts(file, **options).counts
    return dict(zip(counts.names, counts.counts.tolist(), strict=True))


# --- what lies where -------------------------------------------------------------------------------------------------


def test_partitions_are_columns_and_the_label_may_be_one(tmp_path):
    for year in (2024, 2025):
        for label, rows in {"cat": 3, "wolf%2Fdog": 2, "__HIVE_DEFAULT_PARTITION__": 1}.items():
            written(tmp_path / f"year={year}" / f"label={label}" / "part-0.parquet", width=[0.5] * rows)
    reading = read_counts(tmp_path)
    assert reading.counts == ClassCounts.from_counts({"cat": 6, "wolf/dog": 4})
    assert reading.layout.columns == ("width", "year", "label")
    assert [str(dropped) for dropped in reading.dropped] == ["2 rows were left out: no label."]
    assert {row[2] for row in reading.layout.rows} == {"cat", "wolf/dog", ""}, "rows of several files are shown"
    assert counted(tmp_path, label="year") == {2024: 6, 2025: 6}
    assert counted(tmp_path, split_column="year", split="2025") == {"cat": 3, "wolf/dog": 2}
    assert read_labels(tmp_path / "year=2024" / "label=cat", label="width", several="whole").tolist() == ["0.5"] * 3


def test_a_partition_called_split_is_the_split_and_there_is_no_other(tmp_path):
    written(tmp_path / "split=train" / "a.parquet", label=["cat", "dog"])
    written(tmp_path / "split=test" / "a.parquet", label=["cat"])
    reading = read_counts(tmp_path)
    assert reading.layout.columns == ("label", "split")
    assert (reading.splits, reading.layout.split) == ((("test", 1), ("train", 2)), ("train",))


def test_what_engines_leave_behind_is_no_data(tmp_path):
    written(tmp_path / "part-0.parquet", label=["cat"])
    written(tmp_path / "part-1.parquet", label=pa.array([], pa.string()))
    written(tmp_path / "deep" / "er" / "still" / "part.arrow", label=["cat", "dog"])
    for left_behind in ("_temporary/0/part-0.parquet", ".part.parquet", "_metadata.parquet"):
        written(tmp_path / left_behind, label=["wolf"])
    (tmp_path / "_SUCCESS").touch()
    os.mkfifo(tmp_path / "pipe.parquet")
    assert counted(tmp_path) == {"cat": 2, "dog": 1}


def test_links_are_followed_once_or_not_at_all(tmp_path):
    written(tmp_path / "blobs" / "a.parquet", label=["cat"])
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "0.parquet").symlink_to(tmp_path / "blobs" / "a.parquet")
    (tmp_path / "data" / "round").symlink_to(tmp_path / "data")
    assert counted(tmp_path / "data") == {"cat": 1}
    with pytest.raises(ReadingError, match="or give one with Arrow or Parquet files, no links"):
        read_counts(tmp_path / "data", limits=Limits(links=False))


@pytest.mark.parametrize(
    ("beside", "title"),
    [("_delta_log/0.json", "Delta Lake"), ("metadata/v1.metadata.json", "Iceberg"), (".hoodie/x", "Hudi")],
)
def test_tables_whose_files_hold_earlier_versions_too_are_refused(tmp_path, beside, title):
    written(tmp_path / "part-0.parquet", label=["cat"])
    (tmp_path / beside).parent.mkdir()
    (tmp_path / beside).touch()
    with pytest.raises(ReadingError, match=f"is a {title} table, whose files hold .* read the table of class,count"):
        read_counts(tmp_path)


def test_a_folder_of_class_folders_is_counted_otherwise(tmp_path):
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat" / "1.jpg").touch()
    assert not holds_data_files(tmp_path)
    with pytest.raises(ReadingError, match=r"read class/file folders with count_folder\(path\)"):
        read_counts(tmp_path)
    assert count_folder(tmp_path).names == ("cat",)


# --- what goes wrong -------------------------------------------------------------------------------------------------


def cut_short(path):
    path.write_bytes(path.read_bytes()[:-20])


def empty(path):
    path.write_bytes(b"")


def damaged_page(path):
    content = bytearray(path.read_bytes())
    content[4:40] = bytes(36)
    path.write_bytes(content)


def without_the_column(path):
    written(path, other=["cat"])


def of_another_type(path):
    written(path, label=[{"a": 1}], other=["cat"])


@pytest.mark.parametrize(
    ("make", "why"),
    [(cut_short, "cannot be read"), (empty, "cannot be read"), (damaged_page, "cannot be read"),
     (without_the_column, "there is no column 'label'. Choose one that all files have"),
     (of_another_type, "where labels are integers or text")],
)  # fmt: skip
@pytest.mark.parametrize("place", [0, 7])
def test_a_broken_file_among_many_is_named(tmp_path, make, why, place):
    for i in range(10):
        written(tmp_path / f"day={i}" / "part-0.parquet", label=["cat", "dog", "cat"] * 50)
    make(tmp_path / f"day={place}" / "part-0.parquet")
    with pytest.raises(ReadingError, match=rf"day={place}/part-0\.parquet.* {why}"):
        read_counts(tmp_path, label="label")


# --- progress, cancel, memory ----------------------------------------------------------------------------------------


def test_progress_goes_over_all_files_and_a_stop_reads_no_further(tmp_path):
    for i in range(20):
        written(tmp_path / f"{i:02}.parquet", label=np.arange(100_000) % 7)
    shares = []
    read_counts(tmp_path, progress=shares.append)
    assert shares == sorted(shares)
    assert (len(shares), shares[-1]) == (21, 1.0)
    (tmp_path / "19.parquet").write_bytes(b"")

    def stops(share):
        return share < 0.5

    with pytest.raises(ReadingStopped):
        read_counts(tmp_path, progress=stops)


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_memory_is_for_the_classes_however_many_rows(tmp_path, kind):
    labels = pa.array([f"class {c}" for c in range(1000)] * 1000)
    for i in range(4):
        written(tmp_path / f"{i}.{kind}", label=labels)
    before = pa.total_allocated_bytes()
    most = []
    read_counts(tmp_path, progress=lambda share: most.append(pa.total_allocated_bytes()))
    assert max(most) - before < 30e6
