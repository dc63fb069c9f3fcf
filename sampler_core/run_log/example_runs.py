"""Two runs to look at: real trainings on the page-blocks table, one as planned and one whose sampler was replaced."""

from __future__ import annotations

from pathlib import Path

from sampler_core.run_log.reader import read_run
from sampler_core.run_log.run import Run

EXAMPLES = {
    "Example: a run as planned": "as_planned.jsonl",
    "Example: another sampler since epoch 12": "sampler_replaced.jsonl",
}
"""Title -> file beside this one."""


def example_run(title: str) -> Run:
    """One of `EXAMPLES`."""
    return read_run(Path(__file__).with_name("examples") / EXAMPLES[title])
