"""The runs of the folder that the page shows, followed while they grow."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from pages.parts.monitor.followed_run import Reading, State
from pages.parts.monitor.run_folder import RunFolder
from pages.parts.text.markdown import literal

FOLLOWED_EVERY, READ_EVERY = 2, 0.5  # seconds
_LISTED = "runs_listed"


def follow(folder: RunFolder, followed: Mapping[str, State]) -> None:
    """Runs the page again as soon as something was appended to a run that it shows, or another run has begun; shows
    how far those are that are being read."""
    are_read = any(isinstance(state, Reading) for state in followed.values())
    st.fragment(_follow, run_every=READ_EVERY if are_read else FOLLOWED_EVERY)(folder, followed)


def _follow(folder: RunFolder, followed: Mapping[str, State]) -> None:
    names = set(folder.names())
    listed_before = st.session_state.setdefault(_LISTED, names)
    st.session_state[_LISTED] = names
    states = {name: folder.look(name) for name in followed}
    if names != listed_before or states != followed:
        st.rerun()
    for name, state in states.items():
        if isinstance(state, Reading):
            st.progress(state.progress, literal(f"Reading {name}"))
