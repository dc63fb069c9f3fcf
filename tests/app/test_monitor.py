"""The Monitor page without a browser: what it says of a run, where runs come from, and what is never read."""

import json
import os
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.monitor import followed_run, log_job, run_folder, upload_box, uploaded_runs
from pages.parts.monitor.followed_run import FollowedRun, Reading
from pages.parts.monitor.run_folder import RunFolder
from pages.parts.monitor.run_sentences import fault_line, run_facts, runs_line
from pages.parts.server.session_cleanup import LOGS_JOB
from pages.parts.text.markdown import literal
from sampler_core.figures.monitor_runs import MonitoredRun
from sampler_core.run_log import (
    Judgement,
    RunLog,
    judged,
    log_lines,
    rank_records,
    read_run,
    run_of_contents,
    verdict,
)
from sampler_core.run_log.example_runs import EXAMPLES
from sampler_core.run_log.records import record_of_line
from tests.app.job_functions import __name__ as JOB_FUNCTIONS
from tests.core.run_log_scripts import (
    CLEAN,
    DATASET,
    MISTAKES,
    clean,
    clean_on_two_ranks,
    plan_of,
    sampler_of,
    sharded_twice,
    trained,
    without_set_epoch,
)
from tests.hostile_names import HOSTILE

NAVIGATION = Path(__file__).parents[2] / "pages" / "navigation.py"
TITLES = [*EXAMPLES]


def opened(runs=(), **url):
    """Monitor at a URL."""
    at = AppTest.from_file(NAVIGATION, default_timeout=60)
    at.query_params["data"] = "synthetic"
    at.run()
    for key, value in (({"runs": list(runs)} if runs else {}) | url).items():
        at.query_params[key] = value
    return sound(at.switch_page("monitor.py").run())


def sound(at):
    assert not at.exception, at.exception
    return at


def said(at):
    texts = [
        element.value for kind in ("markdown", "warning", "error", "info", "title") for element in getattr(at, kind)
    ]
    return " ".join(texts).replace("\\", "").replace("\u00a0", " ")


def brought(at, *files):
    box = next(box for box in at.file_uploader if "run.jsonl" in box.label)
    for name, content in files:
        box = box.upload(name, content, "application/json")
    sound(at.run())
    while LOGS_JOB in at.session_state:  # the page shows how far they are
        at.session_state[LOGS_JOB].wait(10)
        sound(at.run())
    return at


def told(at):
    return [plain(toast.value) for toast in at.toast]


def plain(text):
    return text.replace("\\", "")


def chart_ids(at):
    panels = [json.loads(element.proto.json or "{}") for element in at.get("bidi_component")]
    return [chart["id"] for panel in panels for chart in panel.get("charts", [])]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of runs that the server follows; what lies beside it is none of its business."""
    inside = tmp_path / "runs"
    inside.mkdir()
    monkeypatch.setattr(followed_run, "_LOOKED_AT_EVERY", 0.0)
    monkeypatch.setattr(run_folder, "_LISTED_EVERY", 0.0)
    monkeypatch.setenv("SKEWLAB_RUNS", str(inside))
    run_folder.run_folder.cache_clear()
    yield inside
    run_folder.run_folder.cache_clear()


# --- before there is a run -------------------------------------------------------------------------------------------


def test_with_nothing_brought_it_says_what_a_run_log_is_and_an_example_is_one_click_away():
    at = opened()
    assert "says whether training took what was planned" in said(at)
    assert "log.count(targets)" in at.code[-1].value
    assert "SKEWLAB\\_RUNS" in said(at) or "SKEWLAB_RUNS" in said(at)
    assert chart_ids(at) == []
    sound(at.button(key="see-example").click().run())
    assert at.title[0].value.replace("\\", "") == f"{TITLES[0]}."
    assert "Epochs 0 to 29 drew what was planned" in said(at)
    assert "logged-shares" in chart_ids(at)
    assert at.multiselect(key="runs").value == [TITLES[0]]


def test_the_code_it_offers_writes_a_log():
    at = opened()
    sound(at.button(key="get_code").click().run())
    assert 'RunLog("runs/today.jsonl", sampler)' in at.code[-1].value


# --- what it says of a run -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scripts", [CLEAN, list(MISTAKES)[:6], list(MISTAKES)[6:]], ids=["none", "first", "others"])
def test_each_mistake_of_a_training_script_is_named_with_its_remedy_and_those_without_one_are_not(scripts, tmp_path):
    files = []
    for script in scripts:
        script(tmp_path / f"{script.__name__}.jsonl")
    for path in sorted(tmp_path.iterdir()):
        files.append((path.name, path.read_bytes()))
    text = said(brought(opened(), *files))
    for script in scripts:
        sentence = verdict(read_run(tmp_path / f"{script.__name__}.jsonl")).replace("\u00a0", " ")
        assert f"{script.__name__}.jsonl" in text
        assert sentence in text, script.__name__
        assert MISTAKES.get(script, ("", 0, "drew what was planned"))[2] in sentence
    if scripts is CLEAN:
        assert "All of them drew what was planned." in text


def test_one_run_has_its_verdict_first_and_several_say_which_departed():
    at = opened([TITLES[1]])
    heading = next(element.value for element in at.markdown if "another sampler" in element.value)
    assert heading.startswith(":orange[:material/warning:] Since epoch 12 training draws by another sampler")
    at = opened(TITLES)
    assert "1 of 2 runs drew what was planned; **Example: another sampler since epoch 12** did not." in said(at)
    assert chart_ids(at) == ["runs-share", "runs-recall", "runs-accuracy"]


def test_its_plan_is_set_in_the_sidebar_and_compared_with_the_sidebar_s():
    at = opened([TITLES[0]])
    sound(at.button(key="run-0-use").click().run())
    assert (at.session_state["scheme"], at.session_state["epochs"], at.session_state["batch"]) == ("stratified", 30, 32)
    assert at.session_state["scenario"].plan.fingerprint == "b14435b9f6944f8d", "the very plan that was trained"
    at.number_input(key="skew").set_value(0.4).run()
    sound(at.button(key="run-0-compare").click().run())
    plans = json.loads(at.session_state["plans"])
    assert plans[0] == "mine"
    assert plans[1]["name"] == TITLES[0][: len(plans[1]["name"])]
    assert "run-0-compare" not in [button.key for button in at.button], "a link to Compare is in its place"
    sound(at.switch_page("compare.py").run())
    shown = next(json.loads(e.proto.json) for e in at.get("bidi_component") if "plan-shares" in e.proto.json)
    assert f'"name":"{plans[1]["name"]}"' in shown["charts"][0]["spec"]


def test_its_recalls_are_fed_to_an_adaptive_target_which_can_be_used():
    at = opened([TITLES[0]])
    box = next(box for box in at.expander if "Feed its recalls" in box.label)
    assert "fed-shares" not in chart_ids(at)
    at.session_state["fed-recalls"] = True
    sound(at.run())
    assert box.label and "fed-shares" in chart_ids(at)
    sound(at.button(key="fed-use").click().run())
    assert type(at.session_state["scenario"].plan.target).__name__ == "DifficultyBalanced"


# --- logs that are brought -------------------------------------------------------------------------------------------


def test_a_log_that_is_brought_stays_in_the_session_alone_until_it_is_removed(tmp_path):
    clean_on_two_ranks(tmp_path / "secret.jsonl")
    files = [(path.name, path.read_bytes()) for path in tmp_path.iterdir()]
    at = brought(opened(), *files)
    assert "4 epochs of 4 on ranks 0 and 1 of 2" in said(at)
    assert "secret" not in str(at.query_params)
    shared = sound(at.button(key="share").click().run())
    assert [one.value for one in shared.info] == [
        literal("Not in the link, as they were brought: 'secret.jsonl'. The report has them.")
    ]
    sound(at.switch_page("explore.py").run())
    sound(at.switch_page("monitor.py").run())
    assert "secret.jsonl" in at.title[0].value.replace("\\", "")
    sound(at.button(key="run-0-remove").click().run())
    assert at.title[0].value.startswith("Monitor")


def test_a_missing_rank_and_two_logs_of_one_name_are_told_apart(tmp_path):
    clean_on_two_ranks(tmp_path / "run.jsonl")
    first = (tmp_path / "run.jsonl").read_bytes()
    text = said(brought(opened(), ("run.jsonl", first), ("run.jsonl", first)))
    assert "run.jsonl (2)" in text
    assert text.count("The file of rank 1 of 2 (run.rank1.jsonl) was not brought: bring it too.") == 4, (
        "in its line too"
    )


def test_the_file_of_another_rank_joins_its_run_whenever_it_comes_and_each_arrival_is_confirmed(tmp_path):
    path, other = tmp_path / "tuesday.jsonl", tmp_path / "tuesday.rank1.jsonl"
    sharded_twice(path)
    at = brought(opened(), (path.name, path.read_bytes()))
    assert "The file of rank 1 of 2 (tuesday.rank1.jsonl) was not brought: bring it too." in said(at)
    assert told(at) == ["tuesday.jsonl read: rank 0 of 2."]
    at.session_state["bring-another"] = True
    brought(at.run(), (other.name, other.read_bytes()))
    assert not at.session_state["bring-another"], "what it was opened for is done"
    assert told(at) == ["tuesday.rank1.jsonl read: rank 1 of 2. tuesday.jsonl: ranks 0 and 1 of 2."]
    assert verdict(read_run(path)) in said(at)
    assert "4 epochs of 4 on ranks 0 and 1 of 2, 1,024 targets in all, 2,036 planned." in said(at)
    assert "was not brought" not in said(at)
    assert at.multiselect(key="runs").placeholder == "add an example"
    begun = other.read_bytes().splitlines(keepends=True)[:2]
    brought(at, (other.name, b"".join(begun)))
    assert "on ranks 0 and 1 of 2, 640 targets in all, " in said(at), "a file brought again replaces the one before"
    clean(path := tmp_path / "new" / "tuesday.jsonl", plan_of(seed=9))
    brought(at, (path.name, path.read_bytes()))
    assert "4 epochs of 4, 2,036 targets in all." in said(at), "a file of another plan is of another run"


def test_what_is_said_of_passes_ends_and_several_runs_is_consistent(tmp_path):
    for script in (without_set_epoch, sharded_twice, clean):
        script(tmp_path / f"{script.__name__}.jsonl")
    monday, tuesday, good = (
        MonitoredRun(name, judged(read_run(tmp_path / f"{name}.jsonl")), i)
        for i, name in enumerate(("without_set_epoch", "sharded_twice", "clean"))
    )
    facts = plain(run_facts(monday.judgement.run))
    assert facts.startswith("1 epoch of 4 in 4 passes, 2,036 targets in all. Of each epoch the last pass is shown. Its")
    assert "Epoch 0 was drawn 4 times, with the same draws from its second pass on." in plain(fault_line(monday))
    assert plain(fault_line(tuesday)).endswith("**sharded_twice** The batches are shared out twice.")
    assert runs_line([monday, tuesday, tuesday]).endswith(" None of the 3 runs drew what was planned.")
    assert runs_line([monday, tuesday]).endswith("Neither run drew what was planned.")
    assert runs_line([good, good]).endswith("All of them drew what was planned.")
    lines = (tmp_path / "clean.jsonl").read_bytes().splitlines(keepends=True)
    begun, stopped = (judged(run_of_contents([b"".join(lines[:many])])) for many in (1, 3))
    assert "No end line: it may still run, or was stopped." in plain(run_facts(stopped.run))
    runs = [good, MonitoredRun("new", begun, 1)]
    assert runs_line(runs).endswith("1 of 2 runs drew what was planned. **new** has not trained yet.")


@pytest.mark.parametrize(
    "content", [b"", b"no json\n", b'{"kind":"plan"}\n', b"\xff\xfe\x00\n", b"[" * 100_000 + b"\n"]
)
def test_what_is_no_log_is_a_sentence_and_what_was_there_stays(content):
    at = brought(opened([TITLES[0]]), ("night.jsonl", content))
    assert "night.jsonl cannot be read: run log must have a line of the kind" in said(at)
    assert "Epochs 0 to 29 drew what was planned" in said(at)


def log_of(num_classes=2, epochs=1, **plan):
    """A log as bytes, with fields of its plan line."""
    line = {"kind": "plan", "version": 1, "run": "a", "fingerprint": "f", "labels": "d", "world": 1, "num_replicas": 1,
            "classes": [*range(num_classes)], "counts": [40] * num_classes}  # fmt: skip
    counts = dict.fromkeys(("planned", "drawn", "trained"), [8] * num_classes)
    draw = {"kind": "draw", "epoch": 0, "rank": 0, "first_batch": 0, "batches": 1, **counts}
    lines = [line | plan, *(draw | {"epoch": epoch} for epoch in range(epochs))]
    return "".join(json.dumps(one) + "\n" for one in lines).encode()


HOSTILE_LOGS = {
    "many.jsonl": (log_of(10_001), "many.jsonl cannot be read: it has 10,001 classes, and at most 10,000 are shown."),
    "million.jsonl": (log_of(1_000_000, epochs=0), "run log must have at most 100,000 classes, got 1,000,000 in"),
    "deep.jsonl": (b'{"kind":' * 1_000_000 + b"\n", "deep.jsonl cannot be read: run log must have a line of the kind"),
    "huge.jsonl": (log_of(counts=[10**400, 1]), "huge.jsonl cannot be read: run log must have a line of the kind"),
    "digits.jsonl": (b"9" * 10_000_000 + b"\n", "digits.jsonl cannot be read: run log must have a line of the kind"),
    "line.jsonl": (b'{"kind":"' + b"x" * (20 << 20) + b'"}\n', "line.jsonl cannot be read: run log must have a line"),
    "large.jsonl": (bytes(100_000_001), "large.jsonl has more than 100 MB."),
}


def test_hostile_uploads_are_a_sentence_each_and_those_beside_them_are_read():
    at = brought(opened(), ("good.jsonl", log_of(epochs=3)), *((name, log) for name, (log, _) in HOSTILE_LOGS.items()))
    text = said(at)
    for _, sentence in HOSTILE_LOGS.values():
        assert sentence in text
    assert "3 epochs, 48 targets in all." in text
    assert told(at) == ["good.jsonl read."]


def test_a_log_that_ends_the_process_that_reads_it_or_takes_too_much_of_a_session_is_a_sentence(monkeypatch):
    monkeypatch.setattr(log_job, "LOG_MEMORY", 1 << 27)
    at = brought(opened(), ("night.jsonl", log_of(epochs=3)), ("zeros.jsonl", bytes(60_000_000)))
    assert said(at).count("cannot be read: it takes more than 0.125 GB of memory.") == 2
    monkeypatch.undo()
    monkeypatch.setattr(uploaded_runs, "MOST_HELD", 500)
    brought(at, ("one.jsonl", log_of(epochs=3)))
    assert "one.jsonl" in at.title[0].value.replace("\\", "")
    brought(at, ("two.jsonl", log_of(epochs=3)))
    assert "two.jsonl cannot be read: with the runs that were brought it takes too much memory" in said(at)


def test_a_reading_that_takes_long_shows_how_far_it_is_and_can_be_cancelled(monkeypatch):
    monkeypatch.setattr(upload_box, "PATIENCE", 0.0)
    monkeypatch.setattr(log_job, "READING", f"{JOB_FUNCTIONS}:hangs")
    at = opened()
    box = next(box for box in at.file_uploader if "run.jsonl" in box.label)
    box.upload("night.jsonl", log_of(), "application/json")
    job = sound(at.run()).session_state[LOGS_JOB]
    assert not [box for box in at.file_uploader if "run.jsonl" in box.label]
    sound(at.button(key="run-logs-cancel").click().run())
    job.wait(10)
    assert job.stopped and job.done
    assert [box for box in at.file_uploader if "run.jsonl" in box.label]


def test_names_of_files_and_classes_are_text_whatever_they_are(tmp_path):
    names = [name for name in HOSTILE if len(name) < 200]
    content = log_of(len(names), classes=names)
    at = opened()
    for name in HOSTILE[:4]:
        brought(at, (f"{name.replace('/', '')}.jsonl", content))
    assert not [element for element in at.markdown if "<script>" in element.value.replace("\\<", "")]
    assert len(json.loads(json.dumps(at.session_state["uploaded_runs"], default=str))) == 4


# --- the folder that the server follows ------------------------------------------------------------------------------


def test_the_runs_of_the_folder_are_listed_newest_first_and_nothing_outside_can_be_named(folder):
    clean(folder / "old.jsonl")
    (folder / "exp").mkdir()
    clean_on_two_ranks(folder / "exp" / "new.jsonl")
    os.utime(folder / "old.jsonl", (1, 1))
    clean(folder.parent / "outside.jsonl")
    at = opened(["../outside.jsonl", "/etc/passwd"])
    assert at.multiselect(key="runs").options == ["exp/new.jsonl", "old.jsonl", *TITLES]
    assert "The link names '../outside.jsonl', '/etc/passwd', which is no run of this server so far." in said(at)
    at.multiselect(key="runs").set_value(["exp/new.jsonl", "old.jsonl"]).run()
    assert "All of them drew what was planned." in said(sound(at))
    assert "The link names" not in said(at)
    assert RunFolder(folder).look("../outside.jsonl") == "The folder of runs has no ../outside.jsonl."


def test_a_link_to_a_run_that_has_not_begun_shows_it_once_it_has(folder):
    at = opened(["tonight.jsonl"])
    assert "The link names 'tonight.jsonl', which is no run of this server so far." in said(at)
    clean(folder / "tonight.jsonl")
    assert "Epochs 0 to 3 drew what was planned" in said(sound(at.run()))
    assert at.multiselect(key="runs").value == ["tonight.jsonl"]
    assert "The link names" not in said(at)


def test_whatever_lies_in_the_folder_is_a_sentence_each(folder):
    clean(folder / "run.jsonl")
    clean(folder.parent / "outside.jsonl")
    (folder / "link.jsonl").symlink_to(folder.parent / "outside.jsonl")
    (folder / "door").symlink_to(folder.parent)
    os.mkfifo(folder / "pipe.jsonl")
    with open(folder / "huge.jsonl", "wb") as file:
        file.truncate(5 << 30)
    (folder / "none.jsonl").write_text("no json\n")
    (folder / "notes.txt").write_text("not listed")
    (folder / "**bold** <b>.jsonl").write_text("{}\n")
    (folder / os.fsdecode(b"half\xff.jsonl")).write_text("{}\n")
    runs = RunFolder(folder)
    assert "outside" not in str(runs.names())
    found = {name: runs.look(name) for name in runs.names()}
    assert isinstance(found.pop("run.jsonl"), Judgement)
    assert found == {
        "link.jsonl": "link.jsonl cannot be read: run log must be a plain file, got the link link.jsonl.",
        "pipe.jsonl": "pipe.jsonl cannot be read: run log must be a plain file, got pipe.jsonl, which is a folder, "
        "pipe or device.",
        "huge.jsonl": "huge.jsonl cannot be read: run log must have at most 1,024 MiB, got huge.jsonl of 5,120.",
        "none.jsonl": _no_plan("none.jsonl"), "**bold** <b>.jsonl": _no_plan("**bold** <b>.jsonl"),
        "half\ufffd.jsonl": _no_plan("half\ufffd.jsonl"),
    }  # fmt: skip
    at = opened(["pipe.jsonl", "half\ufffd.jsonl", "run.jsonl"])
    assert len(at.warning) == 2
    assert "Epochs 0 to 3 drew what was planned" in said(at)


def _no_plan(name):
    return f'{name} cannot be read: run log must have a line of the kind "plan", version 1, got none in {name}.'


def test_a_folder_inside_that_becomes_a_link_to_the_outside_is_not_followed(folder):
    (folder / "exp").mkdir()
    clean(folder / "exp" / "run.jsonl")
    followed = FollowedRun(folder, folder / "exp" / "run.jsonl")
    assert isinstance(followed.look(), Judgement)
    (folder / "exp").rename(folder.parent / "moved")
    (folder / "exp").symlink_to(folder.parent / "moved")
    assert followed.look() == "run.jsonl lies outside the folder of runs, so it is not read."


def test_a_run_that_grows_is_read_once_for_all_sessions_and_only_what_is_new(folder, monkeypatch):
    sampler, seen = sampler_of(plan_of()), []
    log = RunLog(folder / "run.jsonl", sampler)
    trained(log, sampler, sampler.loader(DATASET), [0, 1])
    monkeypatch.setattr(rank_records, "record_of_line", lambda *a: seen.append(a[0]) or record_of_line(*a))
    sessions = [opened(["run.jsonl"]) for _ in range(2)]
    assert len(seen) == 5, "a plan, and two epochs of two lines"
    assert all("Epochs 0 to 1 of 4 drew what was planned" in said(at) for at in sessions)
    trained(log, sampler, sampler.loader(DATASET), [2])
    assert all("Epochs 0 to 2 of 4 drew what was planned" in said(sound(at.run())) for at in sessions)
    assert len(seen) == 7
    runs = run_folder.run_folder()
    assert runs.look("run.jsonl") is runs.look("run.jsonl"), "nothing is computed again where nothing came"


def test_a_large_log_is_read_by_another_process_and_then_followed(folder, monkeypatch):
    monkeypatch.setattr(followed_run, "MOST_AT_ONCE", 700)
    sampler = sampler_of(plan_of())
    log = RunLog(folder / "run.jsonl", sampler)
    trained(log, sampler, sampler.loader(DATASET), [0, 1, 2])
    clean_on_two_ranks(folder / "two.jsonl")
    seen = []
    monkeypatch.setattr(rank_records, "record_of_line", lambda *a: seen.append(a[0]) or record_of_line(*a))
    at = opened(["run.jsonl", "two.jsonl"])
    runs = run_folder.run_folder()
    while any(isinstance(runs.look(name), Reading) for name in ("run.jsonl", "two.jsonl")):
        time.sleep(0.01)
    assert "All of them drew what was planned." in said(sound(at.run()))
    assert "4 epochs of 4 on ranks 0 and 1 of 2" in said(at)
    assert seen == []
    trained(log, sampler, sampler.loader(DATASET), [3])
    assert "4 epochs of 4, 2,036 targets in all." in said(sound(at.run()))
    assert len(seen) == 2


def test_a_log_that_ends_the_process_that_reads_it_is_a_sentence_until_another_one_lies_there(folder, monkeypatch):
    monkeypatch.setattr(followed_run, "MOST_AT_ONCE", 700)
    monkeypatch.setattr(log_job, "READING_OF_FOLDER", f"{JOB_FUNCTIONS}:crashes")
    clean(folder / "run.jsonl")
    followed, jobs = FollowedRun(folder, folder / "run.jsonl"), []
    for _ in range(3):
        while isinstance(state := followed.look(), Reading):
            jobs.append(state.job)
            state.job.wait(10)
        assert state == "run.jsonl cannot be read: it ended the process that worked on it."
    assert len(set(jobs)) == 1
    (folder / "run.jsonl").write_bytes(log_of(epochs=3))
    assert isinstance(followed.look(), Judgement)


def test_a_run_that_is_cut_replaced_or_gone_is_told_as_it_is_then(folder, monkeypatch):
    clean(folder / "run.jsonl")
    at = opened(["run.jsonl"])
    lines = (folder / "run.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "run.jsonl").write_bytes(b"".join(lines[:3]))
    assert "Epoch 0 of 4 drew what was planned" in said(sound(at.run()))
    (folder / "other").write_bytes(b"".join(lines[:5]))
    (folder / "other").replace(folder / "run.jsonl")
    assert "Epochs 0 to 1 of 4 drew what was planned" in said(sound(at.run()))
    monkeypatch.setattr(log_lines, "MOST_BYTES", 100)
    assert "run log must have at most" in said(sound(at.run()))
    (folder / "run.jsonl").unlink()
    assert "The folder of runs has no run.jsonl." in said(sound(at.run()))


def test_a_folder_that_is_none_and_one_without_logs_say_so(folder):
    assert "There is no run log (a file that ends in .jsonl) in the folder of runs yet." in said(opened())
    folder.rmdir()
    assert "SKEWLAB_RUNS must name a folder, and what it names is none: no runs are listed." in said(opened())
