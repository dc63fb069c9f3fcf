"""Links of version 0.1.0 open: parameters and choices that have another name now are read and replaced."""

from pages.parts.sidebar.url_values import OLD_KEYS
from sampler_core.plans.registry import SCHEDULES, TARGETS
from tests.app.test_explore import is_sound, opened

OLD = {
    "data": "known", "table": "isic2019", "law": "stratified", "demands": '[{"name":"repeats","bound":9.0}]',
    "merit": "share", "target": "power_skew", "shape": "cosine", "skew": "0.25", "end": "0.75", "epochs": "30",
}  # fmt: skip


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
