"""The state of a mix: stopped anywhere and loaded elsewhere, the same stream goes on."""

import copy
import json
import pickle
import random

import pytest

from sampler_core import Linear, PowerSkew, SamplingPlan, ScheduledMix
from sampler_core.draws import SCHEMES
from tests.core.mixing.sources import KINDS, SIZES, Stateful, as_worker, loaded, mixed, sources_of

PLAN = SamplingPlan(
    target=PowerSkew(Linear(0.0, 0.25, maximum=0.9)), epochs=4, batch_size=8, samples_per_epoch=100, seed=3
)


def mix_of(kind="iterable", plan=PLAN, **options):
    return ScheduledMix(sources_of(kind), plan, sizes=SIZES, **options)


def as_text(state):
    """The state as another process finds it in a file."""
    return json.loads(json.dumps(state))


def go_on(state, kind, **options):
    mix = mix_of(kind, **options)
    mix.load_state_dict(as_text(state))
    return mix


@pytest.mark.parametrize("number", range(200))
def test_stopped_anywhere_and_resumed_a_mix_goes_on_as_if_it_had_not_been(number):
    rng = random.Random(number)
    kind, exhausted = rng.choice(sorted(KINDS)), rng.choice(["restart", "restart", "stop"])
    options = {"exhausted": exhausted, "own_states": rng.random() < 0.7, "num_replicas": rng.choice([1, 1, 2, 3])}
    options["rank"] = rng.randrange(options["num_replicas"])
    plan = PLAN if rng.random() < 0.5 else SamplingPlan.from_json(PLAN.to_json().replace("independent", rng.choice(sorted(SCHEMES))))
    options["plan"] = plan
    whole, epoch = mix_of(kind, **options), rng.randrange(4)
    expected = []
    for e in (epoch, epoch + 1):
        whole.set_epoch(e)
        expected.append(list(whole))
    found, stops = [], rng.randrange(1, 4)
    mix = mix_of(kind, **options)
    mix.set_epoch(epoch)
    for _ in range(stops):  # several times in one epoch
        items = iter(mix)
        found += [item for _, item in zip(range(rng.randrange(60)), items, strict=False)]
        mix = go_on(mix.state_dict(), kind, **options)
        mix.set_epoch(epoch)
    ...
