"""Tune by training: the form of a search, the search while it runs, and what it found."""

from __future__ import annotations

import streamlit as st

from pages.parts.server.page_contents import Table
from pages.parts.server.study_line import ServedStudy
from pages.parts.sidebar.page_controls import heading_line
from pages.parts.sidebar.page_parameters import FEATURES, SEARCH, choice_titles
from pages.parts.sidebar.scenario import Scenario
from pages.parts.train.shown_study import earlier_studies, running_study, say_why_there_is_no_result, shown_study
from pages.parts.train.study_form import ANOTHER
from pages.parts.tune.search_form import search_form
from pages.parts.tune.search_view import search_tables, search_view
from sampler_core.figures import Chart

QUESTION = (
    "Does any schedule make a classifier better than a static skew that is tuned with the same budget? The answer may "
    "be no. Of the sidebar its run, scheme and limits are used, not its data."
)


def search_heading() -> ServedStudy | None:
    """Show the heading, named by the features; the search that the page shows."""
    search = shown_study(SEARCH)
    choice = st.session_state.get(FEATURES.key) or st.query_params.get(FEATURES.key) or FEATURES.default
    title = choice_titles(FEATURES).get(str(choice), str(choice)) if search is None else str(search.about["title"])
    st.set_page_config(page_title=f"Tune: {title} · Skewlab")
    with st.container(key="page-heading"):
        heading_line(f"Tune: {title}.", QUESTION, "page-text-data")
    return search


def by_training(scenario: Scenario, search: ServedStudy | None) -> tuple[list[Chart], list[Table]]:
    """Show it; its charts and other tables."""
    if search is not None and search.state == "finished":
        charts = search_view(search)
        another = st.expander("Another search", icon=":material/add:", key=ANOTHER(SEARCH.key), on_change="rerun")
        if another.open:
            with another:
                charts = [*charts, *search_form(scenario)]
        earlier_studies(search, SEARCH)
        return charts, search_tables(search.result)
    if search is not None and not search.is_over:
        running_study(search.id)
        return [], []
    if search is not None:
        say_why_there_is_no_result(search)
    return search_form(scenario), []
