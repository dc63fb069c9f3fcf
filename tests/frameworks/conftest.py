"""Which of these tests can run here: those of a framework that is not installed are left out, and the run says so.

With `REQUIRE_FRAMEWORKS` set a missing framework is an error, and what needs none of them is left to the other tests.
"""

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

NEEDED = {
    "test_accelerate.py": "accelerate",
    "test_hf_trainer.py": "transformers",
    "test_lightning.py": "lightning",
    "test_mix_hugging_face.py": "datasets",
    "test_mix_stateful_dataloader.py": "torchdata",
    "test_mix_webdataset.py": "webdataset",
    "test_run_log_accelerate.py": "accelerate",
    "test_run_log_lightning.py": "lightning",
    "test_run_log_transformers.py": "transformers",
    "test_snippets.py": "lightning",  # and accelerate
    "test_stateful_dataloader.py": "torchdata",
    "test_tensorboard.py": "tensorboard",
}
MISSING = {file: framework for file, framework in NEEDED.items() if find_spec(framework) is None}
REQUIRED = bool(os.environ.get("REQUIRE_FRAMEWORKS"))
if MISSING and REQUIRED:
    raise pytest.UsageError(f"not installed: {', '.join(MISSING.values())} (tests/frameworks/requirements.txt)")
ALL = {file.name for file in Path(__file__).parent.glob("test_*.py")}
collect_ignore = sorted(ALL - NEEDED.keys() if REQUIRED else MISSING)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if MISSING:
        terminalreporter.section("NOT RUN", yellow=True, bold=True)
        terminalreporter.write_line(
            f"tests with {', '.join(MISSING.values())}: they have an environment of their own "
            "(tests/frameworks/requirements.txt)."
        )
