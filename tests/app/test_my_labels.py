"""My labels without a browser: what is read, corrected, refused, kept and let go of."""

import gzip
import io
import json
import os
import shutil
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from streamlit.runtime.fragment import MemoryFragmentStorage
from streamlit.runtime.state import SessionState
from streamlit.runtime.uploaded_file_manager import DeletedFile
from streamlit.testing.v1 import AppTest

from pages.parts.my_labels import session_labels, upload_form
from pages.parts.my_labels.correction_form import corrected_reading
from pages.parts.my_labels.reading_job import UPLOAD_LIMITS, ReadingJob, Upload
from pages.parts.server import result_cache
from pages.parts.server.session_cleanup import end_lost_sessions, stop_readings_of_lost_sessions
from sampler_core import ClassCounts
from sampler_core.datasets import ReadingError, load, read_counts, synthetic
from sampler_core.figures.class_labels import class_options
from tests.app.conftest import ReadHere
from tests.core.reading_files import DATASET, FILES, NOTICED, TFRECORD_CHECKSUM_OF_12, named
from tests.hostile_names import HOSTILE

NAVIGATION = Path(__file__).parents[2] / "pages" / "navigation.py"
SPECIES = b"id,species\n1,cat\n2,dog\n3,cat\n4,cat\n5,\n6,emu\n"
COUNTS = ClassCounts.from_counts({"cat": 3, "dog": 1, "emu": 1})
NUMBERED = io.BytesIO()
np.save(NUMBERED, np.array([("cat", 30), ("dog", 7)], dtype=[("class", "U3"), ("count", int)]))


def opened(**url_values):
    at = AppTest.from_file(NAVIGATION, default_timeout=60)
    for key, value in {"data": "my labels", **url_values}.items():
        at.query_params[key] = value
    return sound(at.run())


def sound(at):
    assert not at.exception, at.exception
    return at


def uploaded(at, content=SPECIES, name="labels.csv"):
    at.file_uploader[0].upload(name, content, "text/csv").run()
    return read(at)


def read(at):
    """After what a person did: as the page is when nothing is being read any more."""
    while "running_job" in at.session_state:
        at.session_state["running_job"].wait(10)
        sound(at.run())
    return sound(at)


def chosen(at, key, column):
    at.selectbox(key=key).select(column).run()
    return read(at)


def corrected(at, what, classes=(), name=None):
    at.selectbox(key="own-correction").select(what).run()
    for label in classes:
        at.multiselect(key="own-classes").select(label)
    if name is not None:
        at.text_input(key="own-name").input(name)
    at.button(key="own-apply").click().run()
    return sound(at)


def counts_of(at):
    return at.session_state["scenario"].counts


def dict_of(counts):
    return dict(zip(counts.names, counts.counts.tolist(), strict=True))


def sentences(at):
    return " ".join(said.value.replace("\\", "") for said in (*at.sidebar.markdown, *at.sidebar.error, *at.info))


# --- without labels --------------------------------------------------------------------------------------------------


def test_a_link_without_its_labels_says_what_it_needs_and_shows_all_else():
    at = opened(increment="0.05", epochs="30", seed="7")
    plan = at.session_state["scenario"].plan
    assert (plan.epochs, plan.seed, plan.skews()[2]) == (30, 7, pytest.approx(0.1))
    assert counts_of(at) == synthetic("exponential", 10, 20_000, 100.0)
    assert "This page needs your labels" in sentences(at)
    assert "synthetic data (10 classes, 20,000 samples" in sentences(at)


@pytest.mark.parametrize(
    ("page", "url", "wanted"),
    [("train", {}, False), ("monitor", {}, False), ("tune", {"way": "by training"}, False), ("tune", {}, True)],
)
def test_only_a_page_that_shows_the_labels_asks_for_them(page, url, wanted):
    at = opened(**url)
    assert ("This page needs your labels" in sentences(at.switch_page(f"{page}.py").run())) is wanted


def test_a_link_from_a_page_with_labels_opens_that_page_without_them():
    at = uploaded(opened(skew="0.2", epochs="30"))
    again = opened(**{key: "".join(at.query_params[key]) for key in at.query_params})
    assert "This page needs your labels" in sentences(again)
    assert again.session_state["scenario"].plan == at.session_state["scenario"].plan
    assert counts_of(again) == synthetic("exponential", 10, 20_000, 100.0)


def test_two_sessions_do_not_see_each_other_s_labels():
    one, other = uploaded(opened()), uploaded(opened(), b"yes\nno\nno\n", "mine.txt")
    one.button(key="draw_again").click().run()
    assert counts_of(sound(one)) == COUNTS
    assert dict_of(counts_of(sound(other.run()))) == {"no": 2, "yes": 1}


def test_until_labels_are_there_the_data_shown_before_stands_in():
    at = opened(data="published", table="isic2019")
    at.radio(key="data").set_value("mine").run()
    assert counts_of(sound(at)) == load("isic2019")
    assert "a published data set" in sentences(at)
    assert "those of the link" not in sentences(at), "nobody opened one"


# --- reading ---------------------------------------------------------------------------------------------------------


def test_a_file_becomes_the_data_of_every_page_and_is_said_in_a_sentence(read_in_a_child_process):
    at = uploaded(opened())
    assert counts_of(at) == COUNTS
    assert "5 samples of 3 classes read from column 'species' of labels.csv (6 rows)" in sentences(at)
    assert "1 row was left out: no label." in sentences(at)
    assert "needs your labels" not in sentences(at)
    for page in ("compare.py", "tune.py", "explore.py"):
        sound(at.switch_page(page).run())
        assert counts_of(at) == COUNTS


def test_an_upload_that_the_browser_tells_of_twice_is_taken_once(monkeypatch):
    state = {"uploader": [DeletedFile("taken before")], upload_form.UPLOAD_NUMBER: 1}
    monkeypatch.setattr("streamlit.session_state", state)
    upload_form._take_uploaded_files("uploader")
    assert state == {"uploader": [DeletedFile("taken before")], upload_form.UPLOAD_NUMBER: 1}


def test_pasted_labels_are_read_too():
    at = opened()
    at.text_area(key="own-pasted").input("cat\ndog\ncat")
    next(button for button in at.button if button.label == "Read the pasted text").click().run()
    assert dict_of(counts_of(read(at))) == {"cat": 2, "dog": 1}


def test_the_label_column_can_be_changed_and_back():
    at = uploaded(opened())
    chosen(at, "own-label", "id")
    assert counts_of(at).names == (1, 2, 3, 4, 5, 6)
    chosen(at, "own-label", "species")
    assert counts_of(at) == COUNTS


def test_a_table_of_counts_is_found_and_can_be_read_as_labels_instead():
    at = uploaded(opened(), b"class,count\ncat,30\ndog,7\n")
    assert dict_of(counts_of(at)) == {"cat": 30, "dog": 7}
    chosen(at, "own-count", "none")
    assert dict_of(counts_of(at)) == {"cat": 1, "dog": 1}


def test_a_column_that_cannot_be_read_leaves_data_and_choice_as_they_were():
    at = uploaded(opened(), b"class,count\ncat,30\ndog,7\n")
    chosen(at, "own-label", "count")
    assert dict_of(counts_of(at)) == {"cat": 30, "dog": 7}
    assert at.selectbox(key="own-label").value == "class"
    assert "Not read: count must be another column than the label" in sentences(at)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("counts.npy", NUMBERED.getvalue()),
        ("counts.data", b"class  share  count\ncat  0.8  30\ndog  0.2  7\n"),
    ],
)
def test_counts_that_are_found_can_be_left_out_in_every_kind_of_table(name, content):
    at = uploaded(opened(), content, name)
    assert dict_of(counts_of(at)) == {"cat": 30, "dog": 7}
    chosen(at, "own-count", "none")
    assert dict_of(counts_of(at)) == {"cat": 1, "dog": 1}
    chosen(at, "own-count", "count")
    assert dict_of(counts_of(at)) == {"cat": 30, "dog": 7}


def test_a_column_called_none_is_a_column_like_any_other():
    at = uploaded(opened(), b"animal,none\ncat,30\ndog,7\ncat,5\n")
    assert dict_of(counts_of(at)) == {"cat": 2, "dog": 1}
    assert at.selectbox(key="own-count").value == "none"
    without, _, column = at.selectbox(key="own-count").options
    assert without == "none" != column
    chosen(at, "own-count", column)
    assert dict_of(counts_of(at)) == {"cat": 35, "dog": 7}
    assert at.selectbox(key="own-count").value == column
    chosen(at, "own-count", "none")
    assert dict_of(counts_of(at)) == {"cat": 2, "dog": 1}


def test_a_kind_of_file_with_one_place_for_labels_offers_no_other():
    at = uploaded(opened(), b"a/1.png 0\na/2.png 0\nb/3.png 4\n", "list.txt")
    assert dict_of(counts_of(at)) == {0: 2, 4: 1}
    assert not [box for box in at.selectbox if box.key in ("own-label", "own-count")]


def test_a_choice_among_the_columns_of_the_file_before_is_no_choice():
    at = uploaded(uploaded(opened()), b"row,animal\n1,cat\n2,cat\n3,dog\n")
    choice = at.selectbox(key="own-label")
    choice.options.append("species")  # as in a browser that has not heard of the new file
    choice.select("species").run()
    assert dict_of(counts_of(read(at))) == {"cat": 2, "dog": 1}
    assert at.selectbox(key="own-label").value == "animal"


def test_what_was_read_before_is_not_read_again():
    at = uploaded(opened())
    first = at.session_state["own_labels"].steps[0]
    chosen(at, "own-label", "id")
    uploaded(at)
    assert at.session_state["own_labels"].steps[0] is first


def test_another_file_takes_the_place_of_the_one_before_and_of_all_that_was_read_of_it():
    at = uploaded(uploaded(opened()), b"a\nb\n", "other.txt")
    assert {digest for digest, _, _ in at.session_state["own_readings"]} == {
        at.session_state["own_labels"].upload.digest
    }
    at.button(key="own-forget").click().run()
    assert "own_labels" not in at.session_state
    assert "own_readings" not in at.session_state
    assert "This page needs your labels" in sentences(sound(at))


def shared_results():
    """What all sessions have in their cache of each function, in the order of the last use."""
    return {
        function: [id(result) for result in results.values()]
        for function, results in result_cache._shared_cache.results.items()
    }


def test_what_is_worked_out_of_an_upload_is_kept_with_the_session_alone_and_goes_with_the_labels(monkeypatch):
    monkeypatch.setattr(session_labels, "READING_PATIENCE", 60.0)  # no run of the page while the file is being read
    at = opened()
    before = shared_results()
    uploaded(at)
    for page in ("compare.py", "tune.py", "explore.py"):
        sound(at.switch_page(page).run())
    assert shared_results() == before, "nothing was put there, and nothing looked up"
    cached = {function.__name__ for function in at.session_state["private_cache"].results}
    assert cached >= {"of", "findings_of", "preview_of", "courses", "_verdict_of", "answer_of", "sweep"}
    at.button(key="own-forget").click().run()
    assert "private_cache" not in at.session_state


def test_a_session_without_labels_shares_what_it_works_out():
    sound(opened(data="published", table="isic2019"))
    first = shared_results()
    sound(opened(data="published", table="isic2019"))
    assert any(first.values())
    assert {function: set(ids) for function, ids in shared_results().items()} == {
        function: set(ids) for function, ids in first.items()
    }, "nothing was worked out twice"


def test_labels_wait_while_other_data_is_shown():
    at = uploaded(opened())
    at.radio(key="data").set_value("synthetic").run()
    assert counts_of(at) == synthetic("exponential", 10, 20_000, 100.0)
    at.radio(key="data").set_value("mine").run()
    assert counts_of(sound(at)) == COUNTS


# --- what is noticed -------------------------------------------------------------------------------------------------


def test_a_split_column_is_said_and_which_rows_count_can_be_changed():
    at = uploaded(opened(), NOTICED["groups.csv"])
    assert counts_of(at).num_samples == 16
    assert "Only rows whose 'split' is 'train' count: 16 of 24 (the others: 'test' 4, 'val' 4)." in sentences(at)
    box = at.multiselect(key="own-splits")
    assert (box.value, box.options) == (["train: 16"], ["test: 4", "train: 16", "val: 4"])
    box.select("val: 4").run()
    assert counts_of(read(at)).num_samples == 20
    at.multiselect(key="own-splits").set_value([]).run()
    assert counts_of(read(at)).num_samples == 24
    assert "and all of them count" in sentences(at)
    chosen(at, "own-split", "none")
    assert counts_of(at).num_samples == 24
    assert not [box for box in at.multiselect if box.key == "own-splits"]
    chosen(at, "own-split", "split")
    assert counts_of(at).num_samples == 16


def test_two_label_columns_are_said_and_can_be_combined_or_exchanged():
    at = uploaded(opened(), NOTICED["groups.csv"])
    assert "'hospital' holds few values too" in sentences(at)
    assert at.selectbox(key="own-group").options == ["none", "hospital", "split"], (
        "neither the labels nor what differs in each row"
    )
    chosen(at, "own-group", "hospital")
    assert "from columns 'animal' and 'hospital' of" in sentences(at)
    assert {"cat / A", "cat / B"} < set(counts_of(at).names)
    assert counts_of(at).num_samples == 16, "the split stays"
    chosen(at, "own-label", "hospital")
    assert counts_of(at).names == ("A", "B", "C")
    assert at.selectbox(key="own-group").value == "none"


@pytest.mark.parametrize("name", ["cells.jsonl", "many-hot.csv"])
def test_several_labels_in_a_row_are_said_and_can_be_kept_together(name):
    at = uploaded(opened(), NOTICED[name], name)
    assert counts_of(at).names == ("cat", "dog", "emu")
    assert "several" in sentences(at)
    chosen(at, "own-several", "whole")
    assert counts_of(at).num_classes > 3
    chosen(at, "own-several", "rarest")
    assert counts_of(at).names == ("cat", "dog", "emu")


def test_columns_of_0_and_1_are_an_option_of_the_label_column():
    at = uploaded(opened(), NOTICED["one-hot.csv"])
    assert at.selectbox(key="own-label").value == "3 columns of 0 and 1"
    assert "hold 0 and 1, and a row's class is the one with the 1" in sentences(at)
    chosen(at, "own-label", "dog")
    assert dict_of(counts_of(at)) == {0: 16, 1: 8}
    chosen(at, "own-label", "3 columns of 0 and 1")
    assert dict_of(counts_of(at)) == {"emu": 4, "dog": 8, "cat": 12}


def test_the_files_of_a_hugging_face_data_set_are_taken_together_and_others_are_not():
    at = opened()
    for name, content in DATASET.items():
        if "train" in name:
            at.file_uploader[0].upload(name.rpartition("/")[2], content)
    sound(at.run())
    assert dict_of(counts_of(read(at))) == {"cat": 12, "dog": 8, "emu": 0, "fox": 0}
    at.file_uploader[0].upload("a.csv", SPECIES).upload("b.csv", SPECIES).run()
    assert "Not read: choose one file; several only where" in sentences(read(at))


def test_a_file_that_only_other_tools_read_is_refused_with_code_to_copy():
    record = bytes([12, 0, 0, 0, 0, 0, 0, 0]) + TFRECORD_CHECKSUM_OF_12 + bytes(20)
    at = uploaded(opened(), record, "shard.tfrecord")
    assert "shard.tfrecord is a TFRecord file, which only TensorFlow reads" in sentences(at)
    assert "counts.csv" in at.sidebar.code[0].value
    assert not uploaded(at).sidebar.code


def test_the_code_selects_the_rows_that_were_counted():
    at = uploaded(opened(), NOTICED["groups.csv"])
    at.button(key="share").click().run()
    code = sound(at).code[-1].value
    assert "rows, labels = read_rows(\n    'labels.csv'" in code
    assert "split=('train',)" in code


# --- the link --------------------------------------------------------------------------------------------------------

REQUIREMENTS = '[{"name":"share","bound":0.05,"class_name":"emu"}]'
BOOST = {"name": "boost", "target": {"name": "progressively_balanced"}, "factors": [["emu", 2.0]]}
PLANS = json.dumps(["mine", {"name": "more", "target": BOOST}])


@pytest.mark.parametrize(
    ("page", "control", "text", "what"),
    [
        ("tune.py", "requirements", REQUIREMENTS, "requirements"),
        ("compare.py", "plans", PLANS, "plans"),
        ("explore.py", "boosts", "emu: 2", "boosted classes"),
    ],
)
def test_what_names_classes_of_own_labels_is_in_no_link_and_the_page_and_share_say_so(page, control, text, what):
    at = uploaded(opened(target="boost"))
    sound(at.switch_page(page).run())
    assert "No link has" not in sentences(at)
    assert at.text_input(key=control).proto.query_param_key == control
    sound(at.text_input(key=control).input(text).run())
    assert not at.text_input(key=control).proto.query_param_key
    assert not any("emu" in str(value) for value in at.query_params.values())
    sound(at.run())
    assert f"No link has the {what}: they name your classes." in sentences(at)
    sound(at.button(key="share").click().run())
    assert f"Nor are the {what}: they name your classes." in sentences(at)


def test_what_names_no_class_of_own_labels_stays_in_the_link():
    at = uploaded(opened())
    sound(at.switch_page("tune.py").run())
    sound(at.text_input(key="requirements").input('[{"name":"repeats","bound":7.0}]').run())
    assert at.text_input(key="requirements").proto.query_param_key == "requirements"
    assert "No link has" not in sentences(at)
    sound(at.button(key="share").click().run())
    assert "Your labels are not in the link" in sentences(at)
    assert "Nor are" not in sentences(at)


# --- corrections -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "classes", "name", "result"),
    [
        ("rename", ["dog"], "hund", {"cat": 3, "hund": 1, "emu": 1}),
        ("merge", ["dog", "emu"], "rest", {"cat": 3, "rest": 2}),
        ("drop", ["dog", "emu"], None, {"cat": 3}),
        ("ignore", ["cat"], None, {"dog": 1, "emu": 1}),
    ],
)
def test_a_correction_changes_the_data_and_can_be_taken_back(what, classes, name, result):
    at = corrected(uploaded(opened()), what, classes, name)
    assert dict_of(counts_of(at)) == result
    at.button(key="own-undo").click().run()
    assert counts_of(sound(at)) == COUNTS


def test_the_order_of_the_classes_is_by_count_or_by_name_and_can_be_taken_back():
    at = uploaded(opened(), b"class,count\nemu,4\ncat,1\ndog,9\n")
    orders = {what: counts_of(corrected(at, what)).names for what in ("count", "name")}
    assert orders == {"count": ("dog", "emu", "cat"), "name": ("cat", "dog", "emu")}
    for before in (orders["count"], ("emu", "cat", "dog")):
        at.button(key="own-undo").click().run()
        assert counts_of(sound(at)).names == before


def test_a_correction_that_cannot_be_says_why_and_changes_nothing():
    at = corrected(uploaded(opened()), "rename", ["dog"], "cat")
    assert "Not changed: two classes would be named 'cat'. Merge them instead. The data is as it was." in sentences(at)
    assert counts_of(at) == COUNTS
    assert "Not changed: choose the classes first" in sentences(corrected(at, "merge", [], "x"))


def test_what_could_not_be_changed_is_no_longer_said_once_a_correction_is_taken_back():
    at = corrected(corrected(uploaded(opened()), "drop", ["emu"]), "rename", ["dog"], "cat")
    assert "Not changed" in sentences(at)
    assert "Not changed" not in sentences(sound(at.button(key="own-undo").click().run()))


def test_a_typed_number_names_a_class_of_numbered_ones():
    reading = read_counts(b"0\n0\n0\n1\n2\n2\n")
    changed = corrected_reading(reading, "merge", [1, 2], "7")
    assert dict_of(changed.counts) == {0: 3, 7: 3}


# --- wrong and hostile files -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("header.csv", b"id,species\n"),
        ("broken.csv.gz", gzip.compress(SPECIES * 100, mtime=0)[:60]),
        ("book.xlsx", b"PK\x03\x04" + bytes(60)),
        ("model.pkl", b"\x80\x04\x95" + bytes(20)),
        ("many.txt", b"\n".join(b"%d" % n for n in range(UPLOAD_LIMITS.classes + 1))),
        ("long.txt", b"x" * 10_000 + b"\ny\n"),
        ("nul.json", b'["a", "nul\\u0000inside"]'),
    ],
)
def test_a_file_that_cannot_be_read_is_one_sentence_and_the_earlier_data_stays(name, content):
    at = uploaded(uploaded(opened()), content, name)
    assert counts_of(at) == COUNTS
    assert [error.value.startswith("Not read") for error in at.sidebar.error] == [True]
    assert at.sidebar.error[0].value.endswith("The data is as it was\\.")


def test_class_names_are_never_markup_in_what_the_sidebar_says():
    names = ["<b>x</b>", "*dog* :red[x]", "$x^2$", "[a](http://evil.example)", "=1+1", "\u202etfel"]
    at = uploaded(opened(), "\n".join(["species", *names, names[0]]).encode(), "*<b>*.csv")
    assert counts_of(at).num_classes == len(names)
    at = corrected(at, "drop", [names[1]])
    said = next(said.value for said in at.sidebar.markdown if "samples of" in said.value)
    for raw in ("<b>", "*dog*", ":red["):
        assert raw not in said
    assert "\\*dog\\*" in said


def test_the_code_says_what_the_labels_in_training_do_not_know_of():
    at = corrected(uploaded(opened()), "rename", ["dog"], "cat 2")
    at.button(key="share").click().run()
    code = sound(at).code[-1].value
    assert "# - 1 row was left out: no label.\n# - Renamed 'dog' to 'cat 2'.\n" in code
    at.button(key="own-undo").click().run()
    at.button(key="share").click().run()
    assert "Renamed" not in sound(at).code[-1].value


def test_many_numbers_are_offered_bins_and_the_code_has_the_call_that_makes_them():
    ages = np.random.default_rng(2).integers(1, 90, 500)
    at = uploaded(opened(), ("age\n" + "".join(f"{age}\n" for age in ages)).encode())
    assert any("Put them in bins" in said.value for said in at.sidebar.markdown)
    at = corrected(at, "bins")
    assert counts_of(at).num_classes == 10
    assert counts_of(at).num_samples == 500
    at.button(key="share").click().run()
    assert '# - Put in bins: labels = binned(values, 10, "equal width").labels.' in sound(at).code[-1].value
    at.button(key="own-undo").click().run()
    assert counts_of(sound(at)).num_classes > 80
    at = uploaded(opened())
    assert "Put numbers in bins" not in at.selectbox(key="own-correction").options


def test_options_made_of_class_names_are_each_a_different_one():
    counts = ClassCounts.from_counts({**dict.fromkeys(HOSTILE, 2), "two lines": 1, "two\nlines": 1, "two\tlines": 1})
    labels = class_options(counts)
    assert sorted(labels.values()) == list(range(counts.num_classes))
    assert all("\n" not in label and "\x00" not in label for label in labels)


# --- reading beside the page -----------------------------------------------------------------------------------------

READING = "pages.parts.my_labels.reading_job.READING_FUNCTION"


def test_a_large_file_is_read_beside_the_page_and_can_be_stopped():
    job = ReadingJob(Upload("large.txt", b"cat\ndog\n" * 8_000_000))
    job.stop()
    job.wait(60)
    with pytest.raises(ReadingError, match="stopped"):
        job.result()


OF_EACH_KIND = [
    *{name.partition(".")[2]: name for name in FILES}.values(),
    "cells.csv",
    "data.zip",
]  # tests/core reads every file


@pytest.mark.parametrize(("kind", "name"), [*((ReadHere, name) for name in OF_EACH_KIND), (ReadingJob, "data.zip")])
def test_a_job_reads_what_the_library_reads(kind, name):
    content = (FILES | NOTICED)[name]
    job = kind(Upload(name, content))
    job.wait(60)
    expected = read_counts(named(name, content))
    assert replace(job.result(), tallies=()) == replace(expected, tallies=())
    assert [tally.fields() for tally in job.result().tallies] == [tally.fields() for tally in expected.tallies]
    assert job.progress == 1.0


@pytest.mark.parametrize(
    ("function", "why"),
    [
        ("takes_three_gigabytes", "it takes more than 2 GB of memory"),
        ("makes_a_mistake", "it ended the process that worked on it"),
    ],
)
def test_a_reader_that_fails_is_a_sentence_with_the_next_step(monkeypatch, function, why):
    monkeypatch.setattr(READING, f"tests.app.job_functions:{function}")
    job = ReadingJob(Upload("labels.csv", SPECIES))
    job.wait(60)
    with pytest.raises(
        ReadingError, match=rf"^labels\.csv cannot be read: {why}\. Save the label column alone, as CSV"
    ):
        job.result()


def test_a_file_is_read_no_further_when_its_session_ends(monkeypatch, read_in_a_child_process):
    at = opened()
    monkeypatch.setattr(READING, "tests.app.job_functions:hangs")
    at.file_uploader[0].upload("slow.txt", b"a\nb\n", "text/plain").run()
    state, job = SessionState(), at.session_state["running_job"]
    state["running_job"] = job
    session = SimpleNamespace(session_state=state, shutdown=lambda: None, _fragment_storage=MemoryFragmentStorage())
    cache = SimpleNamespace(expire=lambda: [("a session", SimpleNamespace(session=session))])
    manager = SimpleNamespace(_session_storage=SimpleNamespace(_cache=cache))
    monkeypatch.setattr("streamlit.runtime.get_instance", lambda: SimpleNamespace(_session_mgr=manager))
    assert end_lost_sessions() == 1
    job.wait(1)
    with pytest.raises(ReadingError, match="stopped"):
        job.result()


def test_a_reading_that_was_stopped_with_the_connection_begins_again_when_the_session_is_back(
    monkeypatch, read_in_a_child_process
):
    at = opened()
    monkeypatch.setattr(READING, "tests.app.job_functions:hangs")
    at.file_uploader[0].upload("labels.csv", SPECIES, "text/csv").run()
    state, job = SessionState(), at.session_state["running_job"]
    state["running_job"] = job
    lost = SimpleNamespace(session=SimpleNamespace(session_state=state))
    manager = SimpleNamespace(_session_storage=SimpleNamespace(list=lambda: [lost]))
    with monkeypatch.context() as patch:
        patch.setattr("streamlit.runtime.get_instance", lambda: SimpleNamespace(_session_mgr=manager))
        stop_readings_of_lost_sessions()
    job.wait(1)
    assert job.done
    monkeypatch.undo()
    assert counts_of(read(at.run())) == COUNTS
    assert "stopped" not in sentences(at)


def test_while_a_file_is_being_read_the_page_shows_the_earlier_data_and_cancel_keeps_it(
    monkeypatch, read_in_a_child_process
):
    at = uploaded(opened())
    monkeypatch.setattr(READING, "tests.app.job_functions:hangs")
    at.file_uploader[0].upload("slow.txt", b"a\nb\n", "text/plain").run()
    assert counts_of(sound(at)) == COUNTS
    job = at.session_state["running_job"]
    while job.progress < 0.25:
        time.sleep(0.05)
    at.run()
    assert [(bar.value, bar.text) for bar in at.progress] == [(25, "Reading slow\\.txt")]
    at.button(key="own-cancel").click().run()
    job.wait(1)
    assert job.done
    assert counts_of(sound(at.run())) == COUNTS
    assert np.array_equal(counts_of(at).counts, [3, 1, 1])


# --- the folder of the server ----------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of labels that the server was started with; what lies beside it is none of its business."""
    inside = tmp_path / "labels"
    (inside / "animals" / "label=cat").mkdir(parents=True)
    monkeypatch.setenv("SKEWLAB_LABELS", str(inside))
    (inside / "labels.csv").write_bytes(SPECIES)
    for label, rows in {"cat": 3, "dog": 1}.items():
        (inside / "animals" / f"label={label}").mkdir(exist_ok=True)
        table = pa.table({"id": list(range(rows))})
        pyarrow.parquet.write_table(table, inside / "animals" / f"label={label}" / "part-0.parquet")
    return inside


def served(at, name):
    at.selectbox(key="own-served").set_value(name).run()
    return read(at)


def test_files_and_folders_of_the_server_are_read_where_they_lie(folder, read_in_a_child_process):
    at = opened()
    assert at.selectbox(key="own-served").options == ["animals", "labels.csv"]
    assert counts_of(served(at, "animals")) == ClassCounts.from_counts({"cat": 3, "dog": 1})
    assert at.selectbox(key="own-served").value is None
    assert counts_of(served(at, "labels.csv")) == COUNTS
    (folder / "labels.csv").write_bytes(SPECIES + b"7,emu\n")
    assert counts_of(served(at, "labels.csv")).num_samples == 6, "it is read anew"
    at.selectbox(key="own-label").set_value("id").run()
    assert counts_of(read(at)).num_classes == 7


def test_links_pipes_and_what_lies_outside_are_neither_listed_nor_read(folder):
    (folder.parent / "outside.csv").write_bytes(SPECIES)
    (folder / "link.csv").symlink_to(folder.parent / "outside.csv")
    (folder / "door").symlink_to(folder.parent)
    (folder / ".hidden.csv").write_bytes(SPECIES)
    os.mkfifo(folder / "pipe.csv")
    label = folder / "animals" / "label=cat"
    (label / "part-1.parquet").symlink_to(label / "part-0.parquet")
    (folder / "animals" / "label=emu").symlink_to(label)
    at = opened()
    assert at.selectbox(key="own-served").options == ["animals", "labels.csv"]
    assert counts_of(served(at, "animals")) == ClassCounts.from_counts({"cat": 3, "dog": 1})
    (folder / "labels.csv").unlink()
    (folder / "labels.csv").symlink_to(folder.parent / "outside.csv")
    served(at, "labels.csv")
    assert "Not read: labels.csv is not in the folder of labels any more" in sentences(at)
    assert counts_of(at).num_samples == 4


def test_a_folder_without_data_files_and_one_that_is_none_say_so(folder):
    (folder / "notes").mkdir()
    at = served(opened(), "notes")
    assert "or give one with Arrow or Parquet files, no links" in sentences(at)
    shutil.rmtree(folder)
    assert "SKEWLAB_LABELS must name a folder, and what it names is none: no labels are listed." in sentences(opened())


def test_a_server_without_a_folder_has_no_control_for_one():
    assert "own-served" not in [box.key for box in opened().selectbox]
