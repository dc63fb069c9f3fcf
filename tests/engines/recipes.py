"""The code of .github/ENGINES.md, run as its readers run it, on the training of tests/frameworks."""

from __future__ import annotations

import re
from typing import Any

import torch
from torch.utils.data import TensorDataset

from tests.frameworks.training import LABELS, ROOT

PAGE = (ROOT / ".github" / "ENGINES.md").read_text(encoding="utf-8")
RECIPES = dict(re.findall(r"^## ([^\n]+)\n(?:(?!^## ).)*?^```python\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL))


class Pairs(TensorDataset):
    """Samples whose inputs are their own indices."""

    def __init__(self) -> None:
        super().__init__(torch.arange(len(LABELS)), torch.from_numpy(LABELS))


def run(engine: str, names: dict[str, Any], *instead: tuple[str, str]) -> dict[str, Any]:
    """The names after the code of an engine ran beside them. instead: (code, other code that stands for it)."""
    code = RECIPES[engine].replace("...  # your training step", "train(inputs, targets)")
    for old, new in instead:
        assert old in code, f"{old!r} is not in the recipe"
        code = code.replace(old, new)
    names |= {"labels": LABELS, "dataset": Pairs(), "__name__": "recipe"} | names
    exec(compile(code, f"ENGINES.md, {engine}", "exec"), names)
    return names
