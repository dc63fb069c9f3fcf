"""Features from people's files and from the bundle: what comes in, what is said, and what is refused."""

import gzip
import io
import pickle

import numpy as np
import pyarrow as pa
import pytest
import torch
from pyarrow import csv, feather, parquet

from sampler_core.datasets import ReadingError
from sampler_core.training import LabelledFeatures, load_features
from sampler_core.training.feature_files import read_features
from sampler_core.training.published_sets import published_features

X = np.arange(24.0).reshape(8, 3) ** 1.5
LABELS = np.array(["cat", "dog", "cat", "emu", "dog", "cat", "emu", "dog"])
IS_TEST = np.array([False] * 5 + [True] * 3)


def written(write, *arrays, **named):
    stream = io.BytesIO()
    write(stream, *arrays, **named)
    return stream.getvalue()


def arrow_table(**others):
    return pa.table({"a": X[:, 0], "b": X[:, 1], "c": X[:, 2], "label": LABELS, **others})


def arrow_file(table, write=feather.write_feather):
    stream = io.BytesIO()
    write(table, stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    "content",
    [written(np.savez, X=X, y=LABELS), written(np.savez_compressed, features=X.astype(np.float64), labels=LABELS),
     arrow_file(arrow_table()), arrow_file(arrow_table(), parquet.write_table),
     arrow_file(arrow_table(), csv.write_csv),
     gzip.compress(arrow_file(arrow_table(), csv.write_csv)),
     arrow_file(pa.table({"vector": list(X), "label": LABELS}), parquet.write_table),
     arrow_file(pa.table({"vector": pa.FixedSizeListArray.from_arrays(pa.array(X.ravel()), 3), "label": LABELS})),
     arrow_file(arrow_table(id=np.arange(8), path=[f"{i}.png" for i in range(8)]), csv.write_csv)],
    ids=["npz", "npz packed", "feather", "parquet", "csv", "csv.gz", "vectors", "vectors of one size", "with an id"],
)  # fmt: skip
def test_the_same_features_come_from_every_kind_of_file(content):
    data = read_features(content)
    assert np.array_equal(data.X, X.astype(np.float32))
    assert data.X.dtype == np.float32
    assert [data.names[c] for c in data.y] == LABELS.tolist()
    assert data.is_test is None


def test_columns_that_are_no_features_are_said(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_bytes(arrow_file(arrow_table(id=np.arange(8), colour=["red", "blue"] * 4), csv.write_csv))
    data = read_features(path, label="label")
    assert data.columns == ("a", "b", "c")
    assert data.notes[0] == "Columns that are no features: 'id', 'colour'."
    assert data.title == "mine.csv"


def test_torch_files_are_read_without_running_anything():
    of_torch = [
        written(lambda stream, content: torch.save(content, stream), content)
        for content in ({"X": torch.tensor(X), "y": torch.tensor([0, 1, 0, 2, 1, 0, 2, 1])},
                        (torch.tensor(X), torch.tensor([0, 1, 0, 2, 1, 0, 2, 1])))
    ]  # fmt: skip
    for content in of_torch:
        assert np.array_equal(read_features(content).X, X.astype(np.float32))
    half = written(lambda stream, x: torch.save(x, stream), torch.tensor(X).bfloat16())
    assert np.allclose(read_features(half, LABELS).X, X, rtol=0.01)


class Runs:
    def __reduce__(self):
        return print, ("run",)


@pytest.mark.parametrize(
    "content",
    [written(np.save, np.array([{"a": 1}] * 3, dtype=object)), written(np.savez, X=np.array([Runs()]), y=[1]),
     written(lambda stream, x: torch.save(x, stream), {"X": Runs()})],
    ids=["npy", "npz", "pt"],
)  # fmt: skip
def test_a_pickle_is_refused_and_not_run(content, capsys):
    with pytest.raises(ReadingError, match=r"a pickle\), which are never loaded"):
        read_features(content, [1])
    assert capsys.readouterr().out == ""


def test_a_bare_pickle_is_no_file_of_features(tmp_path):
    path = tmp_path / "data.pkl"
    path.write_bytes(pickle.dumps(X))
    with pytest.raises(ReadingError, match="must be a file of features"):
        read_features(path)


def test_the_split_of_a_file_is_used():
    data = read_features(written(np.savez, X=X, y=LABELS, is_test=IS_TEST))
    assert np.array_equal(data.is_test, IS_TEST)
    split = np.where(IS_TEST, "test", "train")
    data = read_features(arrow_file(arrow_table(split=split), csv.write_csv))
    assert np.array_equal(data.is_test, IS_TEST)
    assert data.columns == ("a", "b", "c")
    assert read_features(arrow_file(arrow_table(split=split), csv.write_csv), split_column="").is_test is None


def test_labels_that_were_brought_go_with_an_array_and_before_those_in_a_file():
    array = written(np.save, X)
    assert [str(name) for name in read_features(array, LABELS).names] == ["cat", "dog", "emu"]
    assert read_features(written(np.savez, X=X, y=LABELS), np.arange(8) % 2).names == (0, 1)
    with pytest.raises(ReadingError, match="has no labels: bring them"):
        read_features(array)


def test_class_names_of_codes_are_taken():
    data = read_features(written(np.savez, X=X, y=np.arange(8) % 3, class_names=np.array(["a", "b", "c"])))
    assert data.names == ("a", "b", "c")


def test_gaps_are_refused_by_row_and_column_with_the_offer_to_leave_them_out():
    gaps = X.copy()
    gaps[2, 1], gaps[5, 0] = np.nan, np.inf
    content = written(np.savez, X=gaps, y=LABELS)
    with pytest.raises(ReadingError, match=r"got nan in row 2, column 1; 2 rows have such values: .*leaves them out"):
        read_features(content)
    data = read_features(content, leave_out_gaps=True)
    assert len(data.X) == 6
    assert data.notes[0] == "2 rows were left out: a value is missing or infinite."
    table = arrow_file(pa.table({"a": [1.0, None, 3.0, 4.0], "label": ["x", "y", "x", "y"]}), csv.write_csv)
    with pytest.raises(ReadingError, match="row 1, column 'a'; 1 row has"):
        read_features(table)
    assert read_features(table, leave_out_gaps=True).y.tolist() == [0, 0, 1]


def test_what_a_study_cannot_tell_is_said():
    constant = np.column_stack([X, np.full(8, 4.0)])
    labels = ["a", "a", "a", "b", "b", "c", "a", "a"]
    notes = LabelledFeatures(constant, labels, is_test=IS_TEST).notes
    assert notes[0] == "1 column has one value in all rows: '3'."
    assert "Classes with one sample are trained on and never judged: 'c'." in notes
    assert "Classes that are missing from the test part: 'b'." in notes
    assert "Classes that are missing from the training part: 'c'." in notes
    labels, is_test = ["a"] * 6 + ["b"] * 2, np.array([0, 0, 0, 0, 0, 1, 1, 0], dtype=bool)
    (other_shares,) = LabelledFeatures(np.arange(8.0)[:, None], labels, is_test=is_test).notes
    assert other_shares.startswith(
        "The test rows have other class shares than the training rows ('a' 50 %, in training 83.3 %). "
    )


def header_of(shape, descr="<f4"):
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": descr, "fortran_order": False, "shape": shape})
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "says"),
    [(header_of((10, 5000)), "at most 4,096 columns, got 5,000: reduce them"),
     (header_of((10**9, 100)), "at most 512 MB, got"), (header_of((10, 3)), "ends before its array does"),
     (written(np.savez, Z=X, y=LABELS), "has no array called X"), (written(np.save, LABELS), "2-D"),
     (written(np.savez, X=X, y=LABELS[:5]), r"one label per row of X \(8\), got 5"),
     (written(np.savez, X=X, y=np.zeros(8, dtype=int)), "from 2 to 1,000 classes, got 1"),
     (written(np.savez, X=LABELS[:, None], y=LABELS), "X must be numbers"),
     (arrow_file(pa.table({"label": LABELS, "colour": LABELS}), csv.write_csv), "no column of numbers"),
     (arrow_file(pa.table({"v": [[1.0], [1.0, 2.0]] * 4, "label": LABELS})), "different lengths"),
     (b"PK\x03\x04 no zip", "damaged or of another kind"), (b"\x93NUMPY", "damaged|ends")],
    ids=["wide", "large", "short", "no X", "1-D", "lengths", "class", "text", "no numbers", "ragged", "zip", "npy"],
)  # fmt: skip
def test_a_file_that_cannot_be_studied_is_refused_with_the_next_step(content, says):
    with pytest.raises(ReadingError, match=says):
        read_features(content, LABELS if content.startswith(b"\x93NUMPY") else None)


@pytest.mark.parametrize("entry", published_features(), ids=lambda entry: entry.name)
def test_bundled_sets_are_what_their_index_says(entry):
    data = load_features(entry.name)
    assert data.X.shape == (entry.rows, entry.columns)
    assert (data.class_counts.num_classes, data.is_test) == (entry.classes, None)
    assert "CC BY 4.0" in entry.source
    for ratio in entry.long_tails:
        tail = load_features(entry.name, ratio)
        trained, judged = (np.bincount(tail.y[part]) for part in (~tail.is_test, tail.is_test))
        assert trained.max() / trained.min() == pytest.approx(ratio, rel=0.3)
        assert judged.max() / judged.min() < 1.1


def test_a_bundled_set_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="features must be one of page_blocks, optdigits, yeast, got 'iris'"):
        load_features("iris")
    with pytest.raises(ValueError, match="long_tail must be one of 10, 50, 100 for optdigits, got 7"):
        load_features("optdigits", 7)
