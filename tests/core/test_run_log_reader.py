"""A log comes from anywhere and grows while it is read: what a line holds is data, and only new bytes are read."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sampler_core import ScheduledClassSampler
from sampler_core.run_log import (
    RunLog,
    RunReader,
    departures,
    log_lines,
    rank_records,
    read_run,
    records,
    run_of_contents,
    verdict,
)
from sampler_core.run_log.records import record_of_line
from tests.core.run_log_scripts import CLEAN, DATASET, MISTAKES, clean, clean_on_two_ranks, sampler_of, trained
from tests.hostile_names import hostile_counts

PLAN = {
    "kind": "plan", "version": 1, "run": "a", "time": "", "fingerprint": "f", "classes": ["x", "y"], "counts": [6, 4],
    "labels": "d", "world": 1, "num_replicas": 1, "drop_last": False,
}  # fmt: skip


def draw(epoch: int = 0, first: int = 0, batches: int = 5, trained=(6, 4), rank: int = 0, **more) -> dict:
    rows = {"planned": list(trained), "drawn": list(trained), "trained": list(trained), "extras": 0, "seconds": 1.0}
    return {"kind": "draw", "epoch": epoch, "rank": rank, "first_batch": first, "batches": batches, **rows, **more}


def written(path: Path, *lines) -> Path:
    texts = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    path.write_bytes(b"".join(text + b"\n" for text in texts))
    return path


def test_windows_that_do_not_overlap_add_up_and_of_others_the_later_counts(tmp_path: Path):
    path = written(
        tmp_path / "run.jsonl", PLAN, draw(0, 0, 5, (5, 5)), draw(0, 5, 5, (1, 2)), draw(1, 0, 10, (9, 9)),
        draw(1, 3, 7, (4, 3)), draw(2, 0, 10, (7, 7)),
    )  # fmt: skip
    assert read_run(path).trained.tolist() == [[6, 7], [4, 3], [7, 7]]


def test_what_lies_beyond_the_place_where_a_run_goes_on_no_longer_counts(tmp_path: Path):
    """Killed in epoch 3, gone on from a checkpoint of epoch 1: on one rank now, and with two files from before."""
    two = PLAN | {"world": 2, "num_replicas": 2}
    before = [draw(epoch, 0, 5, (5, 5)) for epoch in range(3)]
    lines = [two, *before, PLAN, {"kind": "resume", "epoch": 1, "batch": 4, "world": 1}, draw(1, 4, 6, (1, 2))]
    path = written(tmp_path / "run.jsonl", *lines)
    written(tmp_path / "run.rank1.jsonl", two, *(line | {"rank": 1} for line in before))
    run = read_run(path)
    assert (run.epochs, run.trained.tolist()) == ((0, 1), [[10, 10], [1, 2]])


def test_ranks_that_take_part_now_and_then_are_undone_by_the_resumes_of_the_others(tmp_path: Path):
    """Rank 1 of a run on 2 ranks, then on 1 from batch 4, and on 2 again from batch 8, where it was killed once."""

    def plan(world: int) -> dict:
        return PLAN | {"world": world, "num_replicas": world}

    def resume(batch: int, world: int) -> dict:
        return {"kind": "resume", "epoch": 0, "batch": batch, "world": world}

    def metric(epoch: int, accuracy: float) -> dict:
        return {"kind": "metric", "epoch": epoch, "part": "test", "accuracy": accuracy}

    path = written(
        tmp_path / "run.jsonl", plan(2), draw(0, 0, 2, (1, 0)), draw(0, 4, 4, (7, 7)), metric(1, 0.25), plan(1),
        resume(4, 1), draw(0, 4, 4, (2, 0)), plan(2), resume(8, 2), plan(2), resume(8, 2), draw(0, 8, 3, (3, 0)),
        metric(1, 0.5),
    )  # fmt: skip
    before = [draw(0, 0, 2, (0, 1), 1), draw(0, 4, 4, (7, 7), 1), metric(1, 0.125)]
    written(tmp_path / "run.rank1.jsonl", plan(2), *before, plan(2), resume(8, 2), draw(0, 8, 3, (0, 3), 1))
    run = read_run(path)
    assert run.trained.tolist() == [[6, 4]]
    assert {(resume.rank, resume.number) for resume in run.resumes} == {(0, 1), (0, 2), (0, 3), (1, 3)}
    assert run.metrics["test"]["accuracy"].tolist() == [0.5]


def test_of_many_windows_that_overlap_the_later_ones_count(tmp_path: Path):
    """As each window removing those before that it overlaps, in as many steps as there are pairs of them."""
    random = np.random.default_rng(0)
    windows = [(int(random.integers(0, 300)), int(random.integers(0, 12))) for _ in range(400)]
    kept: list[tuple[int, int]] = []
    for first, batches in windows:
        end = first + batches
        kept = [(a, b) for a, b in kept if not (max(first, a) < min(end, a + b))] + [(first, batches)]
    run = read_run(written(tmp_path / "run.jsonl", PLAN, *(draw(0, *window) for window in windows)))
    assert [window.draw[2:4] for window in run.windows] == sorted(kept, key=lambda window: window[0])


def test_metrics_of_ranks_are_their_mean_where_they_have_one(tmp_path: Path):
    def metric(*recall, **more):
        return {"kind": "metric", "epoch": 0, "part": "test", "recall": list(recall), **more}

    path = written(tmp_path / "run.jsonl", PLAN | {"world": 2}, metric(0.5, None), metric(0.2, None, accuracy=0.25))
    written(tmp_path / "run.rank1.jsonl", PLAN | {"world": 2}, metric(0.4, 0.7))
    metrics = read_run(path).metrics["test"]
    assert metrics["recall"].tolist() == [[pytest.approx(0.3), 0.7]]
    assert metrics["accuracy"].tolist() == [0.25]


def test_metrics_beyond_the_place_where_a_run_goes_on_no_longer_count(tmp_path: Path):
    metrics = [{"kind": "metric", "epoch": epoch, "part": "test", "accuracy": 0.1 * epoch} for epoch in range(4)]
    draws = [draw(epoch) for epoch in range(4)]
    resume = {"kind": "resume", "epoch": 2, "batch": 0, "world": 1}
    run = read_run(written(tmp_path / "run.jsonl", PLAN, *draws, *metrics, PLAN, resume, draw(2)))
    assert (run.epochs, run.metric_epochs) == ((0, 1, 2), (0, 1))


def test_a_missing_rank_is_said(tmp_path: Path):
    path = written(tmp_path / "run.jsonl", PLAN | {"world": 3, "num_replicas": 3}, draw())
    assert read_run(path).notes == ("Of 3 ranks, the files of rank 1, 2 are not beside run.jsonl.",)


def test_a_reader_follows_a_growing_file_and_reads_only_what_is_new(tmp_path: Path, monkeypatch):
    sampler = sampler_of()
    log = RunLog(tmp_path / "run.jsonl", sampler)
    trained(log, sampler, sampler.loader(DATASET), [0])
    reader = RunReader(tmp_path / "run.jsonl")
    assert reader.read().epochs == (0,)
    seen = []
    monkeypatch.setattr(rank_records, "record_of_line", lambda *a: seen.append(a[0]) or record_of_line(*a))
    assert reader.read().epochs == (0,)
    assert seen == []
    trained(log, sampler, sampler.loader(DATASET), [1])
    with open(tmp_path / "run.jsonl", "ab") as file:
        file.write(b'{"kind":"end","ep')
    assert reader.read().epochs == (0, 1)
    assert [json.loads(line)["kind"] for line in seen] == ["draw", "metric"]
    with open(tmp_path / "run.jsonl", "ab") as file:
        file.write(b'ochs":2}\n')
    assert reader.read().ended
    written(tmp_path / "run.jsonl", PLAN, draw(7))
    assert reader.read().epochs == (7,), "another file in its place is read anew"


def test_logs_that_were_uploaded_are_read_from_memory_in_any_order(tmp_path: Path):
    clean_on_two_ranks(tmp_path / "run.jsonl", by_the_sampler=True)
    contents = [(tmp_path / name).read_bytes() for name in ("run.rank1.jsonl", "run.jsonl")]
    run, of_files = run_of_contents(contents), read_run(tmp_path / "run.jsonl")
    missing = run_of_contents(contents[1:], "run.jsonl").notes
    assert missing == ("The file of rank 1 of 2 (run.rank1.jsonl) was not brought: bring it too.",)
    assert run.trained.tolist() == of_files.trained.tolist()
    assert run.ranks == (0, 1)
    with pytest.raises(ValueError, match="got rank 1 twice"):
        run_of_contents(contents[:1] * 2)
    with pytest.raises(ValueError, match="got none in the upload"):
        run_of_contents([b"no log\n"])


NOT_OURS = [
    b"", b"null", b"[1]", b"{", b'{"kind": "draw"}', b'{"kind": 3}', b"\xff\xfe\x00", b'{"kind":"draw","epoch":NaN}',
    b"[" * 100_000, b'{"a":' * 50_000, b"9" * 10_000, json.dumps(draw(epoch=-1)).encode(),
    json.dumps(draw(trained=(1, 2, 3))).encode(), json.dumps(draw(trained=(1.5, 2))).encode(),
    json.dumps(draw(trained=(2**60, 2))).encode(), json.dumps(draw(trained=(True, 2))).encode(),
    json.dumps(draw(epoch=2**70)).encode(), json.dumps(draw() | {"trained": {"2": 1}}).encode(),
    json.dumps(draw() | {"trained": {"-1": 1}}).encode(), json.dumps(draw() | {"trained": {"\u0663": 1}}).encode(),
    json.dumps(PLAN | {"version": 2, "run": "b"}).encode(), json.dumps(PLAN | {"classes": ["x", "x"]}).encode(),
    json.dumps(PLAN | {"classes": "xy"}).encode(), json.dumps(PLAN | {"world": 10**9}).encode(),
    b'{"kind":"metric","epoch":0,"recall":[0.5]}', b'{"kind":"metric","epoch":0,"accuracy":1e999}',
    b'{"kind":"resume","epoch":0,"batch":"0","world":1}', b'{"kind":"end","epochs":-3}',
]  # fmt: skip


def test_lines_that_are_none_of_ours_are_left_out_and_counted(tmp_path: Path):
    path = written(tmp_path / "run.jsonl", PLAN, *NOT_OURS, draw(0), draw(1, new_field=[1], seconds=0))
    run = read_run(path)
    assert (run.epochs, run.skipped_lines) == ((0, 1), len(NOT_OURS) - 1), "the empty one is none"


def test_a_plan_of_more_classes_than_are_read_is_one_sentence(tmp_path: Path):
    classes = {"classes": [*range(100_001)], "counts": [1] * 100_001}
    path = written(tmp_path / "run.jsonl", PLAN | classes, draw(0), b"{")
    with pytest.raises(ValueError, match="must have at most 100,000 classes, got 100,001 in run"):
        read_run(path)


@pytest.mark.parametrize("script", [*CLEAN, *MISTAKES], ids=lambda script: script.__name__)
def test_what_another_process_has_read_is_gone_on_with_as_if_it_was_read_here(script, tmp_path: Path):
    script(tmp_path / "run.jsonl")
    content = (tmp_path / "run.jsonl").read_bytes()
    (tmp_path / "run.jsonl").write_bytes(content[: len(content) // 2])
    other, here = RunReader(tmp_path / "run.jsonl"), RunReader(tmp_path / "run.jsonl")
    other.read()
    header, rows = other.packed()
    here.unpack(json.loads(json.dumps(header)), rows)
    assert here.appended() == 0
    with open(tmp_path / "run.jsonl", "ab") as file:
        file.write(content[len(content) // 2 :])
    assert here.appended() == len(content) - len(content) // 2
    run, whole = here.read(), read_run(tmp_path / "run.jsonl")
    assert json.dumps(run.all_windows, default=str) == json.dumps(whole.all_windows, default=str)
    assert json.dumps(run.rank_feedback, default=str) == json.dumps(whole.rank_feedback, default=str)
    assert (run.resumes, run.ended, run.notes, run.skipped_lines) == (whole.resumes, whole.ended, whole.notes, 0)
    assert verdict(run) == verdict(whole)


def test_unknown_kinds_and_fields_are_left_alone(tmp_path: Path):
    later = [{"kind": "learning rate", "value": 3}, draw(0, mood="good")]
    run = read_run(written(tmp_path / "run.jsonl", {"kind": "header"}, PLAN | {"extra": {}}, *later))
    assert (run.epochs, run.skipped_lines) == ((0,), 0)


LINE_PARTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*PLAN, *draw()]), inner, max_size=8),
    max_leaves=12,
)


@given(st.sampled_from([PLAN, draw(), {"kind": "metric", "epoch": 0}]), st.sampled_from([*PLAN, *draw()]), LINE_PARTS)
@settings(max_examples=60)
def test_no_field_of_a_line_raises(line, name, value):
    record_of_line(json.dumps(line | {name: value}).encode(), 2)


def test_a_line_is_the_same_with_and_without_orjson(monkeypatch):
    pytest.importorskip("orjson")
    lines = [*NOT_OURS, *(json.dumps(line).encode() for line in (PLAN, draw(), draw(planned=[0.1, 1e-7], new=2**80)))]
    lines += [json.dumps(PLAN | {"classes": ["\ud800", "\u00e9"]}).encode(), b'{"kind":"metric","epoch":0,"f":NaN}']
    with_it = [repr(record_of_line(line, 2)) for line in lines]
    monkeypatch.setattr(records, "orjson", None)
    assert with_it == [repr(record_of_line(line, 2)) for line in lines]


@given(st.binary(max_size=60))
@settings(max_examples=60)
def test_no_bytes_raise(line):
    record_of_line(line, 2)


def test_hostile_class_names_are_data_and_sentences_stay_printable(tmp_path: Path):
    names = [name for name in hostile_counts() if len(name) < 1000]
    classes = PLAN | {"classes": names, "counts": [100] * len(names)}
    none = [0] + [50] * (len(names) - 1)
    line = draw(trained=[50] * len(names)) | {"trained": none}
    run = read_run(written(tmp_path / "run.jsonl", classes, *(line | {"epoch": epoch} for epoch in range(5))))
    assert run.class_counts.names == tuple(names)
    assert [departure.cause for departure in departures(run)] == ["classes lost"]
    assert verdict(run).isprintable()


def test_what_is_no_plain_file_of_a_fair_size_is_one_sentence(tmp_path: Path):
    clean(tmp_path / "run.jsonl")
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "run.jsonl")
    os.mkfifo(tmp_path / "pipe.jsonl")
    with open(tmp_path / "huge.jsonl", "wb") as file:
        file.truncate(5 << 30)
    written(tmp_path / "none.jsonl", draw(), {"kind": "other"})
    for name, sentence in {
        "link.jsonl": "run log must be a plain file, got the link link.jsonl",
        "pipe.jsonl": "run log must be a plain file, got pipe.jsonl, which is a folder, pipe or device",
        ".": "run log must be a plain file",
        "huge.jsonl": "run log must have at most 1,024 MiB, got huge.jsonl of 5,120",
        "none.jsonl": 'run log must have a line of the kind "plan", version 1, got none in none.jsonl',
    }.items():
        with pytest.raises(ValueError, match="run log must") as error:
            read_run(tmp_path / name)
        assert str(error.value).startswith(sentence)
    with pytest.raises(FileNotFoundError):
        read_run(tmp_path / "nowhere.jsonl")


def test_a_rank_whose_file_is_a_link_is_left_out_and_said(tmp_path: Path):
    path = written(tmp_path / "run.jsonl", PLAN | {"world": 2, "num_replicas": 2}, draw())
    (tmp_path / "run.rank1.jsonl").symlink_to("/dev/zero")
    run = read_run(path)
    assert run.notes == ("Rank 1 is left out: run log must be a plain file, got the link run.rank1.jsonl.",)


def test_lines_above_the_limit_are_left_out_and_the_next_ones_read(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(log_lines, "MOST_LINE", 2000)
    monkeypatch.setattr(log_lines, "_PIECE", 300)
    path = written(tmp_path / "run.jsonl", PLAN, draw(0), b"x" * 9000, draw(1), b'{"kind":"' + b"y" * 5000, draw(2))
    run = read_run(path)
    assert (run.epochs, run.skipped_lines) == ((0, 1, 2), 2)
    with open(path, "ab") as file:
        file.write(b"z" * 5000)
    reader = RunReader(path)
    assert reader.read().epochs == (0, 1, 2)
    with open(path, "ab") as file:
        file.write(b"z" * 5000 + b"\n" + json.dumps(draw(3)).encode() + b"\n")
    assert reader.read().epochs == (0, 1, 2, 3)


def test_windows_above_the_limit_are_left_out_and_said(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(rank_records, "MOST_ENTRIES", 140)  # whatever is held counts as 100 of three times as many
    run = read_run(written(tmp_path / "run.jsonl", PLAN, *(draw(epoch) for epoch in range(9))))
    assert run.epochs == (0, 1, 2)
    assert run.notes == ("The log is larger than what is read of one: its later epochs are left out.",)


def test_a_long_log_of_many_classes_is_small_and_read_fast(tmp_path: Path):
    """40 epochs of 1,000 classes; the benchmark has 1,000 epochs."""
    labels = np.repeat(np.arange(1000), 50)
    sampler = ScheduledClassSampler(labels, skew=0.5, batch_size=labels.size)
    log = RunLog(tmp_path / "run.jsonl", sampler)
    for epoch in range(40):
        sampler.set_epoch(epoch)
        log.count(torch.from_numpy(labels[list(sampler)]))
        log.epoch(recall=np.linspace(0, 1, 1000).round(3))
    assert (tmp_path / "run.jsonl").stat().st_size < 20_000 * 40
    assert read_run(tmp_path / "run.jsonl").trained.sum() == 40 * labels.size
