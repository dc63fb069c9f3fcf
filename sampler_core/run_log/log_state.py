"""Checks that a log can go on from a state, before anything of it is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sampler_core.data.plain_values import whole_number
from sampler_core.run_log.records import draw_line

STATE_VERSION = 1


def check_log_state(state: Any, plan: str, num_classes: int) -> None:
    """`ValueError` for what is no state of a `RunLog` of the plan with this fingerprint."""
    version = state.get("version") if isinstance(state, Mapping) else None
    if version != STATE_VERSION or not isinstance(state.get("windows"), list):
        raise ValueError(f"state must be one of a RunLog, version {STATE_VERSION}, got {state!r:.200}")
    if state.get("plan") != plan:
        raise ValueError(f"state must be of this plan ({plan}), got one of {state.get('plan')!r:.200}")
    if not isinstance(state.get("run"), str):
        raise ValueError(f"run of the state must be a text, got {state.get('run')!r:.200}")
    for name, least in (("rank", 0), ("world", 1), ("most_ranks", 1), ("epochs", 0)):
        whole_number(f"{name} of the state", state.get(name), least)
    for fields in state["windows"]:
        try:
            draw_line(fields, num_classes)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"windows of the state must be those of a RunLog, got {fields!r:.200}") from error
