"""Broken and hostile files: each gives a sentence with the next step, runs nothing and leaves memory alone."""

import gzip
import io
import json
import pickle
import struct
import sys
import tracemalloc
import zipfile
from pathlib import Path
from time import process_time

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from sampler_core.datasets.label_files import Limits, Reading, ReadingError, read_counts, read_labels, sniff
from tests.core.reading_files import FILES, LABELS, named


def read_in_a_job(file: bytes | io.BytesIO) -> Reading:
    """As the pages read: in a child process with a memory limit."""
    from pages.parts.my_labels.reading_job import ReadingJob, Upload

    return ReadingJob(Upload(getattr(file, "name", ""), file if isinstance(file, bytes) else file.getvalue())).result()


def read_as_a_job_does(file: bytes | io.BytesIO) -> Reading:
    """What the child process runs, here: its answer goes through JSON too."""
    from pages.parts.my_labels.reading_job import Upload, read_upload, reading_from_json

    upload = Upload(getattr(file, "name", ""), file if isinstance(file, bytes) else file.getvalue())
    said = json.loads(json.dumps(read_upload(upload.request(None), upload.content, lambda _: None)))
    if "refused" in said:
        raise ReadingError(said["refused"], said["code"])
    return reading_from_json(said)


in_process_and_in_a_job = pytest.mark.parametrize("read", [read_counts, read_in_a_job])


def refused(data: bytes, name: str = "", read=read_counts, **options) -> str:
    """What is said of a file that cannot be read."""
    with pytest.raises(ReadingError) as error:
        read(named(name, data) if name else data, **options)
    said = str(error.value)
    assert said.isprintable()
    assert len(said) < 400
    return said


def saved(array: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.save(out, array, allow_pickle=True)
    return out.getvalue()


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "."), data)
    return out.getvalue()


def parquet(table: pa.Table, **options) -> bytes:
    out = io.BytesIO()
    pyarrow.parquet.write_table(table, out, **options)
    return out.getvalue()


# --- nothing in a file is run ----------------------------------------------------------------------------------------


class Touch:
    """A pickle of this makes a file when it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.fixture
def trap(tmp_path):
    """The pickle, and the file that must never appear; first it is seen to work."""
    made = tmp_path / "made"
    pickle.loads(pickle.dumps(Touch(made)))  # noqa: S301
    made.unlink()
    yield pickle.dumps(Touch(made)), made
    assert not made.exists()


def test_a_pickle_in_an_array_is_never_loaded(trap):
    payload, made = trap
    array = np.array([Touch(made), "a"], dtype=object)
    for data in (saved(array), zipped(y__npy=saved(array)), gzip.compress(saved(array))):
        assert "never loaded because loading can run code" in refused(data)
    assert "Python pickle, which is never loaded" in refused(payload)
    assert "saved by torch (a pickle), which is never loaded" in refused(zipped(**{"archive/data__pkl": payload}))


def test_a_pickle_in_the_metadata_of_parquet_and_arrow_is_never_loaded(trap):
    payload, _ = trap
    extension = {b"ARROW:extension:name": b"arrow.py_extension_type", b"ARROW:extension:metadata": payload}
    field = pa.field("label", pa.string(), metadata=extension)
    schema = pa.schema([field], metadata={b"pandas": payload, b"pickle": payload})
    table = pa.table([pa.array(LABELS)], schema=schema)
    feather = io.BytesIO()
    pyarrow.feather.write_feather(table, feather)
    for data in (parquet(table), feather.getvalue()):
        assert read_counts(data).counts.num_samples == 12


def test_formulas_and_markup_in_a_file_stay_text():
    names = ['=HYPERLINK("http://x","y")', "<img src=x onerror=alert(1)>", "@SUM(A1)", "${7*7}", "{{7*7}}"]
    reading = read_counts(pd.DataFrame({"label": names}).to_csv(index=False).encode())
    assert sorted(reading.counts.names) == sorted(names)


# --- nothing in a file takes the memory ------------------------------------------------------------------------------


def test_a_gzip_bomb_is_refused_by_its_ratio_and_by_its_size():
    bomb = gzip.compress(b"a\n" * 50_000_000)
    tracemalloc.start()
    said = refused(bomb, "bomb.csv.gz")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert said.startswith(
        "bomb.csv.gz unpacks to more than 64 MiB, far more than label files do. If you trust it, unpack"
    )
    assert peak < 64e6
    assert "unpacks to more than 2 MiB" in refused(gzip.compress(b"a,b\n" * 10**6), limits=Limits(unpacked=2 << 20))


def test_a_long_file_of_few_labels_packs_well_and_is_no_bomb():
    assert read_counts(gzip.compress(b"cat\n" * 8_000_000)).counts.num_samples == 8_000_000


@in_process_and_in_a_job
def test_a_bomb_in_npz_is_refused(read):
    bomb = zipped(y__npy=saved(np.zeros(10_000_000, dtype=np.int64)))
    assert "unpacks to more than 64 MiB" in refused(bomb, read=read)


def test_a_packed_parquet_bomb_is_refused():
    assert "unpacks to more than" in refused(gzip.compress(FILES["pandas.parquet"]), limits=Limits(in_memory=1 << 10))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a memory limit")
def test_a_bomb_in_a_batch_of_arrow_is_refused_by_the_memory_limit():
    table = pa.table({"label": pa.array(np.zeros(300_000_000, np.int64))})
    feather = io.BytesIO()
    pyarrow.feather.write_feather(table, feather, compression="zstd", chunksize=len(table))
    assert feather.tell() < 1_000_000
    assert "memory" in refused(feather.getvalue(), "bomb.feather", read_in_a_job)


@in_process_and_in_a_job
def test_one_long_name_in_a_small_parquet_is_refused_and_never_made_a_text(read):
    data = parquet(pa.table({"label": pa.array(["x" * 50_000_000])}), compression="zstd")
    assert len(data) < 5_000
    tracemalloc.start()
    said = refused(data, read=read)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "a label is 50,000,000 characters long ('xxx" in said
    assert peak < 5e6


def test_a_text_of_very_many_words_is_read_in_the_time_of_its_length():
    start = process_time()
    assert read_counts(b"1 2 " * 25_000).counts.num_samples == 1
    assert process_time() - start < 8  # one; column by column against all before it took 15


@pytest.mark.parametrize("separator", ["1 ", "a,"])
def test_labels_side_by_side_in_one_line_beyond_any_table_are_refused(separator):
    assert "a row has more than 100,000 columns. Put each label on a line of its own" in refused(
        (separator * 500_000).encode()
    )


def test_one_long_name_a_million_times_takes_the_memory_of_one():
    long = pa.DictionaryArray.from_arrays(np.zeros(200_000, np.int32), pa.array(["x" * 900_000]))
    data = parquet(pa.table({"label": long}))
    assert "a label is 900,000 characters long" in refused(data)


def test_a_header_of_numpy_that_promises_too_much_is_refused_before_anything_is_made():
    data = saved(np.zeros(3, dtype=np.int64)).replace(b"(3,), }", b"(3000000000000,), }")[:-11]
    assert "the array ends in row 0 of 3,000,000,000,000" in refused(data)


def test_a_header_of_numpy_that_asks_for_its_whole_file_is_refused_unread():
    bomb = b"\x93NUMPY\x02\x00" + struct.pack("<I", 48 << 20) + b" " * (48 << 20)
    for data in (bomb, gzip.compress(bomb, 1), zipped(y__npy=bomb)):
        tracemalloc.start()
        said = refused(data)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert "the array's header takes 50,331,648 bytes. Save the labels alone" in said
        assert peak < 8e6


@in_process_and_in_a_job
def test_a_header_of_numpy_with_keys_of_mixed_types_is_refused(read):
    header = b"{'descr': '<i8', 1: 2, 'shape': (3,)}".ljust(117) + b"\n"
    assert "cannot be read: it is damaged" in refused(b"\x93NUMPY\1\0" + b"\x76\0" + header + bytes(24), read=read)


def test_columns_of_json_that_are_too_long_for_classes_and_counts_say_so():
    n = 100_001
    data = json.dumps({"class": list(range(n)), "count": [1] * n, "more": [0] * n}).encode()
    assert "'class' holds more than 100,000 values, hardly one a class. Choose no counts" in refused(
        data, count="count"
    )
    uneven = json.dumps({"class": ["a"], "count": [1, 2]}).encode()
    assert "it holds 1 class and 2 counts. Choose two columns of the same length" in refused(uneven, count="count")


@pytest.mark.parametrize("values", [range(100_001), [f"user {i}" for i in range(100_001)]], ids=["numbers", "text"])
def test_a_column_of_identifiers_is_refused(values):
    frame = pd.DataFrame({"label": list(values)})
    out, array = io.BytesIO(), saved(frame["label"].to_numpy().astype("U" if isinstance(values, list) else int))
    frame.to_parquet(out)
    records = frame.to_json(orient="records").encode()
    for data in (frame.to_csv().encode(), out.getvalue(), array, records):
        assert "more than 100,000 different labels, so this is hardly the column of classes" in refused(data)


def test_more_classes_than_a_page_takes_are_for_the_library():
    said = refused(b"label\n1\n2\n3\n", limits=Limits(classes=2))
    assert said.endswith("Choose another column, or count them with read_counts(path), which takes 100,000")


def test_a_million_different_labels_are_refused():
    assert "Choose another column" in refused(b"label\n" + "".join(f"u{i}\n" for i in range(10**6)).encode())


@pytest.mark.parametrize("name", ["x.csv", "x.txt", "x.json", "x.jsonl"])
def test_a_label_of_ten_thousand_characters_is_refused_and_shown_shortened(name):
    long = "x" * 10_000
    data = json.dumps([{"label": long}, {"label": "b"}]) if "json" in name else f"label\n{long}\nb\n"
    assert f"a label is 10,000 characters long ('{'x' * 27}...'), at most 1,000 are read" in refused(
        data.encode(), name
    )


def test_a_quote_that_is_never_closed_does_not_swallow_the_file():
    unclosed = b'1,"a\n' + b"2,b\n" * 1_000_000
    assert "very long, usually because a quote is never closed" in refused(b"x,label\n" + unclosed)
    assert "longer than 1 MB, usually because a quote is never closed" in refused(
        b"x,label\n" + b"2,b\n" * 9 + unclosed
    )


def test_deep_json_and_numbers_of_many_digits_are_refused():
    assert "nested too deeply" in refused(b"[" * 200_000, "x.json")
    assert "cannot be read" in refused(b'[{"label": ' + b"9" * 10_000 + b"}]")


# --- broken and unfit files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty. Choose a file with at least one label"),
        (b" \n\n\t\n", "holds nothing but blanks"),
        (b"class,count\n", "holds only a header ('class, count'). Choose a file with rows"),
        (b"class,count\na,0\nb,0\n", "holds a count above 0"),
        (b"x,label\n1,\n2,NA\n", "no row of the text holds a label. Choose another column"),
        (b"label\na\0b\n", "holds NUL bytes, so it is not a text"),
        (b"[]", "it holds an empty list"),
        (b'{"label": ["a", "b"', "it is not valid JSON"),
        (b'[{"label": [["a"]]}, {"label": "b"}]', "a label is itself a list of lists or an object"),
        (json.dumps(["\ud800", "b"]).encode(), "holds half a character"),
        (json.dumps(["a\0", "b"]).encode(), "holds a NUL character"),
        (b'{"annotations": [], "categories": [{"id": 1, "name": "a"}], "images": []}', "Choose"),
        (b'{"annotations": [{"category_id": 1}], "categories": [{"id": 1}]}', "a category needs an id and a name"),
        (
            saved(np.eye(3)),
            "has shape (3, 3), where one label per sample is needed. For scores or one-hot rows save y.argmax",
        ),
        (saved(np.zeros(2, dtype=complex)), "holds 'complex128', where labels are integers or text"),
        (saved(np.array(5)), "has shape ()"),
        (zipped(a__txt=b"x"), "zip archive without NumPy arrays. Unpack it"),
        (zipped(**{"[Content_Types]__xml": b"x"}), "is an Excel workbook. In Excel: File, Save as, CSV UTF-8"),
        (b"SQLite format 3\0" + b"\0" * 50, "is an SQLite database"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "is a picture"),
        (gzip.compress(gzip.compress(b"a", mtime=0), mtime=0), "is packed twice"),
        (b"BZh91AY&SY", "is packed with bzip2. Unpack it first"),
        (FILES["pandas.parquet"][:-9], "cannot be read"),
        (FILES["pandas.feather"][:200], "cannot be read"),
        (FILES["arrays.npz"][:-30], "cannot be read"),
    ],
)
def test_what_cannot_be_read_says_what_it_is_and_what_to_do(data, said):
    assert said in refused(data)
    assert said in refused(data, read=read_as_a_job_does)


def test_the_sentence_comes_back_from_a_job():
    half = json.dumps(["\ud800", "b"]).encode()
    for data, said in ((b"", "is empty"), (half, "holds half a character"), (FILES["arrays.npz"][:-30], "cannot be")):
        assert said in refused(data, read=read_in_a_job)


@pytest.mark.parametrize("cut", [3, 11, 40, -9, -1])
def test_a_cut_off_gzip_is_refused_wherever_it_ends(cut):
    data = gzip.compress(("x,label\n" + "1,a\n2,b\n" * 1000).encode())
    assert "packed and ends too early or is damaged. Download or pack it again" in refused(data[:cut], "x.csv.gz")


def test_a_gzip_that_breaks_behind_its_first_megabyte_is_refused():
    labels = np.random.default_rng(0).integers(0, 1000, 2_000_000)
    data = gzip.compress("\n".join(map(str, labels)).encode(), compresslevel=1)
    broken = data[: len(data) // 2] + b"\xff" * 64 + data[len(data) // 2 + 64 :]
    assert sniff(broken).kind == "lines"
    assert "ends too early or is damaged" in refused(broken)


def test_a_file_that_is_not_there_and_a_folder_say_what_to_do(tmp_path):
    with pytest.raises(ReadingError, match=r"none\.csv cannot be read: there is no such file. Check the path"):
        read_counts(tmp_path / "none.csv")
    with pytest.raises(ReadingError, match="is a folder: read class/file folders"):
        read_counts(tmp_path)
    with pytest.raises(ReadingError, match="file must be a path, bytes or a binary file, got int"):
        read_counts(3)


def test_missing_values_and_mixed_types_are_said():
    values = ["a", 1, 2.0, None, float("nan"), True]
    reading = read_counts(json.dumps([{"label": value} for value in values]).encode())
    assert dict(zip(reading.counts.names, reading.counts.counts.tolist(), strict=True)) == {"1": 2, "2": 1, "a": 1}
    assert [(dropped.reason, dropped.rows) for dropped in reading.dropped] == [("no label", 2)]
    assert reading.warnings == ("Labels mix numbers and text; all were read as text.",)


def test_floats_are_integers_where_all_are_whole_and_text_with_a_doubt_where_not():
    assert read_labels(saved(np.array([1.0, 3.0, 1.0]))).tolist() == [1, 3, 1]
    reading = read_counts(saved(np.array([0.5, 1.0, 0.5, np.nan])))
    assert reading.counts.names == ("0.5", "1.0")
    assert reading.warnings == ("Labels are numbers with fractions: is this the column of classes?",)
    assert reading.dropped[0].rows == 1


def test_one_column_of_two_dimensions_is_as_good_as_one_dimension():
    assert read_labels(saved(np.array([[1], [2], [1]]))).tolist() == [1, 2, 1]


def test_the_field_of_a_structured_array_is_a_column():
    array = np.array([(1, "a"), (2, "b"), (3, "a")], dtype=[("id", int), ("label", "U3")])
    assert read_labels(saved(array)).tolist() == ["a", "b", "a"]


def test_text_that_is_none_in_an_array_is_refused():
    data = saved(np.array(["a", "b"]))
    assert "it holds text that is none" in refused(data[:-4] + struct.pack("<I", 0xFFFFFFFF))


def test_a_wrong_encoding_or_separator_is_refused_by_name():
    assert "encoding must be one of text that Python knows, got 'zlib'" in refused(b"label\na\n", encoding="zlib")
    assert "the text is not in shift_jis" in refused(b"label\na\x81", encoding="shift_jis")
    assert "separator must be one ASCII character, got 'ab'" in refused(b"label\na\n", separator="ab")


def test_names_of_files_are_shown_without_what_is_invisible():
    said = refused(b"", "a\u202e\0b.csv")
    assert said.startswith("a\ufffd\ufffdb.csv is empty")


def test_a_borrowed_file_stays_open_and_at_its_start_whatever_happens(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_bytes(b"id,label\n" + b"".join(b"%d,a\n" % i for i in range(1_000_000)))
    with path.open("rb") as file:
        for _ in range(3):
            with pytest.raises(ReadingError, match="more than 100,000 different labels"):
                read_counts(file, label="id")
            assert (file.closed, file.tell()) == (False, 0)
            assert read_counts(file).counts.num_samples == 1_000_000
            assert (file.closed, file.tell()) == (False, 0)


@pytest.mark.parametrize("kind", range(1, 13))
def test_a_footer_of_parquet_that_promises_endless_lists_ends(kind):
    promised = b"\xff" * 8 + b"\x7f"
    for path in (b"\x49", b"\x29", b"\x2b"):
        footer = path + (promised if path == b"\x2b" else b"") + bytes([0xF0 | kind]) + promised + b"\0" * 20
        data = b"PAR1" + footer + struct.pack("<I", len(footer)) + b"PAR1"
        assert "cannot be read" in refused(data)


def test_an_array_saved_by_python_2_is_read_without_a_warning():
    data = FILES["labels.npy"].replace(b"(12,)", b"(12L,)").replace(b"}  ", b"} ", 1)
    assert read_labels(data).tolist() == LABELS


@pytest.mark.parametrize("name", ["pandas.csv", "pandas.parquet", "pandas.feather", "labels.txt"])
def test_where_pyarrow_is_missing_the_sentence_says_what_to_install(name, monkeypatch):
    for module in [module for module in sys.modules if module.split(".")[0] == "pyarrow"]:
        monkeypatch.setitem(sys.modules, module, None)
    assert refused(FILES[name], name) == f"{name} needs the package pyarrow to be read: pip install pyarrow"
