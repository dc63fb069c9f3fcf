"""The example runs are real: they drew their plan from the bundled digits, until the sampler of one was replaced."""

import re

from sampler_core.run_log import audit, departures
from sampler_core.run_log.example_runs import EXAMPLES, example_run
from tests.core.run_log_examples import PLAN, sampler_of_digits


def test_their_draws_are_those_of_the_plan_from_the_bundled_digits():
    planned, replaced = map(example_run, EXAMPLES)
    sampler = sampler_of_digits()
    assert planned.plan == replaced.plan == PLAN
    assert audit(planned, sampler.class_counts, sampler.labels_digest) == []
    apart = [int(epoch) for line in audit(replaced, sampler.class_counts) for epoch in re.findall(r"Epoch (\d+)", line)]
    assert sorted(set(apart)) == list(range(12, 30))


def test_one_drew_what_was_planned_and_the_other_did_until_its_sampler_was_replaced():
    found = [[(one.cause, one.since) for one in departures(example_run(title))] for title in EXAMPLES]
    assert found == [[], [("sampler replaced", 12)]]
