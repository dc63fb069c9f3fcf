"""`python -m sampler_core`: the dashboard's numbers without a screen, and sentences instead of tracebacks."""

import csv
import io
import json
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sampler_core import ClassCounts, Linear, PowerSkew, SamplingPlan
from sampler_core.__main__ import main
from sampler_core.exporting.plan_report import plan_report
from tests.core.reading_files import DATASET
from tests.hostile_names import hostile_counts

ROOT = Path(__file__).parents[2]
COUNTS = ClassCounts.from_counts({"NV": 700, "MEL": 120, "DF": 11})
PLAN = SamplingPlan(
    target=PowerSkew(Linear(0.0, 0.1, maximum=1.0)), epochs=12, batch_size=32, drawing="exact", seed=4, tuned_on=COUNTS
)


@pytest.fixture
def files(tmp_path):
    (tmp_path / "plan.json").write_text(PLAN.to_json())
    (tmp_path / "counts.csv").write_text("class,count\nNV,700\nMEL,120\nDF,11\n")
    (tmp_path / "labels.txt").write_text("NV\n" * 700 + "MEL\n" * 120 + "DF\n" * 11)
    for name in COUNTS.names:
        (tmp_path / "images" / name).mkdir(parents=True)
    for name, count in zip(COUNTS.names, COUNTS.counts, strict=True):
        for i in range(count):
            (tmp_path / "images" / name / f"{i}.png").touch()
    return tmp_path


def run(command, files, labels="counts.csv", *more):
    return main([command, str(files / labels), "--plan", str(files / "plan.json"), *map(str, more)])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [([], "Only rows whose 'split' is 'train' count: 831 of 840 (the others: 'val' 9)."),
     (["--split", "train", "--split", "val"], "840 samples of 3 classes"),
     (["--split-column", ""], "840 samples of 3 classes"),
     (["--split", "val", "--label", "dx"], "9 samples of 3 classes"),
     (["--group", "split", "--split-column", ""], "The classes are the pairs of column 'dx' and 'split'"),
     (["--label", "a", "--label", "b", "--split", "all"], "840 samples of 2 classes read from 2 columns"),
     (["--split", "dev"], "split must be one of 'train', 'val', got 'dev'")],
)  # fmt: skip
def test_columns_and_rows_are_chosen_as_in_the_dashboard(files, capsys, arguments, said):
    rows = [f"{name},train" for name in COUNTS.names for _ in range(COUNTS.counts[COUNTS.names.index(name)])]
    rows += [f"{name},val" for name in COUNTS.names] * 3
    table = "".join(f"{row},{i % 2},{1 - i % 2}\n" for i, row in enumerate(rows))
    (files / "table.csv").write_text("dx,split,a,b\n" + table)
    run("check", files, "table.csv", *arguments)
    shown = capsys.readouterr()
    assert said in shown.out + shown.err


def test_a_folder_of_data_files_is_read_and_not_counted_as_class_folders(files, capsys):
    for name, content in DATASET.items():
        (files / name).parent.mkdir(parents=True, exist_ok=True)
        (files / name).write_bytes(content)
    run("check", files, "animals")
    assert "20 samples of 4 classes read from column 'label' of animals (24 rows)" in capsys.readouterr().out


def test_a_folder_is_read_with_its_progress_on_a_terminal_and_may_be_stopped(files, monkeypatch):
    for name, content in DATASET.items():
        (files / name).parent.mkdir(parents=True, exist_ok=True)
        (files / name).write_bytes(content)

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr("sys.stderr", Terminal())
    out = files / "batches.csv"
    assert run("preview", files, "animals", "--out", out) == 0
    assert "\r 33% read " in sys.stderr.getvalue()
    assert "\r20 samples of 4 classes read from column 'label' of animals" in sys.stderr.getvalue()
    assert out.stat().st_size > 0

    def stopped(share):
        raise KeyboardInterrupt

    monkeypatch.setattr("sampler_core.__main__._show_progress", stopped)
    assert run("preview", files, "animals", "--out", files / "other.csv") == 2
    assert sys.stderr.getvalue().endswith("stopped\n")
    assert not (files / "other.csv").exists()


@pytest.mark.parametrize("labels", ["counts.csv", "labels.txt", "images"])
def test_preview_writes_the_batches_that_the_plan_previews(files, labels):
    assert run("preview", files, labels, "--epoch", 5, "--out", files / "batches.csv") == 0
    head, *rows = csv.reader(io.StringIO((files / "batches.csv").read_text("utf-8-sig"), newline=""))
    table = np.array(rows, dtype=int)[:, 1:]
    expected = PLAN.preview(COUNTS, 5).batch_class_counts
    assert sorted(head[1:]) == ["DF", "MEL", "NV"]
    assert np.array_equal(table, expected[:, [COUNTS.names.index(name) for name in head[1:]]])


def test_preview_goes_to_the_screen_where_no_file_is_named(files):
    command = [sys.executable, "-m", "sampler_core", "preview", files / "counts.csv", "--plan", files / "plan.json",
               "--first-batch", "2", "--batches", "2"]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0
    head, *rows = csv.reader(done.stdout.splitlines())
    assert head == ["batch", "NV", "MEL", "DF"]
    drawn = PLAN.preview(COUNTS, 0, 2, 2).batch_class_counts.tolist()
    assert [list(map(int, row)) for row in rows] == [[2, *drawn[0]], [3, *drawn[1]]]
    assert done.stderr.startswith("831 samples of 3 classes read from column 'class' of counts.csv")


def test_report_writes_the_same_file_as_the_library(files):
    assert run("report", files, "counts.csv", "--epoch", 3, "--unit", "images", "--out", files / "r.html") == 0
    written = (files / "r.html").read_text(encoding="utf-8")
    expected = plan_report(PLAN, COUNTS, epoch=3, unit="images")
    assert _undated(written) == _undated(expected)


def test_check_says_what_was_read_that_it_fits_and_what_it_does(files, capsys):
    assert run("check", files) == 0
    said = capsys.readouterr().out
    assert f"The plan {PLAN.fingerprint} can be drawn from it." in said
    assert "In epoch 0 the mix is natural" in said
    assert "In epoch 11 the mix is class-balanced" in said
    assert "Repeats of the rarest class: 25.2" in said  # 831 / 3 / 11


def test_check_ends_with_1_and_names_the_class_where_the_data_has_changed(files, capsys):
    (files / "counts.csv").write_text("class,count\nNV,700\nMEL,120\nDF,300\n")
    assert run("check", files) == 1
    assert "the plan was tuned on other data: class 'DF' was 1.324% of it and is 26.786% now" in capsys.readouterr().err


def test_a_stratified_plan_from_before_its_draws_changed_is_previewed_with_a_sentence(files, capsys):
    saved = json.loads(replace(PLAN, drawing="stratified").to_json())
    del saved["drawing_version"]
    (files / "plan.json").write_text(json.dumps(saved))
    assert run("preview", files) == 0
    assert "the stratified scheme has changed since this plan was saved" in capsys.readouterr().err


def test_the_column_may_be_named(files):
    (files / "two.csv").write_text("a,b,n\nx,NV,1\ny,DF,2\n")
    assert run("preview", files, "two.csv", "--label", "b", "--count", "n", "--out", files / "o.csv") == 0
    assert (files / "o.csv").read_text("utf-8-sig").splitlines()[0] == "batch,NV,DF"


WRONG = {
    "no such labels": (["preview", "nowhere.csv"], "there is no such file"),
    "empty labels": (["check", "empty.csv"], "empty"),
    "no such plan": (["check", "counts.csv", "--plan", "nowhere.json"], "nowhere.json must be a file to read or write"),
    "plan that is a picture": (["check", "counts.csv", "--plan", "picture.json"], "must be UTF-8 text"),
    "plan that is a table": (["check", "counts.csv", "--plan", "counts.csv"], "plan must be JSON"),
    "epoch before the first": (["preview", "counts.csv", "--epoch", "-1"], "epoch must be a whole number"),
    "epoch after the last": (["report", "counts.csv", "--epoch", "12"], "epoch must be a whole number from 0 to 11"),
    "batch after the last": (["preview", "counts.csv", "--first-batch", "99"], "first_batch must be a whole number"),
    "report into nowhere": (["report", "counts.csv", "--out", "no/folder/r.html"], "must be a file to read or write"),
    "column that is not there": (["check", "counts.csv", "--label", "c"], "label must be one of"),
    "plan without an end": (["report", "counts.csv", "--plan", "endless.json"], "epochs must be given"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_one_sentence_and_exit_code_2(case, files, monkeypatch, capsys):
    (files / "empty.csv").touch()
    (files / "picture.json").write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe")
    (files / "endless.json").write_text(replace(PLAN, epochs=None).to_json())
    monkeypatch.chdir(files)
    arguments, sentence = WRONG[case]
    plan = [] if "--plan" in arguments else ["--plan", "plan.json"]
    assert main([*arguments, *plan]) == 2
    said = capsys.readouterr().err.splitlines()
    assert sentence in said[-1]
    assert len(said) <= 2, "what was read, and what is wrong"


@pytest.mark.parametrize("arguments", [[], ["dance"], ["check"], ["preview", "x.csv"]])
def test_a_command_line_that_is_wrong_ends_with_2_and_its_usage(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: python -m sampler_core" in capsys.readouterr().err


WITHOUT = """
import sys

class Without:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {package!r}:
            raise ModuleNotFoundError(name, name=name)

sys.meta_path.insert(0, Without())
from sampler_core.__main__ import main
sys.exit(main({arguments!r}))
"""


@pytest.mark.parametrize(("package", "command"), [("plotly", "report"), ("pandas", "preview"), ("pandas", "check")])
def test_a_package_that_is_not_installed_is_named_with_what_brings_it(package, command, files):
    extra = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["figures"]
    assert any(needed.startswith(package) for needed in extra)
    arguments = [command, str(files / "labels.txt"), "--plan", str(files / "plan.json")]
    code = WITHOUT.format(package=package, arguments=arguments)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert f'this command needs the package {package}: pip install "sampler_core[figures]"' in done.stderr
    assert "Traceback" not in done.stderr


def test_hostile_names_reach_a_terminal_without_control_characters(files, capfdbinary):
    refused = {"\ud800", "\x00"}  # by the reader
    names = {name: n for name, n in hostile_counts().items() if len(name) < 1000 and not refused & {*name}}
    names["\x1b[31mred\x9b2J"] = 3
    (files / "hostile.json").write_text(json.dumps(names))
    assert run("check", files, "hostile.json") == 1
    assert run("preview", files, "hostile.json", "--batches", 1) == 0
    shown = b"".join(capfdbinary.readouterr()).decode()
    assert shown.replace("\r\n", "").replace("\n", "").isprintable()
    assert ", [31mred 2J," in shown or ", [31mred 2J\r\n" in shown


def _undated(text):
    head, _, tail = text.partition("Made on ")
    return head + tail.partition(" UTC")[2]
