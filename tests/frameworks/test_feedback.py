"""Feedback under torchrun with gloo, two and four processes: any ranks report, all draw from the same shares."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sampler_core import ScheduledClassSampler
from tests.frameworks.feedback import recall_of, seen
from tests.frameworks.training import BATCH, COUNTS, LABELS, adaptive_plan, counts_of, dealt, torchrun

Runs = dict[int, list[Any]]
BOTH = pytest.mark.parametrize("ranks", [2, 4])


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """By number of processes, what each rank saw."""
    return {ranks: torchrun("feedback", ranks, tmp_path_factory.mktemp(f"ranks{ranks}")) for ranks in (2, 4)}


def mean_recall(ranks: list[int]) -> list[float | None]:
    """By hand: the mean over the ranks that saw the class."""
    values = [[recall for rank in ranks if (recall := recall_of(rank)[c]) is not None] for c in range(len(COUNTS))]
    return [float(np.mean(of_class)) if of_class else None for of_class in values]


def shares_after(recall: list[float | None] | None) -> Any:
    """The shares of epoch 1 in one process."""
    sampler = ScheduledClassSampler(LABELS, adaptive_plan())
    if recall is not None:
        sampler.update(recall=recall)
    sampler.set_epoch(1)
    return pytest.approx(sampler.class_shares().tolist(), rel=1e-12)


def of_case(runs: list[Any], case: str) -> Any:
    """What the first rank saw, and that the others saw the same shares, previews and states."""
    for run in runs:
        for part in ("shares", "preview", "state"):
            assert run[case][part] == runs[0][case][part], (case, part)
    return runs[0][case]


@BOTH
@pytest.mark.parametrize("case", ["first", "all", "none", "last"])
def test_feedback_of_any_ranks_gives_all_the_same_shares_and_leaves_other_collectives_alone(
    runs: Runs, ranks: int, case: str
) -> None:
    reporting = {"first": [0], "all": list(range(ranks)), "none": [], "last": [ranks - 1]}[case]
    assert of_case(runs[ranks], case)["shares"] == shares_after(mean_recall(reporting) if reporting else None)
    assert [run[case]["total"] for run in runs[ranks]] == [ranks * (ranks + 1) / 2] * ranks
    whole = len(LABELS) // BATCH
    drawn = counts_of(dealt([run[case]["drawn"] for run in runs[ranks]]))
    assert drawn[:whole] == runs[ranks][0][case]["preview"][:whole]


@BOTH
def test_wrong_feedback_is_an_error_there_and_counts_as_none(runs: Runs, ranks: int) -> None:
    found = of_case(runs[ranks], "wrong")
    assert found["shares"] == shares_after([0.5] * len(COUNTS))
    errors = [run["wrong"]["error"] for run in runs[ranks]]
    assert errors == [""] * (ranks - 1) + ["ValueError: recall of class 0 must be a number from 0 to 1, got 2.0"]


@BOTH
def test_the_last_feedback_of_an_epoch_counts_also_after_an_exchange(runs: Runs, ranks: int) -> None:
    assert of_case(runs[ranks], "twice")["shares"] == shares_after(recall_of(0))


@BOTH
def test_a_rank_that_takes_a_batch_alone_waits_for_no_other(runs: Runs, ranks: int) -> None:
    assert of_case(runs[ranks], "peeked")["shares"] == shares_after(mean_recall(list(range(ranks))))
    assert {run["peeked"]["total"] for run in runs[ranks]} == {ranks * (ranks + 1) / 2}


@BOTH
def test_before_the_exchange_preview_and_shares_of_the_new_epoch_are_refused(runs: Runs, ranks: int) -> None:
    assert of_case(runs[ranks], "early")["shares"] == shares_after(mean_recall(list(range(ranks))))
    for run in runs[ranks]:
        assert run["early"]["known"] == pytest.approx(adaptive_plan().class_shares(COUNTS)[0].tolist(), rel=1e-12)
        for error in run["early"]["errors"]:
            assert error.startswith("RuntimeError: feedback must be exchanged between the ranks before the class ")
            assert error.endswith("shares of epoch 1 are known: call sampler.exchange() on all ranks")


@BOTH
def test_a_rank_posts_once_an_epoch_and_what_all_have_read_is_deleted(runs: Runs, ranks: int) -> None:
    assert [run["posts"] for run in runs[ranks]] == [{"counts": [0, 1, 1, 2], "left": [False, False]}] * ranks


@BOTH
@pytest.mark.parametrize("case", ["saved", "saved in the new epoch"])
def test_a_checkpoint_before_the_exchange_warns_and_holds_the_feedback_of_its_rank(
    runs: Runs, ranks: int, case: str
) -> None:
    found = of_case(runs[ranks], case)
    assert found["shares"] == shares_after(recall_of(0))
    assert all(run[case]["restored"] == found["restored"] for run in runs[ranks])
    assert found["restored"]["shares"] == pytest.approx(found["shares"], rel=1e-15)
    assert [len(run[case]["warnings"]) for run in runs[ranks]] == [1] + [0] * (ranks - 1)
    assert "call sampler.exchange() on all ranks before state_dict()" in found["warnings"][0]


@BOTH
def test_a_checkpoint_after_the_exchange_is_the_same_on_all_ranks_and_says_nothing(runs: Runs, ranks: int) -> None:
    found = of_case(runs[ranks], "saved after exchange")
    assert found["shares"] == shares_after(mean_recall(list(range(ranks))))
    for run in runs[ranks]:
        assert run["saved after exchange"]["warnings"] == []
        assert run["saved after exchange"]["saved"] == found["saved"]
        assert run["saved after exchange"]["restored"] == {part: found[part] for part in ("shares", "preview", "state")}


@BOTH
def test_one_process_goes_on_with_what_several_have_exchanged(runs: Runs, ranks: int) -> None:
    found = runs[ranks][1]["saved after exchange"]
    sampler = ScheduledClassSampler(LABELS, adaptive_plan())
    sampler.load_state_dict(found["saved"])
    sampler.set_epoch(1)
    assert seen(sampler)["shares"] == found["shares"]


@BOTH
def test_a_rank_that_the_others_leave_alone_says_who_is_missing_and_may_try_again(runs: Runs, ranks: int) -> None:
    found = of_case(runs[ranks], "alone")
    assert found["shares"] == shares_after(mean_recall(list(range(ranks))))
    assert found["error"] == (
        f"TimeoutError: feedback must be exchanged by all {ranks} ranks within 0.5 s, got ranks [0] and not "
        f"{list(range(1, ranks))}: call set_epoch and exchange on all ranks"
    )
    assert {run["alone"]["total"] for run in runs[ranks]} == {ranks * (ranks + 1) / 2}


@BOTH
def test_ranks_in_other_epochs_are_told_so(runs: Runs, ranks: int) -> None:
    for run in runs[ranks]:
        assert run["elsewhere"] == (
            "RuntimeError: ranks must call the sampler alike and in the same order, got set_epoch(1) with 10 classes "
            "on rank 0 and set_epoch(2) with 10 classes on rank 1"
        )
