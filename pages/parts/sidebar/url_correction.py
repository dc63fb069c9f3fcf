"""The URL: what a link may have, and a message for each thing in it that cannot be used.

Streamlit drops what a bound widget cannot take without a message; the user who opened the link needs one.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Literal

import streamlit as st
from streamlit.errors import StreamlitAPIException

from pages.parts.sidebar.error_messages import problem_in_words
from pages.parts.sidebar.page_parameters import PARAMETERS, choice_titles
from pages.parts.sidebar.wrong_entries import URL_PROBLEMS
from pages.parts.text.markdown import literal
from sampler_core.plans.parameters import DATA, Parameter

MESSAGES, FIRST_STEP = "url_messages", "url_first_state"
# What links of before call a parameter or a choice, and what it is called now.
OLD_KEYS = {"law": "scheme", "demands": "requirements", "merit": "metric"}
OLD_CHOICES = {
    ("data", "known"): "published",
    ("table", "CIFAR-10-LT, ratio 100"): "CIFAR-10-LT",
    ("table", "CIFAR-100-LT, ratio 100"): "CIFAR-100-LT",
    ("splits", "5 splits"): "5 runs a plan",
    ("splits", "5 x 5 folds"): "25 runs a plan",
    ("splits", "10 x 10 folds"): "100 runs a plan",
}


def correct_url() -> None:
    """Before the first widget of a session: correct the URL, keep a message for each thing left out of it.

    Runs the page again where the URL had to change, because widgets take their first value from the URL that the run
    began with.
    """
    if MESSAGES not in st.session_state:
        url = st.query_params.to_dict()
        new_url, problems = corrected_url(url)
        st.session_state[MESSAGES] = list(problems.values())
        st.session_state[URL_PROBLEMS] = {key: (text,) for key, text in problems.items() if key in PARAMETERS}
        if new_url != url:
            several = {key: st.query_params.get_all(key) for key in new_url if len(st.query_params.get_all(key)) > 1}
            st.query_params.from_dict({**new_url, **several})
            st.rerun()


def corrected_url(url: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The URL with the keys and titles of today, and a message for each key left out of it.

    A choice may be given by its name or by its title. The data is always named.
    """
    new_url, problems = {}, {}
    for url_key, url_text in url.items():
        key = OLD_KEYS.get(url_key, url_key)
        if key not in PARAMETERS:
            problems[key] = f"The URL has {key!r}, which is no parameter here; it was left out."
            continue
        titles = choice_titles(PARAMETERS[key])
        title = OLD_CHOICES.get((key, url_text), url_text)
        title = titles.get(title, title)
        problem = problem_in_words(PARAMETERS[key], _url_value(PARAMETERS[key], title))
        if problem and title not in titles.values():
            problems[key] = f"In the URL, {problem}. The default is shown instead."
        else:
            new_url[key] = title
    return {DATA.key: unnamed_data(url)} | new_url, problems


def unnamed_data(url: Iterable[str]) -> str:
    """The data of a URL that names none: the first data where it has no parameter, else it is a link of a version whose
    first data was synthetic. url: its keys."""
    return "synthetic" if any(OLD_KEYS.get(key, key) in PARAMETERS for key in url) else str(DATA.start)


def show_url_messages(step: dict[str, object]) -> None:
    """After the last widget: show the messages, until the first change of a widget."""
    if st.session_state.setdefault(FIRST_STEP, step) == step and st.session_state[MESSAGES]:
        url_messages = "\n\n".join(literal(message) for message in st.session_state[MESSAGES])
        st.warning(url_messages, icon=":material/link_off:")


def url_binding(key: str, private: bool) -> Literal["query-params"] | None:
    """How a widget is bound to the URL: not at all while it holds what belongs to its user alone."""
    if private:
        with suppress(StreamlitAPIException):  # Streamlit takes a widget that was bound until now out of the URL
            st.query_params.pop(key, None)
    return None if private else "query-params"


def _url_value(parameter: Parameter, url_text: str) -> object:
    if parameter.kind in ("choice", "text"):
        return url_text
    if not url_text and parameter.start is None:
        return None
    try:
        url_number = float(url_text)
    except ValueError:
        return url_text
    return int(url_number) if parameter.kind == "integer" and url_number.is_integer() else url_number
