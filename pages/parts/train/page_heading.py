"""The heading of the Train page: the features, the question, and what the page takes from the sidebar."""

from __future__ import annotations

import streamlit as st

from pages.parts.server.study_line import ServedStudy
from pages.parts.share.title_and_note import shared_text
from pages.parts.sidebar.page_controls import heading_line
from pages.parts.sidebar.page_parameters import FEATURES, choice_titles

QUESTION = (
    "Which plan makes a classifier better, by how much, and is it more than chance? Classifiers are trained on your "
    "features, by the real sampler. From the sidebar come the plan 'mine', epochs, batch size and draws, "
    "not the data."
)


def train_heading(study: ServedStudy | None) -> None:
    """Show the heading, and name the page's tab by the features."""
    choice = st.session_state.get(FEATURES.key) or st.query_params.get(FEATURES.key) or FEATURES.default
    title = choice_titles(FEATURES).get(str(choice), str(choice)) if study is None else str(study.about["title"])
    if not shared_text().title:  # else the tab has that
        st.set_page_config(page_title=f"Train: {title} · Skewlab")
    with st.container(key="page-heading"):
        heading_line(f"Train: {title}.", QUESTION, "page-text-data")
