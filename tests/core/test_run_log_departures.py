"""Who makes a mistake in a training script reads in one sentence which, since when, and what helps; others do not."""

from dataclasses import replace
from pathlib import Path

import pytest
from torch.utils.data import BatchSampler, DataLoader

from sampler_core.run_log import RunLog, audit, departures, read_run, verdict
from tests.core.run_log_scripts import (
    CLEAN,
    DATASET,
    MISTAKES,
    SCHEMES,
    EveryNthBatch,
    clean,
    clean_on_two_ranks,
    plan_of,
    sampler_of,
    trained,
)


@pytest.mark.parametrize("script", CLEAN, ids=lambda script: script.__name__)
def test_a_training_without_a_mistake_departs_from_nothing(script, tmp_path: Path):
    script(tmp_path / "run.jsonl")
    run = read_run(tmp_path / "run.jsonl")
    assert departures(run) == []
    assert verdict(run).startswith("Epochs 0 to 3 drew what was planned (largest departure ")


@pytest.mark.parametrize("script", MISTAKES, ids=lambda script: script.__name__)
def test_a_mistake_is_named_with_its_epoch_and_its_remedy(script, tmp_path: Path):
    script(tmp_path / "run.jsonl")
    run = read_run(tmp_path / "run.jsonl")
    found = departures(run)
    cause, since, words = MISTAKES[script]
    assert [(departure.cause, departure.since) for departure in found] == [(cause, since)], found
    assert words in found[0].sentence
    assert verdict(run) == found[0].sentence


@pytest.mark.parametrize("script", MISTAKES, ids=lambda script: script.__name__)
def test_it_is_named_as_soon_as_the_epochs_that_show_it_are_written(script, tmp_path: Path):
    """Monitor follows a run: what is wrong from its first epoch on is said after its second at the latest."""
    script(tmp_path / "run.jsonl")
    for file in tmp_path.iterdir():
        lines = file.read_text().splitlines(keepends=True)
        epochs = [i for i, line in enumerate(lines) if line.startswith('{"kind":"metric"')]
        file.write_text("".join(lines[: epochs[1 if MISTAKES[script][1] == 0 else 2] + 1]))
    assert [departure.cause for departure in departures(read_run(tmp_path / "run.jsonl"))] == [MISTAKES[script][0]]


@pytest.mark.parametrize("by_the_sampler", [True, False])
def test_two_ranks_add_up_to_what_one_would_draw(by_the_sampler, tmp_path: Path):
    clean(tmp_path / "one.jsonl")
    clean_on_two_ranks(tmp_path / "two.jsonl", by_the_sampler)
    one, two = read_run(tmp_path / "one.jsonl"), read_run(tmp_path / "two.jsonl")
    assert two.ranks == (0, 1)
    more = two.trained - one.trained
    assert more.min() >= 0
    assert more.sum(axis=1).tolist() == [3] * 4, "509 are completed to 32 batches of 16"
    assert departures(two) == []


def test_several_lines_an_epoch_of_two_ranks_under_a_framework_depart_from_nothing(tmp_path: Path):
    for rank in range(2):
        sampler = sampler_of(num_replicas=1)
        log = RunLog(tmp_path / "run.jsonl", sampler, rank=rank, world=2)
        batches = EveryNthBatch(sampler.loader(DATASET).batch_sampler, rank, 2)
        for epoch in range(3):
            sampler.set_epoch(epoch)
            for batch, (_, targets) in enumerate(DataLoader(DATASET, batch_sampler=batches), 1):
                log.count(targets)
                if batch % 7 == 0:
                    log.epoch()
            log.epoch()
    run = read_run(tmp_path / "run.jsonl")
    assert run.drawn.sum(axis=1).tolist() == [509] * 3
    assert departures(run) == []
    assert audit(run, sampler.class_counts) == []


@pytest.mark.parametrize("drawing", SCHEMES)
def test_of_a_hundred_clean_runs_at_most_two_depart(drawing, tmp_path: Path):
    """A chance of 0.001 for each by construction. The batches of a loader, without collating samples."""
    departed = 0
    for seed in range(100):
        path = tmp_path / f"{seed}.jsonl"
        plan = plan_of(drawing, seed)
        sampler = sampler_of(plan)
        log = RunLog(path, sampler)
        for epoch in range(plan.epochs):
            sampler.set_epoch(epoch)
            for batch in BatchSampler(sampler, plan.batch_size, drop_last=False):
                log.count(DATASET.tensors[1][batch])
            log.epoch()
        departed += bool(departures(read_run(path)))
    assert departed <= 2


def test_what_chance_does_not_explain_is_said_for_plans_that_nothing_else_explains(tmp_path: Path):
    """A log whose targets are not those of its plan, consistently: as a tampered file, or another version's."""
    clean(tmp_path / "run.jsonl", replace(plan_of("independent"), seed=5))
    lines = (tmp_path / "run.jsonl").read_text().splitlines()
    changed = [line.replace('"planned":[', '"planned":[90,') if '"epoch":2' in line else line for line in lines]
    changed = [_without_last_planned(line) for line in changed]
    (tmp_path / "run.jsonl").write_text("\n".join(changed) + "\n")
    (found,) = departures(read_run(tmp_path / "run.jsonl"))
    assert (found.cause, found.since) == ("other shares", 2)
    assert "more than chance" in found.sentence


def _without_last_planned(line: str) -> str:
    if '"planned":[90,' not in line:
        return line
    head, _, rest = line.partition('"planned":[')
    row, _, tail = rest.partition("]")
    return f'{head}"planned":[{row.rpartition(",")[0]}]{tail}'


def test_a_run_without_windows_says_so(tmp_path: Path):
    sampler = sampler_of()
    log = RunLog(tmp_path / "run.jsonl", sampler)
    log.epoch()
    run = read_run(tmp_path / "run.jsonl")
    assert departures(run) == []
    assert verdict(run) == "Nothing has been trained on yet."
    trained(log, sampler, sampler.loader(DATASET), [0])
    assert verdict(read_run(tmp_path / "run.jsonl")).startswith("Epoch 0 of 4 drew what was planned")
