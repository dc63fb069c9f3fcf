"""A look into a session's state that reads what is asked for, instead of all there is.

NOTE one-key: each number box and selection of Streamlit 1.67 asks for the whole state of the session, in a new
dictionary, and looks at its own key there. With forty controls on a page that is a fifth of a run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from streamlit.runtime.state.safe_session_state import SafeSessionState


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


def look_up_single_keys() -> None:
    """From now on Streamlit's widgets look their keys up; for all sessions of this process."""
    SafeSessionState.filtered_state = property(LookedUpState)  # type: ignore[method-assign, assignment]
