"""A training script beside the installed package, as `.ci/run` runs it: NumPy and torch only, from another folder.

mypy in strict mode reads it too, and finds the package's types by its `py.typed`.
"""

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, TensorDataset

import sampler_core
from sampler_core import Boost, ClassCounts, Forecast, Linear, PowerSkew, SamplingPlan, ScheduledClassSampler, labels_of
from sampler_core.datasets import load, published_datasets
from sampler_core.exporting import snippet
from sampler_core.training import load_features
from sampler_core.training.losses import LogitAdjusted

NOT_NEEDED = ("streamlit", "plotly", "pandas", "pyarrow", "scipy", "sklearn", "starlette")
assert [name for name in NOT_NEEDED if importlib.util.find_spec(name)] == [], "a fresh environment has none of these"

counts: ClassCounts = ClassCounts.from_counts({"cat": 80, "dog": 30, "emu": 9})
target = Boost(PowerSkew(Linear(start=0.0, increment=0.5, maximum=1.0)), {"emu": 2.0}, 1, 2)
plan = SamplingPlan(target=target, epochs=3, batch_size=16, drawing="stratified", seed=1)
codes = np.repeat(np.arange(3), counts.counts)
dataset = TensorDataset(torch.arange(codes.size), torch.from_numpy(codes))
shown: list[list[list[int]]] = [plan.preview(counts, epoch).batch_class_counts.tolist() for epoch in range(3)]


def drawn(loader: DataLoader[tuple[torch.Tensor, ...]]) -> list[list[int]]:
    return [np.bincount(batch[1].numpy(), minlength=3).tolist() for batch in loader]


sampler = ScheduledClassSampler(labels_of(dataset), plan, classes=["cat", "dog", "emu"])
loader: DataLoader[tuple[torch.Tensor, ...]] = sampler.loader(dataset)
for epoch in range(3):
    sampler.set_epoch(epoch)
    assert drawn(loader) == shown[epoch], f"epoch {epoch} differs from its preview"

code = snippet(plan, counts).replace('getattr(dataset, "classes", None)', '["cat", "dog", "emu"]')
code = code.replace("for inputs, targets in loader:\n        ...", "seen.append(drawn(loader))")
made: dict[str, Any] = {"dataset": dataset, "drawn": drawn, "seen": []}
exec(compile(code, "snippet", "exec"), made)
assert made["plan"] == SamplingPlan.from_json(plan.to_json()) == plan
assert made["seen"] == shown, "the snippet draws what the page shows"

repeats: float = float(Forecast.of(plan, counts).run_repeats.max())
assert repeats > 1.0
loss: torch.Tensor = LogitAdjusted()(torch.zeros(4, 3), torch.tensor([0, 1, 2, 0]), counts, sampler.class_shares())
assert 0.0 < loss.item() < 10.0
assert load_features("yeast").X.shape == (1484, 8)
folder = Path(sampler_core.__file__).parent
assert "site-packages" in folder.parts, f"the installed package must be the one in use, got {folder}"
assert all(load(table.name).num_classes == table.classes for table in published_datasets())
for name in (
    "py.typed",
    "exporting/report.css",
    "exporting/report.html",
    "exporting/report.js",
    "exporting/training_code.txt",
):
    assert (folder / name).is_file(), f"{name} must be in the wheel"
print(f"sampler_core {sampler_core.__version__} works with NumPy {np.__version__} and torch {torch.__version__} only")
