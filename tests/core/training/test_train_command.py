"""`python -m sampler_core train`: the study without a screen."""

import csv
import io

import numpy as np
import pytest
import torch

from sampler_core import Constant, PowerSkew, SamplingPlan
from sampler_core.__main__ import main
from sampler_core.plans.named_plans import plans_to_json
from sampler_core.training import Folds, MlpLearner, Study, StudyResult
from sampler_core.training.command_line import loss_of_option, splits_of_option
from sampler_core.training.feature_files import read_features
from sampler_core.training.losses import ClassWeighted, Focal, LogitAdjusted

torch.set_num_threads(1)
PLANS = (("balanced", SamplingPlan(target=PowerSkew(Constant(1.0)), epochs=3, batch_size=32, drawing="exact")),)


@pytest.fixture
def files(tmp_path):
    generator = np.random.default_rng(0)
    labels = np.repeat(["big", "rare"], [90, 30])
    np.savez(tmp_path / "features.npz", X=generator.normal(size=(120, 3)) + (labels == "rare")[:, None], y=labels)
    np.save(tmp_path / "alone.npy", generator.normal(size=(120, 3)))
    (tmp_path / "labels.txt").write_text("\n".join(labels))
    (tmp_path / "plans.json").write_text(plans_to_json(PLANS))
    return tmp_path


def run(files, features="features.npz", *options):
    return main(["train", str(files / features), "--plans", str(files / "plans.json"), "--splits", "2x1", *options])


def test_the_command_says_what_the_study_says_and_writes_it(files, capsys):
    written = {option: str(files / name) for option, name in
               (("--json", "r.json"), ("--out", "t.csv"), ("--report", "r.html"), ("--runs", "runs"))}  # fmt: skip
    options = [word for pair in written.items() for word in pair]
    assert run(files, "features.npz", "--hidden", "8", *options) == 0
    study = Study(read_features(files / "features.npz"), PLANS, MlpLearner(hidden=8), splits=Folds(2, 1))
    result = study.run()
    said = capsys.readouterr().out.splitlines()
    assert said[0] == result.verdict
    assert [line.split("  ")[0] for line in said[3:]] == ["natural", "balanced", "natural + logit adjustment"]
    assert result.verdict.split("'")[0] in (files / "r.html").read_text(encoding="utf-8")
    again = StudyResult.from_json((files / "r.json").read_text(encoding="utf-8"))
    assert again.to_json() == result.to_json()
    assert {path.name: path.read_text(encoding="utf-8") for path in (files / "runs").iterdir()} == {
        "1-natural.jsonl": result.run_logs["natural"], "2-balanced.jsonl": result.run_logs["balanced"],
    }  # fmt: skip
    rows = list(csv.DictReader(io.StringIO((files / "t.csv").read_text("utf-8-sig"))))
    assert [float(row["accuracy"]) for row in rows] == pytest.approx(result.tables["summary"]["accuracy"].tolist())


def test_labels_come_from_a_file_of_their_own(files, capsys):
    labels = str(files / "labels.txt")
    assert (
        run(files, "alone.npy", "--labels", labels, "--learner", "linear", "--loss", "focal=1", "--loss", "ldam") == 0
    )
    assert "balanced, focal 1" in capsys.readouterr().out


def test_options_are_read():
    assert loss_of_option("class_weighted=0.5") == ClassWeighted(0.5)
    assert loss_of_option("focal") == Focal()
    assert loss_of_option("logit_adjusted=0.5,data") == LogitAdjusted(0.5, "data")
    assert splits_of_option("10x3") == Folds(10, 3)


@pytest.mark.parametrize(
    ("options", "says"),
    [(["--loss", "hinge"], "loss must be one of cross_entropy"), (["--loss", "focal=1,2"], "--loss must be a name"),
     (["--splits", "many"], "--splits must be 5x5"), (["--learner", "forest"], "--learner must be mlp or linear"),
     (["--reference", "none"], "reference must be one of natural, balanced"),
     (["--splits", "given"], "Folds or HoldOut")],
)  # fmt: skip
def test_a_wrong_option_is_one_sentence_and_code_2(files, capsys, options, says):
    assert run(files, "features.npz", *options) == 2
    (said,) = capsys.readouterr().err.splitlines()
    assert says in said


def test_a_file_that_is_not_there_is_one_sentence(files, capsys):
    assert run(files, "other.npz") == 2
    assert "there is no such file" in capsys.readouterr().err
