"""What a label file holds besides one label a row is noticed, said, and read as chosen; rows and labels go together."""

import io
import json
import struct
from collections import Counter

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from sampler_core import ClassCounts
from sampler_core.datasets import ReadingError, read_counts, read_labels, read_rows, sniff
from sampler_core.datasets.label_files.column_roles import training_values
from sampler_core.datasets.label_files.label_sets import labels_in_cell, noticed_separator
from sampler_core.datasets.label_files.tfrecord_files import _crc32c
from tests.core.reading_files import (
    ANIMALS,
    CLASS_LABEL,
    DATASET,
    HOSPITALS,
    INFO,
    MANY_LABELS,
    NOTICED,
    SEVERAL,
    STATE,
    hugging_face_shard,
    named,
    several_of,
    zip_of,
)

TRAINING = [animal for animal, split in zip(ANIMALS, SEVERAL["split"], strict=True) if split == "train"]


def counted(data: bytes, name: str = "x.csv", **options) -> dict:
    counts = read_counts(named(name, data), **options).counts
    return dict(zip(counts.names, counts.counts.tolist(), strict=True))


def said(data: bytes, name: str = "x.csv", **options) -> dict[str, str]:
    return dict(read_counts(named(name, data), **options).noticed)


# --- split columns ---------------------------------------------------------------------------------------------------


def test_only_the_rows_for_training_are_counted_and_the_sentence_says_so():
    reading = read_counts(named("x.csv", several_of("animal", "split")))
    assert reading.counts == ClassCounts.from_labels(TRAINING)
    assert (reading.rows, reading.splits) == (24, (("test", 4), ("train", 16), ("val", 4)))
    assert (reading.layout.split_column, reading.layout.split) == ("split", ("train",))
    assert "Only rows whose 'split' is 'train' count: 16 of 24 (the others: 'test' 4, 'val' 4)." in reading.sentence()


@pytest.mark.parametrize("name", ["split.csv", "columns.json"])
def test_rows_and_labels_are_those_that_count(name):
    rows, labels = read_rows(named(name, NOTICED[name]))
    assert rows.tolist() == [i for i, split in enumerate(SEVERAL["split"]) if split == "train"]
    assert labels.tolist() == TRAINING == read_labels(named(name, NOTICED[name])).tolist()


@pytest.mark.parametrize(
    ("split", "rows"), [("val", 4), (("val", "test"), 8), ("all", 24), ((), 24), ("train", 16)]
)  # fmt: skip
def test_other_splits_can_be_chosen(split, rows):
    assert len(read_labels(several_of("animal", "split"), split=split)) == rows
    assert read_counts(several_of("animal", "split"), split=split).counts.num_samples == rows


def test_a_split_that_is_not_there_says_which_are():
    with pytest.raises(ReadingError, match="split must be one of 'train', 'val', 'test', got 'dev'"):
        read_counts(several_of("animal", "split"), split="dev")
    with pytest.raises(ReadingError, match="split needs split_column, the column that holds 'dev'"):
        read_counts(several_of("animal"), split="dev")


def test_without_a_split_column_all_rows_are_read_as_ever():
    assert counted(several_of("animal", "split"), split_column="", label="animal") == Counter(ANIMALS)
    assert said(several_of("animal")) == {}


@pytest.mark.parametrize(
    ("column", "values", "training"),
    [("split", ["train", "val", "test"], {"train"}), ("Subset", ["Training", "Validation"], {"Training"}),
     ("Usage", ["Training", "PublicTest", "PrivateTest"], {"Training"}), ("phase", ["dev", "train"], {"train"}),
     ("part", ["train_2", "train_1", "test"], {"train_1", "train_2"}), ("is_train", ["1", "0"], {"1"}),
     ("train", ["True", "False"], {"True"}), ("is_test", ["1", "0"], {"0"}), ("validation", ["no", "yes"], {"no"}),
     ("fold", ["0", "1", "2"], set()), ("is_valid", ["True", "False"], set()), ("set", ["A", "B"], set())],
)  # fmt: skip
def test_a_split_is_noticed_by_its_name_and_by_its_values(column, values, training):
    rows = "".join(f"{i}.jpg,{'cde'[i % 3]},{values[i % len(values)]}\n" for i in range(60))
    reading = read_counts(f"image,animal,{column}\n{rows}".encode())
    assert (reading.layout.label, reading.layout.split_column) == ("animal", column)
    assert set(reading.layout.split) == training
    assert reading.counts.num_samples == (60 * len(training) // len(values) or 60)
    assert ("all of them count" in dict(reading.noticed)["split"]) == (not training)


@pytest.mark.parametrize(
    "text", ["image,vehicle\n1.jpg,train\n2.jpg,train\n", "set\na\na\nb\n", "id,train\n1,1\n2,0\n"]
)
def test_what_would_leave_no_column_for_the_labels_is_no_split(text):
    assert sniff(text.encode()).split_column is None


def test_a_class_called_train_among_columns_of_0_and_1_is_a_class():
    rows = "".join(f"{i}.jpg,{int(i % 3 == 0)},{int(i % 3 == 1)},{int(i % 3 == 2)}\n" for i in range(30))
    assert counted(f"image,car,bus,train\n{rows}".encode()) == {"car": 10, "bus": 10, "train": 10}
    assert sniff(f"animal,train,val,test\n{rows}".replace(".jpg", "").encode()).split_column == "train"


def test_a_file_sorted_by_its_split_is_read_as_any_other():
    rows = "".join(f"{'ab'[i % 2]},train\n" for i in range(5000)) + "a,test\n" * 700
    assert counted(f"animal,part\n{rows}".encode()) == {"a": 2500, "b": 2500}
    rows = "a,test\n" * 700 + "".join(f"{'ab'[i % 2]},train\n" for i in range(5000))
    assert counted(f"animal,part\n{rows}".encode()) == {"a": 2500, "b": 2500}


def test_a_column_that_only_starts_as_a_split_is_none():
    rows = "".join(f"{'ab'[i % 2]},s{max(0, i - 200) if i > 200 else i % 3}\n" for i in range(1000))
    reading = read_counts(f"animal,set\n{rows}".encode())
    assert (reading.counts.num_samples, reading.layout.split_column) == (1000, None)
    assert dict(reading.noticed)["split"] == "Column 'set' has too many values for a split: all rows count."


def test_rows_without_a_split_count_where_all_do_and_can_be_chosen():
    rows = "a,train\nb,\n" * 10 + "a,test\n" * 4
    assert counted(f"animal,split\n{rows}".encode()) == {"a": 10}
    assert counted(f"animal,split\n{rows}".encode(), split="") == {"b": 10}
    assert counted(f"animal,split\n{rows}".encode(), split="all") == {"a": 14, "b": 10}


def test_a_table_of_counts_with_a_split_counts_the_split():
    rows = b"class,split,count\ncat,train,30\ndog,train,7\ncat,val,3\ndog,val,1\n"
    assert counted(rows, label="class", count="count") == {"cat": 30, "dog": 7}


def test_training_values_are_the_plain_one_before_those_that_only_hold_the_word():
    assert training_values("split", ["train", "train_extra", "val"]) == ("train",)
    assert training_values("split", ["train_extra", "val"]) == ("train_extra",)


# --- two label columns -----------------------------------------------------------------------------------------------


def test_a_second_column_of_few_values_is_said_and_can_be_combined():
    data = several_of("animal", "hospital")
    assert counted(data) == Counter(ANIMALS)
    assert said(data)["group"] == (
        "The labels are taken from column 'animal'. 'hospital' holds few values too: it can be combined with the "
        "labels, or be the labels instead."
    )
    pairs = Counter(f"{animal} / {hospital}" for animal, hospital in zip(ANIMALS, HOSPITALS, strict=True))
    reading = read_counts(named("x.csv", data), group="hospital")
    assert reading.counts == ClassCounts.from_counts(dict(sorted(pairs.items())))
    assert [(tally.title, tally.names) for tally in reading.tallies] == [
        ("animal", ("cat", "dog", "emu")), ("hospital", ("A", "B", "C"))
    ]  # fmt: skip
    assert reading.tallies[1].totals.tolist() == [12, 6, 6]
    assert Counter(read_labels(data, group="hospital")) == pairs
    assert counted(data, label="hospital") == {"A": 12, "B": 6, "C": 6}


def test_pairs_of_the_rows_for_training_only():
    rows, labels = read_rows(several_of("animal", "hospital", "split"), group="hospital")
    assert labels.tolist() == [f"{ANIMALS[i]} / {HOSPITALS[i]}" for i in rows]
    assert len(rows) == 16


def test_a_file_without_columns_has_no_group():
    with pytest.raises(ReadingError, match="group and split_column need a table of columns, got JSON Lines"):
        read_counts(named("x.json", b'"train"'), group="train")


def test_a_row_without_a_group_is_left_out_and_said():
    reading = read_counts(b"animal,site\ncat,A\ndog,\n,B\ncat,B\n", label="animal", group="site")
    assert [str(dropped) for dropped in reading.dropped] == ["2 rows were left out: no label or no 'site'."]
    assert reading.counts.names == ("cat / A", "cat / B")


def test_an_id_is_never_the_label_and_is_said():
    for columns in (("animal", "uid"), ("uid", "animal")):
        layout = sniff(several_of(*columns))
        assert layout.label == "animal"
        assert "'uid' differ in every row, as identifiers do." in layout.found[0]
    frame = SEVERAL[["uid", "animal"]].rename(columns={"uid": "label"})
    assert sniff(frame.to_csv(index=False).encode()).label == "animal"
    many = "".join(f"uid{i},species {i % 7}\n" for i in range(10))  # more classes than half the rows
    assert sniff(f"animal,name_of_row\n{many}".replace("uid", "u").encode()).label == "name_of_row"
    assert sniff(("what,who\n" + "".join(f"s{i % 7},u{i}\n" for i in range(10))).encode()).label == "what"


# --- several labels in a cell ----------------------------------------------------------------------------------------

RAREST = Counter("emu" if "emu" in m else "dog" if "dog" in m else "cat" for m in MANY_LABELS)


@pytest.mark.parametrize("name", ["cells.csv", "cells.jsonl", "many-hot.csv"])
def test_a_row_with_several_labels_counts_for_its_rarest_and_all_are_tallied(name):
    reading = read_counts(named(name, NOTICED[name]))
    assert dict(zip(reading.counts.names, reading.counts.counts.tolist(), strict=True)) == dict(sorted(RAREST.items()))
    of_each = Counter(label for labels in MANY_LABELS for label in labels)
    (tally,) = reading.tallies
    assert dict(zip(tally.names, tally.totals.tolist(), strict=True)) == of_each
    assert Counter(read_labels(named(name, NOTICED[name]))) == RAREST
    assert "5 rows" in dict(reading.noticed)["several"]


def test_several_labels_of_the_rows_for_training_only():
    rows, labels = read_rows(named("x.parquet", NOTICED["cells.parquet"]))
    assert len(rows) == 16
    assert all(label in MANY_LABELS[row] for row, label in zip(rows, labels, strict=True))


def test_cells_can_be_kept_as_they_are():
    cells = Counter("|".join(labels) for labels in MANY_LABELS)
    assert counted(several_of("cell"), several="whole") == cells
    assert "each combination is a class" in said(several_of("cell"), several="whole")["several"]
    whole = counted(NOTICED["many-hot.csv"], several="whole")
    assert (whole["cat + dog"], whole["dog + emu"]) == (4, 1)


@pytest.mark.parametrize(
    ("cells", "separator"),
    [(["cat", "dog", "cat|dog"], "|"), (["cat", "dog", "cat;dog"], ";"), (["cat", "dog", "cat, dog"], ","),
     (['["cat", "dog"]', '["cat"]'], "[]"), (["['cat', 'dog']", "['cat']"], "[]"), (["['cat' 'dog']"], "[]"),
     (["0", "1", "0 1", "2 0"], " "), (["Korea, South", "Congo", "Korea, North"], None), (["[cat]", "[dog]"], None),
     (["New York", "York", "New"], None), (["1,5", "1,0", "5"], None), (["a|b", "c|d"], None), (["cat", "dog"], None),
     (["animal|cat", "animal|dog", "plant|fern"], None), ([], None)],
)  # fmt: skip
def test_a_mark_parts_labels_where_the_parts_are_labels_elsewhere(cells, separator):
    assert noticed_separator(cells) == separator


@pytest.mark.parametrize(
    "cell", ['["cat", "dog"]', "['cat', 'dog']", "['cat' 'dog']", "[cat, dog]", '["cat", "dog", "cat"]']
)
def test_lists_are_read_as_json_python_and_numpy_write_them(cell):
    assert labels_in_cell(cell, "[]") == ("cat", "dog")


def test_numbers_in_cells_are_numbers():
    assert counted(b"label\n1|3\n1\n3\n3\n") == {1: 2, 3: 2}


# --- columns of 0 and 1 ----------------------------------------------------------------------------------------------


def test_one_hot_columns_are_the_classes_in_their_order():
    reading = read_counts(named("x.csv", NOTICED["one-hot.csv"]))
    assert reading.counts == ClassCounts(("emu", "dog", "cat"), np.array([4, 8, 12]))
    assert read_labels(NOTICED["one-hot.csv"]).tolist() == ANIMALS
    assert reading.sentence() == (
        "24 samples of 3 classes read from 3 columns of x.csv (24 rows); class imbalance 3. Columns 'emu', 'dog', "
        "'cat' hold 0 and 1, and a row's class is the one with the 1."
    )


def test_columns_of_0_and_1_can_be_chosen_and_left():
    data = NOTICED["many-hot.csv"]
    assert counted(data, label="dog") == {0: 13, 1: 11}
    assert counted(data, label=("cat", "dog"))["cat"] == 9
    labelled = b"label,a,b,c\n" + b"x,1,0,0\ny,0,1,0\nx,0,0,1\n" * 8
    assert counted(labelled) == {"x": 16, "y": 8}
    assert "'a', 'b', 'c' hold 0 and 1: they can be the labels instead." in said(labelled)["indicators"]
    assert counted(labelled, label=["a", "b", "c"]) == {"a": 8, "b": 8, "c": 8}


def test_a_class_without_a_1_is_kept_and_values_that_are_neither_are_said():
    reading = read_counts(b"image,a,b,c\n" + b"1,1,0,0\n2,0,1,0\n3,1,0,0\n4,1,-1,0\n" * 40 + b"5,0.5,1,0\n")
    assert (reading.counts.names, reading.counts.empty) == (("a", "b", "c"), ("c",))
    assert reading.warnings == ("Values other than 0 and 1 were read as 0: '0.5'.",)


# --- folders of data files -------------------------------------------------------------------------------------------


def test_a_saved_hugging_face_data_set_is_read_from_its_zip_and_its_folder_with_its_class_names(tmp_path):
    for name, data in DATASET.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    for file in (named("x.zip", zip_of(DATASET)), tmp_path, tmp_path / "animals"):
        reading = read_counts(file)
        assert reading.counts == ClassCounts(("cat", "dog", "emu", "fox"), np.array([12, 8, 0, 0]))
        assert (reading.rows, reading.splits) == (24, (("test", 4), ("train", 20)))
        assert read_labels(file, split="test").tolist() == ["emu"] * 4
    assert read_labels(tmp_path / "animals" / "train").tolist() == ANIMALS[:20]


def test_one_of_its_files_has_the_class_names_too():
    assert read_labels(named("x.arrow", hugging_face_shard(slice(0, 24)))).tolist() == ANIMALS


def test_lists_of_classes_have_their_names_too():
    table = pa.table({"label": [[0, 1], [1], [2], [1]]})
    info = {"info": {"features": {"label": {"feature": CLASS_LABEL, "_type": "List"}}}}
    out = io.BytesIO()
    pyarrow.parquet.write_table(table.replace_schema_metadata({"huggingface": json.dumps(info)}), out)
    assert counted(out.getvalue()) == {"cat": 1, "dog": 2, "emu": 1}


def test_class_names_come_from_the_description_beside_files_without_them():
    files = {"data-00000-of-00001.arrow": hugging_face_shard(slice(0, 24), metadata=False)}
    assert set(read_labels(zip_of(files))) == {0, 1, 2}
    assert read_labels(zip_of(files | {"dataset_info.json": json.dumps(INFO).encode()})).tolist() == ANIMALS


def test_parquet_files_are_split_by_their_names():
    def parquet(labels: list[str]) -> bytes:
        out = io.BytesIO()
        pd.DataFrame({"label": labels}).to_parquet(out)
        return out.getvalue()

    files = {
        "data/train-00000-of-00001.parquet": parquet(["a", "b"]),
        "data/test-00000-of-00001.parquet": parquet(["a"]),
    }
    reading = read_counts(zip_of(files))
    assert (reading.counts, reading.layout.split) == (ClassCounts.from_counts({"a": 1, "b": 1}), ("train",))
    assert read_rows(zip_of(files))[0].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [("dataset_info.json", INFO, r"it describes a Hugging Face data set of 4 classes \('cat', 'dog', 'emu', \.\.\."),
     ("state.json", STATE, "it lists the files of a Hugging Face data set"),
     ("dataset_dict.json", {"splits": ["train", "test"]}, "it lists the splits of a Hugging Face data set")],
)  # fmt: skip
def test_a_description_alone_says_what_it_is_and_what_to_bring(name, content, what):
    with pytest.raises(ReadingError, match=f"{what}.*but holds no labels. Bring its data files"):
        read_counts(named(name, json.dumps(content).encode()))


def test_a_zip_of_bombs_is_refused():
    bomb = zip_of({"data-00000-of-00001.arrow": hugging_face_shard(slice(0, 4)) + bytes(70_000_000)})
    with pytest.raises(ReadingError, match="unpacks to more than"):
        read_counts(bomb)


# --- TFRecord --------------------------------------------------------------------------------------------------------


def test_a_tfrecord_file_is_told_by_its_checksum_and_refused_with_code_that_counts_it():
    assert _crc32c(b"123456789") == 0xE3069283  # the check value of CRC-32C
    length = struct.pack("<Q", 12)
    masked = ((_crc32c(length) >> 15 | _crc32c(length) << 17) + 0xA282EAD8) & 0xFFFFFFFF
    record = length + struct.pack("<I", masked) + bytes(16)
    with pytest.raises(ReadingError, match="x is a TFRecord file, which only TensorFlow reads") as error:
        read_counts(named("x", record))
    compile(error.value.code, "code", "exec")
    assert "counts.csv" in error.value.code
    with pytest.raises(ReadingError, match="NUL bytes"):
        read_counts(named("x", length + bytes(20)))
