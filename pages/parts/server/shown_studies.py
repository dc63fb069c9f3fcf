"""Which study a page shows: its id, in the URL and in the session, under the key of the page's parameter."""

from __future__ import annotations

import streamlit as st

from sampler_core.plans.parameters import Parameter

_SEEN = "seen_{}".format


def show_study(study_id: str, row: Parameter) -> None:
    """The page shows this study from now on."""
    st.session_state[shown_key(row)] = study_id
    seen = [other for other in seen_ids(row) if other != study_id]
    st.session_state[_SEEN(row.key)] = [*seen, study_id]
    if st.query_params.get(row.key) != study_id:
        st.query_params[row.key] = study_id


def seen_ids(row: Parameter) -> list[str]:
    """Those that the session has shown, the last one at the end."""
    return list(st.session_state.get(_SEEN(row.key), ()))


def shown_id(row: Parameter) -> str | None:
    """The id in the URL, else the one that the session last showed."""
    shown: str | None = st.query_params.get(row.key) or st.session_state.get(shown_key(row))
    return shown


def show_no_study(row: Parameter) -> None:
    """The page shows none any more."""
    st.session_state.pop(shown_key(row), None)
    st.query_params.pop(row.key, None)


def shown_key(row: Parameter) -> str:
    """Of the session's state."""
    return f"shown_{row.key}"
