"""What leaves the tool: code that runs, tables that are data, plans that come back."""

import contextlib
import csv
import io
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.data import BatchSampler

from sampler_core import (
    Boost,
    ClassCounts,
    Constant,
    Cosine,
    DifficultyBalanced,
    EffectiveNumber,
    Linear,
    Piecewise,
    PowerSkew,
    ProgressivelyBalanced,
    RepeatFactor,
    SamplingPlan,
    ScheduledClassSampler,
    Shares,
    Step,
    UniMax,
)
from sampler_core.draws import SCHEMES
from sampler_core.exporting import VARIANTS, batch_table, csv_file, snippet, two_stage_plan
from sampler_core.exporting.csv_tables import FORMULA_STARTS
from sampler_core.plans.named_plans import plans_from_json
from sampler_core.plans.plan_json import PLAN_SCHEMA, PLAN_UPGRADES
from tests.hostile_names import HOSTILE, hostile_counts

ROOT = Path(__file__).parents[2]
COUNTS = ClassCounts.from_counts([90, 30, 9, 3])
RAMP = PowerSkew(Linear(start=0.0, increment=0.25, maximum=1.0))
TARGETS = {
    "ramp": RAMP,
    "cosine": PowerSkew(Cosine()),
    "corners": PowerSkew(Piecewise(((0, 0.0), (3, 1.0)))),
    "progressively balanced": ProgressivelyBalanced(),
    "effective number": EffectiveNumber(0.99),
    "repeat factor": RepeatFactor(0.2),
    "unimax": UniMax(3.0),
    "boost": Boost(RAMP, {2: 1.5}, 1, 2),
}
HARNESS = """
import json, sys
import numpy as np, torch
from torch.utils.data import DataLoader, TensorDataset
iterate = DataLoader.__iter__
def watched(loader):
    for batch in iterate(loader):
        delivered[-1].append(np.bincount(batch[1].numpy(), minlength=classes).tolist())
        yield batch
DataLoader.__iter__, delivered = watched, []
for given, classes, names, code in json.load(sys.stdin):
    labels = torch.tensor(given)
    dataset = TensorDataset(torch.arange(len(labels)), labels)
    if names:
        dataset.classes = names
    delivered.append([])
    exec(compile(code, "snippet", "exec"), {"dataset": dataset})
json.dump(delivered, sys.stdout)
"""


def plan_of(target=RAMP, **settings):
    return SamplingPlan(**{"target": target, "epochs": 5, "batch_size": 16, "seed": 3, **settings})


def built(code):
    """The plan that a snippet builds, without the training that follows."""
    names = {}
    exec(compile(re.split("\n(?:sampler = |# Two stages)", code)[0], "snippet", "exec"), names)
    return names["plan"]


# --- code ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("drawing", ["independent", "exact", "stratified"])
def test_the_code_builds_the_plan_it_was_made_from(target, drawing):
    plan = plan_of(TARGETS[target], drawing=drawing, max_repeats=9, samples_per_epoch=100)
    made = built(snippet(plan, COUNTS))
    assert made == plan
    assert made.tuned_on == COUNTS


def test_the_code_trains_in_a_new_process_on_the_batches_that_the_page_shows():
    """Of every scheme; of named classes too, whose names and their order are the data set's."""
    named = ClassCounts.from_counts({"zebra": 40, "ant": 12, "cow": 5})
    runs = [(plan_of(drawing=drawing), COUNTS, None) for drawing in SCHEMES] + [(plan_of(), named, named.names)]
    given = [
        (np.repeat(np.arange(counts.num_classes), counts.counts).tolist(), counts.num_classes, names,
         snippet(plan, counts))
        for plan, counts, names in runs
    ]  # fmt: skip
    done = subprocess.run([sys.executable, "-W", "error", "-c", HARNESS], input=json.dumps(given), cwd=ROOT,
                          capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 0, done.stderr
    for (plan, counts, _), delivered in zip(runs, json.loads(done.stdout), strict=True):
        shown = [plan.preview(counts, epoch).batch_class_counts for epoch in range(plan.epochs)]
        assert delivered == np.concatenate(shown).tolist(), (plan, counts)


def test_names_stand_in_the_code_as_literals_whatever_they_are():
    counts = ClassCounts.from_counts({name: count for name, count in hostile_counts().items() if len(name) < 1000})
    plan = plan_of(Boost(RAMP, dict.fromkeys(HOSTILE, 2.0), 0, 1))
    code = snippet(plan, counts)
    assert built(code) == plan
    assert built(code).tuned_on == counts
    assert "\u202e" not in code, "a sign that turns the reading direction must be written as an escape"
    assert "\x00" not in code


@pytest.mark.parametrize(("named", "idle"), [(60, True), (59, False)])
def test_given_shares_stand_one_a_line_and_the_code_says_where_their_rest_does_nothing(named, idle):
    counts = ClassCounts.from_counts({f"class {c}": c + 1 for c in range(60)})
    plan = SamplingPlan(target=Shares({f"class {c}": 1 / 60 for c in range(named)}, rest=RAMP), epochs=4, batch_size=8)
    code = snippet(plan, counts)
    assert built(code) == plan
    assert max(map(len, code.splitlines())) <= 120
    assert ("`rest` has no effect on the draws" in code) == idle


def test_many_classes_are_left_out_of_the_code_with_a_word_about_it():
    many = ClassCounts.from_counts(np.arange(1, 1001))
    code = snippet(plan_of(), many)
    assert built(code) == plan_of()
    assert built(code).tuned_on is None
    assert "plan.json has them" in code
    assert len(code) < 1500


def test_what_was_changed_about_the_labels_stands_in_comments_that_no_name_leaves():
    changed = [f"Renamed '{name}' to 'x'." for name in HOSTILE] + ["3 rows were left out: no label."]
    code = snippet(plan_of(), COUNTS, changed=changed)
    assert built(code) == plan_of()
    assert "# - 3 rows were left out: no label.\n" in code
    comments, rest = code.split("from sampler_core import (")
    assert all(line.startswith("# ") and line.isprintable() and len(line) <= 120 for line in comments.splitlines())
    assert rest == snippet(plan_of(), COUNTS).split("from sampler_core import (")[1]
    assert "changed" not in snippet(plan_of(), COUNTS)


def test_an_adaptive_target_gets_a_line_about_its_feedback():
    for variant in VARIANTS:
        code = snippet(plan_of(DifficultyBalanced()), COUNTS, variant)
        assert "sampler.update(recall=one_per_class)" in code
        logging = snippet(plan_of(DifficultyBalanced()), COUNTS, variant, run_log=True)
        by_log = variant in ("torch", "accelerate")  # whose loop has the log at hand
        assert f"{'log.epoch' if by_log else 'sampler.update'}(recall=one_per_class)" in logging
        assert "Before one of them saves the sampler's state_dict(), call its exchange() in all" in code


@pytest.mark.parametrize("resume", [False, True])
@pytest.mark.parametrize("two_stage", [False, True])
@pytest.mark.parametrize("run_log", [False, True])
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_is_python_in_lines_that_fit(variant, run_log, two_stage, resume):
    for target in (TARGETS["boost"], DifficultyBalanced()):
        options = {"resume": resume, "two_stage": two_stage, "run_log": run_log}
        code = snippet(plan_of(target), hostile_counts(), variant, **options)
        assert ("sampler_core.run_log" in code) == run_log
        compile(code, variant, "exec")
        assert max(len(line) for line in code.splitlines() if "from_counts" not in line and '": ' not in line) <= 120
        assert "\n\n\n\n" not in code
        if not resume and not two_stage:
            assert len(code.partition("\nplan = ")[2].splitlines()) < 45, "the simple variant stays short"


def test_ten_names_of_80_characters_stand_in_the_code_in_full():
    counts = ClassCounts.from_counts({f"{letter * 79}é": 50 for letter in "abcdefghij"})
    code = snippet(plan_of(), counts)
    assert built(code).tuned_on == counts
    assert max(map(len, code.splitlines())) <= 120


@pytest.mark.parametrize(
    ("plan", "epoch"),
    [
        (plan_of(epochs=10), 8),
        (plan_of(epochs=None), 80),
        (plan_of(PowerSkew(Step(3)), epochs=10), 3),
        (plan_of(PowerSkew(Step(10)), epochs=10), 8),
        (plan_of(PowerSkew(Step(3, 0.5)), epochs=10), 8),
        (plan_of(ProgressivelyBalanced(), epochs=10, drawing="exact"), 8),
    ],
)
def test_two_stages_are_a_natural_and_a_class_balanced_one_in_the_run_of_the_plan(plan, epoch):
    staged = two_stage_plan(plan)
    assert staged == replace(plan, target=PowerSkew(Step(epoch)))
    code = snippet(plan, COUNTS, two_stage=True)
    assert replace(built(code), tuned_on=None) == staged
    assert f"    if epoch >= {epoch}:\n        train_the_head_only()\n" in code


def test_the_code_that_resumes_goes_on_with_the_first_batch_that_was_not_saved(tmp_path, monkeypatch):
    """Stopped in the third batch of the second stage; every batch before was saved."""
    monkeypatch.chdir(tmp_path)
    plan, labels = two_stage_plan(plan_of(drawing="stratified")), np.repeat(np.arange(4), COUNTS.counts)
    code = snippet(plan, COUNTS, resume=True, two_stage=True).replace("% 1000", "% 1")

    def trained(batches):
        """What the code draws, whether the backbone trains, and the head: until there were so many batches."""
        model = torch.nn.Sequential()
        model.backbone, model.fc = torch.nn.Linear(2, 2), torch.nn.Linear(2, 4)
        drawn, trains = [], []

        def step(inputs):
            if len(drawn) == batches:
                raise InterruptedError
            drawn.append(inputs.tolist())
            trains.append(model.backbone.weight.requires_grad)

        dataset = torch.utils.data.TensorDataset(torch.arange(len(labels)), torch.tensor(labels))
        names = {"dataset": dataset, "model": model, "step": step,
                 "optimizer": torch.optim.SGD(model.parameters(), lr=0.1)}  # fmt: skip
        with contextlib.suppress(InterruptedError):
            exec(code.replace("...  #", "step(inputs)  #"), names)
        return drawn, trains, model.fc.weight.detach()

    before = plan.target.schedule.at_epoch * plan.num_batches(COUNTS) + 2
    stopped, trains, head = trained(before)
    rest, trains_then, head_then = trained(10_000)
    sampler = ScheduledClassSampler(labels, plan)
    whole = []
    for epoch in range(plan.epochs):
        sampler.set_epoch(epoch)
        whole += [list(batch) for batch in BatchSampler(sampler, plan.batch_size, drop_last=False)]
    assert stopped + rest == whole
    assert [*trains, *trains_then] == [True] * (before - 2) + [False] * (len(whole) - before + 2)
    assert torch.equal(head, head_then), "the head is made anew once, and comes back from the checkpoint"


def test_a_variant_that_there_is_not_and_a_plan_without_batches_are_refused():
    with pytest.raises(ValueError, match=r"variant must be one of torch, .*, transformers, got 'keras'"):
        snippet(plan_of(), COUNTS, "keras")
    with pytest.raises(ValueError, match="batch_size must be given"):
        snippet(plan_of(batch_size=None), COUNTS)


# --- tables ----------------------------------------------------------------------------------------------------------


def read_back(file):
    return list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline="")))


def test_no_cell_starts_a_formula_and_every_cell_comes_back():
    names = [name.encode("utf-8", "replace").decode() for name in HOSTILE]  # pandas keeps no half signs
    table = pd.DataFrame({"=cmd()": names, "value": -1.5}, index=pd.Index(names, name="@class"))
    head, *rows = read_back(csv_file(table))
    assert head == ["'@class", "'=cmd()", "value"]
    for name, (index, cell, value) in zip(names, rows, strict=True):
        assert index == cell == (f"'{name}" if name.startswith(FORMULA_STARTS) else name)
        assert value == "-1.5"
    assert not any(cell.startswith(FORMULA_STARTS) for row in [head, *rows] for cell in row[:2])


@given(st.text(max_size=20), st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**53), 2**53))
def test_any_text_is_safe_and_any_number_is_exact(text, number, whole):
    table = pd.DataFrame({text: [text], "number": [number], "whole": [whole]})
    _, [_, cell, float_cell, whole_cell] = read_back(csv_file(table))
    assert cell.removeprefix("'") == text.removeprefix("'")
    assert not cell.startswith(FORMULA_STARTS)
    assert float(float_cell) == number
    assert int(whole_cell) == whole


def test_a_csv_file_begins_with_the_mark_that_excel_looks_for():
    assert csv_file(pd.DataFrame({"a": ["é"]})).startswith(b"\xef\xbb\xbf")


def test_the_table_of_batches_has_the_numbers_of_the_preview():
    preview = plan_of().preview(COUNTS, 2, first_batch=1, num_batches=3)
    head, *rows = read_back(csv_file(batch_table(preview)))
    assert head == ["batch", "0", "1", "2", "3"]
    assert [int(row[0]) for row in rows] == [1, 2, 3]
    assert np.array_equal(np.array(rows, dtype=int)[:, 1:], preview.batch_class_counts)


def test_the_table_of_batches_names_hostile_classes_as_text():
    counts = ClassCounts.from_counts(hostile_counts())
    head, *rows = read_back(csv_file(batch_table(plan_of().preview(counts, 0, num_batches=2))))
    assert len(head) == 1 + len(HOSTILE)
    assert not any(cell.startswith(FORMULA_STARTS) for cell in head)
    assert len(rows) == 2


# --- plans -----------------------------------------------------------------------------------------------------------

VERSION_1 = """
{"schema": 1, "target": {"name": "boost", "target": {"name": "power_skew", "schedule": {"name": "linear",
 "start": 0.0, "increment": 0.05, "minimum": null, "maximum": 1.0}}, "factors": [["MEL", 3.0], ["NV", 0.5]],
 "first_epoch": 2, "last_epoch": 7}, "epochs": 60, "batch_size": 64, "samples_per_epoch": 10015,
 "drawing": "stratified", "max_repeats": 20, "min_share": 0.01, "min_per_batch": 1, "seed": 7,
 "fingerprint": "not checked", "tuned_on": {"names": ["NV", "MEL", "DF"], "counts": [6705, 1113, 115]}}
"""


@pytest.mark.filterwarnings("ignore:the stratified scheme has changed")
def test_a_plan_of_version_1_loads_for_ever():
    assert SamplingPlan.from_json(VERSION_1) == SamplingPlan(
        target=Boost(PowerSkew(Linear(0.0, 0.05, maximum=1.0)), {"MEL": 3.0, "NV": 0.5}, 2, 7), epochs=60,
        batch_size=64, samples_per_epoch=10015, drawing="stratified", max_repeats=20, min_share=0.01, min_per_batch=1,
        seed=7,
    )  # fmt: skip
    tuned_on = SamplingPlan.from_json(VERSION_1).tuned_on
    assert tuned_on == ClassCounts.from_counts({"NV": 6705, "MEL": 1113, "DF": 115})


def test_a_stratified_plan_from_before_its_draws_changed_says_so_and_no_other_does():
    with pytest.warns(
        UserWarning, match=r"the stratified scheme has changed .* \(version 1, now 2\): .* its draws are others$"
    ):
        plan = SamplingPlan.from_json(VERSION_1)
    assert SamplingPlan.from_json(plan.to_json()) == plan  # saved again, it is one of now
    by_hand = {key: value for key, value in json.loads(VERSION_1).items() if key != "fingerprint"}
    assert SamplingPlan.from_json(json.dumps(by_hand)) == plan
    for drawing in ("independent", "exact"):
        other = json.loads(plan_of(RAMP, drawing=drawing).to_json())
        assert "drawing_version" not in other
        SamplingPlan.from_json(json.dumps(other))


def test_plans_in_a_file_say_once_that_draws_changed():
    entries = [{"name": name, "plan": json.loads(VERSION_1)} for name in ("a", "b")]
    with pytest.warns(UserWarning, match="the stratified scheme has changed") as found:
        plans = plans_from_json(json.dumps({"schema": 1, "plans": entries}))
    assert (len(found), len(plans)) == (1, 2)


@pytest.mark.parametrize(("drawing", "version"), [("stratified", 3), ("stratified", 0), ("exact", 2), ("exact", "1")])
def test_a_plan_of_a_later_version_of_its_scheme_is_refused(drawing, version):
    data = {**json.loads(VERSION_1), "drawing": drawing, "min_per_batch": 0, "drawing_version": version}
    with pytest.raises(ValueError, match=r"drawing_version of the plan must be a whole number from 1 to .*, got"):
        SamplingPlan.from_json(json.dumps(data))


def test_a_plan_of_an_older_schema_is_lifted_step_by_step(monkeypatch):
    monkeypatch.setattr("sampler_core.plans.plan_json.PLAN_SCHEMA", 3)
    monkeypatch.setitem(PLAN_UPGRADES, 1, lambda data: {**data, "batch_size": data["batch"]})
    monkeypatch.setitem(PLAN_UPGRADES, 2, lambda data: {k: v for k, v in data.items() if k != "batch"})
    old = {"schema": 1, "target": {"name": "progressively_balanced"}, "epochs": 4, "batch": 32}
    assert SamplingPlan.from_json(json.dumps(old)).batch_size == 32


def test_every_schema_before_this_one_has_its_upgrade():
    assert sorted(PLAN_UPGRADES) == list(range(1, PLAN_SCHEMA))


@pytest.mark.parametrize("target", TARGETS)
def test_plan_to_text_and_back_is_the_same_plan(target):
    plan = plan_of(TARGETS[target], tuned_on=ClassCounts.from_counts(hostile_counts()))
    again = SamplingPlan.from_json(plan.to_json())
    assert (again, again.fingerprint, again.tuned_on) == (plan, plan.fingerprint, plan.tuned_on)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "plan must be JSON"),
        ("[" * 100_000, "plan must be JSON"),
        ("[]", 'plan must be an object with "schema": 1 or an earlier one, got list'),
        ("{}", 'plan must be an object with "schema": 1 or an earlier one, got schema None'),
        ('{"schema": 2}', 'plan must be an object with "schema": 1 or an earlier one, got schema 2'),
        ('{"schema": true}', "got schema True"),
        ('{"schema": 1, "target": {"name": "unimax"}}', "plan must have the field 'epochs', got none"),
        ('{"schema": 1, "epochs": 1, "batch_size": 1, "target": {"name": "os.system"}}', "target must be one of"),
        ('{"schema": 1, "epochs": 1, "batch_size": 1, "target": null, "__class__": 0}', "got '__class__'"),
    ],
)
def test_a_text_that_is_no_plan_is_refused_with_a_sentence(text, sentence):
    with pytest.raises(ValueError) as refused:
        SamplingPlan.from_json(text)
    assert sentence in str(refused.value)
    assert len(str(refused.value)) < 400


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from([*json.loads(VERSION_1), "names", "counts", "start", "name", "schedule"])


def overlaid(data, path, value):
    if not path or not isinstance(data, dict):
        return value
    return {**data, path[0]: overlaid(data.get(path[0]), path[1:], value)}


@pytest.mark.filterwarnings("ignore:the stratified scheme has changed")
@given(st.lists(FIELDS, min_size=1, max_size=3), JSON)
def test_whatever_stands_in_a_plan_file_is_a_plan_or_a_value_error(path, value):
    text = json.dumps(overlaid(json.loads(VERSION_1), path, value))
    try:
        plan = SamplingPlan.from_json(text)
    except ValueError as error:
        assert str(error)
    else:
        assert SamplingPlan.from_json(plan.to_json()) == plan


def test_the_core_exports_without_pandas_and_plotly():
    code = (
        "import sys\nsys.modules.update(dict.fromkeys(('pandas', 'plotly', 'streamlit')))\n"
        "from sampler_core.exporting import snippet\n"
        "from sampler_core import ClassCounts, ProgressivelyBalanced, SamplingPlan\n"
        "plan = SamplingPlan(target=ProgressivelyBalanced(), epochs=2, batch_size=4)\n"
        "sys.stdout.write(snippet(plan, ClassCounts.from_counts([3, 1])))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert built(done.stdout) == SamplingPlan(target=ProgressivelyBalanced(), epochs=2, batch_size=4)


def test_constants_are_written_with_their_number_only():
    code = snippet(plan_of(PowerSkew(Constant(0.5)), epochs=None), COUNTS)
    assert "PowerSkew(schedule=Constant(skew=0.5))" in code
    assert "for epoch in range(100):" in code
    assert replace(built(code), tuned_on=None) == plan_of(PowerSkew(Constant(0.5)), epochs=None)
