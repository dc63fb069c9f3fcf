"""The fuzzer at the size of a test: whatever comes, the only errors are ours."""

import random
import warnings

import pytest

from tests.benchmarks.fuzz import read_file, take_plan, take_requirements, take_url, take_variants


@pytest.mark.parametrize(
    ("check", "inputs"),
    [(read_file, 500), (take_plan, 500), (take_variants, 200), (take_requirements, 300), (take_url, 300)],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_whatever_comes_the_only_errors_are_ours(check, inputs):
    for number in range(inputs):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            check(random.Random(f"0 {number}"))
