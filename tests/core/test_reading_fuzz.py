"""Every reader against damaged and made-up files: whatever comes, the only error is `ReadingError`.

1,000 inputs in all, 20,000 with FULL_STATISTICS; `READING_FUZZ=100000` in the environment runs as many.
"""

import gzip
import inspect
import json
import traceback
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sampler_core.datasets.label_files import Reading, ReadingError, read_counts, read_labels, read_rows, sniff
from tests.core.full_statistics import examples
from tests.core.reading_files import FILES, NOTICED, TABLES, named

READERS = Path(inspect.getfile(ReadingError)).parent
MISTAKES = (IndexError, KeyError, ValueError, ZeroDivisionError, OverflowError, RuntimeError, SyntaxError)
MISTAKES += (TypeError, AttributeError, AssertionError, UnboundLocalError)
SEEDS = {**FILES, **{f"table {name}": data for name, data in TABLES.items()}}
SEEDS |= {f"noticed {name}": data for name, data in NOTICED.items()}
MADE_UP = ("text", "json", "bytes")
INPUTS = examples("READING_FUZZ", 1000, 20_000)
EACH = -(-INPUTS // (len(SEEDS) + 10 * len(MADE_UP)))
PIECES = [
    b"\0",
    b"\n",
    b'"',
    b",",
    b";",
    b"\t",
    b"{",
    b"[",
    b"]",
    b"}",
    b"NaN",
    b"-1",
    b"1e999",
    b"\r",
    b"label",
    b"'O'",
]
PIECES += [b"\xff\xfe", b"\x1f\x8b", b"PAR1", b"ARROW1", b"\x93NUMPY", b"\xed\xa0\x80", b"\\ud800", b"9" * 30]


@st.composite
def damaged(draw: st.DrawFn, data: bytes) -> bytes:
    """The file with bytes changed, put in, cut out or cut off; perhaps inside its gzip, perhaps in a new one."""
    packed = data.startswith(b"\x1f\x8b") and draw(st.booleans())
    found = bytearray(gzip.decompress(data) if packed else data)
    for _ in range(draw(st.integers(1, 4))):
        at, what = draw(st.integers(0, len(found))), draw(st.integers(0, 4))
        if what == 0:
            found[at : at + 1] = draw(st.binary(min_size=1, max_size=1))
        elif what == 1:
            found[at:at] = draw(st.sampled_from(PIECES) | st.binary(max_size=8))
        elif what == 2:
            del found[at : at + draw(st.integers(1, 20))]
        elif what == 3:
            del found[at:]
        else:
            start = draw(st.integers(0, len(found)))
            found[at:at] = found[start : start + 40]
    return gzip.compress(bytes(found)) if packed or draw(st.integers(0, 19)) == 0 else bytes(found)


KEYS = ("label", "count", "annotations", "categories", "images", "category_id", "id", "name", "columns", "data")
CELL = st.sampled_from(
    [
        "train",
        "val",
        "a|b",
        "b",
        '["a", "b"]',
        "0",
        "1",
        "",
        "a",
        "7",
        "07",
        "1.5",
        "1,5",
        "-3",
        "NA",
        "=1+1",
        "<b>",
        "\u202e",
        "9" * 25,
        'x"y',
        "é",
        "\ud800",
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | CELL,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(CELL | st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    mark, end = draw(st.sampled_from([",", ";", "\t", "|", " "])), draw(st.sampled_from(["\n", "\r\n", "\r"]))
    header = draw(
        st.sampled_from(
            [["label"], ["class", "count"], ["path", "label"], ["label", "split"], ["a", "b", "is_train"], []]
        )
    )
    rows = draw(st.lists(st.lists(CELL, max_size=4), max_size=8))
    text = end.join(mark.join(row) for row in ([header] if header else []) + rows)
    return text.encode(draw(st.sampled_from(["utf-8", "utf-16", "utf-8-sig", "cp1252"])), "replace")


@st.composite
def jsons(draw: st.DrawFn) -> bytes:
    return "\n".join(json.dumps(value) for value in draw(st.lists(VALUES, min_size=1, max_size=3))).encode()


def reads_or_says_why(name: str, data: bytes, *, as_labels: bool = True, **options: object) -> None:
    file = named(name, data)
    try:
        layout = sniff(file, **options)
        assert layout.found
        reading = read_counts(file, layout)
    except ReadingError as error:
        assert str(error).isprintable()
        assert len(str(error)) < 1000
        not_of_our_own_making(error)
    else:
        well_formed(reading)
        if as_labels:
            labels_agree(file, layout, reading)
    assert not file.closed


def not_of_our_own_making(error: ReadingError) -> None:
    """What a library raises is the file's fault; what begins in our own lines would be a mistake in them."""
    cause = error.__cause__
    if type(cause) in MISTAKES:
        *_, last = traceback.extract_tb(cause.__traceback__)
        assert Path(last.filename).parent != READERS, f"{cause!r} in {last}"


def well_formed(reading: Reading) -> None:
    assert reading.counts.num_samples > 0
    assert reading.rows >= sum(dropped.rows for dropped in reading.dropped) >= 0
    assert reading.sentence().isprintable()


def labels_agree(file, layout, reading: Reading) -> None:
    try:
        labels = read_labels(file, layout)
    except ReadingError as error:
        assert reading.dropped or layout.count is not None
        not_of_our_own_making(error)
    else:
        counted = [rows for split, rows in reading.splits if not reading.layout.split or split in reading.layout.split]
        rows = sum(counted) if reading.splits else reading.rows
        assert labels.shape == (reading.counts.num_samples,)
        assert labels.shape == (rows,) or layout.kind == "coco"  # whose rows are boxes, and samples are images
        assert np.array_equal(read_rows(file, reading.layout)[1], labels)


OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "separator": st.sampled_from([",", ";", "\t", "", "ab", "é", "\n", '"']),
        "encoding": st.sampled_from(["utf-8", "latin-1", "utf-16", "shift_jis", "zlib", "none such", "idna", "utf-7"]),
        "header": st.booleans(),
        "label": CELL | st.just("species") | st.lists(st.sampled_from(["a", "b", "label"]), max_size=3),
        "group": CELL,
        "split_column": CELL | st.just("split"),
        "split": CELL | st.just("all") | st.lists(CELL, max_size=2),
        "several": st.sampled_from(["rarest", "whole", "x"]),
        "count": CELL | st.just("width"),
        "kind": st.sampled_from(["table", "lines", "image list", "words", "json lines", "coco", "npy", "none such"]),
    },
)
settings_of = settings(max_examples=EACH, suppress_health_check=list(HealthCheck), database=None)


@pytest.mark.parametrize("name", SEEDS)
def test_a_damaged_file_is_read_or_refused_in_a_sentence(name):
    @settings_of
    @given(damaged(SEEDS[name]))
    def check(data: bytes) -> None:
        reads_or_says_why(name, data)

    check()


@pytest.mark.parametrize("kind", MADE_UP)
def test_a_made_up_file_is_read_or_refused_in_a_sentence(kind):
    made = {"text": tables(), "json": jsons(), "bytes": st.binary(max_size=200)}[kind]

    @settings(settings_of, max_examples=10 * EACH)
    @given(made, OPTIONS, st.sampled_from(["x.csv", "x.json", "x.jsonl", "x.txt", "x", "x.tsv.gz"]))
    def check(data: bytes, options: dict[str, object], name: str) -> None:
        reads_or_says_why(name, data, **options)

    check()
