"""The code that Share hands out for sources of a mixture: it runs, and draws what the page shows."""

from contextlib import suppress
from dataclasses import replace

import pytest
import torch

from sampler_core import ClassCounts, DifficultyBalanced, Linear, PowerSkew, SamplingPlan, UniMax
from sampler_core.datasets import load_mixture
from sampler_core.exporting import mixture_snippet
from tests.hostile_names import hostile_counts

SIZES = ClassCounts.from_counts({"en": 90, "de": 12, "sw": 3})
PLAN = SamplingPlan(target=PowerSkew(Linear(0.0, 0.5)), epochs=3, batch_size=8, samples_per_epoch=40)


def sources_of(sizes):
    return {name: [(str(name), i) for i in range(size)] for name, size in zip(sizes.names, sizes.counts, strict=True)}


class StoppedError(Exception):
    """In the middle of a training."""


def trained(code, sizes, stop_after=None):
    """The names of each batch that the code trains on; it is stopped after so many."""
    batches = []

    def train(items):
        if len(batches) == stop_after:
            raise StoppedError
        batches.append(list(items[0]))

    model = torch.nn.Linear(1, 1)
    names = {"sources": sources_of(sizes), "train": train, "model": model,
             "optimizer": torch.optim.SGD(model.parameters(), 0.1)}  # fmt: skip
    with suppress(StoppedError):
        exec(code.replace("...  # your training step", "train(items)").replace("% 1000", "% 2"), names)
    return batches


def previewed(plan, sizes):
    """The counts of each source in every batch of the run."""
    tables = [plan.preview(sizes, epoch).batch_class_counts for epoch in range(plan.epochs)]
    return [row.tolist() for table in tables for row in table]


def counted(batches, sizes):
    return [[batch.count(str(name)) for name in sizes.names] for batch in batches]


@pytest.mark.parametrize("drawing", ["independent", "exact", "stratified"])
def test_the_code_trains_on_the_batches_that_the_page_shows(drawing):
    plan = replace(PLAN, drawing=drawing)
    assert counted(trained(mixture_snippet(plan, SIZES), SIZES), SIZES) == previewed(plan, SIZES)


@pytest.mark.parametrize("stop_after", [3, 5, 11])
def test_the_code_that_resumes_goes_on_after_the_last_batch_that_was_saved(tmp_path, monkeypatch, stop_after):
    monkeypatch.chdir(tmp_path)
    code, whole = mixture_snippet(PLAN, SIZES, resume=True), previewed(PLAN, SIZES)
    assert counted(trained(code, SIZES, stop_after), SIZES) == whole[:stop_after]
    saved = stop_after - (stop_after % 5) % 2  # every second batch of an epoch of five, and its last
    assert counted(trained(code, SIZES), SIZES) == whole[saved:]
    assert trained(code, SIZES) == []


def test_many_sources_are_read_from_the_plan_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    sizes = ClassCounts.from_counts({f"source {i}": 3 + i for i in range(60)})
    code = mixture_snippet(PLAN, sizes)
    assert "PowerSkew" not in code
    (tmp_path / "plan.json").write_text(replace(PLAN, tuned_on=sizes).to_json())
    assert counted(trained(code, sizes), sizes) == previewed(PLAN, sizes)


def test_names_stand_in_the_code_as_literals_and_lines_fit():
    sizes = hostile_counts()
    code = mixture_snippet(PLAN, sizes, tokens=2048)
    compile(code, "code", "exec")
    assert "a sequence of 2,048 tokens" in code
    short = mixture_snippet(PLAN, load_mixture("redpajama"), resume=True)
    assert max(map(len, short.splitlines())) <= 120


def test_a_plan_without_batches_and_one_that_follows_training_are_refused():
    with pytest.raises(ValueError, match="batch_size must be given"):
        mixture_snippet(replace(PLAN, batch_size=None), SIZES)
    with pytest.raises(
        ValueError, match="target must not follow training for a mix of sources, got DifficultyBalanced"
    ):
        mixture_snippet(replace(PLAN, target=DifficultyBalanced()), SIZES)
    assert "UniMax(" in mixture_snippet(replace(PLAN, target=UniMax(4.0)), SIZES)
