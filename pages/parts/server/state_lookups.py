"""Looks into a session's state: one key without all there is, and many keys at once.

NOTE one-key: each number box and selection of Streamlit 1.67 asks for the whole state of the session, in a new
dictionary, and looks at its own key there. With forty controls on a page that is a fifth of a run.
NOTE many-keys: a look by `st.session_state` asks each time whose session it is and whether the run is to end, which
takes longer than the look itself: 140 of them were a fifteenth of a run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.state.session_state_proxy import get_session_state


class LookedUpState(Mapping[str, Any]):
    """The values of a session's state by key; all of them only when they are gone through."""

    def __init__(self, state: SafeSessionState) -> None:
        self._state = state

    def __getitem__(self, key: str) -> Any:
        return self._state[key]

    def __iter__(self) -> Iterator[str]:
        return iter(_whole_state(self._state))

    def __len__(self) -> int:
        return len(_whole_state(self._state))


_whole_state: Any = vars(SafeSessionState)["filtered_state"].fget


def values_in_session(defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Each key with its value in this session's state, or with its default where the state has none."""
    state, values = get_session_state(), dict(defaults)
    with state._lock:
        for key in defaults:
            with suppress(KeyError):
                values[key] = state._state[key]
    return values


def look_up_single_keys() -> None:
    """From now on Streamlit's widgets look their keys up; for all sessions of this process."""
    SafeSessionState.filtered_state = property(LookedUpState)  # type: ignore[method-assign, assignment]
