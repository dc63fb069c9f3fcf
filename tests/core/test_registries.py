"""Registries: what follows for every schedule, target and preset from its one entry."""

import doctest
import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import sampler_core
from sampler_core import ClassCounts, Linear, PowerSkew, SamplingPlan
from sampler_core.exporting import snippet
from sampler_core.plans.parameters import described, rows_of
from sampler_core.plans.presets import PRESETS
from sampler_core.plans.registry import SCHEDULES, TARGETS
from sampler_core.plans.schedules import END, SKEW, ScheduleFields
from sampler_core.plans.target_values import SHAPE, TARGET, collected_values, target_of, values_of
from sampler_core.tuning.requirements import ShareOfClass
from sampler_core.tuning.schedule_families import _two_ended
from sampler_core.tuning.solver import solve

ROOT = Path(__file__).parents[2]
COUNTS = ClassCounts.from_counts([90, 30, 9, 3])
CLASSES = [*SCHEDULES.values(), *TARGETS.values()]
# name -> the target that controls make when nobody has touched them, for each entry of the registries
OF_CONTROLS = {f"schedule {name}": target_of({SHAPE.key: name}) for name in SCHEDULES} | {
    f"target {name}": target_of({TARGET.key: name}) for name in TARGETS
}
ENTRIES = OF_CONTROLS | {f"preset {name}": preset.rule(5) for name, preset in PRESETS.items()}


def plan_of(target):
    return SamplingPlan(target=target, epochs=5, batch_size=16, seed=3)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_entry_can_be_imported_from_the_package_and_its_examples_are_true(cls):
    assert getattr(sampler_core, cls.__name__) is cls
    assert cls.__name__ in sampler_core.__all__
    names = {**vars(sampler_core), cls.__name__: cls, "np": np}
    (examples,) = doctest.DocTestFinder(recurse=False).find(cls, cls.__name__, globs=names)
    said = []
    done = doctest.DocTestRunner(verbose=False).run(examples, out=said.append)
    assert not done.failed, "".join(said)
    assert done.attempted, f"{cls.__name__} needs an `Examples:` block in its docstring"


@pytest.mark.parametrize("name", OF_CONTROLS)
def test_the_target_of_untouched_controls_comes_back_from_its_values(name):
    target = OF_CONTROLS[name]
    values = values_of(target)
    assert target_of(values) == target
    assert collected_values(lambda row: values[row.key]) == values


@pytest.mark.parametrize("name", ENTRIES)
def test_every_entry_makes_a_plan_with_shares_that_comes_back_from_json(name):
    plan = plan_of(ENTRIES[name])
    assert plan.class_shares(COUNTS).sum(axis=1) == pytest.approx(1.0)
    assert SamplingPlan.from_json(plan.to_json()) == plan


def test_the_exported_code_of_every_entry_builds_its_plan_in_a_new_process():
    code = {name: snippet(plan_of(target), COUNTS).partition("\nsampler = ")[0] for name, target in ENTRIES.items()}
    script = (
        "import json, sys\nfound = {}\nfor name, code in json.load(sys.stdin).items():\n    made = {}\n"
        "    exec(compile(code, name, 'exec'), made)\n    found[name] = made['plan'].to_json()\n"
        "json.dump(found, sys.stdout)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], input=json.dumps(code), cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    made = {name: SamplingPlan.from_json(text) for name, text in json.loads(done.stdout).items()}
    assert made == {name: plan_of(target) for name, target in ENTRIES.items()}


# --- a new entry ------------------------------------------------------------------------------------------------------

GUIDE = (ROOT / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")
NEW_SCHEDULE = """
import sampler_core
from sampler_core import *
from sampler_core.exporting import snippet
from sampler_core.plans.plan_variants import Variants
from sampler_core.tuning.requirements import ShareOfClass
from sampler_core.tuning.schedule_families import FAMILIES
from sampler_core.tuning.solver import solve
counts, target = ClassCounts.from_counts([90, 10]), PowerSkew(Quadratic(0.0, 0.5))
plan = SamplingPlan(target=target, epochs=10, batch_size=8)
text = '[{"name":"new","target":{"name":"power_skew","schedule":{"name":"quadratic","start":0.0,"end":0.5}}}]'
assert Variants.from_text(text)[0].plans_on(plan) == (("new", plan),)
assert SamplingPlan.from_json(plan.to_json()) == plan
made = {}
exec(snippet(plan, counts).partition("\\nsampler = ")[0], made)
assert made["plan"] == plan
assert isinstance(solve(plan, counts, (ShareOfClass(0.3),)).plan.target.schedule, Quadratic)
"""


def test_the_schedule_of_the_contributing_guide_works_from_its_entry_alone(tmp_path):
    shutil.copytree(ROOT / "sampler_core", tmp_path / "sampler_core")
    (code,) = re.findall(r"^```python\n(.*?)^```$", GUIDE, flags=re.MULTILINE | re.DOTALL)
    with (tmp_path / "sampler_core" / "plans" / "schedules.py").open("a", encoding="utf-8") as file:
        file.write(f"\n\n{code}")
    (tmp_path / "new_schedule.py").write_text(NEW_SCHEDULE, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", "new_schedule.py"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


# --- a schedule that the solver does not know ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Squared(ScheduleFields):
    """Its skews are no mix of its two ends."""

    start: float = described(SKEW, 0.0)
    end: float = described(END, 1.0)

    def __call__(self, epoch, epochs=None):
        return self.start + (self.end - self.start) ** 2 * epoch / 10


def test_a_shape_without_a_family_is_refused_by_a_sentence(monkeypatch):
    monkeypatch.setitem(SCHEDULES, "squared", Squared)
    assert rows_of(Squared).keys() == {"start", "end"}
    assert _two_ended(Squared) is None
    for plan, shape in ((plan_of(PowerSkew(Squared())), None), (plan_of(PowerSkew(Linear(0.0, 0.1))), "squared")):
        with pytest.raises(ValueError, match=r"shape must be one of constant, linear, .*, got 'squared'"):
            solve(plan, COUNTS, (ShareOfClass(0.1),), shape)
