"""Links and plan files of before still show the same numbers.

`version_0_1_0/links.json` holds what that version showed: for each chart how many numbers, their sum, and their sum
weighted by position. `synthetic_first/links.json` holds what links showed while the first data was synthetic, and links
left that out. A link without any parameter is none: it shows the first data, whatever that is.
"""

import base64
import json
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.sidebar.url_correction import OLD_KEYS
from sampler_core import SamplingPlan
from sampler_core.plans.named_plans import plans_from_json
from sampler_core.plans.registry import SCHEDULES, TARGETS
from tests.app.test_explore import is_sound, opened

ROOT = Path(__file__).parents[2]
SAVED = Path(__file__).parent / "version_0_1_0"
OLD = {
    "data": "known", "table": "isic2019", "law": "stratified", "demands": '[{"name":"repeats","bound":9.0}]',
    "merit": "share", "target": "power_skew", "shape": "cosine", "skew": "0.25", "end": "0.75", "epochs": "30",
}  # fmt: skip
CHANGED = {"drawn", "metric-map"}  # they show draws of the stratified scheme, which are others since 0.2.0
JUDGED = {"band", "metric-map"}  # show what is allowed: repeats and absence are judged as drawn since 0.2.0
LINKS = json.loads((SAVED / "links.json").read_text(encoding="utf-8"))
SYNTHETIC_FIRST = json.loads((SAVED.parent / "synthetic_first" / "links.json").read_text(encoding="utf-8"))


def numbers_of(values):
    if isinstance(values, dict) and "bdata" in values:
        return np.frombuffer(base64.b64decode(values["bdata"]), dtype=values["dtype"]).astype(float)
    if isinstance(values, list) and values and all(isinstance(v, int | float | None) for v in values):
        return np.array([np.nan if v is None else v for v in values], dtype=float)
    return np.zeros(0)


def sums_of(figure):
    axes = [(trace, axis) for trace in figure["data"] for axis in ("x", "y", "customdata")]
    numbers = [
        numbers_of(trace.get(axis)) for trace, axis in axes if axis != "customdata" or trace["type"] == "heatmap"
    ]
    flat = np.nan_to_num(np.concatenate(numbers))
    return [flat.size, flat.sum(), flat @ (1 + np.arange(flat.size) % 97)]


def opened_link(link):
    at = AppTest.from_file(ROOT / "pages" / "navigation.py", default_timeout=30)
    for key, text in (link["query"] or {"data": "synthetic"}).items():
        at.query_params[key] = text
    at.run()
    if link["page"] != "explore":
        at.switch_page(f"{link['page']}.py").run()
    assert not at.exception
    return at


def name_of(link):
    return f"{link['page']} {list(link['query'])}"


@pytest.mark.parametrize("link", SYNTHETIC_FIRST, ids=name_of)
def test_a_link_that_leaves_its_data_out_shows_the_same_data_and_plan(link):
    at = opened_link(link)
    assert not at.warning
    scenario = at.session_state["scenario"]
    shown = {str(name): int(n) for name, n in zip(scenario.counts.names, scenario.counts.counts, strict=True)}
    assert (scenario.plan.fingerprint, scenario.epoch, shown) == (link["fingerprint"], link["epoch"], link["counts"])


@pytest.mark.parametrize("link", LINKS, ids=name_of)
def test_a_link_of_0_1_0_shows_the_same_numbers(link):
    at = opened_link(link)
    scenario = at.session_state["scenario"]
    assert link["fingerprint"] == (*scenario.plan.earlier_fingerprints, scenario.plan.fingerprint)[0]
    assert scenario.epoch == link["epoch"]
    assert (scenario.counts.num_classes, scenario.counts.num_samples) == (link["classes"], link["samples"])
    sent = [json.loads(element.proto.json or "{}") for element in at.get("bidi_component")]
    charts = [chart for data in sent for chart in data.get("charts", []) if "spec" in chart]
    found = {chart["id"]: sums_of(json.loads(chart["spec"])) for chart in charts}
    assert found.keys() == link["charts"].keys()
    changed = JUDGED | (CHANGED if scenario.plan.earlier_fingerprints else set())
    for chart, sums in link["charts"].items():
        if chart in changed:
            assert found[chart][0] > 0
            continue
        assert found[chart] == pytest.approx(sums, rel=1e-6), chart


def test_plan_files_of_0_1_0_give_the_same_plans():
    plan = SamplingPlan.from_json((SAVED / "plan.json").read_text(encoding="utf-8"))
    assert plan.fingerprint == "da3c490380f2a92a"
    assert plan.tuned_on.num_samples == 25_331
    plans = plans_from_json((SAVED / "plans.json").read_text(encoding="utf-8"))
    assert [plan.fingerprint for _, plan in plans] == [
        "43469e33cfdabb90", "37b91e1d880e3171", "8c25730956754e39", "f151b54aa5081d29", "a2d9bbe88fbdfae4",
        "253ec48666ed467d",
    ]  # fmt: skip


def test_a_link_of_version_0_1_0_opens_the_plan_it_was_made_of():
    at = opened(**OLD)
    is_sound(at)
    plan = at.session_state["scenario"].plan
    assert (plan.drawing, plan.epochs) == ("stratified", 30)
    assert plan.target == TARGETS["power_skew"](SCHEDULES["cosine"](0.25, 0.75))
    assert at.session_state["scenario"].counts.num_classes == 8
    assert at.session_state["data"] == "published"


def test_old_names_are_replaced_in_the_url_and_on_tune():
    at = opened(**OLD)
    now = dict(at.query_params)
    assert not OLD_KEYS.keys() & now.keys()
    assert OLD_KEYS.keys() <= OLD.keys()
    for key in OLD_KEYS.values():
        at.query_params[key] = now[key]
    at.switch_page("tune.py").run()
    assert not at.exception
    assert not at.warning
    assert at.session_state["requirements"] == OLD["demands"]
    assert at.session_state["metric"] == "share"
