"""The sampler's benchmark in its short form: it runs and reports every row, whatever the times are.

What does not depend on the machine's load is asserted: bytes, calls, indices drawn.
"""

import numpy as np
import pytest

from sampler_core import ScheduledClassSampler
from tests.benchmarks.sampler import SCHEMES, Sizes, held, labels_of, most_calls, peak, plan_of, report


def test_the_short_form_reports_every_row_of_what_to_reach() -> None:
    text = report(Sizes(20_000, 10_000, 2_000, 30_000, 500, repeats=1))
    rows = [line for line in text.splitlines() if line.count("|") == 5 and ("yes" in line or "**no**" in line)]
    assert len(rows) == 28
    for scheme in SCHEMES:
        assert f"| Skewlab, {scheme} |" in text


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_python_function_is_called_for_each_index(scheme: str) -> None:
    sampler = ScheduledClassSampler(labels_of(200_000, 1000), plan_of(scheme))
    calls, _ = most_calls(sampler)
    assert calls < 0.01


def test_a_sampler_keeps_at_most_five_bytes_a_sample_and_an_epoch_takes_at_most_four_megabytes() -> None:
    labels = labels_of(1_000_000, 10)
    assert held(labels) <= 5
    assert held(np.sort(labels)) <= 0.1
    assert max(peak(ScheduledClassSampler(labels, plan_of(scheme))) for scheme in SCHEMES) <= 4
