"""Wrong calls of every public name: an error that says what must be given and what came, before anything is drawn.

Two tables. `ARGUMENTS` has the arguments of every public name with what is refused there, whatever its sentence;
`SENTENCES` has single calls with their sentence, word for word.
"""

import dataclasses
import json
import math
import re

import numpy as np
import pytest
import torch

import sampler_core
from sampler_core import (
    Boost,
    ClassCounts,
    Constant,
    DifficultyBalanced,
    Forecast,
    IndexStream,
    Piecewise,
    PowerSkew,
    SamplingPlan,
    ScheduledClassSampler,
    ScheduledMix,
    Shares,
    SortedLabels,
    UniMax,
    balanced_shares,
    binned,
    combined,
    labels_of,
    rarest_label,
    repeat_factor_shares,
)
from sampler_core.datasets import count_folder
from sampler_core.plans.parameters import rows_of
from sampler_core.plans.registry import SCHEDULES, TARGETS
from sampler_core.plans.target_values import SHAPE, TARGET, target_of

LABELS = [0, 0, 1, 1, 1, 2]
TARGET_OF_PLAN = PowerSkew(Constant(0.5))
ADAPTIVE = DifficultyBalanced()


def plan_of(**fields):
    return SamplingPlan(**{"target": TARGET_OF_PLAN, "epochs": 3, "batch_size": 4, **fields})


def sampler_of(labels=LABELS, target=TARGET_OF_PLAN, **options):
    return ScheduledClassSampler(labels, plan_of(target=target), **options)


PLAN, COUNTS = plan_of(), ClassCounts.from_counts({"a": 2, "b": 3})
CELLS, PHOTOS = combined(LABELS, LABELS), rarest_label([["a"], ["b", "c"]])
PLAN_JSON = json.loads(PLAN.to_json())
STATE, ADAPTIVE_STATE = sampler_of().state_dict(), sampler_of(target=ADAPTIVE).state_dict()


def mix_of(plan=PLAN, **options):
    return ScheduledMix({"a": range(2), "b": range(3)}, plan, **options)


MIX_STATE = mix_of().state_dict()

# --- every argument, whatever is no value for it ----------------------------------------------------------------------

NO_NUMBER = (
    True, np.bool_(True), "1", b"1", [], [1], {}, {"a": 1}, {1}, 1j, object, np.array([1, 2]), torch.tensor([1, 2]),
    math.nan, -math.inf,
)  # fmt: skip
NO_WHOLE = (*NO_NUMBER, 1.5, math.inf, 10**400, -(10**5000))
NO_COUNT = (*NO_WHOLE, -1)
NO_SEQUENCE = (True, 1, 1.5, "abc", b"abc", bytearray(b"abc"), {"a": 1}, {"a"}, frozenset("a"), object)
NO_BOOL = (None, 0, 1, "no", b"", [], {}, np.array([True, False]), 1.0)
NO_OBJECT = (None, True, 1, 1.5, "x", b"x", [], [1], {}, {1}, np.array([1, 2]), object)
NO_COUNTS = (None, True, 1, 1.5, "x", b"x", [], {}, {1}, [1.5], [True, 2], ["1", "2"], [[1, 2]], object)
FEEDBACK = (True, 1, "abc", b"abc", [], [0.5] * 2, [True, 0.5, 0.5], ["1", 0.5, 0.5], [b"1", 0.5, 0.5], {0.1, 0.2, 0.3},
            {"0": 0.5}, {9: 0.5}, [math.nan, 0.5, 0.5], [1j, 0.5, 0.5])  # fmt: skip


def json_with(**fields):
    return json.dumps({**PLAN_JSON, **fields})


# (name in the sentence, call, values): each value alone is refused
ARGUMENTS = {
    "SamplingPlan": [
        ("target", lambda v: plan_of(target=v), (*NO_OBJECT, Constant(0.5))),
        ("epochs", lambda v: plan_of(epochs=v), (*NO_COUNT, 0, 10**12)),
        ("batch_size", lambda v: plan_of(batch_size=v), (*NO_COUNT, 0, 10**10)),
        ("samples_per_epoch", lambda v: plan_of(samples_per_epoch=v), (*NO_COUNT, 0, 10**14)),
        ("drawing", lambda v: plan_of(drawing=v), NO_OBJECT),
        ("max_repeats", lambda v: plan_of(max_repeats=v), (*NO_NUMBER, 0, -1, 10**400, math.inf)),
        ("min_share", lambda v: plan_of(min_share=v), (*NO_NUMBER, -0.1, 1.1)),
        ("min_per_batch", lambda v: plan_of(min_per_batch=v, drawing="stratified"), (None, *NO_COUNT, 10**14)),
        ("seed", lambda v: plan_of(seed=v), (None, *NO_COUNT, 2**64)),
        ("tuned_on", lambda v: plan_of(tuned_on=v), NO_OBJECT[1:]),
    ],
    "SamplingPlan methods": [
        ("counts", lambda v: PLAN.class_shares(v), NO_COUNTS),
        ("counts", lambda v: PLAN.class_weights(v), NO_COUNTS),
        ("counts", lambda v: PLAN.samples(v), NO_COUNTS),
        ("counts", lambda v: PLAN.num_batches(v), NO_COUNTS),
        ("counts", lambda v: PLAN.check(v), NO_COUNTS),
        ("samples", lambda v: PLAN.check(COUNTS, samples=v), (*NO_COUNT, 0)),
        ("counts", lambda v: PLAN.preview(v, 0), NO_COUNTS),
        ("epoch", lambda v: PLAN.preview(COUNTS, v), (None, *NO_COUNT)),
        ("first_batch", lambda v: PLAN.preview(COUNTS, 0, first_batch=v), (None, *NO_COUNT, 2)),
        ("num_batches", lambda v: PLAN.preview(COUNTS, 0, num_batches=v), (*NO_COUNT, 0)),
        ("counts", lambda v: PLAN.epoch_class_counts(v, 0), NO_COUNTS),
        ("epoch", lambda v: PLAN.epoch_class_counts(COUNTS, v), (None, *NO_COUNT)),
        *((name, call, values)
          for method in (PLAN.class_weight, PLAN.sampling_strategy)
          for name, call, values in (("counts", lambda v, m=method: m(v, 0), NO_COUNTS),
                                     ("epoch", lambda v, m=method: m(COUNTS, v), (None, *NO_COUNT)))),
        ("how", lambda v: PLAN.sampling_strategy(COUNTS, 0, v), NO_OBJECT),
        ("labels", lambda v: PLAN.sample_weights(v, 0), (None, *NO_SEQUENCE, [], [1.5], [None], [[1]], ["a", 1])),
        ("epoch", lambda v: PLAN.sample_weights(LABELS, v), (None, *NO_COUNT)),
    ],
    "SamplingPlan.from_json": [
        ("plan", SamplingPlan.from_json, (None, True, 1, 1.5, [], {}, {1}, object, "", "x", "[", "3", "null", b"\xff")),
        ("schema|plan", lambda v: SamplingPlan.from_json(json_with(schema=v)), (None, True, "1", 0, 2, [], {})),
        ("target", lambda v: SamplingPlan.from_json(json_with(target=v)), (None, True, "natural", 1, [], {})),
        ("epochs", lambda v: SamplingPlan.from_json(json_with(epochs=v)), (True, "1", 1.5, 0, -1, [], {}, 10**12)),
        ("drawing", lambda v: SamplingPlan.from_json(json_with(drawing=v)), (None, True, "fair", 1, [], {})),
        ("seed", lambda v: SamplingPlan.from_json(json_with(seed=v)), (None, True, "1", 1.5, [], {})),
        ("tuned_on", lambda v: SamplingPlan.from_json(json_with(tuned_on=v)), (True, "a", 1, [], {}, {"names": ["a"]})),
    ],
    "ClassCounts": [
        ("class names?", lambda v: ClassCounts(v, [1]), (None, *NO_SEQUENCE, [1.5], [None], [b"a"], [("a",)])),
        ("counts", lambda v: ClassCounts(("a", "b"), v), (*NO_COUNTS, {"a": 1, "b": 2}, [1, -1], [0, 0], [1, 2**63])),
        ("counts|class names?", ClassCounts.from_counts, (*NO_COUNTS, {"a": True}, {"a": "1"}, {"a": 1.0}, {None: 1})),
        ("class", lambda v: COUNTS.position(v), (None, True, 1.5, b"a", "c", [], ["a"], np.array([1, 2]))),
        ("labels", ClassCounts.from_labels, (None, *NO_SEQUENCE, [], [1.5], [None], [[1]], ["a", 1], [b"a"])),
        ("class(es| names?)", lambda v: ClassCounts.from_labels([0], classes=v),
         (*NO_SEQUENCE, [1.5], [None], [b"a"], ["a", "a"])),
    ],
    "SortedLabels": [("counts", SortedLabels, NO_COUNTS)],
    "combined": [
        ("labels", lambda v: combined(v, LABELS), (None, *NO_SEQUENCE, [], [1.5] * 6, [None] * 6, [[1]], ["a", 1])),
        ("groups", lambda v: combined(LABELS, v), (None, *NO_SEQUENCE, [], [1.5] * 6, [None] * 6, [[1]], [1])),
        ("names", lambda v: combined(LABELS, LABELS, v),
         (None, *NO_SEQUENCE, [], ["a"], ["a", "a"], ["a", ""], [1, 2], ["a", "b", "c"])),
        ("counts", lambda v: combined(LABELS, LABELS, counts=v),
         (*NO_SEQUENCE, [], [1] * 5, [1.5] * 6, [True] * 6, ["1"] * 6, [-1] * 6, [[1] * 6])),
    ],
    "rarest_label": [
        ("label_sets", rarest_label,
         (None, *NO_SEQUENCE, [], [[]], ["abc"], [1, 2], [None], [["a", 1]], [[1.5]], [[None]], [[["a"]]],
          np.zeros((2, 2)), np.full((2, 2), 2), np.zeros((0, 2)), np.array([["a", "b"]]))),
        ("label_sets", lambda v: rarest_label(v, names=["a", "b"]), ([[0, 1], [0, 1, 1]], [[0, 2]], [{"a"}])),
        ("(class )?names?", lambda v: rarest_label(np.eye(2), v),
         (True, 1, "ab", ["a"], ["a", "a"], [1.5, 2], {"a", "b"})),
        ("empty", lambda v: rarest_label([["a"]], empty=v), NO_OBJECT),
        ("label_sets", lambda v: rarest_label(v, empty="error"), ([["a"], []],)),
        ("label_sets", rarest_label, ([["(no label)"], []],)),
        ("item", lambda v: rarest_label([["a"]], item=v), (True, 1, "", "label", b"x", [], {}, object)),
        ("counts", lambda v: rarest_label([["a"]], counts=v), (*NO_SEQUENCE, [], [1, 1], [1.5], [True], ["1"], [-1])),
    ],
    "binned": [
        ("values", binned,
         (None, *NO_SEQUENCE, [], ["a"], [None], [math.nan], [math.inf], [[1]], [[1], [1, 2]], [1j], [True])),
        ("bins|values", lambda v: binned([0, 3], v),  # edges between which they are not
         (None, *NO_COUNT, 0, 10**9, [2, 1], [1, 1, 2], ["a", "b"], [math.nan, 1], [[1, 2]])),
        ("values", lambda v: binned(v, [0, 1]), ([2], [0, -1])),
        ("how", lambda v: binned([1, 2], how=v), NO_OBJECT),
    ],
    "balanced_shares": [
        ("adapted", balanced_shares, NO_OBJECT),
        ("balance", lambda v: balanced_shares(CELLS, v), (*NO_OBJECT, [], ["class", "class"], ["class", "label"])),
        ("balance", lambda v: balanced_shares(v, "label"), (rarest_label([["a", "b"], ["a"]]),)),
    ],
    "repeat_factor_shares": [
        ("adapted", repeat_factor_shares, (*NO_OBJECT, CELLS)),
        ("threshold", lambda v: repeat_factor_shares(PHOTOS, v), (None, *NO_NUMBER, 0, -1, 1.1)),
        ("power", lambda v: repeat_factor_shares(PHOTOS, 0.1, v), (None, *NO_NUMBER, -1, 11)),
    ],
    "labels_of": [("dataset", labels_of, NO_OBJECT)],
    "count_folder": [("folder", count_folder, (None, True, 1, 1.5, b"x", [], {}, object))],
    "Forecast": [
        ("plan", lambda v: Forecast.of(v, COUNTS), NO_OBJECT),
        ("counts", lambda v: Forecast.of(PLAN, v), NO_COUNTS),
    ],
    "ScheduledClassSampler": [
        ("labels", sampler_of, (None, *NO_SEQUENCE, [], [1.5], [None], [[1]], ["a", 1], {"a": 0, "b": 1})),
        ("plan", lambda v: ScheduledClassSampler(LABELS, v), (*NO_OBJECT[1:], TARGET_OF_PLAN)),
        ("skew", lambda v: ScheduledClassSampler(LABELS, skew=v), (*NO_NUMBER, 51, TARGET_OF_PLAN)),
        ("epochs", lambda v: ScheduledClassSampler(LABELS, skew=1.0, epochs=v), (*NO_COUNT, 0)),
        ("seed", lambda v: ScheduledClassSampler(LABELS, skew=1.0, seed=v), (None, *NO_COUNT, 2**64)),
        ("num_replicas", lambda v: sampler_of(num_replicas=v, rank=0), (*NO_COUNT, 0, 10**12)),
        ("rank", lambda v: sampler_of(num_replicas=3, rank=v), (None, *NO_COUNT, 3)),
        ("drop_last", lambda v: sampler_of(drop_last=v), NO_BOOL),
        ("class(es| names?)", lambda v: sampler_of(classes=v),
         (*NO_SEQUENCE, {"a", "b", "c"}, dict.fromkeys("abc"), ["a", "b", "b"], ["a", 1, "c"], [b"a", b"b", b"c"])),
    ],
    "IndexStream": [
        ("labels", lambda v: IndexStream(v, PLAN), (None, *NO_SEQUENCE, [], [1.5], [None], [[1]], ["a", 1])),
        ("plan", lambda v: IndexStream(LABELS, v), (*NO_OBJECT, TARGET_OF_PLAN)),
        ("num_replicas", lambda v: IndexStream(LABELS, PLAN, v), (*NO_COUNT, 0, 10**12)),
        ("rank", lambda v: IndexStream(LABELS, PLAN, 3, v), (None, *NO_COUNT, 3)),
        ("state", lambda v: IndexStream(LABELS, PLAN, state=v),
         [wrong for wrong in NO_OBJECT[1:] if not isinstance(wrong, dict)]),
        ("drop_last", lambda v: IndexStream(LABELS, PLAN, drop_last=v), NO_BOOL),
        ("device", lambda v: IndexStream(LABELS, PLAN, device=v), (True, 10**3, -1, 1.5, "x", b"cpu", [], {}, {1})),
        ("epoch", lambda v: IndexStream(LABELS, PLAN).indices(v), (None, *NO_COUNT)),
        ("begin", lambda v: IndexStream(LABELS, PLAN).indices(0, v), (None, *NO_COUNT, 10**12)),
        ("end", lambda v: IndexStream(LABELS, PLAN).indices(0, 0, v), (*NO_COUNT, 10**12)),
        ("b", lambda v: IndexStream(LABELS, PLAN).batch(0, v), (None, *NO_COUNT, 10**12)),
        ("position", lambda v: IndexStream(LABELS, PLAN).place(0, v), (None, *NO_COUNT, 10**12)),
    ],
    "ScheduledMix": [
        ("sources", lambda v: ScheduledMix(v, PLAN), NO_OBJECT[:-1]),
        ("source 'a'", lambda v: ScheduledMix({"a": v}, PLAN, sizes={"a": 2}),
         (None, True, 1, 1.5, "x", b"x", [], {}, {"a": 1}, {1}, iter([1]), (i for i in [1]), np.zeros(0))),
        ("plan", lambda v: mix_of(plan=v), (*NO_OBJECT, TARGET_OF_PLAN)),
        ("target", lambda v: mix_of(plan=plan_of(target=v)), (ADAPTIVE,)),
        ("sizes", lambda v: mix_of(sizes=v), (True, 1, 1.5, "x", b"x", [], [1], {1}, {"c": 1}, object)),
        ("size of source 'a'", lambda v: mix_of(sizes={"a": v}), (None, *NO_COUNT)),
        ("source 'a'", lambda v: mix_of(sizes={"a": v}), (0,)),
        ("exhausted", lambda v: mix_of(exhausted=v), NO_OBJECT),
        ("num_replicas", lambda v: mix_of(num_replicas=v, rank=0), (*NO_COUNT, 0, 10**12)),
        ("rank", lambda v: mix_of(num_replicas=3, rank=v), (None, *NO_COUNT, 3)),
        ("drop_last", lambda v: mix_of(drop_last=v), NO_BOOL),
        ("own_states", lambda v: mix_of(own_states=v), NO_BOOL),
    ],
    "ScheduledMix methods": [
        ("epoch", lambda v: mix_of().set_epoch(v), (None, *NO_COUNT)),
        ("first_batch", lambda v: mix_of().preview(first_batch=v), (None, *NO_COUNT, 2)),
        ("epoch", lambda v: mix_of().counts_before(v), (None, *NO_COUNT)),
        ("position", lambda v: mix_of().passes(0, v), (None, *NO_COUNT, 6)),
        ("batches_delivered", lambda v: mix_of().state_dict(v), NO_COUNT),
        ("state", lambda v: mix_of().load_state_dict(v), NO_OBJECT),
        *((f"{name} of the state", lambda v, n=name: mix_of().load_state_dict({**MIX_STATE, n: v}), (None, *NO_COUNT))
          for name in ("epoch", "batches", "done", "replicas")),
        *((f"{name} of the state", lambda v, n=name: mix_of().load_state_dict({**MIX_STATE, n: v}), NO_OBJECT)
          for name in ("worker", "lengths", "own_states")),
    ],
    "ScheduledClassSampler methods": [
        ("epoch", lambda v: sampler_of().set_epoch(v), (None, *NO_COUNT)),
        ("first_batch", lambda v: sampler_of().preview(first_batch=v), (None, *NO_COUNT, 2)),
        ("num_batches", lambda v: sampler_of().preview(num_batches=v), (*NO_COUNT, 0)),
        ("labels", lambda v: sampler_of().update_labels(v), (None, *NO_SEQUENCE, [])),
        ("classes", lambda v: sampler_of().update_labels(LABELS, classes=v), (*NO_SEQUENCE, {"a", "b", "c"})),
        ("recall", lambda v: sampler_of(target=ADAPTIVE).update(recall=v), (None, *FEEDBACK)),
        ("batches_delivered", lambda v: sampler_of().state_dict(v), NO_COUNT),
        ("state", lambda v: sampler_of().load_state_dict(v), NO_OBJECT),
        ("sampler of the loader", lambda v: sampler_of().check_loader(v), NO_OBJECT),
    ],
    "load_state_dict": [
        *((f"{name} of the state", lambda v, n=name: sampler_of().load_state_dict({**STATE, n: v}), (None, *NO_COUNT))
          for name in ("epoch", "batches", "within", "samples", "replicas")),
        ("state", lambda v: sampler_of().load_state_dict({**STATE, "version": v}), (None, *NO_COUNT, 0, 99)),
        ("plan of the state", lambda v: sampler_of().load_state_dict({**STATE, "plan": v}), NO_OBJECT),
        ("labels of the state", lambda v: sampler_of().load_state_dict({**STATE, "labels": v}), NO_OBJECT),
        ("next_labels of the state", lambda v: sampler_of().load_state_dict({**STATE, "next_labels": v}),
         NO_OBJECT[1:]),
        ("(epoch|start|walk) of the (walk|state)", lambda v: sampler_of().load_state_dict({**STATE, "walk": v}),
         (*NO_OBJECT, *({"epoch": v, "start": None} for v in NO_COUNT), {"epoch": 0, "start": [True, 1, 1]})),
        *((f"{name} of the state",
           lambda v, n=name: sampler_of(target=ADAPTIVE).load_state_dict({**ADAPTIVE_STATE, n: v}),
           (*NO_OBJECT[1:], *({"difficulty": [wrong, 1.0, 1.0]} for wrong in (None, *NO_NUMBER, 0, -1)),
            {"difficulty": [1.0, 1.0]}, {"difficulty": 1.0}, {"difficulty": "111"}))
          for name in ("target", "next_target")),
    ],
    "Boost": [
        ("target", lambda v: Boost(v, {"a": 2}), (*NO_OBJECT, Constant(0.5), ADAPTIVE)),
        ("factors", lambda v: Boost(TARGET_OF_PLAN, v),
         (None, True, 1, 1.5, "x", "1", ":2", "a: b", b"a:1", [1], {"a"}, {("a", 1)})),
        ("factor of class 'a'", lambda v: Boost(TARGET_OF_PLAN, {"a": v}), (*NO_NUMBER, None, 0, -1, 10**400)),
        ("class name", lambda v: Boost(TARGET_OF_PLAN, {v: 2}), (None, 1.5, math.nan, b"a", ("a",), 1j, object)),
    ],
    "Shares": [
        ("rest", lambda v: Shares({"a": 0.5}, v), (*NO_OBJECT, Constant(0.5), ADAPTIVE)),
        ("shares", Shares, (None, True, 1, 1.5, "x", "1", ":2", "a: b", b"a:1", [1], {"a"}, {("a", 0.5)})),
        ("share of class 'a'", lambda v: Shares({"a": v}),
         (*NO_NUMBER, None, -0.1, 1.1, 10**400, math.inf, "", "0:2", "5:0.1, 5:0.2", [(0, True)], [(-1, 0.5)])),
        ("class name", lambda v: Shares({v: 0.5}), (None, 1.5, math.nan, b"a", ("a",), 1j, object)),
    ],
    "Piecewise": [
        ("points", Piecewise, (None, True, 1, "x", "0", b"0:1", [], [1], [(0,)], {0: 1}, {(0, 1)})),
        ("points", lambda v: Piecewise([(v, 0.5)]), (None, *NO_COUNT)),
        ("points|skew", lambda v: Piecewise([(0, v)]), (None, *NO_NUMBER, 51, 10**400)),
    ],
}  # fmt: skip

# Every number of every schedule and target, from its row: what is registered tomorrow is here by itself.
UNTOUCHED = {cls: target_of({SHAPE.key: name}).schedule for name, cls in SCHEDULES.items()} | {
    cls: target_of({TARGET.key: name}) for name, cls in TARGETS.items()
}
for cls, value in UNTOUCHED.items():
    ARGUMENTS.setdefault(cls.__name__, [])
    for field, row in rows_of(cls).items():
        if row.kind in ("number", "integer"):
            wrong = (*(NO_COUNT if row.minimum == 0 and row.kind == "integer" else NO_NUMBER), 10**400)
            more = () if row.default is None or field in ("minimum", "maximum") else (None,)
            ARGUMENTS[cls.__name__].append(
                (field, lambda v, value=value, field=field: dataclasses.replace(value, **{field: v}), (*wrong, *more))
            )
ARGUMENTS["PowerSkew"].append(("schedule", PowerSkew, (*NO_OBJECT, TARGET_OF_PLAN)))
ARGUMENTS["PowerSkew"].append(("temperature", PowerSkew.of_temperature, (None, *NO_NUMBER, 0.9, -(10**400))))
ARGUMENTS["UniMax"].append(("passes", lambda v: UniMax.of_run(v, 3), (None, *NO_NUMBER, 0, -1, math.inf, 10**400)))
ARGUMENTS["UniMax"].append(("epochs", lambda v: UniMax.of_run(1, v), (None, *NO_COUNT, 0)))
for cls in (DifficultyBalanced, sampler_core.ExponentiatedGradient):
    ARGUMENTS[cls.__name__].append(("base", lambda v, cls=cls: cls(base=v), (*NO_OBJECT, Constant(0.5), ADAPTIVE)))

CASES = [
    pytest.param(*argument, id=f"{where}: {argument[0]}")
    for where, arguments in ARGUMENTS.items()
    for argument in arguments
]


def test_every_public_name_has_its_wrong_calls():
    no_arguments = {"ProgressivelyBalanced"}
    assert set(sampler_core.__all__) - no_arguments <= ARGUMENTS.keys()
    assert all(ARGUMENTS[name] for name in sampler_core.__all__ if name not in no_arguments)


@pytest.mark.parametrize(("says", "call", "values"), CASES)
def test_what_is_no_value_of_an_argument_is_refused_under_its_name(says, call, values):
    accepted = []
    for value in values:
        try:
            call(value)
        except (TypeError, ValueError) as error:
            assert type(error) in (TypeError, ValueError)
            assert re.match(rf"({says}) (.* )?must .*got ", str(error), re.DOTALL), error
        else:
            accepted.append(value)
    assert not accepted


# --- single calls, word for word --------------------------------------------------------------------------------------

MOST = "9,223,372,036,854,775,807"
SENTENCES = [
    # sizes that no machine has room for
    (lambda: plan_of(batch_size=10**10), ValueError,
     "batch_size must be a whole number of at least 1 and at most 100,000,000, got 10000000000"),
    (lambda: plan_of(epochs=10**12), ValueError,
     "epochs must be a whole number of at least 1 and at most 1,000,000,000, got 1000000000000"),
    (lambda: plan_of(epochs=10**9).class_shares([1, 2]), ValueError,
     "epochs must be at most 67,108,864 for a table of 2 classes, got 1,000,000,000"),
    (lambda: plan_of(epochs=10**9).skews(), ValueError,
     "epochs must be at most 134,217,728 for a list of skews, got 1,000,000,000"),
    (lambda: Forecast.of(plan_of(epochs=10**8), [1] * 100), ValueError,
     "epochs must be at most 1,342,177 for a table of 100 classes, got 100,000,000"),
    (lambda: PLAN.preview(COUNTS, 2**63), ValueError,
     f"epoch must be a whole number of at least 0 and at most {MOST}, got 9223372036854775808"),
    (lambda: sampler_of().set_epoch(10**400), ValueError,
     f"epoch must be a whole number of at least 0 and at most {MOST}, got 1" + "0" * 400),
    (lambda: sampler_of().set_epoch(-(10**5000)), ValueError,
     "epoch must be a whole number of at least 0, got a number of more than 4,300 digits"),
    (lambda: plan_of(samples_per_epoch=10**5000), ValueError,
     "samples_per_epoch must be a whole number of at least 1 and at most 10,000,000,000,000, "
     "got a number of more than 4,300 digits"),
    # numbers are numbers, yes is yes
    (lambda: plan_of(epochs=True), TypeError, "epochs must be a whole number of at least 1, got True"),
    (lambda: plan_of(seed=-1), ValueError,
     "seed must be a whole number from 0 to 18,446,744,073,709,551,615, got -1"),
    (lambda: sampler_of(drop_last="no"), TypeError, "drop_last must be True or False, got 'no'"),
    (lambda: ClassCounts.from_counts([True, 2]), TypeError, "counts must be integers, got True"),
    (lambda: ClassCounts.from_counts({"a": 1, "b": False}), TypeError, "counts must be integers, got False"),
    (lambda: Piecewise([(0, True)]), ValueError,
     "points must be pairs of a whole epoch and a skew, as in 0:0, 20:0.5, got [(0, True)]"),
    (lambda: Piecewise([("0", 1)]), ValueError,
     "points must be pairs of a whole epoch and a skew, as in 0:0, 20:0.5, got [('0', 1)]"),
    # what has no order
    (lambda: sampler_of(classes={"a"}), TypeError, "classes must be a sequence of class names in order, got {'a'}"),
    (lambda: sampler_of(classes={"a": 0}), TypeError,
     "classes must be a sequence of class names in order, got {'a': 0}"),
    (lambda: sampler_of({"a": 0}), TypeError, "labels must be a sequence with one label per sample, got {'a': 0}"),
    (lambda: sampler_of({"a"}), TypeError, "labels must be a sequence with one label per sample, got {'a'}"),
    (lambda: ClassCounts({"a"}, [1]), TypeError,
     "class names must be a sequence of integers or texts, got {'a'}"),
    (lambda: sampler_of(target=ADAPTIVE).update(recall={0.5}), ValueError,
     "recall must have one value per class (3), got {0.5}"),
    # the classes of a boost
    (lambda: Boost(TARGET_OF_PLAN, {None: 2}), TypeError, "class name must be an integer or text, got None"),
    (lambda: Boost(TARGET_OF_PLAN, {1: 2, "1": 3}), ValueError, "factors must name each class once, got '1' twice"),
    (lambda: Boost(TARGET_OF_PLAN, "a: 2, a: 3"), ValueError, "factors must name each class once, got 'a' twice"),
    (lambda: Boost(TARGET_OF_PLAN, '{"a": 2, "a": 3}'), ValueError, "factors must name each class once, got 'a' twice"),
    (lambda: Boost(TARGET_OF_PLAN, {"a": "2"}), TypeError, "factor of class 'a' must be a number above 0, got '2'"),
    (lambda: Boost(TARGET_OF_PLAN, {"a": True}), TypeError, "factor of class 'a' must be a number above 0, got True"),
    # explicit shares
    (lambda: Shares({"a": "half"}), ValueError,
     "share of class 'a' must be a number from 0 to 1, or epochs and shares in rising order, as in 0:0.1, 20:0.4, "
     "got 'half'"),
    (lambda: Shares({"a": "0:0.1, 9:0.7", "b": 0.4}), ValueError,
     "shares must sum to at most 1 in every epoch, got 1.1 in epoch 9"),
    (lambda: Shares({1: 0.2, "1": 0.3}), ValueError, "shares must name each class once, got '1' twice"),
    # JSON
    (lambda: SamplingPlan.from_json(None), TypeError, "plan must be JSON text, got None"),
    (lambda: SamplingPlan.from_json(json_with(target={"name": "power_skew"})), ValueError,
     "target 'power_skew' must have the field 'schedule', got none"),
    (lambda: SamplingPlan.from_json(json_with(target={"name": "power_skew", "schedule": {"name": "linear"}})),
     ValueError, "schedule 'linear' must have the field 'start', got none"),
    (lambda: SamplingPlan.from_json(json_with(target={"name": "unimax", "max_repeats": "4"})), ValueError,
     "target 'unimax': max_repeats must be a number from 0.0001 to 1,000,000.0, got '4'"),
    (lambda: SamplingPlan.from_json(json_with(epochs="4")), ValueError,
     "epochs must be a whole number of at least 1, got '4'"),
    # states
    (lambda: sampler_of().load_state_dict({**STATE, "replicas": "2"}), ValueError,
     "replicas of the state must be a whole number of at least 1, got '2'"),
    (lambda: sampler_of().load_state_dict({**STATE, "next_labels": "x"}), ValueError,
     "next_labels of the state must be a digest or None, got 'x'"),
    (lambda: Forecast.of(None, COUNTS), TypeError, "plan must be a SamplingPlan, got None"),
    (lambda: count_folder(5), TypeError, "folder must be a path, got 5"),
    (lambda: UniMax("4"), TypeError, "max_repeats must be a number from 0.0001 to 1,000,000.0, got '4'"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "sentence"), SENTENCES, ids=[sentence[:80] for *_, sentence in SENTENCES])
def test_a_wrong_call_says_what_must_be_given_and_what_came(call, error, sentence):
    with pytest.raises(error) as caught:
        call()
    assert (type(caught.value), str(caught.value)) == (error, sentence)
