"""The verdict: what it says, and that it claims nothing where there is nothing (in small; the benchmark has 200)."""

import pytest
import torch

from sampler_core.training import Folds
from sampler_core.training.verdict import verdict
from tests.benchmarks.verdicts import IDENTICAL, SWAPPED, boosted, claims, compared, plan_of

torch.set_num_threads(1)
REACHED = {"natural": 0.80, "balanced": 0.88, "late": 0.81, "reversed": 0.7, "natural + logit adjustment": 0.87}
SUMMARY = [{"candidate": name, "balanced_accuracy": value} for name, value in REACHED.items()]


def row(name, word, mean, is_baseline=False, **others):
    low, high = mean - 0.02, mean + 0.02
    costs = {"accuracy_difference": -0.013, "log_loss_difference": 0.12}
    return {"candidate": name, "verdict": word, "mean": mean, "low": low, "high": high, "found": 0.042,
            "is_baseline": is_baseline, **costs, **others}  # fmt: skip


BASELINE = row("natural + logit adjustment", "better", 0.07, is_baseline=True)


def test_one_sentence_says_who_by_how_much_at_what_cost_and_what_was_not_decided():
    rows = [row("balanced", "better", 0.08), row("late", "undecided", 0.01), row("reversed", "worse", -0.1), BASELINE]
    assert verdict(SUMMARY, rows, "natural", "balanced_accuracy", 0.01) == (
        "'balanced' is better than 'natural' in balanced accuracy by 8 points (95 % interval 6.0 to 10.0), "
        "with 1.3 points less accuracy and 0.12 more log loss; without another training, "
        "'natural + logit adjustment' reaches 87 % ('balanced' 88 % and 'natural' 80 %); worse: 'reversed' (-10.0); "
        "undecided whether by more than 1 point: 'late' (+1.0), where a true difference of 4.2 points would be found."
    )


def test_a_baseline_that_does_more_than_any_plan_comes_first():
    rows = [row("balanced", "better", 0.06), BASELINE]
    said = verdict(SUMMARY, rows, "natural", "balanced_accuracy", 0.01)
    assert said.startswith(
        "Without another training, 'natural + logit adjustment' reaches 87 % ('balanced' 88 % and 'natural' 80 %) in "
        "balanced accuracy, more than any plan; 'balanced' is better than 'natural'"
    )


def test_no_plan_helps_is_an_answer():
    rows = [row("balanced", "same", 0.001), row("natural + logit adjustment", "same", 0.0, is_baseline=True)]
    said = verdict(SUMMARY, rows, "natural", "balanced_accuracy", 0.01)
    assert said.startswith(
        "No plan is better than 'natural' by more than 1 point in balanced accuracy; without another training"
    )
    assert said.endswith("; the same within 1 point: 'balanced'.")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["undecided", "undecided"],
            "No plan is shown to be better or worse than 'natural' by more than 1 point in",
        ),
        (["undecided", "same"], "No plan is shown to be better or worse than 'natural'"),
        (["undecided", "worse"], "No plan is shown to be better than 'natural'"),
        (["same", "worse"], "No plan is better than 'natural'"),
        (["better", "undecided"], "'balanced' is better than 'natural'"),
        ([], "Nothing was trained besides 'natural'"),
    ],
)
def test_what_is_not_decided_is_not_called_no_better(words, said):
    rows = [row(name, word, 0.001) for name, word in zip(("balanced", "late"), words, strict=False)]
    baseline = row("natural + logit adjustment", "undecided", 0.0, is_baseline=True)
    assert verdict(SUMMARY, [*rows, baseline], "natural", "balanced_accuracy", 0.01).startswith(said)


@pytest.mark.parametrize(("plans", "reference"), [(IDENTICAL, None), (SWAPPED, "left")], ids=["identical", "symmetric"])
def test_plans_that_are_no_better_are_hardly_ever_called_so(plans, reference):
    assert claims(plans, 3, Folds(4, 1), reference) == 0


def test_a_large_difference_is_found():
    plans = {"natural": plan_of(boosted(1.0).target), "boost": boosted(8.0)}
    verdicts = [compared(plans, seed, Folds(5, 2))[0]["verdict"] for seed in range(4)]
    assert verdicts.count("better") >= 3 and "worse" not in verdicts
