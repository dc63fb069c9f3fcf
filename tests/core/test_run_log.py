"""The log holds what training took, line by line: through kills, resumes, ranks, and labels of any kind."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.data import BatchSampler, DataLoader

from sampler_core import Constant, DifficultyBalanced, IndexStream, PowerSkew, SamplingPlan, ScheduledClassSampler
from sampler_core.run_log import RunLog, audit, departures, read_run
from sampler_core.run_log.target_tally import TargetTally
from tests.core.run_log_scripts import (
    BATCH,
    COUNTS,
    DATASET,
    LABELS,
    SCHEMES,
    clean,
    clean_and_stopped_and_gone_on,
    clean_on_two_ranks,
    plan_of,
    sampler_of,
    trained,
)

NAMES = np.array([*COUNTS])[LABELS].tolist()
WITH_PUPPIES = [name if name != "dog" or i % 2 else "puppy" for i, name in enumerate(NAMES)]
ROOT = Path(__file__).parents[2]
FIELDS = {
    "plan": "kind version run time plan fingerprint classes counts labels world num_replicas drop_last",
    "draw": "kind epoch rank first_batch batches planned drawn trained extras seconds",
    "metric": "kind epoch part recall accuracy",
    "end": "kind time epochs",
}


def lines_of(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def draws_of(path: Path) -> list[dict]:
    return [line for line in lines_of(path) if line["kind"] == "draw"]


def counts(indices) -> list[int]:
    return np.bincount(LABELS[np.asarray(indices, dtype=int)], minlength=4).tolist()


def test_a_log_has_the_lines_of_its_version(tmp_path: Path):
    clean(tmp_path / "runs" / "today.jsonl")
    lines = lines_of(tmp_path / "runs" / "today.jsonl")
    assert [line["kind"] for line in lines] == ["plan", *["draw", "metric"] * 4, "end"]
    assert all(set(line) == set(FIELDS[line["kind"]].split()) for line in lines)
    assert SamplingPlan.from_json(json.dumps(lines[0]["plan"])) == plan_of()
    assert (lines[0]["classes"], lines[0]["counts"]) == ([*COUNTS], [*COUNTS.values()])
    assert lines[0]["labels"] == IndexStream(LABELS, plan_of(), classes=[*COUNTS]).dataset.digest
    assert lines[2]["recall"] == [0.9, 0.8, None, 0.5]


@pytest.mark.parametrize("drawing", SCHEMES)
def test_planned_drawn_and_trained_are_what_the_plan_previews(drawing, tmp_path: Path):
    plan = plan_of(drawing)
    clean(tmp_path / "run.jsonl", plan)
    for epoch, draw in enumerate(draws_of(tmp_path / "run.jsonl")):
        shares = plan.class_shares(dict(COUNTS))[epoch]
        assert draw["planned"] == pytest.approx(509 * shares, rel=1e-4)
        assert draw["drawn"] == draw["trained"] == plan.preview(dict(COUNTS), epoch).totals.tolist()
        assert (draw["epoch"], draw["first_batch"], draw["batches"], draw["extras"]) == (epoch, 0, 32, 0)


def test_what_a_loader_read_ahead_at_an_early_stop_is_drawn_and_extra_and_not_trained(tmp_path: Path):
    sampler = sampler_of()
    log = RunLog(tmp_path / "run.jsonl", sampler)
    loader = sampler.loader(DATASET, num_workers=1, prefetch_factor=3)
    for batch, (_, targets) in enumerate(loader, 1):
        log.count(targets)
        if batch == 5:
            break
    log.epoch()
    (draw,) = draws_of(tmp_path / "run.jsonl")
    stream = sampler.stream.indices(0)
    ahead = sum(draw["drawn"]) - 5 * BATCH
    assert ahead in range(BATCH, 4 * BATCH + 1), "up to three batches, and the one that was asked for"
    assert draw["extras"] == ahead
    assert (draw["batches"], draw["trained"]) == (5, counts(stream[: 5 * BATCH]))
    assert draw["drawn"] == counts(stream[: 5 * BATCH + ahead])


def test_several_lines_an_epoch_are_windows_that_add_up(tmp_path: Path):
    sampler = sampler_of()
    log = RunLog(tmp_path / "run.jsonl", sampler)
    for batch, (_, targets) in enumerate(sampler.loader(DATASET), 1):
        log.count(targets)
        if batch % 10 == 0:
            log.epoch()
    log.epoch()
    windows = [(draw["first_batch"], draw["batches"]) for draw in draws_of(tmp_path / "run.jsonl")]
    assert windows == [(0, 10), (10, 10), (20, 10), (30, 2)]
    run = read_run(tmp_path / "run.jsonl")
    assert run.trained.tolist() == [plan_of().preview(dict(COUNTS), 0).totals.tolist()]
    assert departures(run) == []


def test_epochs_that_were_not_ended_are_told_apart_by_the_sampler(tmp_path: Path):
    """Where `epoch` is called every other epoch, or too late, after the next `set_epoch`."""
    sampler = sampler_of()
    log = RunLog(tmp_path / "run.jsonl", sampler)
    for epoch in range(4):
        sampler.set_epoch(epoch)
        for _, targets in sampler.loader(DATASET):
            log.count(targets)
    sampler.set_epoch(0)
    log.epoch()
    run = read_run(tmp_path / "run.jsonl")
    assert run.epochs == (0, 1, 2, 3)
    assert run.trained.tolist() == [plan_of().preview(dict(COUNTS), epoch).totals.tolist() for epoch in range(4)]


@pytest.mark.parametrize("by_the_sampler", [True, False])
def test_with_several_ranks_planned_and_drawn_are_of_what_each_takes(by_the_sampler, tmp_path: Path):
    clean_on_two_ranks(tmp_path / "run.jsonl", by_the_sampler)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run.jsonl", "run.rank1.jsonl"]
    for rank, name in enumerate(("run.jsonl", "run.rank1.jsonl")):
        draw = draws_of(tmp_path / name)[0]
        assert (draw["rank"], draw["batches"], sum(draw["trained"])) == (rank, 16, 256)
        assert sum(draw["planned"]) == pytest.approx(256, rel=1e-4)
        assert sum(draw["drawn"]) == (256 if by_the_sampler else 509)
        assert draw["extras"] == (3 * rank if by_the_sampler else 3)


def test_a_checkpoint_brings_its_counts_and_a_whole_epoch_is_in_the_log(tmp_path: Path):
    clean_and_stopped_and_gone_on(tmp_path / "run.jsonl")
    resumed = [line for line in lines_of(tmp_path / "run.jsonl") if line["kind"] == "resume"]
    assert resumed == [{"kind": "resume", "epoch": 2, "batch": 9, "world": 1}]
    assert len({line["run"] for line in lines_of(tmp_path / "run.jsonl") if line["kind"] == "plan"}) == 1
    run = read_run(tmp_path / "run.jsonl")
    previewed = plan_of().preview(dict(COUNTS), 2)
    assert run.trained[2].tolist() == previewed.totals.tolist()
    assert [(w.draw.first_batch, w.draw.batches) for w in run.windows if w.draw.epoch == 2] == [(0, 9), (9, 23)]


def test_a_state_is_plain_json_and_refuses_another_plan_and_what_is_none(tmp_path: Path):
    sampler = sampler_of()
    log = RunLog(tmp_path / "run.jsonl", sampler)
    log.count(torch.tensor([0, 1, 1]))
    state = json.loads(json.dumps(log.state_dict()))
    assert state["windows"][0]["trained"] == [1, 2, 0, 0]
    other = RunLog(tmp_path / "run.jsonl", sampler_of(plan_of(seed=9)))
    with pytest.raises(ValueError, match="state must be of this plan"):
        other.load_state_dict(state)
    for wrong in (None, {}, {**state, "version": 2}, {**state, "windows": [3]}, {**state, "rank": -1}):
        with pytest.raises(ValueError, match="state"):
            log.load_state_dict(wrong)


def test_the_state_of_one_rank_is_not_taken_for_the_counts_of_another(tmp_path: Path):
    """Often rank 0 alone saves, and all ranks load."""
    first = RunLog(tmp_path / "run.jsonl", sampler_of(num_replicas=2, rank=0), rank=0, world=2)
    first.count(torch.tensor([0, 0]))
    state = first.state_dict()
    sampler = sampler_of(num_replicas=2, rank=1)
    log = RunLog(tmp_path / "run.jsonl", sampler, rank=1, world=2)
    log.load_state_dict(state)
    trained(log, sampler, sampler.loader(DATASET), [0])
    assert [sum(draw["trained"]) for draw in draws_of(tmp_path / "run.rank1.jsonl")] == [256]


def test_a_rank_that_joins_a_run_begins_it_anew_in_a_file_that_holds_another_one(tmp_path: Path):
    """Of three starts: on two ranks, from scratch on one, and from the checkpoint of that one on two again."""

    def started(world: int, epoch: int, state=None) -> dict:
        states = []
        for rank in range(world):
            sampler = sampler_of(num_replicas=world, rank=rank)
            log = RunLog(tmp_path / "run.jsonl", sampler, rank=rank, world=world)
            if state is not None:
                log.load_state_dict(state)
            trained(log, sampler, sampler.loader(DATASET), [epoch])
            states.append(log.state_dict())
        return states[0]

    started(2, epoch=0)
    started(2, epoch=1, state=started(1, epoch=0))
    run = read_run(tmp_path / "run.jsonl")
    assert run.trained.sum(axis=1).tolist() == [509, 512], "the first epoch of rank 1 is of the run before"
    assert departures(run) == []


def test_a_loader_that_skips_batches_is_told_to_the_log(tmp_path: Path):
    sampler = sampler_of()
    log = RunLog(tmp_path / "run.jsonl", sampler)
    log.skip(10)
    for batch, (_, targets) in enumerate(sampler.loader(DATASET)):
        if batch >= 10:
            log.count(targets)
    log.epoch()
    (draw,) = draws_of(tmp_path / "run.jsonl")
    assert (draw["first_batch"], draw["batches"]) == (10, 22)
    assert draw["trained"] == plan_of().preview(dict(COUNTS), 0, 10).totals.tolist()


def test_a_script_that_starts_again_begins_another_run_in_the_file(tmp_path: Path):
    clean(tmp_path / "run.jsonl")
    clean(tmp_path / "run.jsonl", plan_of("stratified"))
    run = read_run(tmp_path / "run.jsonl")
    assert run.plan == plan_of("stratified")
    assert len(run.all_windows) == 4
    assert departures(run) == []


def test_an_adaptive_sampler_is_fed_by_the_log(tmp_path: Path):
    plan = SamplingPlan(
        target=DifficultyBalanced(PowerSkew(Constant(0.5))), epochs=4, batch_size=BATCH, drawing="exact"
    )
    fed, by_hand = sampler_of(plan), sampler_of(plan)
    log = RunLog(tmp_path / "run.jsonl", fed)
    for epoch in range(3):
        for sampler in (fed, by_hand):
            sampler.set_epoch(epoch)
        for _, targets in fed.loader(DATASET):
            log.count(targets)
        recall = {"ant": 0.9, "bee": 1 / 3, "cow": None}
        log.epoch(recall=recall | {"dog": float("nan")}, loss=[1.0, 2.0, 3.0, 4.0])
        by_hand.update(recall=recall)
        assert fed.class_shares().tolist() == by_hand.class_shares().tolist()
    run = read_run(tmp_path / "run.jsonl")
    assert run.metrics["validation"]["recall"][0, 1] == 1 / 3, "with all digits, for the shares follow it"
    assert departures(run) == []


def test_metrics_that_are_wrong_are_refused_before_anything_is_written(tmp_path: Path):
    log = RunLog(tmp_path / "run.jsonl", sampler_of())
    log.count(torch.tensor([0]))
    written = (tmp_path / "run.jsonl").read_bytes()
    for wrong in ({"recall": [0.5, 2.0, 0.1, 0.1]}, {"f1": [1.0]}, {"accuracy": float("inf")}, {"kind": 1.0}):
        with pytest.raises(ValueError):
            log.epoch(**wrong)
    assert (tmp_path / "run.jsonl").read_bytes() == written
    log.epoch(accuracy=np.float32(0.5), f1=torch.tensor([0.1, 0.2, 0.3, 0.4]))
    assert len(draws_of(tmp_path / "run.jsonl")) == 1


def test_flat_has_the_shares_of_the_last_epoch_for_any_logger_also_where_a_checkpoint_was_saved_in_it(tmp_path: Path):
    sampler = sampler_of()
    log = RunLog(tmp_path / "run.jsonl", sampler)
    assert log.flat() == {}
    for epoch in range(4):
        sampler.set_epoch(epoch)
        for batch, (_, targets) in enumerate(sampler.loader(DATASET)):
            log.count(targets)
            if batch % 10 == 5:
                log.state_dict()
        log.epoch()
    totals = plan_of().preview(dict(COUNTS), 3).totals / 509
    assert log.flat() == {f"skewlab/share/{name}": share for name, share in zip(COUNTS, totals.tolist(), strict=True)}


TARGETS = {
    "codes of named classes": (["ant", "bee", "cow"], {}, [0, 2, 2, 1, 2], [1, 1, 3], 0),
    "codes in the model's order": (["ant", "bee", "cow"], {"classes": ["cow", "bee", "ant"]}, [0, 0, 1], [0, 1, 2], 0),
    "numbers that are names": ([3, 700, -5], {}, [700, 700, 3, 8], [0, 1, 2], 1),
    "none of the classes": ([0, 1, 2], {}, [-100, 3, 9, 1], [0, 1, 0], 3),
    "short integers": ([0, 1, 2], {}, torch.tensor([2, 255, 0], dtype=torch.uint8), [1, 0, 1], 1),
}


@pytest.mark.parametrize("case", TARGETS)
def test_targets_are_counted_by_class_and_strangers_apart(case, tmp_path: Path):
    names, options, targets, expected, other = TARGETS[case]
    log = RunLog(tmp_path / "run.jsonl", ScheduledClassSampler(names, skew=1.0, batch_size=2), **options)
    log.count(targets if isinstance(targets, torch.Tensor) else torch.tensor(targets))
    log.count(np.asarray(targets.tolist()) if isinstance(targets, torch.Tensor) else targets)
    log.epoch()
    (draw,) = draws_of(tmp_path / "run.jsonl")
    assert (draw["trained"], draw.get("other", 0)) == ([2 * n for n in expected], 2 * other)


def test_targets_that_are_no_codes_are_refused(tmp_path: Path):
    log = RunLog(tmp_path / "run.jsonl", sampler_of())
    for wrong in (torch.zeros(3), torch.zeros(2, 3, dtype=torch.int64), torch.tensor([True])):
        with pytest.raises(ValueError, match="targets must be whole numbers, one per sample"):
            log.count(wrong)


@pytest.mark.parametrize("names", [["ant", "bee", "cow"], [3, 700, -5]], ids=["codes", "names"])
def test_nothing_is_read_back_from_a_device_before_the_epoch_ends(names, tmp_path: Path):
    """Tensors on torch's "meta" device have no data: whatever would wait for a GPU (item, cpu, tolist, bool) raises."""
    sampler = ScheduledClassSampler(names, skew=1.0, batch_size=2)
    log = RunLog(tmp_path / "run.jsonl", sampler)
    for _ in sampler.loader(names):
        for size in (2, 1, 5):
            log.count(torch.zeros(size, dtype=torch.int64, device="meta"))
    with pytest.raises((RuntimeError, NotImplementedError), match="meta"):
        log.epoch()


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("names", [["ant", "bee", "cow"], [3, 700, -5]], ids=["codes", "names"])
def test_a_gpu_is_waited_for_when_the_epoch_ends_alone(names, tmp_path: Path):
    codes = isinstance(names[0], str)
    log = RunLog(tmp_path / "run.jsonl", ScheduledClassSampler(names, skew=1.0, batch_size=2))
    targets = torch.tensor([0, 1, 1] if codes else [3, 700, 700], device="cuda")
    log.count(targets)  # makes its tensors
    torch.cuda.set_sync_debug_mode("error")
    try:
        for _ in range(100):
            log.count(targets)
    finally:
        torch.cuda.set_sync_debug_mode("default")
    log.epoch()
    assert sorted(draws_of(tmp_path / "run.jsonl")[0]["trained"]) == [0, 101, 202]


def test_names_that_are_numbers_are_counted_as_on_a_device():
    """They take the way that targets on a GPU take."""
    tally = TargetTally([3, 700, -5])
    tally.add(torch.tensor([700, 700, 3, 8]))
    counted, other = tally.counts()
    assert (counted.tolist(), other) == ([1, 2, 0], 1)


def test_mostly_empty_rows_are_sparse_and_read_back_the_same(tmp_path: Path):
    labels = np.repeat(np.arange(1000), 2)
    sampler = ScheduledClassSampler(labels, skew=0.0, batch_size=8, samples_per_epoch=40, drawing="exact")
    log = RunLog(tmp_path / "run.jsonl", sampler)
    for batch in DataLoader(labels, batch_size=8, sampler=sampler):
        log.count(batch)
    log.epoch()
    (draw,) = draws_of(tmp_path / "run.jsonl")
    assert isinstance(draw["trained"], dict)
    assert read_run(tmp_path / "run.jsonl").trained[0].tolist() == sampler.preview().totals.tolist()


def test_trainings_that_are_killed_and_go_on_with_other_ranks_have_the_log_of_one_that_was_not(tmp_path: Path):
    command = [sys.executable, "-m", "tests.core.killed_run_log", tmp_path, "5"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split(" kills, ")[0]) >= 5


def test_a_half_line_is_left_for_later_and_cut_off_where_the_run_goes_on(tmp_path: Path):
    path = tmp_path / "run.jsonl"
    clean(path)
    written = path.read_bytes()
    head = written.index(b"\n") + 1
    for size in np.random.default_rng(0).integers(head, len(written), 10).tolist():
        path.write_bytes(written[:size])
        run = read_run(path)
        assert run.skipped_lines == 0, "what follows the last newline is still being written"
        epochs = len(run.epochs)
        sampler = sampler_of()
        log = RunLog(path, sampler)
        trained(log, sampler, sampler.loader(DATASET), [epochs])
        run = read_run(path)
        assert (run.skipped_lines, run.epochs) == (0, tuple(range(epochs + 1)) if epochs else (0,))
        assert departures(run) == []


@pytest.mark.parametrize(("before", "after"), [(2, 1), (1, 2)])
def test_a_run_that_goes_on_with_another_number_of_ranks_has_each_batch_once(before, after, tmp_path: Path):
    """Each rank of before stops after 5 batches of epoch 1; the state of rank 0 alone is saved, and all load it."""
    saved = {}
    for rank in range(before):
        sampler = sampler_of(num_replicas=before, rank=rank)
        log = RunLog(tmp_path / "run.jsonl", sampler, rank=rank, world=before)
        trained(log, sampler, sampler.loader(DATASET), [0])
        sampler.set_epoch(1)
        for _, (_, targets) in zip(range(5), sampler.loader(DATASET), strict=False):
            log.count(targets)
        saved[rank] = log.state_dict(), sampler.state_dict(batches_delivered=5)
    for rank in range(after):
        sampler = sampler_of(num_replicas=after, rank=rank)
        log = RunLog(tmp_path / "run.jsonl", sampler, rank=rank, world=after)
        log.load_state_dict(saved[0][0])
        sampler.load_state_dict(saved[0][1])
        trained(log, sampler, sampler.loader(DATASET), [1, 2])
    run = read_run(tmp_path / "run.jsonl")
    previewed = [plan_of().preview(dict(COUNTS), epoch).totals for epoch in range(3)]
    completed = [3 * (before == 2), 19 * (after == 2), 3 * (after == 2)]
    beyond = run.trained - previewed
    assert beyond.min() >= 0
    assert beyond.sum(axis=1).tolist() == run.extras.tolist() == completed
    assert departures(run) == []
    assert audit(run, sampler.class_counts) == []


def test_a_plan_without_a_batch_size_is_logged_and_drawn_once_more(tmp_path: Path):
    sampler = ScheduledClassSampler(LABELS, skew=0.5)
    log = RunLog(tmp_path / "run.jsonl", sampler)
    loader = DataLoader(DATASET, batch_size=20, sampler=sampler)
    trained(log, sampler, loader, range(2))
    sampler.set_epoch(2)
    for _, (_, targets) in zip(range(7), loader, strict=False):
        log.count(targets)
    states = log.state_dict(), sampler.state_dict(batches_delivered=140)  # samples, of which its batches are
    sampler = ScheduledClassSampler(LABELS, skew=0.5)
    log = RunLog(tmp_path / "run.jsonl", sampler)
    log.load_state_dict(states[0])
    sampler.load_state_dict(states[1])
    trained(log, sampler, DataLoader(DATASET, batch_size=20, sampler=sampler), [2])
    run = read_run(tmp_path / "run.jsonl")
    assert run.trained.tolist() == run.drawn.tolist()
    assert run.trained.sum(axis=1).tolist() == [509] * 3
    assert departures(run) == []
    assert audit(run, sampler.class_counts) == []


def test_labels_that_change_in_the_run_are_counted_by_their_names(tmp_path: Path):
    """A class of its own for the dogs' puppies from epoch 1 on; the epoch before is written first, as it was drawn."""
    sampler = ScheduledClassSampler(NAMES, plan_of())
    log = RunLog(tmp_path / "run.jsonl", sampler)
    for epoch in range(3):
        sampler.set_epoch(epoch)
        now = NAMES if epoch == 0 else WITH_PUPPIES
        code = {name: c for c, name in enumerate(sorted(set(now)))}
        for batch in BatchSampler(sampler, BATCH, drop_last=False):
            log.count(torch.tensor([code[now[i]] for i in batch]))
        if epoch == 0:
            sampler.update_labels(WITH_PUPPIES)
    log.epoch(accuracy=0.5)
    kinds = [line["kind"] for line in lines_of(tmp_path / "run.jsonl")]
    assert kinds == ["plan", "draw", "plan", "draw", "draw", "metric"]
    before, now, _ = draws_of(tmp_path / "run.jsonl")
    assert (len(before["trained"]), len(now["trained"])) == (4, 5)
    assert now["trained"] == now["drawn"]
    run = read_run(tmp_path / "run.jsonl")
    assert run.class_counts.names == ("ant", "bee", "cow", "dog", "puppy")
    assert run.trained[:2].tolist() == [[*before["trained"], 0], now["trained"]]
    assert departures(run) == []
    assert audit(run, sampler_of().class_counts) == []


def test_wrong_calls_say_what_must_be(tmp_path: Path):
    sampler = sampler_of()
    with pytest.raises(TypeError, match="sampler must be a ScheduledClassSampler, got list"):
        RunLog(tmp_path / "run.jsonl", [])
    with pytest.raises(ValueError, match="path must be a file to append to"):
        RunLog(tmp_path, sampler)
    with pytest.raises(ValueError, match="rank and world must be given together"):
        RunLog(tmp_path / "run.jsonl", sampler, rank=1)
    with pytest.raises(ValueError, match="classes must be those of the sampler"):
        RunLog(tmp_path / "run.jsonl", sampler, classes=["ant"])
