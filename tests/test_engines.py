"""The code of .github/ENGINES.md is true: its names exist, and it draws the plan's batches.

Composer, DALI and FFCV are the real ones where they are installed, else stand-ins; the others are in `tests/engines`.
"""

from __future__ import annotations

import ast
import importlib
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from sampler_core import ScheduledClassSampler
from tests.engines.packages import is_there
from tests.engines.recipes import RECIPES, Pairs, run
from tests.engines.stand_ins import stand_in
from tests.frameworks.training import COUNTS, LABELS, Batches, of_rank, plan_of, stream

EPOCHS = 3
PLAN = replace(plan_of("stratified"), epochs=EPOCHS)
OF_EPOCHS = [stream(PLAN, epoch) for epoch in range(EPOCHS)]
WHOLE_RUN = [batch for batches in OF_EPOCHS for batch in batches]


@pytest.fixture
def composer(monkeypatch: pytest.MonkeyPatch) -> None:
    if not is_there("composer"):
        stand_in("composer", monkeypatch)


@pytest.fixture
def dali(monkeypatch: pytest.MonkeyPatch) -> None:
    if not is_there("nvidia.dali"):
        stand_in("nvidia.dali", monkeypatch)


@pytest.mark.parametrize("engine", RECIPES)
def test_all_that_a_recipe_takes_from_sampler_core_is_there(engine: str) -> None:
    taken = [node for node in ast.walk(ast.parse(RECIPES[engine])) if isinstance(node, ast.ImportFrom)]
    ours = [(node.module, alias.name) for node in taken for alias in node.names if node.module == "sampler_core"]
    assert ours
    assert [name for module, name in ours if not hasattr(importlib.import_module(module), name)] == []


# --- Composer --------------------------------------------------------------------------------------------------------


def recorder(trained: Batches, evaluated: Batches) -> Any:
    """A model that keeps the indices of its batches."""
    from composer.models import ComposerModel

    class Recorder(ComposerModel):
        def __init__(self) -> None:
            super().__init__()
            self.linear = torch.nn.Linear(1, len(COUNTS))

        def forward(self, batch: Any) -> Any:
            trained.append(batch[0].tolist())
            return self.linear(batch[0][:, None].float())

        def loss(self, outputs: Any, batch: Any) -> Any:
            return torch.nn.functional.cross_entropy(outputs, batch[1])

        def eval_forward(self, batch: Any, outputs: Any = None) -> Any:
            evaluated.append(batch[0].tolist())
            return outputs

        def get_metrics(self, is_train: bool = False) -> dict[str, Any]:
            return {}

    return Recorder()


def of_composer(**more: Any) -> tuple[Batches, Batches]:
    """Batches trained on and evaluated on, by the recipe. more: keyword arguments of Trainer."""
    trained: Batches = []
    evaluated: Batches = []
    names = {"plan": PLAN, "model": recorder(trained, evaluated), **more}
    given = "".join(f", {name}={name}" for name in more)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run("Composer", names, ('ep")', f'ep"{given})'))
    assert [str(warning.message) for warning in caught if "epoch" in str(warning.message)] == []
    return trained, evaluated


@pytest.mark.usefixtures("composer")
def test_composer_trains_on_the_plan_and_evaluates_at_the_numbers_of_batches() -> None:
    evaluation = ScheduledClassSampler(LABELS, PLAN).loader(Pairs())
    trained, evaluated = of_composer(eval_dataloader=evaluation, eval_interval="50ba")
    assert trained == WHOLE_RUN
    assert evaluated[:94] == stream(PLAN, 50) + stream(PLAN, 100)


@pytest.mark.usefixtures("composer")
def test_composer_goes_on_within_an_epoch_without_a_state_of_the_sampler(tmp_path: Path) -> None:
    of_composer(save_folder=str(tmp_path), save_interval="60ba")
    trained, _ = of_composer(load_path=str(tmp_path / "ep1-ba60-rank0.pt"))
    assert trained == WHOLE_RUN[60:]


# --- DALI ------------------------------------------------------------------------------------------------------------


def delivered(pipe: Any) -> Batches:
    """The batches of a pipeline to the end of its epoch; labels are those of the images."""
    batches: Batches = []
    with pytest.raises(StopIteration):
        while True:
            images, labels = ([int(np.asarray(each).item()) for each in output] for output in pipe.run())
            batches.append(images)
            assert labels == LABELS[images].tolist()
    return batches


@pytest.mark.usefixtures("dali")
@pytest.mark.parametrize("rank", [0, 1])
def test_a_dali_pipeline_delivers_the_batches_of_its_rank_and_goes_on_from_its_checkpoint(rank: int) -> None:
    names = {"plan": PLAN, "W": 2, "r": rank, "images": np.arange(LABELS.size)[:, None]}
    pipeline = run("DALI", names)["pipeline"]
    pipe = pipeline()
    pipe.build()
    for epoch in range(2):
        assert delivered(pipe) == of_rank(OF_EPOCHS[epoch], rank, 2)
        pipe.reset()
    for _ in range(10):
        pipe.run()
    restored = pipeline(checkpoint=pipe.checkpoint())
    restored.build()
    assert delivered(restored) == delivered(pipe) == of_rank(OF_EPOCHS[2], rank, 2)[10:]


# --- FFCV ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rank", [0, 1])
def test_an_ffcv_loader_reads_in_the_order_of_its_rank_and_goes_on_at_any_epoch(
    rank: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in("ffcv", monkeypatch)
    loader = run("FFCV", {"plan": PLAN, "W": 2, "r": rank})["loader"]
    for epoch in (0, 1, 2):
        assert [batch.tolist() for (batch,) in loader] == of_rank(OF_EPOCHS[epoch], rank, 2)
    loader.next_epoch = 1
    assert [batch.tolist() for (batch,) in loader] == of_rank(OF_EPOCHS[1], rank, 2)
