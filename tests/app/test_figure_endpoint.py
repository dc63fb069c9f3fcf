"""Figures that a moving hand asks for: those that the page shows once its run has come to the same values."""

import base64
import json
import weakref

import numpy as np
import pytest
import streamlit as st
from starlette.requests import Request

from pages.parts.live import figure_endpoint
from pages.parts.live.figure_endpoint import parts_at
from pages.parts.my_labels import session_labels
from pages.parts.server import result_cache
from pages.parts.sidebar import scenario
from tests.app import test_compare, test_my_labels
from tests.app.test_explore import opened


def sent_to(at):
    """Key -> the "rev" and "charts" of a panel or the "tiles", as a run of the page sent them."""
    every = [json.loads(element.proto.json or "{}") for element in at.get("bidi_component")]
    parts = {sent.pop("key"): sent for sent in every if "charts" in sent or "tiles" in sent}
    return {
        key: {what: sent[what] for what in ("rev", "charts", "tiles") if what in sent} for key, sent in parts.items()
    }


def cells_taken_out_of(parts):
    """The cells of a map, as its script has them, and whether that makes them by the closed form."""
    for chart in parts["over-epochs"]["charts"]:
        if chart["id"] == "map":
            chart["spec"] = json.loads(chart["spec"])
            (trace,) = chart["spec"]["data"]
            if "closed" not in trace:
                return unpacked(trace.pop("customdata")), False
            skews, counts = (unpacked(trace["closed"][name]) for name in ("skews", "counts"))
            weights = counts[:, None] ** (1.0 - skews)
            del trace["closed"]
            return (weights / weights.sum(axis=0)).astype(np.float32), True
    return np.zeros(0), False


def unpacked(numbers):
    flat = np.frombuffer(base64.b64decode(numbers["bdata"]), dtype=numbers["dtype"])
    return flat.reshape([int(size) for size in numbers.get("shape", str(flat.size)).split(",")])


def asking(at):
    """What the browser was told for asking: the name of what stands, and of all that no slider sets."""
    every = [json.loads(element.proto.json or "{}") for element in at.get("bidi_component")]
    (ask,) = [json.loads(sent["moves"])["ask"] for sent in every if "moves" in sent]
    return ask


def moved_to(at, values):
    for key, value in values.items():
        at.number_input(key=key).set_value(value)
    return at.run()


EXPLORE = {
    "skew": ({}, {"skew": 0.52}),
    "many classes": ({"classes": "60", "scheme": "stratified"}, {"skew": -0.4}),
    "increment": ({"scheme": "exact"}, {"increment": 0.021}),
    "class imbalance": ({}, {"ratio": 130.0}),
    "classes": ({"axis": "logarithmic"}, {"classes": 14}),
    "samples": ({"scheme": "stratified", "min_per_batch": "1"}, {"samples": 30_000}),
    "epoch": ({"skew": "0.3"}, {"epoch": 8}),
    "a run that ends before the epoch": ({"epoch": "50"}, {"epochs": 20}),
    "batch size": ({"first_batch": "3"}, {"batch": 1000}),
    "under a cap": ({"max_repeats": "3"}, {"skew": 0.9}),
    "many classes under a cap": ({"classes": "60", "max_repeats": "3"}, {"skew": 0.9}),
    "many classes that are others": ({"classes": "60"}, {"ratio": 1000.0, "batch": 64, "epochs": 30}),
    "several": ({"shape": "cosine"}, {"skew": 0.2, "end": 0.9, "epoch": 40}),
    "published data": ({"data": "published", "table": "isic2019"}, {"skew": 0.8}),
    "no power skew": ({"target": "progressively balanced"}, {"epochs": 40}),
    "a boost on a schedule": ({"target": "boost", "boosts": "3: 2"}, {"increment": 0.005}),
    "draws that training decides": ({"target": "difficulty balanced"}, {"skew": 0.4}),
}
COMPARE = {
    "skew": ({}, {"skew": 0.52}),
    "class imbalance": ({"axis": "logarithmic", "follow": "largest"}, {"ratio": 130.0, "epoch": 3}),
    "many classes": ({"classes": "60"}, {"batch": 1000}),
}


@pytest.mark.parametrize("case", EXPLORE)
def test_what_is_asked_for_is_what_explore_shows_there(case):
    address, values = EXPLORE[case]
    at = opened(**address)
    asked = parts_at(asking(at)["of"], values)
    assert {"over-epochs", "metrics"} <= set(asked)
    assert ("one-epoch" in asked) == (case != "draws that training decides")
    shown = sent_to(moved_to(at, values))
    (cells, closed), (wanted, _) = cells_taken_out_of(asked), cells_taken_out_of(shown)
    assert closed == (wanted.size > 0 and "max_repeats" not in address)
    np.testing.assert_allclose(cells, wanted, rtol=1e-6)
    assert asked == shown


@pytest.mark.parametrize("case", COMPARE)
def test_what_is_asked_for_is_what_compare_shows_there(case):
    address, values = COMPARE[case]
    at = test_compare.opened(**address)
    asked = parts_at(asking(at)["of"], values)
    assert set(asked) == {"side-by-side", "mixes"}
    assert asked == sent_to(moved_to(at, values))


@pytest.mark.parametrize(
    "values",
    [{"skew": 1000.0}, {"skew": float("nan")}, {"epoch": float("nan")}, {"epoch": -1}, {"batch": 2.5}, {"scheme": 1.0},
     {"data": 1.0}, {"beta": 0.9}, {"nothing": 1.0}, {"seed": 3}, {"ratio": 1e9}],
)  # fmt: skip
def test_values_that_no_slider_has_are_answered_with_nothing(values):
    assert parts_at(asking(opened())["of"], values) is None


def test_settings_that_do_not_go_together_are_answered_with_nothing():
    at = opened(min_share="0.03", classes="30")
    assert parts_at(asking(at)["of"], {"classes": 60}) is None
    assert parts_at(asking(at)["of"], {"classes": 20}) is not None


def test_followed_classes_stand_out_as_long_as_they_are_there():
    at = opened()
    at.multiselect(key="followed").set_value(["class 9", "class 2"]).run()
    for values in ({"skew": 0.4}, {"skew": 0.4, "classes": 5}):
        asked = parts_at(asking(at)["of"], values)
        shown = sent_to(moved_to(at, values))
        assert [asked[key].get("charts") for key in shown] == [shown[key].get("charts") for key in shown]


def test_only_the_last_two_runs_of_a_session_are_known():
    at = opened()
    names = [asking(at)["of"]]
    for skew in (0.2, 0.4):
        names.append(asking(moved_to(at, {"skew": skew}))["of"])
    assert [parts_at(name, {"skew": 0.5}) is None for name in names] == [True, False, False]
    assert parts_at("made up", {}) is None


@pytest.mark.parametrize(
    ("change", "other"),
    [({"skew": 0.3}, False), ({"ratio": 50.0}, False), ({"epoch": 4}, False), ({"batch": 64}, False),
     ({"seed": 3}, True), ({"first_batch": 3}, True), ({"limit": 0.8}, True), ({"max_repeats": 3.0}, True)],
)  # fmt: skip
def test_the_rest_has_another_name_where_anything_but_a_slider_differs(change, other):
    at = opened()
    before = asking(at)["rest"]
    assert (asking(moved_to(at, change))["rest"] != before) == other


def test_the_rest_of_other_choices_has_another_name():
    choices = {"scheme": "exact", "axis": "logarithmic", "shape": "cosine", "target": "progressively balanced",
               "data": "published", "profile": "step"}  # fmt: skip
    names = [asking(opened(**{key: choice}))["rest"] for key, choice in choices.items()]
    names.append(asking(opened())["rest"])
    assert len(set(names)) == len(names)


def sizes_of_shared_results():
    """How many results each keeper of all sessions has; maps are kept in a plain mapping."""
    keepers = result_cache._of_all_sessions.items()
    return {name: keep.cache_info().currsize if hasattr(keep, "cache_info") else len(keep) for name, keep in keepers}


def test_what_a_user_s_labels_give_stays_with_the_session_and_goes_with_the_labels():
    at = test_my_labels.brought(test_my_labels.opened(data="my labels"), b"label,count\ncat,30\ndog,7\n")
    everybody = sizes_of_shared_results()
    of = asking(at)["of"]
    assert "dog" in json.dumps(parts_at(of, {"skew": 0.44}))
    assert sizes_of_shared_results() == everybody
    offered = weakref.ref(figure_endpoint._offered[of])
    at.button(key="own-forget").click().run()
    assert offered() is None
    assert parts_at(of, {"skew": 0.44}) is None


def test_a_session_that_ends_while_its_page_runs_leaves_nothing_to_the_others(monkeypatch):
    at = test_my_labels.brought(test_my_labels.opened(data="my labels"), b"label,count\ncat,30\ndog,7\n")
    everybody = sizes_of_shared_results()
    current = scenario.current

    def ended():
        found = current()
        for key in list(st.session_state):
            if key in (session_labels.BROUGHT, result_cache.PRIVATE_RESULTS):
                del st.session_state[key]
        return found

    monkeypatch.setattr(scenario, "current", ended)
    moved_to(at, {"skew": 0.46})
    assert session_labels.BROUGHT not in at.session_state
    assert sizes_of_shared_results() == everybody


def test_the_server_answers_in_json_or_with_no_content():
    from app import figures

    def answered(of, query):
        request = Request({"type": "http", "path_params": {"of": of}, "query_string": query, "headers": []})
        return figures(request)

    at = opened()  # held: what a session offers goes with it
    of = asking(at)["of"]
    said = answered(of, b"skew=0.5&epoch=3")
    assert said.status_code == 200
    assert said.headers["Cache-Control"] == "no-store"
    assert json.loads(said.body) == parts_at(of, {"skew": 0.5, "epoch": 3.0})
    for query in (b"skew=high", b"skew=nan", b"skew=inf", b"epoch=1e400", b"skew=1e9", b"what=1"):
        assert (answered(of, query).status_code, answered(of, query).body) == (204, b"")
    assert answered("someone", b"").status_code == 204
