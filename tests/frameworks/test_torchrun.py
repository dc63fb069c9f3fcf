"""Two and four real processes under torchrun with gloo: ranks share one stream batch by batch, and go on from it."""

from typing import Any

import numpy as np
import pytest

from sampler_core import ScheduledClassSampler
from sampler_core.plans.adaptive_targets import DifficultyBalanced
from tests.frameworks.ranks import STOPPED_AFTER, STOPPED_IN
from tests.frameworks.training import (
    BATCH,
    COUNTS,
    LABELS,
    SCHEMES,
    Batches,
    Indices,
    adaptive_plan,
    counts_of,
    dealt,
    of_rank,
    plan_of,
    previewed,
    stream,
    torchrun,
)

Runs = dict[int, list[Any]]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """By number of processes, what each rank saw. The run of four also goes on from the states of the run of two."""
    two, four = tmp_path_factory.mktemp("two"), tmp_path_factory.mktemp("four")
    return {2: torchrun("ranks", 2, two), 4: torchrun("ranks", 4, four, str(two))}


@pytest.mark.parametrize("ranks", [2, 4])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_batch_b_of_rank_r_is_batch_b_w_plus_r_of_the_one_process_stream(runs: Runs, scheme: str, ranks: int) -> None:
    for epoch in (0, 1, 3):
        whole = stream(plan_of(scheme), epoch)
        for rank in range(ranks):
            assert runs[ranks][rank]["epochs"][scheme][str(epoch)] == of_rank(whole, rank, ranks)


@pytest.mark.parametrize("ranks", [2, 4])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_all_ranks_together_draw_the_previewed_class_counts(runs: Runs, scheme: str, ranks: int) -> None:
    for epoch in (0, 1, 3):
        batches = dealt([runs[ranks][rank]["epochs"][scheme][str(epoch)] for rank in range(ranks)])
        whole = len(LABELS) // BATCH  # the batch after these is completed by extras, outside the preview
        assert counts_of(batches)[:whole] == previewed(plan_of(scheme), epoch)[:whole]


@pytest.mark.parametrize("ranks", [2, 4])
def test_extras_are_the_first_positions_of_the_epoch(runs: Runs, ranks: int) -> None:
    dealt_out = dealt([run["epochs"]["exact"]["0"] for run in runs[ranks]])
    flat = [index for batch in dealt_out for index in batch]
    assert len(flat) == 48 * BATCH
    assert sorted(flat[: len(LABELS)]) == list(range(len(LABELS)))  # skew 0, M = N: an ordinary shuffle
    assert flat[len(LABELS) :] == flat[: 48 * BATCH - len(LABELS)]


@pytest.mark.parametrize("ranks", [2, 4])
def test_drop_last_cuts_the_epoch_to_whole_rounds_of_batches(runs: Runs, ranks: int) -> None:
    for epoch in (0, 1, 3):
        whole = stream(plan_of("exact"), epoch)
        cut = [run["cut"][str(epoch)] for run in runs[ranks]]
        assert cut == [of_rank(whole, rank, ranks, drop_last=True) for rank in range(ranks)]
        assert {len(batches) for batches in cut} == {46 // ranks}


@pytest.mark.parametrize("ranks", [2, 4])
def test_feedback_of_the_ranks_is_averaged_and_gives_all_the_same_shares(runs: Runs, ranks: int) -> None:
    adapted = [run["adapted"] for run in runs[ranks]]
    assert all(one["after"] == adapted[0]["after"] for one in adapted)
    recall = [0.9 - 0.05 * c - 0.02 * (ranks - 1) / 2 for c in range(len(COUNTS))]
    recall[0] = 0.9  # only the first rank saw it
    target = adaptive_plan().target
    assert isinstance(target, DifficultyBalanced)
    difficulty = [target.smoothing + (1 - target.smoothing) * (1 - r) for r in recall]
    difficulty[9] = 1.0  # no rank saw it
    expected = np.sqrt(COUNTS) * np.array(difficulty) ** target.tau
    np.testing.assert_allclose(adapted[0]["after"], expected / expected.sum(), rtol=1e-12)
    assert adapted[0]["before"] != adapted[0]["after"]


@pytest.mark.parametrize("ranks", [2, 4])
def test_adapted_epochs_are_drawn_as_the_sampler_previews_them(runs: Runs, ranks: int) -> None:
    adapted = [run["adapted"] for run in runs[ranks]]
    whole = len(LABELS) // BATCH
    assert counts_of(dealt([one["batches"] for one in adapted]))[:whole] == adapted[0]["previewed"][:whole]
    assert all(one["previewed"] == adapted[0]["previewed"] for one in adapted)


@pytest.mark.parametrize("ranks", [2, 4])
def test_a_model_under_distributed_data_parallel_trains_on_the_plan_and_stays_equal(runs: Runs, ranks: int) -> None:
    trained = [run["trained"] for run in runs[ranks]]
    assert all(one["bias"] == trained[0]["bias"] for one in trained)
    whole = stream(plan_of("stratified"), 2)
    assert [one["batches"] for one in trained] == [of_rank(whole, rank, ranks) for rank in range(ranks)]


def test_a_sampler_made_before_the_process_group_says_that_each_rank_draws_everything(runs: Runs) -> None:
    for run in runs[4]:
        assert len(run["early"]) == 1
        assert run["early"][0].startswith("each of the 4 ranks draws the whole epoch")
        assert run["early_on_purpose"] == []


def rest_of(scheme: str, ranks: int) -> Batches:
    """The global stream behind the place where `ranks` ranks were stopped."""
    return stream(plan_of(scheme), STOPPED_IN)[STOPPED_AFTER[scheme] * ranks :]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_states_are_the_same_on_all_ranks(runs: Runs, scheme: str) -> None:
    states = [run["stopped"][scheme]["state"] for run in runs[2]]
    assert states[0] == states[1]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_four_ranks_go_on_with_the_stream_that_two_left(runs: Runs, scheme: str) -> None:
    rest = rest_of(scheme, 2)
    gone_on = dealt([run["gone_on"][scheme]["rest"] for run in runs[4]])
    whole = len(rest) - 1  # the last batch of the stream is completed by extras
    assert gone_on[:whole] == rest[:whole]
    assert gone_on[whole][: len(rest[whole])] == rest[whole]
    assert len(gone_on) == -(-len(rest) // 4) * 4


@pytest.mark.parametrize("scheme", SCHEMES)
def test_after_the_rest_the_next_epoch_is_whole_again(runs: Runs, scheme: str) -> None:
    whole = stream(plan_of(scheme), STOPPED_IN + 1)
    assert [run["gone_on"][scheme]["next"] for run in runs[4]] == [of_rank(whole, rank, 4) for rank in range(4)]


@pytest.mark.parametrize("ranks", [2, 4])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_one_process_goes_on_with_the_stream_that_several_left(runs: Runs, scheme: str, ranks: int) -> None:
    sampler = ScheduledClassSampler(LABELS, plan_of(scheme))
    sampler.load_state_dict(runs[ranks][1]["stopped"][scheme]["state"])
    sampler.set_epoch(STOPPED_IN)
    rest = [batch.tolist() for batch in sampler.loader(Indices())]
    assert rest == rest_of(scheme, ranks)
    assert counts_of(rest) == previewed(plan_of(scheme), STOPPED_IN)[STOPPED_AFTER[scheme] * ranks :]
