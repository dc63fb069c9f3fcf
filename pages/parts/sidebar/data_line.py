"""The line under a page's title: the data and the run."""

from __future__ import annotations

from pages.parts.sidebar.scenario import Scenario
from sampler_core.figures import plan_sentences
from sampler_core.formatting import count, several


def data_line(scenario: Scenario) -> str:
    """The data and the run in one line."""
    epochs = several(scenario.plan.epochs or 1, "epoch", "epochs")
    run = f"{epochs} in batches of {count(scenario.plan.needed_batch_size)}"
    return f"{plan_sentences.data_line(scenario.counts, scenario.unit)} {run}."
