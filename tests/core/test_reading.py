"""Files of other programs are read right: kinds, encodings, separators, columns, and what is said about them."""

import gzip
import io
import json
import warnings
from importlib.resources import files

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from sampler_core import ClassCounts, Linear, PowerSkew, SamplingPlan
from sampler_core.datasets import load
from sampler_core.datasets.label_files import (
    Layout,
    ReadingError,
    ReadingStopped,
    count_folder,
    label_corrections,
    read_counts,
    read_labels,
    sniff,
)
from tests.core.reading_files import COUNTS, FILES, FRAME, IMAGENET_LT, LABELS, TABLES, named


def counted(data: bytes, name: str = "", **options) -> dict:
    counts = read_counts(named(name, data) if name else data, **options).counts
    return dict(zip(counts.names, counts.counts.tolist(), strict=True))


# --- the same twelve labels, however they are written --------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_another_program_gives_its_counts_without_a_word_about_how(name):
    reading = read_counts(named(name, FILES[name]))
    empty = {"extinct": 0} if name == "coco.json" else {}
    assert dict(zip(reading.counts.names, reading.counts.counts.tolist(), strict=True)) == COUNTS | empty
    assert (reading.rows, reading.dropped, reading.warnings) == (12, (), ())


@pytest.mark.parametrize("name", FILES)
def test_the_labels_of_a_file_come_one_a_row_in_its_order(name):
    assert read_labels(named(name, FILES[name])).tolist() == LABELS


@pytest.mark.parametrize("name", FILES)
def test_a_file_packed_with_gzip_reads_as_the_file_itself(name):
    if not name.endswith(".gz"):
        assert read_labels(named(name + ".gz", gzip.compress(FILES[name]))).tolist() == LABELS


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_counts_keeps_its_order(name):
    reading = read_counts(named(name, TABLES[name]))
    first = ["setosa", "virginica", "versicolor"] if "value_counts" in name or name == "counts.json" else list(COUNTS)
    assert list(reading.counts.names) == first
    assert counted(TABLES[name], name) == COUNTS
    assert reading.layout.count is not None


def test_the_list_of_a_long_tail_benchmark_has_integer_labels():
    reading = read_counts(named("ImageNet_LT_train.txt", IMAGENET_LT))
    assert dict(zip(reading.counts.names, reading.counts.counts.tolist(), strict=True)) == {0: 6, 2: 4, 10: 2}
    assert (reading.layout.kind, reading.rows, reading.dropped, reading.warnings) == ("image list", 12, (), ())
    assert read_labels(IMAGENET_LT).tolist() == [0] * 6 + [10] * 2 + [2] * 4


def test_one_array_holds_the_classes_and_another_their_counts():
    file = io.BytesIO()
    np.savez(file, names=np.array(["ant", "bee"]), images=np.array([12, 7]), more=np.arange(3))
    reading = read_counts(file, label="names", count="images")
    assert dict(zip(reading.counts.names, reading.counts.counts.tolist(), strict=True)) == {"ant": 12, "bee": 7}
    with pytest.raises(ReadingError, match="arrays 'names', 'more' have different lengths"):
        read_counts(file, label="names", count="more")


@pytest.mark.parametrize(
    ("name", "options", "why"),
    [("labels.txt", {"count": "width"}, "count must be left out for a file that is read as one label a line"),
     ("labels.npy", {"count": "width"}, "count must be left out for a file that is read as NumPy array, got 'width'"),
     ("list.txt", {"count": "path"}, "count must be left out for a file that is read as image list, got 'path'"),
     ("list.txt", {"label": "path"}, "label must be 'label' in image list, got 'path'"),
     ("samples.json", {"label": "sample"}, "label must be 'label' in JSON, sample to label, got 'sample'")],
)  # fmt: skip
def test_a_column_that_would_not_be_read_is_refused(name, options, why):
    with pytest.raises(ReadingError, match=why):
        read_counts(named(name, FILES[name]), **options)


def test_a_path_an_upload_and_bytes_read_alike_and_the_upload_stays_open_at_its_start(tmp_path):
    path = tmp_path / "pandas.csv"
    path.write_bytes(FILES["pandas.csv"])
    upload = named("pandas.csv", FILES["pandas.csv"])
    assert read_counts(path).counts == read_counts(str(path)).counts == read_counts(FILES["pandas.csv"]).counts
    assert read_counts(upload).counts == read_counts(path).counts
    assert (upload.closed, upload.tell()) == (False, 0)


def test_an_open_file_of_any_kind_reads_as_its_bytes(tmp_path):
    for name in ("pandas.parquet", "pandas.feather", "arrays.npz", "labels.npy", "coco.json", "pandas.csv.gz"):
        (tmp_path / name).write_bytes(FILES[name])
        with (tmp_path / name).open("rb") as file:
            assert read_counts(file).counts == read_counts(FILES[name]).counts
            assert (file.closed, file.tell()) == (False, 0)


@pytest.mark.parametrize("table", ["isic2019", "mnist_train", "coco2017_train_instances", "kr_vs_k"])
def test_the_bundled_tables_read_as_they_are_bundled(table):
    data = (files("sampler_core.datasets") / "published_tables" / f"{table}.csv").read_bytes()
    assert read_counts(data).counts == load(table)


@pytest.mark.parametrize(
    ("package", "path", "label", "counts"),
    [
        ("plotly", "package_data/datasets/iris.csv.gz", None, {"setosa": 50, "versicolor": 50, "virginica": 50}),
        ("plotly", "package_data/datasets/tips.csv.gz", "day", {"Fri": 19, "Sat": 87, "Sun": 76, "Thur": 62}),
        ("plotly", "package_data/datasets/election.csv.gz", None, {"majority": 17, "plurality": 41}),
        ("plotly", "package_data/datasets/gapminder.csv.gz", "continent",
         {"Africa": 624, "Americas": 300, "Asia": 396, "Europe": 360, "Oceania": 24}),
        ("scipy", "spatial/tests/data/random-bool-data.txt", None, {0: 51, 1: 49}),
        ("numpy", "lib/tests/data/win64python2.npy", None, {1: 2}),
        ("pyarrow", "tests/data/parquet/v0.7.1.parquet", "cut",
         {"Fair": 1, "Good": 2, "Ideal": 1, "Premium": 2, "Very Good": 4}),
        ("pyarrow", "tests/data/feather/v0.17.0.version.2-compression.lz4.feather", None, dict.fromkeys(range(5), 1)),
    ],
)  # fmt: skip
def test_files_that_come_with_other_packages_are_read_right(package, path, label, counts):
    data = files(package).joinpath(*path.split("/")).read_bytes()
    assert counted(data, **({"label": label} if label else {})) == counts


# --- what is found out -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "separator", "encoding"),
    [("pandas.csv", ",", "utf-8"), ("pandas.tsv", "\t", "utf-8"), ("excel.csv", ";", "cp1252"),
     ("utf-16.csv", ",", "utf-16"), ("utf-16-without-mark.csv", ",", "utf-16-le"), ("r.txt", " ", "utf-8"),
     ("newlines.csv", ",", "utf-8")],
)  # fmt: skip
def test_separator_and_encoding_are_found(name, separator, encoding):
    layout = sniff(named(name, FILES[name]))
    assert (layout.separator, layout.encoding, layout.header) == (separator, encoding, True)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("pandas.parquet", "parquet"), ("pandas.feather", "arrow"), ("stream.arrow", "arrow"), ("labels.npy", "npy"),
     ("arrays.npz", "npz"), ("labels.txt", "lines"), ("list.txt", "image list"), ("words.data", "words"),
     ("lines.jsonl", "json lines"), ("records.json", "json records"), ("columns.json", "json columns"),
     ("labels.json", "json values"), ("samples.json", "json labels"), ("coco.json", "coco")],
)  # fmt: skip
def test_the_kind_comes_from_what_a_file_holds_not_from_its_name(name, kind):
    assert sniff(named(name, FILES[name])).kind == kind
    assert sniff(FILES[name]).kind == kind


def test_the_first_rows_are_shown_under_the_names_of_the_columns():
    layout = sniff(FILES["excel.csv"])
    assert layout.columns == ("L\u00e4nge", "width", "species")
    assert layout.rows[0] == ("4,5", "0", "setosa")
    assert len(layout.rows) == 12


def test_what_was_guessed_is_said():
    assert sniff(FILES["excel.csv"]).found == (
        "Read as table with ';' between columns, in Latin-1 (it is not UTF-8); the labels are in 'species'.",
    )


@pytest.mark.parametrize(
    ("columns", "label"),
    [("id,label,x", "label"), ("Class Name,x", "Class Name"), ("x,y", "y"), ("a,b_label,c", "b_label"),
     ("target,class", "class"), ("path,animal", "animal")],
)  # fmt: skip
def test_the_label_column_is_guessed_by_its_name_and_else_by_values_that_recur(columns, label):
    rows = "\n".join(
        ",".join(f"{'xyz'[c]}{i % (2 if c else 9)}" for c in range(columns.count(",") + 1)) for i in range(9)
    )
    assert sniff(f"{columns}\n{rows}\n".encode()).label == label


def test_a_first_row_of_sizes_and_names_over_a_table_of_numbers_is_no_row():
    rows = "".join(f"{0.5 * i},{0.25 * i},{1.5 * i},{0.125 * i},{i % 3}\n" for i in range(150))
    assert counted(f"150,4,setosa,versicolor,virginica\n{rows}".encode()) == {0: 50, 1: 50, 2: 50}
    assert counted(f"150,4,class_0\n{rows}".encode()) == {0: 50, 1: 50, 2: 50}
    assert counted(f"0,0,NaN,0,0\n{rows}".encode()) == {0: 51, 1: 50, 2: 50}


def test_a_column_that_is_mostly_empty_is_not_taken_for_the_labels():
    rows = "".join(f"{'ab'[i % 2]},{i},{'x' if i == 7 else ''},\n" for i in range(30))
    assert sniff(f"who,row,remark,\n{rows}".encode()).label == "who"
    assert sniff(f"who,row,remark,label\n{rows}".encode()).label == "label"


def test_another_column_can_be_chosen_by_name_or_in_the_layout():
    layout = sniff(FILES["pandas.csv"]).choose("width")
    assert read_counts(FILES["pandas.csv"], layout).counts == read_counts(FILES["pandas.csv"], label="width").counts
    assert read_counts(FILES["pandas.csv"], layout).counts.names == tuple(range(12))
    with pytest.raises(ReadingError, match="label must be one of 'column 1', 'length', 'width', 'species', got 'sort'"):
        sniff(FILES["pandas.csv"], label="sort")


def test_excels_line_about_the_separator_is_no_row():
    assert counted(b"sep=;\r\nlabel;x\r\na;1,5\r\nb;2\r\n") == {"a": 1, "b": 1}


def test_columns_of_the_same_name_and_without_one_can_be_told_apart():
    assert sniff(b"x,label,,label\n1,a,2,b\n").columns == ("x", "label", "column 3", "label (4)")


def test_inner_fields_of_json_records_can_be_chosen():
    records = json.dumps([{"file": f"{i}.jpg", "annotation": {"label": "ab"[i % 2]}} for i in range(4)]).encode()
    assert sniff(records).label == "annotation.label"
    assert counted(records) == {"a": 2, "b": 2}


# --- names -----------------------------------------------------------------------------------------------------------


def test_text_integers_and_a_table_of_the_same_data_draw_the_same_batches():
    numbers = np.repeat([10, 2, 33, 7], [40, 25, 8, 3])
    np.random.default_rng(0).shuffle(numbers)
    frame = pd.DataFrame({"label": numbers})
    parquet, npy = io.BytesIO(), io.BytesIO()
    frame.to_parquet(parquet)
    np.save(npy, numbers)
    floats = frame["label"].astype(float).to_frame().to_csv(index=False).encode()
    table = frame["label"].value_counts().sample(frac=1, random_state=1).to_csv().encode()
    texts = frame.astype(str).to_json(orient="records").encode()
    ways = [frame.to_csv().encode(), parquet.getvalue(), npy.getvalue(), floats, table, texts]
    plan = SamplingPlan(target=PowerSkew(Linear(0.0, 0.5)), epochs=3, batch_size=8, drawing="stratified", seed=1)
    expected = plan.preview(ClassCounts.from_labels(numbers), epoch=1).batch_class_counts
    for data in ways:
        counts = read_counts(data).counts
        in_order = [counts.names.index(name) for name in (2, 7, 10, 33)]
        assert np.array_equal(plan.preview(counts, epoch=1).batch_class_counts[:, in_order], expected)


def test_integer_labels_come_as_int64_and_text_as_objects_that_share_their_names():
    assert read_labels(b"label\n3\n1\n3\n").dtype == np.int64
    labels = read_labels(FILES["pandas.csv"])
    assert labels.dtype == object
    assert labels[0] is labels[1]


@pytest.mark.parametrize("text", ["07", "+7", "1.5", "9223372036854775808", "-0", "1_0"])
def test_names_that_are_not_all_written_as_integers_are_stay_text(text):
    assert set(counted(f"label\n7\n{text}\n".encode())) == {"7", text}


def test_integers_as_numpy_savetxt_and_pandas_floats_write_them_are_integers():
    text = io.BytesIO()
    np.savetxt(text, [3, 12, 3, 0])
    assert text.getvalue().startswith(b"3.000000000000000000e+00")
    reading = read_counts(text)
    assert reading.counts == ClassCounts.from_counts({0: 1, 3: 2, 12: 1})
    assert reading.warnings == ("Labels such as '3.000000000000000000e+00' were read as integers.",)


def test_a_measured_target_is_not_taken_for_the_labels():
    rows = "".join(f"{0.25 * i},{'ab'[i % 2]},{i}\n" for i in range(9))
    assert sniff(f"y,group,i\n{rows}".encode()).label == "group"
    assert sniff(b"y,group,i\n" + b"1,a,1\n2,b,2\n").label == "y"


def test_blanks_around_labels_are_removed_and_said():
    reading = read_counts(b"label, x\n a,1\na,2\n b ,3\n")
    assert reading.counts == ClassCounts.from_counts({"a": 2, "b": 1})
    assert reading.warnings == ("Blanks around 2 labels were removed.",)


def test_a_label_that_is_not_utf_8_far_behind_the_start_is_read_as_latin_1_and_said():
    data = b"label\n" + b"tea\n" * 400_000 + "caf\u00e9\n".encode("latin-1")
    reading = read_counts(data)
    assert reading.counts == ClassCounts.from_counts({"caf\u00e9": 1, "tea": 400_000})
    assert reading.warnings == ("The labels are not in UTF-8; they were read as Latin-1: 'caf\u00e9'.",)


def test_names_in_any_script_and_with_any_signs_are_kept_to_the_letter():
    names = ["=HYPERLINK(1)", "<script>alert(1)</script>", "\u202egnp.exe", "\u732b", "a'b", "x\u0301", "\U0001f98a"]
    data = pd.DataFrame({"label": names}).to_csv(index=False).encode()
    assert sorted(counted(data)) == sorted(names)


def test_a_category_without_a_sample_is_kept_and_listed():
    frame = pd.DataFrame({"label": pd.Categorical(["a", "b"], categories=["a", "b", "rare"])})
    feather = io.BytesIO()
    frame.to_feather(feather)
    reading = read_counts(feather)
    assert reading.counts.empty == ("rare",)
    assert "1 class has no sample: 'rare'." in reading.sentence()


def test_coco_categories_of_the_same_name_are_told_apart_by_their_ids():
    annotations = [{"category_id": 1}, {"category_id": 2}, {"category_id": 9}]
    categories = [{"id": 2, "name": "bow"}, {"id": 1, "name": "bow"}, {"id": 3, "name": "tie"}]
    reading = read_counts(json.dumps({"annotations": annotations, "categories": categories}).encode())
    assert reading.counts == ClassCounts.from_counts({"bow (2)": 1, "bow (1)": 1, "tie": 0})
    assert [(dropped.reason, dropped.rows) for dropped in reading.dropped] == [("category that is not listed", 1)]


def test_coco_annotations_that_stand_before_the_categories_and_behind_a_megabyte_are_found():
    images = [{"id": i, "file_name": f"{i:0200}.jpg"} for i in range(6000)]
    content = {"images": images, "annotations": [{"category_id": 5}] * 3, "categories": [{"id": 5, "name": "cat"}]}
    assert counted(json.dumps(content).encode()) == {"cat": 3}


# --- what is left out, and what is said ------------------------------------------------------------------------------


def test_rows_without_a_label_and_uneven_rows_are_left_out_and_said():
    reading = read_counts(named("my.csv", b"x,label\n1,a\n2,\n3,NA\n4,b\n5\n6,b,7\n8,b\n"))
    assert reading.counts == ClassCounts.from_counts({"a": 1, "b": 2})
    assert {dropped.reason: dropped.rows for dropped in reading.dropped} == {
        "no label": 2,
        "not 2 fields in the row": 2,
    }
    assert reading.sentence() == (
        "3 samples of 2 classes read from column 'label' of my.csv (7 rows); class imbalance 2. "
        "2 rows were left out: not 2 fields in the row. 2 rows were left out: no label."
    )


def test_what_means_no_label_can_be_said():
    assert counted(b"label\nNA\nUS\n?\n", missing=("?",)) == {"NA": 1, "US": 1}


def test_labels_are_refused_where_rows_are_left_out_for_they_would_no_longer_fit_the_samples():
    with pytest.raises(ReadingError, match=r"has rows without a label \(1 row: no label\)"):
        read_labels(b"x,label\n1,a\n2,\n")
    with pytest.raises(ReadingError, match="table of class,count and has no label per sample"):
        read_labels(TABLES["counts.csv"])


@pytest.mark.parametrize(
    ("data", "doubt"),
    [("id\n" + "".join(f"u{i}\n" for i in range(30)),
      "There are 30 classes in 30 rows: is this a column of identifiers?"),
     ("cat,dog,dog,bird",
      "Only one row was read, one sample of 'bird': put each label on a line of its own."),
     ("label\na\na\n", "There is only one class, 'a': is this the column of classes?"),
     ("label\n0.5\n0.25\n0.5", None)],
)  # fmt: skip
def test_counts_that_are_hardly_meant_are_doubted(data, doubt):
    assert read_counts(named("x.csv", data.encode())).warnings == ((doubt,) if doubt else ())


def test_classes_in_several_rows_of_a_table_are_added_and_said():
    rows = "".join(f"c{i},{i}\n" for i in range(250)) + "c1,10\n"
    reading = read_counts(("class,count\n" + rows).encode())
    assert reading.counts.counts[reading.counts.position("c1")] == 11
    assert reading.warnings == ("Some classes come in several rows; their counts were added.",)


@pytest.mark.parametrize(("written", "count"), [("12", 12), ("12.0", 12), ("12,0", 12), ("1e+05", 100_000), (" 7 ", 7)])
def test_a_whole_count_is_read_however_it_is_written(written, count):
    assert counted(f"class;count\na;{written}\nb;1\n".encode()) == {"a": count, "b": 1}


@pytest.mark.parametrize(
    ("written", "why"),
    [("12,5", "must be a whole number, got '12,5'"), ("-1", "must be 0 or more, got '-1'"),
     ("1,500", "is '1,500': thousands or a fraction"), ("1.500", "is '1.500': thousands or a fraction"),
     ("1e15", "must be at most 1,000,000,000,000, got '1e15'"), ("99999999999999999999", "must be a whole number")],
)  # fmt: skip
def test_a_count_that_is_no_count_is_refused_with_its_class(written, why):
    with pytest.raises(ReadingError, match=rf"the count of class 'a' {why}"):
        read_counts(f"class;count\na;{written}\nb;1\n".encode())


# --- progress --------------------------------------------------------------------------------------------------------

LONG = b"label\n" + b"a\nb\n" * 4_000_000


def test_progress_rises_to_one():
    shares: list[float] = []
    read_counts(LONG, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(shares) > 3


@pytest.mark.parametrize("write", ["new_file", "new_stream"])
def test_progress_of_arrow_rises_batch_by_batch(write):
    table, file, shares = pa.table({"label": ["a", "b"] * 300_000}), io.BytesIO(), []
    with getattr(pa.ipc, write)(file, table.schema) as out:
        out.write_table(table, max_chunksize=100_000)
    read_counts(file, progress=shares.append)
    assert shares == sorted(shares)
    assert len(set(shares)) > 5
    assert shares[-1] == 1.0


def test_progress_of_parquet_rises_within_a_row_group():
    file, shares = io.BytesIO(), []
    labels = pa.array(["a", "b"]).take(pa.array(np.arange(3_000_000) % 2))
    pa.parquet.write_table(pa.table({"label": labels}), file, row_group_size=len(labels))
    read_counts(file, progress=shares.append)
    assert shares == sorted(shares)
    assert len(set(shares)) > 2


def test_reading_stops_where_progress_says_no():
    calls: list[float] = []

    def stop(share: float) -> bool:
        calls.append(share)
        return False

    with pytest.raises(ReadingStopped, match="reading was stopped"):
        read_counts(LONG, progress=stop)
    assert len(calls) == 1


def test_what_progress_raises_passes_through_as_it_is():
    def fail(share: float) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        read_counts(LONG, progress=fail)


# --- the library's one call ------------------------------------------------------------------------------------------


def test_class_counts_come_from_a_file_in_one_call_that_says_which_rows_are_left_out(tmp_path):
    path = tmp_path / "flowers.csv"
    FRAME.to_csv(path)
    assert read_counts(path).counts == ClassCounts.from_labels(LABELS)
    assert read_counts(path, label="width").counts.num_classes == 12
    path.write_text("x,label\n1,a\n2,\n")
    reading = read_counts(path)
    assert reading.counts == ClassCounts.from_counts({"a": 1})
    assert "1 row was left out: no label" in reading.sentence()


def test_class_counts_come_from_folders_as_imagefolder_numbers_them(tmp_path):
    for name, n in (("2", 3), ("10", 2), ("cat", 1), ("empty", 0), (".hidden", 4)):
        (tmp_path / name / "inner").mkdir(parents=True)
        for i in range(n):
            (tmp_path / name / ("inner" if i else "") / f"{i}.JPG").write_bytes(b"")
    for extra in ("10/.DS_Store", "2/Thumbs.db", "2/notes.txt", "list.txt"):
        (tmp_path / extra).write_bytes(b"")
    (tmp_path / "2" / "again").symlink_to(tmp_path / "2")
    counts = count_folder(tmp_path, extensions=(".jpg", ".png"))
    assert counts == ClassCounts.from_counts({"10": 2, "2": 3, "cat": 1, "empty": 0})
    assert count_folder(tmp_path).num_samples == 7
    assert counts.empty == ("empty",)


@pytest.mark.parametrize("make", [lambda path: path / "none", lambda path: path, lambda path: path / "file"])
def test_what_is_no_class_folder_is_refused_with_the_next_step(tmp_path, make):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ReadingError, match="Give the folder that holds one folder a class"):
        count_folder(make(tmp_path))


def test_reading_a_file_leaves_the_core_light():
    import subprocess
    import sys

    code = "import sys, sampler_core.datasets; print({'pandas', 'pyarrow', 'torch'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


# --- corrections -----------------------------------------------------------------------------------------------------

FLOWERS = ClassCounts.from_counts(COUNTS)


def test_corrections_give_new_counts_and_leave_the_old_ones():
    assert label_corrections.rename(FLOWERS, {"setosa": "s"}) == ClassCounts.from_counts(
        {"s": 6, "versicolor": 2, "virginica": 4}
    )
    assert label_corrections.merge(FLOWERS, ["setosa", "virginica"], "other") == ClassCounts.from_counts(
        {"other": 10, "versicolor": 2}
    )
    assert label_corrections.merge(FLOWERS, ["versicolor", "virginica"], "virginica") == ClassCounts.from_counts(
        {"setosa": 6, "virginica": 6}
    )
    assert label_corrections.drop(FLOWERS, ["setosa"]) == ClassCounts.from_counts({"versicolor": 2, "virginica": 4})
    assert ClassCounts.from_counts(COUNTS) == FLOWERS


def test_order_is_by_name_or_by_count_with_ties_by_name():
    counts = ClassCounts.from_counts({10: 5, 9: 7, 2: 5})
    assert label_corrections.order(counts, "name").names == (2, 9, 10)
    assert label_corrections.order(counts, "count").names == (9, 2, 10)
    assert label_corrections.order(label_corrections.order(counts, "count"), "name") == label_corrections.order(
        counts, "name"
    )


def test_corrections_of_very_many_classes_take_one_pass_over_them():
    many = ClassCounts(tuple(f"{i:05d}" for i in range(100_000)), np.arange(100_000))  # pair by pair: minutes
    with pytest.raises(ReadingError, match="two classes would be named '99998'"):
        label_corrections.rename(many, {"99999": "99998"})
    half = many.names[50_000:]
    merged = label_corrections.merge(many, half, "rest")
    assert (merged.names[-1], merged.counts[-1]) == ("rest", sum(range(50_000, 100_000)))
    assert label_corrections.drop(many, half).names == many.names[:50_000]


def test_corrections_of_a_reading_are_said_and_keep_count_of_what_they_leave_out():
    reading = read_counts(FILES["pandas.csv"])
    changed = label_corrections.merge(label_corrections.ignore(reading, "setosa"), ["versicolor", "virginica"], "other")
    changed = label_corrections.rename(changed, {"other": "v"})
    assert changed.counts == ClassCounts.from_counts({"v": 6})
    assert changed.corrections == ("Merged 'versicolor', 'virginica' into 'other'.", "Renamed 'other' to 'v'.")
    assert changed.counts.num_samples + sum(dropped.rows for dropped in changed.dropped) == reading.rows
    assert "6 rows were left out: label 'setosa' ignored." in changed.sentence()


def test_renaming_an_integer_to_text_makes_all_names_text_and_back():
    counts = ClassCounts.from_counts({0: 3, 1: 2})
    named_class = label_corrections.rename(counts, {0: "cat"})
    assert named_class.names == ("cat", "1")
    assert label_corrections.rename(named_class, {"cat": "0"}) == counts


@pytest.mark.parametrize(
    ("correct", "why"),
    [(lambda: label_corrections.rename(FLOWERS, {"rose": "x"}), "there is no class 'rose'"),
     (lambda: label_corrections.rename(FLOWERS, {"setosa": "virginica"}), "Merge them instead"),
     (lambda: label_corrections.merge(FLOWERS, ["setosa"], "virginica"), "a name that no other class has"),
     (lambda: label_corrections.merge(FLOWERS, [], "x"), "merge needs classes"),
     (lambda: label_corrections.drop(FLOWERS, list(COUNTS)), "Keep at least one class"),
     (lambda: label_corrections.order(FLOWERS, "size"), "by must be 'name' or 'count', got 'size'"),
     (lambda: Layout(kind="table", columns=("a",), label="b"), "label must be one of 'a', got 'b'"),
     (lambda: Layout(kind="sheet"), "kind must be one of")],
)  # fmt: skip
def test_a_correction_that_cannot_be_made_says_why(correct, why):
    with pytest.raises(ReadingError, match=why):
        correct()


def test_no_reading_warns_in_pythons_own_way():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name, data in FILES.items():
            read_counts(named(name, data))


def test_a_column_of_sizes_beside_files_is_no_column_of_counts():
    rows = "".join(f"{i}.jpg,label {i},{i}\n" for i in range(90))
    assert sniff(f"image,label,size\n{rows}".encode()).count is None
    assert sniff(f"id,label,size\n{rows}".encode()).count == "size"


def test_a_kind_that_a_file_is_not_is_refused():
    with pytest.raises(ReadingError, match="is JSON Lines, which cannot be read as 'coco'"):
        sniff(FILES["lines.jsonl"], kind="coco")
    assert sniff(FILES["pandas.csv"], kind="lines").kind == "lines"
