"""The Train page without a browser: its form, what is started, its place in line, the result, a study that is lost."""

import dataclasses
import io
import json
from concurrent.futures import Future
from pathlib import Path
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pytest
import streamlit as st
import torch
from pyarrow import parquet
from streamlit.testing.v1 import AppTest

from pages.parts.my_labels.reading_job import Upload
from pages.parts.server import study_line
from pages.parts.server.jobs import JobError
from pages.parts.sidebar.page_parameters import FEATURE_SETS, SPLITS, TRAIN_PARAMETERS
from pages.parts.text.markdown import literal
from pages.parts.train import study_form, study_process, trained_plans, uploaded_features
from pages.parts.train.study_job import FeatureFile, RefusedFeatures, StudyJob, reading_of
from pages.parts.train.study_process import read_upload, run_study, thinned
from pages.parts.train.thoroughness import (
    SEEDS,
    Splitting,
    duration,
    measured_spread,
    seconds,
    splitting,
    visible_difference,
)
from sampler_core import Constant, PowerSkew, SamplingPlan
from sampler_core.data.class_counts import ClassCounts
from sampler_core.exporting.csv_tables import csv_file
from sampler_core.exporting.study_report import study_report
from sampler_core.plans.named_plans import plans_to_json
from sampler_core.run_log import run_of_contents
from sampler_core.training import Folds, LinearLearner, MlpLearner, Study, StudyResult, load_features
from sampler_core.training.comparison import standard_error

torch.set_num_threads(1)
NAVIGATION = Path(__file__).parents[2] / "pages" / "navigation.py"
PLANS = (("mine", SamplingPlan(target=PowerSkew(Constant(1.0)), epochs=2, batch_size=64)),)


@pytest.fixture(scope="module")
def found():
    """A study of page_blocks, as the page has it."""
    study = Study(load_features(), dict(PLANS), LinearLearner(), splits=Folds(2, 1))
    return StudyResult.from_json(study.run().to_json())


class HeldStudy:
    """A study that ends when the test says so; what it was asked for."""

    asked: ClassVar[list] = []

    def __init__(self, request, file):
        self.future, self.progress, self.news, self.stopped = Future(), 0.0, [], False
        self.asked.append((request, file))

    def when_done(self, call):
        self.future.add_done_callback(lambda _: call())

    def result(self):
        return self.future.result()

    def stop(self):
        self.stopped = True
        self.future.set_exception(JobError("it was stopped"))


@pytest.fixture(autouse=True)
def studies_are_held(monkeypatch):
    monkeypatch.setattr(study_line, "_studies", {})
    monkeypatch.setattr(HeldStudy, "asked", [])
    monkeypatch.setattr(study_form, "StudyJob", HeldStudy)
    monkeypatch.setattr(study_form, "start_spare", lambda modules: None)


def opened(**url):
    at = AppTest.from_file(NAVIGATION, default_timeout=60)
    url = {"data": "synthetic", **url}
    for key, value in url.items():
        at.query_params[key] = value
    at.run()
    for key, value in url.items():
        at.query_params[key] = value
    return at.switch_page("train.py").run()


def said(at):
    parts = (at.markdown, at.caption, at.info, at.warning, at.error)
    return " ".join(element.value.replace("\\", "") for part in parts for element in part)


def captions_of(at):
    return list(at.radio(key="splits").proto.captions)


def plan_pills(at):
    return at.get("button_group")[0]


def start(at):
    return at.button(key="start_study").click().run()


def running(at):
    return study_line.study_of(study_id(at))


def study_id(at):
    named = at.query_params["study"]
    return named if isinstance(named, str) else named[0]


# --- the form --------------------------------------------------------------------------------------------------------


def test_the_page_opens_with_a_form_that_can_be_started_and_says_what_it_takes():
    at = opened()
    assert not at.exception
    assert "5,472 samples, 10 features, 5 classes" in said(at)
    assert plan_pills(at).options[:3] == ["mine", "natural", literal("square-root")], "the sidebar's own first"
    assert [literal(name) for name in plan_pills(at).value] == plan_pills(at).options, "all are trained at first"
    assert not at.button(key="start_study").disabled
    captions = captions_of(at)
    assert len(captions) == 3 and all("; about " in one and "; finds differences of " in one for one in captions)
    points = [float(one.split("differences of ")[1].split()[0]) for one in captions]
    assert points == sorted(points, reverse=True), "more splits show smaller differences"
    assert "150 runs of 100 epochs: 5 times 5 folds" in said(at)


def test_start_trains_what_the_form_says_and_the_url_names_the_study():
    at = opened(features="Yeast", learner="linear", weight_decay="0.01", epochs="7", seed="3", splits="5 runs a plan")
    at.multiselect(key="left_out").select("deferred").run()
    at.get("button_group")[1].set_value(["cross-entropy", "logit-adjusted"]).run()
    start(at)
    ((request, file),) = HeldStudy.asked
    assert file is None and request["features"] == {"published": "yeast", "long_tail": None}
    assert request["learner"] == {"name": "linear", "learning_rate": 0.003, "weight_decay": 0.01}
    assert request["losses"] == [{"name": "cross_entropy"}, {"name": "logit_adjusted", "tau": 1.0, "prior": "drawn"}]
    assert (request["seed"], request["splits"]["name"]) == (3, "hold_out")
    plans = {one["name"]: one["plan"] for one in json.loads(request["plans"])["plans"]}
    assert list(plans)[:2] == ["mine", "natural"] and "deferred" not in plans
    assert {plan["epochs"] for plan in plans.values()} == {7}
    assert study_id(at) == running(at).id


def test_a_url_that_is_corrected_keeps_all_of_several_losses():
    at = AppTest.from_file(NAVIGATION, default_timeout=60)
    at.query_params["features"], at.query_params["losses"] = "yeast", ["cross-entropy", "focal"]
    at.run()
    assert at.query_params["features"] in ("Yeast", ["Yeast"]), "by its title, as links have it"
    assert at.query_params["losses"] == ["cross-entropy", "focal"]


def test_a_form_that_cannot_be_started_says_what_is_missing():
    at = opened(features="my features")
    assert at.button(key="start_study").disabled and "Bring features first" in said(at)
    assert "At most 500 MB a file and 4,096 columns" in said(at), "before anything is read"
    at = opened(plans='["mine"]')
    at.multiselect(key="left_out").select("mine").run()
    assert at.button(key="start_study").disabled and "All plans are left out" in said(at)


def test_without_features_there_are_no_tables_though_they_were_open_before():
    at = opened()
    at.session_state["train-tables"] = True
    assert at.run().get("dataframe") or at.dataframe
    at.selectbox(key="features").set_value("mine").run()
    assert not at.exception and "Bring features first" in said(at)


def test_plans_that_the_features_do_not_allow_are_left_out_in_a_sentence():
    at = opened(plans='["natural",{"name":"odd","target":{"name":"shares","shares":[["class 3",0.5]]}}]')
    assert "odd is not trained" in said(at) and "Change it in Compare, or the sidebar." in said(at)
    start(at)
    assert [one["name"] for one in json.loads(HeldStudy.asked[0][0]["plans"])["plans"]] == ["natural"]


def test_a_plan_that_was_left_out_and_is_gone_is_no_error_and_the_others_are_trained():
    at = opened(plans='["natural","deferred"]')
    at.multiselect(key="left_out").select("deferred").run()
    at.switch_page("compare.py").run()
    at.text_input(key="plans").set_value('["natural","square_root"]').run()
    at.switch_page("train.py").run()
    assert not at.exception and plan_pills(at).value == ["natural", "square-root"]


def test_plans_are_chosen_by_clicking_them_and_the_url_has_those_that_are_not():
    at = opened(left_out="deferred", plans='["natural","square_root","deferred"]')
    assert plan_pills(at).value == ["natural", "square-root"], "a link of before means what it meant"
    plan_pills(at).set_value(["natural", "deferred"]).run()
    assert at.query_params["left_out"] in ("square-root", ["square-root"])
    start(at)
    trained = json.loads(HeldStudy.asked[0][0]["plans"])["plans"]
    assert [one["name"] for one in trained] == ["natural", "deferred"]


def test_what_each_plan_draws_is_told_beside_them():
    lines = plan_pills(opened(plans='["natural","deferred"]')).help.splitlines()
    assert lines[-2:] == [
        "- **natural**: the natural mix in every epoch",
        "- **deferred**: power skew, step\\: switch at epoch 80, skew factor 0, skew at the end 1",
    ]


def test_every_bundled_set_is_offered_with_the_split_it_comes_with():
    assert list(FEATURE_SETS) == ["page_blocks", "optdigits_10", "optdigits_50", "optdigits_100", "yeast"]
    at = opened(features="Optdigits, long tail 50")
    assert "1,048 samples to train on and 1,797 to judge by, in a split of their own, 64 features" in said(at)
    assert "the features' own split, 25 seeds" in said(at)
    assert at.session_state["features"] == "optdigits_50"
    own = [f"the features' own split, {seeds} seeds" for seeds in (5, 25, 100)]
    assert [caption.split("; ")[0] for caption in captions_of(at)] == own


def test_the_parameters_of_the_page_are_its_own():
    keys = [parameter.key for parameter in TRAIN_PARAMETERS]
    assert len(set(keys)) == len(keys)


# --- a study that runs -----------------------------------------------------------------------------------------------


def test_a_study_that_runs_shows_its_curves_its_time_and_its_warnings_and_the_page_may_be_left():
    at = start(opened(epochs="4"))
    study = running(at)
    study.job.progress = 0.5
    study.job.news += [
        {
            "notes": ["'mine' corrects the imbalance twice."],
            "runs": 30,
            "candidates": [["natural", "natural", "cross-entropy"], ["mine", "mine", "cross-entropy"]],
        },
        {"epoch": 0, "reached": {"mine": 0.4, "natural": 0.3}, "left": 61.0},
        {"epoch": 1, "reached": {"mine": 0.6, "natural": 0.35}, "left": 42.0, "part": 1, "parts": 3},
    ]
    at.run()
    assert "Part 2 of 3, epoch 2 of 4, 30 runs in all" in at.get("progress")[0].proto.text
    assert "corrects the imbalance twice" in said(at) and "its URL brings you back" in said(at)
    assert not [button for button in at.button if button.key == "start_study"], (
        "another study is a choice, not in sight"
    )
    panel = next(json.loads(one.proto.json) for one in at.get("bidi_component") if "train-live" in one.proto.json)
    (chart,) = panel["charts"]
    assert "natural 35 %; mine 60 %" in chart["alt"]
    again = opened(study=study.id)
    assert "Training on Page Blocks" in said(again), "another session, by the URL"
    back = at.switch_page("explore.py").run().switch_page("train.py").run()
    assert study_id(back) == study.id and "Training on Page Blocks" in said(back)


def test_a_second_study_waits_in_line_and_a_cancelled_one_makes_room():
    first, second = start(opened()), start(opened(seed="1"))
    assert "Waiting: 1 study comes before this one" in said(second)
    first.button(key="cancel_study").click().run()
    assert "The study was cancelled; nothing of it is kept." in said(first)
    assert not first.button(key="start_study").disabled, "the form is there again"
    second.run()
    assert "Training on Page Blocks" in said(second)


def test_a_study_that_was_shown_before_is_one_click_away_as_long_as_the_server_has_it(found):
    at = start(opened())
    first = running(at)
    first.job.future.set_result(found)
    assert "Shown before:" not in said(at.run())
    at.session_state["another-study"] = True
    second = running(start(at.run()))
    (earlier,) = [one for one in at.button if (one.key or "").startswith("earlier-")]
    assert earlier.label.startswith("Page Blocks, 25 runs a plan, ") and earlier.label.endswith(" ago")
    earlier.click().run()
    assert study_id(at) == first.id and found.verdict.split(";")[0].replace("'", "") in said(at).replace("'", "")
    assert [one.label for one in at.button if one.key == f"earlier-{second.id}"] == [
        "Page Blocks, 25 runs a plan, running"
    ]


def test_the_form_of_another_study_is_closed_once_that_is_what_the_page_shows():
    at = start(opened())
    first = study_id(at)
    at.session_state["another-study"] = True
    start(at.run())
    assert study_id(at) != first and "Waiting: 1 study" in said(at)
    assert not [button for button in at.button if button.key == "start_study"]


def test_a_study_that_fails_says_why_and_offers_the_form():
    at = start(opened())
    running(at).job.future.set_exception(JobError("it takes more than 8 GB of memory"))
    at.run()
    assert "The study has no result: it takes more than 8 GB of memory. Change the form below" in said(at)
    assert not at.button(key="start_study").disabled


def test_a_study_that_the_server_does_not_have_is_a_sentence_with_the_form_as_it_was():
    at = opened(study="0123456789abcdef01234567", features="Yeast", learner="linear")
    assert "This server does not have the study of this URL any more" in said(at)
    assert at.selectbox(key="features").value == "yeast" and not at.button(key="start_study").disabled
    assert not at.exception


# --- the result ------------------------------------------------------------------------------------------------------


@pytest.fixture
def finished(found):
    at = start(opened(epochs="2", plans='["natural","mine"]', skew="1"))
    running(at).job.future.set_result(found)
    return at.run()


def test_the_verdict_stands_first_then_what_to_keep_in_mind_and_all_figures(finished, found):
    at = finished
    assert not at.exception
    texts = [element.value.replace("\\", "") for element in at.main.markdown]
    verdict = next(i for i, text in enumerate(texts) if text.startswith("**"))
    assert found.verdict.split("; ")[0].rstrip(".") in texts[verdict]
    assert verdict <= 2, "the heading alone stands before"
    assert "a network that is trained as a whole may answer otherwise" in said(at)
    panel = next(json.loads(one.proto.json) for one in at.get("bidi_component") if "train-points" in one.proto.json)
    ids = [chart["id"] for chart in panel["charts"]]
    assert ids == [
        "train-points",
        "train-recalls",
        "train-curves",
        "train-calibration",
        "train-drawn",
        "train-confusion",
    ]
    assert any("natural + logit adjustment" in table.value.index for table in at.dataframe)


def test_the_plan_is_used_in_the_sidebar_and_the_study_stays(finished):
    at = finished
    at.selectbox(key="trained").set_value("mine").run()
    before = study_id(at.number_input(key="skew").set_value(0.2).run())
    at.button(key="use_trained").click().run()
    assert at.number_input(key="skew").value == 1.0
    assert study_id(at) == before
    at.selectbox(key="curve").set_value("log_loss").run()
    assert not at.exception


def test_the_first_run_of_each_plan_opens_in_monitor_beside_the_others(finished):
    button = finished.button(key="runs_to_monitor")
    assert "recalls on the rows that the run was judged on" in button.help
    at = button.click().run()
    assert not at.exception and "Open Monitor" in [link.proto.label for link in at.get("page_link")]
    at.switch_page("monitor.py").run()
    assert not at.exception
    assert "All of them drew what was planned." in said(at)
    assert "natural, run 1 of 2" in said(at) and "mine, run 1 of 2" in said(at)
    at.button(key="run-0-remove").click().run()
    assert "Epochs 0 to 1 drew what was planned" in said(at) and "natural, run 1" not in said(at)
    at.button(key="run-0-use").click().run()
    assert not at.exception and "cannot" not in " ".join(toast.value for toast in at.toast), "its seed is shown too"
    assert at.number_input(key="skew").value == 1.0


def test_use_is_the_next_step_for_a_plan_that_is_better_alone_and_best_says_what_it_means(finished, found):
    at = finished
    assert (
        at.button(key="use_trained").proto.type == "secondary" and at.button(key="use_trained").label == "Use natural"
    )
    assert "no plan is shown to be better, so best means the reference" in said(at)
    compared = found.tables["comparisons"].assign(verdict="better")
    better = dataclasses.replace(found, tables={**found.tables, "comparisons": compared})
    running(at).result = better
    at.run()
    assert at.button(key="use_trained").proto.type == "primary" and at.button(key="use_trained").label == "Use mine"
    assert "In detail: 'mine', better than 'natural'" in said(at)
    reached = better.tables["summary"].assign(balanced_accuracy=0.9, accuracy=0.9)
    free = better.tables["comparisons"].assign(mean=0.1)
    running(at).result = dataclasses.replace(better, tables={**better.tables, "summary": reached, "comparisons": free})
    at.run()
    assert "first: it needs no other training" in said(at)
    assert at.button(key="use_trained").proto.type == "secondary", "beside the advice to try another way first"


def test_new_study_shows_the_form_and_delete_forgets_the_study(finished):
    ended = study_id(finished)
    finished.button(key="new_study").click().run()
    assert "study" not in finished.query_params and not finished.button(key="start_study").disabled
    again = opened(study=ended)
    again.button(key="forget_study").click().run()
    assert study_line.study_of(ended) is None and "study" not in again.query_params


# --- what the child process does -------------------------------------------------------------------------------------


def three_classes(rows=90):
    generator = np.random.default_rng(0)
    y = np.resize(["a", "a", "a", "b", "b", "c"], rows)
    return (generator.normal(size=(rows, 3)) + (y == "b")[:, None]).astype(np.float32), y


def bytes_of(save, *given, **named):
    buffer = io.BytesIO()
    save(buffer, *given, **named)
    return buffer.getvalue()


def torch_file(content):
    return bytes_of(lambda file: torch.save(content, file))


def text_table(X, y):
    lines = [",".join(map(str, [*row, name])) for row, name in zip(X, y, strict=True)]
    return "\n".join(["f0,f1,f2,kind", *lines]).encode()


def parquet_file(X, y):
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(X.ravel()), 3)
    return bytes_of(lambda file: parquet.write_table(pa.table({"embedding": vectors, "kind": list(y)}), file))


X, Y = three_classes()
CODES = np.unique(Y, return_inverse=True)[1]
OWN = {
    "own.npz": FeatureFile(Upload("own.npz", bytes_of(np.savez, X=X, y=Y))),
    "own.npy beside labels": FeatureFile(
        Upload("own.npy", bytes_of(np.save, X)), Upload("labels.txt", "\n".join(Y).encode())
    ),
    "own.csv": FeatureFile(Upload("own.csv", text_table(X, Y))),
    "own.parquet": FeatureFile(Upload("own.parquet", parquet_file(X, Y))),
    "own.pt": FeatureFile(
        Upload("own.pt", torch_file({"X": torch.from_numpy(X), "y": torch.from_numpy(CODES)}))
    ),
}  # fmt: skip


def there_and_back(function, request, content):
    """As a job: JSON in and out."""
    return json.loads(json.dumps(function(json.loads(json.dumps(request)), content, lambda *_: None)))


@pytest.mark.parametrize("kind", OWN)
def test_own_features_in_each_format_are_read_trained_and_exported(kind):
    file = OWN[kind]
    reading = reading_of(there_and_back(read_upload, file.request(), file.content()))
    assert (reading.rows, reading.features) == (90, 3)
    assert sorted(reading.counts.counts.tolist()) == [15, 30, 45]
    assert (reading.label, "kind" in reading.columns) == (
        ("kind", True) if kind in ("own.csv", "own.parquet") else (None, False)
    )
    request = {
        "features": file.request(), "plans": plans_to_json(PLANS), "losses": [{"name": "cross_entropy"}], "seed": 0,
        "learner": {"name": "linear"}, "splits": {"name": "folds", "folds": 2, "repeats": 1},
    }  # fmt: skip
    result = StudyResult.from_json(there_and_back(run_study, request, file.content())["study"])
    assert set(result.tables["summary"]["candidate"]) == {"natural", "mine", "natural + logit adjustment"}
    report, table = study_report(result), csv_file(result.tables["summary"]).decode("utf-8-sig")
    assert kind.split()[0] in report and result.verdict.split("'")[0] in report
    assert table.count("\n") == 4 and "natural + logit adjustment" in table
    assert [run_of_contents([log.encode()]).ended for log in result.run_logs.values()] == [True, True]


WITH_GAPS = X.copy()
WITH_GAPS[7, 1] = np.nan
REFUSED = {
    "a pickle": ("x.pt", torch_file({"X": np.zeros((2, 2), dtype=object), "y": [0, 1]}), "never loaded"),
    "5,000 columns": ("x.npz", bytes_of(np.savez, X=np.zeros((4, 5000), "f4"), y=[0, 0, 1, 1]),
                      "4,096 columns, got 5,000"),
    "gaps": ("x.npz", bytes_of(np.savez, X=WITH_GAPS, y=Y), "nan in row 7, column 1; 1 row has such values"),
    "text": ("x.md", b"no numbers", "must be a file of features"),
    "no labels": ("x.npy", bytes_of(np.save, X), "it has no labels"),
    "one class": ("x.npz", bytes_of(np.savez, X=X, y=np.zeros(90)), "must have from 2 to 1,000 classes, got 1"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_used_is_a_sentence_and_the_features_in_use_stay(what):
    name, content, words = REFUSED[what]
    file = FeatureFile(Upload(name, content))
    with pytest.raises(RefusedFeatures) as error:
        reading_of(there_and_back(read_upload, file.request(), content))
    assert words in str(error.value) and name in str(error.value)
    assert "LabelledFeatures" not in str(error.value), "a person at a page calls no function"
    assert error.value.gaps is (what == "gaps")
    if what == "gaps":
        kept = file._replace(leave_out_gaps=True)
        reading = reading_of(there_and_back(read_upload, kept.request(), content))
        assert reading.rows == 89 and "1 row was left out" in " ".join(reading.notes)


class ReadHere:
    """Reads features in this process."""

    done = True

    def __init__(self, file):
        self.file, self.stopped = file, False

    def wait(self, seconds):
        """It is done."""

    def result(self):
        return reading_of(there_and_back(read_upload, self.file.request(), self.file.content()))

    def stop(self):
        self.stopped = True


def test_features_are_brought_read_corrected_and_removed_on_the_page(monkeypatch):
    monkeypatch.setattr(uploaded_features, "FeatureJob", ReadHere)
    at = opened(features="my features")
    gaps = FeatureFile(Upload("x.npz", REFUSED["gaps"][1]))
    at.session_state["features_job"] = ReadHere(gaps)
    at.run()
    assert "Not read: x.npz: X must be finite, got nan in row 7, column 1; 1 row has such values." in said(at)
    at.button(key="features-gaps").click().run()
    assert "x.npz: 89 samples, 3 features, 3 classes" in said(at) and "1 row was left out" in said(at)
    start(at)
    request, file = HeldStudy.asked[0]
    assert file.leave_out_gaps and request["features"]["files"] == [["x.npz", len(gaps.features.content)]]
    at.button(key="cancel_study").click().run()
    at.session_state["features_job"] = ReadHere(OWN["own.csv"])
    at.run()
    assert at.selectbox(key="features_label").value == "kind"
    assert "x.npz" not in str(at.query_params) and "own.csv" not in str(at.query_params), "no link names a file"
    at.button(key="features-forget").click().run()
    assert "Bring features first" in said(at)


def test_a_npy_of_features_takes_the_labels_that_were_brought_in_the_sidebar(monkeypatch):
    labels = Upload("labels.csv", ("kind\n" + "\n".join(Y)).encode())
    seen = []
    monkeypatch.setattr(uploaded_features, "read", seen.append)
    at = opened(data="my labels")
    from pages.parts.my_labels.session_labels import SESSION_LABELS, SessionLabels
    from sampler_core.datasets.label_files import read_counts

    file = io.BytesIO(labels.content)
    file.name = labels.name
    at.session_state[SESSION_LABELS] = SessionLabels(labels, (read_counts(file),))
    at.run()
    monkeypatch.setattr(st, "session_state", at.session_state)
    uploaded_features.take_files({"own.npy": bytes_of(np.save, X)})
    (brought,) = seen
    assert brought.labels is labels
    reading = reading_of(there_and_back(read_upload, brought.request(), brought.content()))
    assert sorted(reading.counts.counts.tolist()) == [15, 30, 45]


def test_a_study_in_a_process_of_its_own_reports_its_epochs_and_gives_its_result():
    file = OWN["own.npz"]
    request = {
        "features": file.request(), "plans": plans_to_json(PLANS), "losses": [{"name": "cross_entropy"}], "seed": 0,
        "learner": {"name": "mlp", "hidden": 4}, "splits": {"name": "folds", "folds": 2, "repeats": 1},
    }  # fmt: skip
    job = StudyJob(request, file)
    result = job.result()
    here = Study(load_own(file), dict(PLANS), MlpLearner(hidden=4), splits=Folds(2, 1)).run()
    assert result.verdict == here.verdict, "a page says what a script says"
    assert job.news[0]["runs"] == 4


def load_own(file):
    return study_process.uploaded_features(file.request(), file.content())


def test_a_study_that_cannot_be_run_says_why():
    request = {
        "features": {"published": "yeast", "long_tail": None}, "plans": plans_to_json(PLANS), "seed": 0,
        "losses": [{"name": "cross_entropy"}], "learner": {"name": "linear"}, "splits": {"name": "given"},
    }  # fmt: skip
    assert "splits must be Folds or HoldOut" in there_and_back(run_study, request, b"")["refused"]


def test_a_result_of_many_classes_and_epochs_is_thinned_to_what_a_page_holds(found, monkeypatch):
    monkeypatch.setattr(study_process, "MOST_CURVE_ROWS", 10)
    curves = thinned(found).tables["class_curves"]
    assert set(curves["epoch"]) == {0, 1} and thinned(found).verdict == found.verdict


def test_the_next_estimate_follows_the_pace_of_the_last_study(found):
    at = start(opened())
    study = running(at)
    study.job.future.set_result(found)
    assert study.about["estimate"] > 5
    study.began, study.ended = 0.0, 3.0 * study.about["estimate"]
    assert study_form.pace() == pytest.approx(3.0)


def test_times_and_differences_beside_the_choices_are_plausible():
    reading = reading_of(there_and_back(read_upload, OWN["own.npz"].request(), OWN["own.npz"].content()))
    plans = [plan for _, plan in PLANS]
    quick, usual, thorough = (splitting(choice, reading) for choice in SEEDS)
    assert [one.runs for one in (quick, usual, thorough)] == [5, 25, 100]
    differences = [visible_difference(one, 6) for one in (quick, usual, thorough)]
    assert differences == sorted(differences, reverse=True) and 0.01 < differences[-1] < differences[0] < 0.3
    study = Study(load_features(), dict(PLANS), splits=Folds(5, 5))
    own = splitting("25 runs a plan", study_form_reading())
    assert visible_difference(own, len(study.candidates)) == pytest.approx(study.found_difference(), rel=0.01)
    assert seconds(quick, reading, plans, 9) < seconds(thorough, reading, plans, 9)
    assert [duration(s) for s in (0.2, 7.4, 61, 400, 9000)] == ["1 s", "7 s", "60 s", "7 min", "2.5 h"]


def test_what_a_study_has_measured_of_its_features_is_what_the_next_form_says(found):
    reading = study_form_reading()
    assert measured_spread(reading, []) is None
    assert measured_spread(reading._replace(title="other"), [found]) is None
    spread = measured_spread(reading, [found])
    of_its_splits = Splitting({}, runs=2, test_per_train=1.0, words="")
    measured = found.tables["comparisons"].query("not is_baseline")["found"].max()
    assert visible_difference(of_its_splits, 2, spread) == pytest.approx(measured)
    fifths, tenths = (of_its_splits._replace(test_per_train=1 / k) for k in (4, 9))
    expected = standard_error(2**0.5 * spread.deviation, 2, tenths.test_per_train)
    assert spread._replace(test_per_train=fifths.test_per_train).standard_error(tenths) == pytest.approx(expected), (
        "half as many rows judged: twice the variance"
    )
    before = opened()
    running(start(opened())).job.future.set_result(found)
    words = "as the last study of these features has measured it"
    assert words not in said(before) and words not in said(opened(features="Yeast"))
    after = opened()
    assert words in said(after) and captions_of(after) != captions_of(before)


def test_fewer_folds_than_chosen_are_said_before_the_start():
    reading = study_form_reading()
    few = reading._replace(counts=ClassCounts(("a", "b"), np.array([90, 7])))
    words = "7 folds instead of 10: the smallest class has 7 samples"
    assert [splitting(choice, few).lowered for choice in SPLITS.choices] == ["", "", words]
    assert not any(splitting(choice, reading).lowered for choice in SPLITS.choices)
    at = opened(features="Yeast")
    assert [one.startswith("5 folds instead of 10: ") for one in captions_of(at)] == [False, False, True]


def study_form_reading():
    from pages.parts.train.feature_form import _published

    return _published("page_blocks").reading


def test_plans_keep_their_colours_from_compare():
    assert trained_plans.TrainedPlans((), {}).colours == {}
    at = start(opened(plans='[{"name":"one","preset":"natural","colour":5},"class_balanced"]'))
    assert running(at).about["colours"] == {"one": 5, "class-balanced": 1}
