"""The README is true: its commands start the app, its code runs, its names and paths exist."""

import os
import re
import shlex
import subprocess
import sys
import urllib.request
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.data import TensorDataset

from tests.servers import ROOT, free_port, started

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)
PROSE = re.sub(r"^```.*?^```$", "", README, flags=re.MULTILINE | re.DOTALL)
COMMANDS = [line for language, text in BLOCKS if language == "sh" for line in text.splitlines()]


@pytest.fixture(scope="module")
def executed():
    """The names after all Python of the README was run, top to bottom, with the labels and data set it speaks of."""
    labels = np.repeat(np.arange(4), [400, 150, 60, 9])
    dataset = TensorDataset(torch.arange(labels.size), torch.tensor(labels))
    names = {"labels": labels, "dataset": dataset, "__name__": "readme"}
    names["hospitals"] = np.array(["A", "B", "B", "C", "B"])[np.arange(labels.size) % 5]
    names["label_sets"] = [{"person"} if i % 3 else {"person", "dog"} for i in range(labels.size)]
    names |= {"english": range(9_000), "german": range(600), "swahili": range(40)}
    names["values"] = np.linspace(0, 99, labels.size)
    for language, text in BLOCKS:
        if language == "python":
            exec(compile(text, "README.md", "exec"), names)
    return names


def test_the_code_of_the_readme_trains_on_the_batches_that_its_preview_shows(executed):
    plan, sampler = executed["plan"], executed["sampler"]
    preview = plan.preview(executed["class_counts"], epoch=7).batch_class_counts
    sampler.set_epoch(7)
    delivered = [np.bincount(targets, minlength=4) for _, targets in executed["loader"]]
    assert np.array_equal(delivered, preview)


def test_the_schedule_of_the_readme_is_class_balanced_from_epoch_20_on(executed):
    skews = executed["plan"].skews()
    assert (skews[0], skews[19], skews[20], skews[-1]) == (0.0, pytest.approx(0.95), 1.0, 1.0)


def test_the_first_of_the_three_usual_samplers_is_a_plain_shuffle(executed):
    indices = list(executed["shuffle"])
    assert sorted(indices) == list(range(619))
    assert indices != sorted(indices)


def test_the_static_and_the_dynamic_sampler_have_the_shares_their_comments_promise(executed):
    labels = executed["labels"]
    executed["dynamic"].set_epoch(2)
    for sampler, skew in ((executed["static"], 1.0), (executed["dynamic"], 2.0)):
        weights = np.bincount(labels) ** (1.0 - skew)
        drawn = np.bincount(labels[list(sampler)], minlength=4) / labels.size
        assert drawn == pytest.approx(weights / weights.sum(), abs=0.08)


def test_the_adapted_labels_are_balanced_and_tallied_as_the_comments_say(executed):
    indices = list(executed["balanced"])
    of_class, of_hospital = executed["labels"][indices], executed["hospitals"][indices]
    assert np.bincount(of_class) / 619 == pytest.approx([0.25] * 4, abs=0.06)
    assert np.unique(of_hospital, return_counts=True)[1] / 619 == pytest.approx([1 / 3] * 3, abs=0.06)
    assert executed["photos"].tallies[0].totals.tolist() == [207, 619]
    assert executed["ages"].counts.names == ("0 to 18", "18 to 40", "40 to 65", "65 to 100")


def test_the_mix_of_the_readme_has_the_passes_that_its_forecast_expects(executed):
    shares = np.array([9_000, 600, 40]) ** (1 / 3)
    assert executed["passes"] == pytest.approx(12_800 * shares / shares.sum() / [9_000, 600, 40])
    assert executed["mix"].passes(epoch=10) == pytest.approx(executed["passes"], rel=0.02)
    assert executed["at_most_4"].max_repeats == 0.4


def test_every_path_that_the_readme_names_exists():
    named = set(re.findall(r"\]\(([^)#:]+)\)", README)) | set(re.findall(r"`([\w./]+/[\w./]+|\w+\.py)`", PROSE))
    assert len(named) > 15
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


def test_the_map_names_every_module_of_the_core_and_every_page():
    there = [*(ROOT / "sampler_core").iterdir(), *(ROOT / "pages").glob("*.py")]
    parts = [path for path in there if path.name[0] not in "_." and (path.suffix == ".py" or path.is_dir())]
    missing = [str(path.relative_to(ROOT)) for path in parts if f"`{path.relative_to(ROOT)}`" not in PROSE]
    assert missing == []


def test_every_name_in_backticks_is_a_name_of_the_code():
    words = sorted(set(re.findall(r"`@?([A-Za-z_][\w.]*)`", PROSE)) - {"labels", "dataset", "CI"})
    sources = [path for folder in ("sampler_core", "pages", "tests") for path in (ROOT / folder).rglob("*.py")]
    sources.append(ROOT / ".github/ENGINES.md")  # its code is run by the tests
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources if path != Path(__file__))
    unknown = [
        word for word in words if not (ROOT / word).exists() and not all(part in code for part in word.split("."))
    ]
    assert unknown == []


def test_the_second_command_runs_the_tests_and_both_install_what_they_need():
    serve, run_tests = COMMANDS
    assert serve.split(" && ")[:2] == ["python3 -m venv .venv", ".venv/bin/pip install -r requirements.txt"]
    assert run_tests.split(" && ")[:2] == ["python3 -m venv .venv", ".venv/bin/pip install -r tests/requirements.txt"]
    assert run_tests.split(" && ")[2].startswith(".venv/bin/pytest")


def test_the_first_command_serves_without_a_question_in_a_fresh_home(tmp_path):
    program, *arguments = shlex.split(COMMANDS[0].split(" && ")[-1])
    port, log = free_port(), tmp_path / "log.txt"
    # a desktop, where Streamlit would ask for an e-mail address and open a browser (here: the program `true`)
    desktop = {"HOME": str(tmp_path), "DISPLAY": ":0", "BROWSER": "true", "STREAMLIT_SERVER_PORT": str(port)}
    command = [sys.executable, "-m", Path(program).name, *arguments]
    with (
        started(command, port, log, env=os.environ | desktop, stdin=subprocess.DEVNULL) as server,
        urllib.request.urlopen(server.url) as response,
    ):
        page = response.read().decode()
    assert '<div id="root">' in page
    assert "Traceback" not in log.read_text()
    assert "email" not in log.read_text().lower()
