"""The form of a schedule search: features, learner, the space of schedules, the budget; and Start."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st

from pages.parts.server.jobs import start_spare
from pages.parts.sidebar.page_parameters import (
    CANDIDATES,
    LEAST_SKEW,
    MOST_SKEW,
    SEARCH,
    SEARCH_SHAPES,
    SEARCH_SPLITS,
    SEARCH_TARGETS,
)
from pages.parts.sidebar.parameter_widgets import bound_widget
from pages.parts.sidebar.scenario import Scenario
from pages.parts.text.markdown import literal
from pages.parts.train.feature_form import Features, feature_form
from pages.parts.train.study_form import NOT_STARTED, choose_learner, pace, show_class_sizes, start, weights_of
from pages.parts.train.study_job import TRAINING_MODULES
from pages.parts.train.thoroughness import Splitting, duration, seconds, visible_difference
from sampler_core.figures import Chart
from sampler_core.formatting import several
from sampler_core.training.search_space import trainings

TEST = 0.3  # of the rows, what each split judges
INNER, CONFIRMED = 0.7, 3  # of a training part, what a search trains on; trainings that confirm it
START = 2.0  # seconds


class Space(NamedTuple):
    """As the search's process reads it."""

    space: dict[str, Any]
    missing: str = ""


def search_form(scenario: Scenario) -> list[Chart]:
    """All controls, the class sizes of the features, and Start; the charts that are shown."""
    st.html(Path(__file__).with_name("search_form.css"))
    start_spare(TRAINING_MODULES)  # it imports torch while the form is filled in
    left, right = st.columns([3, 2], gap="medium")
    with left, st.container(key="search-form", gap="small"):
        features = feature_form()
        learner = choose_learner()
        space = _choose_space()
    with right:
        charts = [] if features is None else show_class_sizes(features)
        _budget_and_start(scenario, features, learner, space)
    return charts


def _choose_space() -> Space:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="search-skews"):
        least, most = bound_widget(LEAST_SKEW, width=210), bound_widget(MOST_SKEW, width=210)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="search-shapes"):
        chosen = {}
        for row in (SEARCH_SHAPES, SEARCH_TARGETS):
            st.pills(row.label, row.choices, selection_mode="multi", default=row.start, width="content", key=row.key,
                     help=row.help, wrap=True, bind="query-params", persist_state="session")  # fmt: skip
            chosen[row.key] = [name for name in row.choices if name in (st.session_state[row.key] or ())]
    shapes, targets = chosen[SEARCH_SHAPES.key], chosen[SEARCH_TARGETS.key]
    missing = "" if most > least else f"{MOST_SKEW.label} must be above {LEAST_SKEW.label.lower()}."
    missing = missing or ("" if shapes and targets else "Choose at least one shape and one target.")
    return Space({"least": least, "most": most, "shapes": shapes,
                  "targets": [name.replace(" ", "_") for name in targets]}, missing)  # fmt: skip


def _budget_and_start(scenario: Scenario, features: Features | None, learner: dict[str, Any], space: Space) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="search-budget"):
        candidates, splits = int(bound_widget(CANDIDATES, width=150)), int(bound_widget(SEARCH_SPLITS, width=100))
        missing = space.missing if features is not None else "Bring features: choose a file above, or a bundled set."
        request, about, words = dict[str, Any](), dict[str, Any](), missing
        if features is not None and not missing:
            way = outer_splits(features, splits)
            request = {
                "features": features.request, "base": scenario.plan_for_other_data.to_json(), "learner": learner,
                "space": {**space.space, "candidates": candidates}, "splits": way.splits, "seed": scenario.plan.seed,
            }  # fmt: skip
            per_split = trainings(candidates, candidates)
            one = seconds(way, features.reading, [scenario.plan_for_other_data], weights_of(features, learner)) - START
            about = {"title": features.reading.title, "epochs": scenario.plan.epochs, "colours": {}, "plans": {},
                     "estimate": START + one * (INNER * per_split + CONFIRMED)}  # fmt: skip
            words = budget_in_words(way, candidates, per_split + CONFIRMED, pace() * about["estimate"])
        st.button("Start", key="start_search", type="primary", icon=":material/play_arrow:", disabled=bool(missing),
                  help="Search on a part of the data, confirm on the rest; in a process of its own.",
                  on_click=start, args=(request, features and features.file, about, SEARCH))  # fmt: skip
    st.markdown(literal(words))
    if sentence := st.session_state.pop(NOT_STARTED, None):
        st.error(literal(sentence), icon=":material/error:")


def outer_splits(features: Features, splits: int) -> Splitting:
    """The splits that confirm: the features' own where they have one."""
    if features.reading.has_split:
        words = f"the features' own split, {splits} seeds"
        return Splitting({"name": "given", "seeds": splits}, splits, 0.0, words)
    named = {"name": "hold_out", "splits": splits, "test": TEST}
    return Splitting(named, splits, TEST / (1 - TEST), f"{splits} splits into 70 % training and 30 % test rows")


def budget_in_words(way: Splitting, candidates: int, runs_per_split: int, length: float) -> str:
    """How many trainings, how long they take, and the difference that they would show."""
    runs = several(way.runs * runs_per_split, "training", "trainings")
    points = f"{100 * visible_difference(way, 2):.1f}"
    return (
        f"{runs}, about {duration(length)}: {way.words}. On each, {candidates} schedules and {candidates} static skews "
        f"are searched on the training part alone, and the winners judged on the rest, which would show a difference "
        f"of {points} points of balanced accuracy (80 % power)."
    )
