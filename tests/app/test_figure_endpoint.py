"""Figures asked for while a slider moves: those that the page shows once its run has come to the same values."""

import json
import weakref

import pytest
import streamlit as st
from starlette.requests import Request

from pages.parts.live.slider import set_slider_box
from pages.parts.my_labels import session_labels
from pages.parts.server import result_cache
from pages.parts.sidebar import figure_endpoint, page_controls
from pages.parts.sidebar.figure_endpoint import parts_at
from pages.parts.sidebar.page_parameters import PARAMETERS
from tests.app import test_compare, test_my_labels
from tests.app.test_explore import opened


def sent_to(at):
    """Key -> the "rev" and "charts" of a panel or the "tiles", as a run of the page sent them."""
    every = [json.loads(element.proto.json or "{}") for element in at.get("bidi_component")]
    parts = {sent.pop("key"): sent for sent in every if "charts" in sent or "tiles" in sent}
    return {
        key: {what: sent[what] for what in ("rev", "charts", "tiles") if what in sent} for key, sent in parts.items()
    }


def ticket_of(at):
    """By which the browser asks for figures: the "offer" of this run, and the "settings", all that no slider sets."""
    every = [json.loads(element.proto.json or "{}") for element in at.get("bidi_component")]
    (ticket,) = [json.loads(sent["ticket"]) for sent in every if "ticket" in sent]
    return ticket


def moved_to(at, values):
    for key, value in values.items():
        at.number_input(key=key).set_value(value)
    return at.run()


SKEW, BATCH_SIZE = (PARAMETERS[key] for key in ("skew", "batch"))
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
    "draws that training decides": ({"target": "difficulty balanced"}, {"skew": 0.4, "pace": 300.0, "spread": 0.8}),
}
COMPARE = {
    "skew": ({}, {"skew": 0.52}),
    "class imbalance": ({"axis": "logarithmic", "follow": "largest"}, {"ratio": 130.0, "epoch": 3}),
    "many classes": ({"classes": "60"}, {"batch": 1000}),
    "an assumed learner": (
        {"plans": '["mine",{"name":"follows","target":{"name":"difficulty_balanced"}}]'},
        {"pace": 200.0},
    ),
}


@pytest.mark.parametrize("case", EXPLORE)
def test_what_is_asked_for_is_what_explore_shows_there(case):
    url, values = EXPLORE[case]
    at = opened(**url)
    asked = parts_at(ticket_of(at)["offer"], values)
    assert set(asked) == {"first-figures", "figures-below", "metrics"}
    charts = [chart["id"] for chart in asked["first-figures"]["charts"]]
    assert charts == ["shares", "batches"]
    assert asked == sent_to(moved_to(at, values))


@pytest.mark.parametrize("case", COMPARE)
def test_what_is_asked_for_is_what_compare_shows_there(case):
    url, values = COMPARE[case]
    at = test_compare.opened(**url)
    asked = parts_at(ticket_of(at)["offer"], values)
    assert set(asked) == {"side-by-side", "mixes"}
    assert asked == sent_to(moved_to(at, values))


@pytest.mark.parametrize(
    "values",
    [{"skew": 1000.0}, {"skew": float("nan")}, {"epoch": float("nan")}, {"epoch": -1}, {"batch": 2.5}, {"scheme": 1.0},
     {"data": 1.0}, {"beta": 0.9}, {"nothing": 1.0}, {"seed": 3}, {"ratio": 1e9}],
)  # fmt: skip
def test_values_that_no_slider_has_are_answered_with_nothing(values):
    at = opened()
    assert parts_at(ticket_of(at)["offer"], values) is None


def test_settings_that_do_not_go_together_are_answered_with_nothing():
    at = opened(min_share="0.03", classes="30")
    assert parts_at(ticket_of(at)["offer"], {"classes": 60}) is None
    assert parts_at(ticket_of(at)["offer"], {"classes": 20}) is not None


def test_followed_classes_stand_out_as_long_as_they_are_there():
    at = opened()
    at.multiselect(key="followed").set_value(["class 9", "class 2"]).run()
    for values in ({"skew": 0.4}, {"skew": 0.4, "classes": 5}):
        asked = parts_at(ticket_of(at)["offer"], values)
        shown = sent_to(moved_to(at, values))
        assert [asked[key].get("charts") for key in shown] == [shown[key].get("charts") for key in shown]


def test_only_the_last_two_runs_of_a_session_are_known():
    at = opened()
    names = [ticket_of(at)["offer"]]
    for skew in (0.2, 0.4):
        names.append(ticket_of(moved_to(at, {"skew": skew}))["offer"])
    assert [parts_at(name, {"skew": 0.5}) is None for name in names] == [True, False, False]
    assert parts_at("made up", {}) is None


@pytest.mark.parametrize(
    ("change", "other"),
    [({"skew": 0.3}, False), ({"ratio": 50.0}, False), ({"epoch": 4}, False), ({"batch": 64}, False),
     ({"seed": 3}, True), ({"first_batch": 3}, True), ({"limit": 0.8}, True), ({"max_repeats": 3.0}, True)],
)  # fmt: skip
def test_the_settings_of_a_ticket_differ_where_anything_but_a_slider_does(change, other):
    at = opened()
    before = ticket_of(at)["settings"]
    assert (ticket_of(moved_to(at, change))["settings"] != before) == other


def test_the_settings_of_a_ticket_differ_with_every_choice():
    choices = {"scheme": "exact", "axis": "logarithmic", "shape": "cosine", "target": "progressively balanced",
               "data": "published", "profile": "step"}  # fmt: skip
    names = [ticket_of(opened(**{key: choice}))["settings"] for key, choice in choices.items()]
    names.append(ticket_of(opened())["settings"])
    assert len(set(names)) == len(names)


def sizes_of_shared_results():
    """How many results the cache of all sessions has of each function."""
    return {function: len(results) for function, results in result_cache._shared_cache.results.items()}


def test_what_a_user_s_labels_give_stays_with_the_session_and_goes_with_the_labels():
    at = test_my_labels.uploaded(test_my_labels.opened(data="my labels"), b"label,count\ncat,30\ndog,7\n")
    everybody = sizes_of_shared_results()
    offer = ticket_of(at)["offer"]
    assert "dog" in json.dumps(parts_at(offer, {"skew": 0.44}))
    assert sizes_of_shared_results() == everybody
    offered = weakref.ref(figure_endpoint._offered[offer])
    at.button(key="own-forget").click().run()
    assert offered() is None
    assert parts_at(offer, {"skew": 0.44}) is None


def test_a_session_that_ends_while_its_page_runs_leaves_nothing_to_the_others(monkeypatch):
    at = test_my_labels.uploaded(test_my_labels.opened(data="my labels"), b"label,count\ncat,30\ndog,7\n")
    everybody = sizes_of_shared_results()
    current = page_controls.current_scenario

    def ended():
        found = current()
        for key in list(st.session_state):
            if key in (session_labels.SESSION_LABELS, result_cache.PRIVATE_CACHE):
                del st.session_state[key]
        return found

    monkeypatch.setattr(page_controls, "current_scenario", ended)
    moved_to(at, {"skew": 0.46})
    assert session_labels.SESSION_LABELS not in at.session_state
    assert sizes_of_shared_results() == everybody


def test_the_server_answers_in_json_or_with_no_content():
    from pages.parts.sidebar.figure_endpoint import figure_endpoint as endpoint

    def answered(offer, query):
        request = Request({"type": "http", "path_params": {"offer": offer}, "query_string": query, "headers": []})
        return endpoint(request)

    at = opened()  # what a page offers lives as long as its session
    offer = ticket_of(at)["offer"]
    said = answered(offer, b"skew=0.5&epoch=3")
    assert said.status_code == 200
    assert said.headers["Cache-Control"] == "no-store"
    assert json.loads(said.body) == parts_at(offer, {"skew": 0.5, "epoch": 3.0})
    for query in (b"skew=high", b"skew=nan", b"skew=inf", b"epoch=1e400", b"skew=1e9", b"what=1"):
        assert (answered(offer, query).status_code, answered(offer, query).body) == (204, b"")
    assert answered("someone", b"").status_code == 204


@pytest.mark.parametrize(
    ("row", "value", "set_to"),
    [(SKEW, 0.3, 0.3), (SKEW, 1, 1.0), (BATCH_SIZE, 64, 64), (BATCH_SIZE, 64.0, 64), (SKEW, "high", None),
     (SKEW, None, None), (SKEW, 1e9, None), (SKEW, float("nan"), None), (BATCH_SIZE, 0, None),
     (BATCH_SIZE, float("inf"), None)],
)  # fmt: skip
def test_a_slider_sets_its_number_box_to_values_that_the_box_can_have_only(monkeypatch, row, value, set_to):
    state = {}
    monkeypatch.setattr(st, "session_state", state)
    set_slider_box(row, value)
    assert state == ({} if set_to is None else {row.key: set_to})
    assert all(type(found) is type(set_to) for found in state.values())
