"""The code that Share hands out takes the rows of the data set that were counted, and draws what was shown."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from sampler_core import Linear, PowerSkew, SamplingPlan
from sampler_core.datasets import read_counts
from sampler_core.exporting import snippet
from tests.core.reading_files import NOTICED

ROOT = Path(__file__).parents[2]
BESIDE = """
import json
import torch

class Rows(torch.utils.data.Dataset):
    classes = ["unlike", "those", "of the file"]
    asked = []

    def __len__(self):
        return {rows}

    def __getitem__(self, index):
        self.asked.append(int(index))
        return torch.zeros(1), 0

dataset = everything = Rows()
"""
AFTER = "\nwith open('asked.json', 'w') as out:\n    json.dump(everything.asked, out)\n"


def asked_of(code: str, rows: int, folder: Path) -> np.ndarray:
    """The rows of the data set that the code asks for, in order."""
    (folder / "train.py").write_text(BESIDE.format(rows=rows) + code + AFTER)
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "train.py"], cwd=folder, env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return np.array(json.loads((folder / "asked.json").read_text()))


def test_of_39_820_rows_with_a_split_column_the_31_769_for_training_are_counted_and_drawn(tmp_path):
    sizes = np.rint(9000 * 300 ** (-np.arange(12) / 11)).astype(int)
    sizes[0] += 31_769 - sizes.sum()
    classes = np.random.default_rng(0).permutation(np.repeat(np.arange(12), sizes))
    split = np.array(["train"] * 31_769 + ["val"] * 3_051 + ["test"] * 5_000)
    np.random.default_rng(1).shuffle(split)
    labels = np.full(split.size, 3)
    labels[split == "train"] = classes
    lines = (f"{i}.jpg,finding {label},{of}\n" for i, (label, of) in enumerate(zip(labels, split, strict=True)))
    (tmp_path / "labels.csv").write_text("image,finding,split\n" + "".join(lines))
    reading = read_counts(tmp_path / "labels.csv")
    assert (reading.rows, reading.counts.num_samples) == (39_820, 31_769)
    assert "Only rows whose 'split' is 'train' count: 31,769 of 39,820" in reading.sentence()

    plan = SamplingPlan(target=PowerSkew(Linear(0.5, 0.1)), epochs=1, batch_size=96, drawing="exact", seed=3)
    rows = asked_of(snippet(plan, reading.counts, reading=reading), split.size, tmp_path)
    assert set(split[rows]) == {"train"}
    for batch, shown in enumerate(plan.preview(reading.counts, 0).batch_class_counts):
        drawn = Counter(f"finding {label}" for label in labels[rows[96 * batch : 96 * (batch + 1)]])
        assert [drawn[name] for name in reading.counts.names] == shown.tolist()


@pytest.mark.parametrize(
    ("name", "options"),
    [("groups.csv", {"group": "hospital"}), ("cells.csv", {}), ("many-hot.csv", {}), ("data.zip", {"split": "all"})],
)
def test_the_code_reads_labels_as_they_were_counted(name, options, tmp_path):
    """Without the training: its labels are the counted ones, which the plan's own check compares."""
    (tmp_path / name).write_bytes(NOTICED[name])
    reading = read_counts(tmp_path / name, **options)
    plan = SamplingPlan(target=PowerSkew(Linear(0.0, 0.5)), epochs=1, batch_size=4)
    code = snippet(plan, reading.counts, reading=reading)
    call = code[code.index("rows, labels = read_rows(") : code.index("dataset = Subset")]
    variables: dict = {}
    exec(
        "from sampler_core.datasets import read_rows\n" + call.replace(repr(name), repr(str(tmp_path / name))),
        variables,
    )
    present = reading.counts.present
    assert Counter(variables["labels"].tolist()) == dict(zip(present.names, present.counts.tolist(), strict=True))


def test_where_all_rows_count_the_code_reads_no_file():
    reading = read_counts(b"label,split\na,train\nb,test\na,train\n" * 4, split="all", split_column="")
    plan = SamplingPlan(target=PowerSkew(Linear(0.0, 0.5)), epochs=1, batch_size=4)
    assert "read_rows" not in snippet(plan, reading.counts, reading=reading)
