"""Slow calls of the core, kept for a while: keyed by frozen values, bounded.

The one contract here: sessions share what they compute, but a session with its own labels keeps all of it to itself,
so that nothing made of an upload outlives it.

NOTE plain-cache: `functools.lru_cache` compares keys by equality and hands out the very same result; Streamlit's data
cache would serialise each result once more, and key large arrays by a sample of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

import streamlit as st

from sampler_core.data.array_types import IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.draws.preview import Preview
from sampler_core.forecast.findings import Finding, findings
from sampler_core.forecast.forecast import Forecast
from sampler_core.plans.plan import SamplingPlan

Given = ParamSpec("Given")
Kept = TypeVar("Kept")
PRIVATE_RESULTS = "private_results"  # in the state of a session that brought labels: what was computed from them
PAGE_FIGURES = "page_figures"  # there too: what its last runs offered to the figure endpoint
_of_all_sessions: dict[object, Any] = {}
_given: ContextVar[dict[object, Any] | None] = ContextVar("keepers", default=None)


def keepers_of_this_run() -> dict[object, Any]:
    """What keeps the results of calls: that of all sessions, or the session's own once it brought labels."""
    if (given := _given.get()) is not None:
        return given
    private: dict[object, Any] | None = st.session_state.get(PRIVATE_RESULTS)
    return _of_all_sessions if private is None else private


def start_private_results() -> None:
    """From now on the session keeps its results to itself; those of labels before are dropped."""
    end_private_results()
    st.session_state[PRIVATE_RESULTS] = {}


def end_private_results() -> None:
    """Drops all that was computed from the session's labels."""
    for key in (PRIVATE_RESULTS, PAGE_FIGURES):
        st.session_state.pop(key, None)


@contextmanager
def keeping_in(keepers: dict[object, Any]) -> Iterator[None]:
    """Keep results there, whatever becomes of the session meanwhile."""
    token = _given.set(keepers)
    try:
        yield
    finally:
        _given.reset(token)


def keeper(of: object, make: Callable[[], Kept]) -> Kept:
    """What keeps the results of a call."""
    keepers = keepers_of_this_run()
    if of not in keepers:
        keepers[of] = make()
    found: Kept = keepers[of]
    return found


def kept(most: int) -> Callable[[Callable[Given, Kept]], Callable[Given, Kept]]:
    """As `functools.lru_cache`, in the `keeper`."""

    def keeping(call: Callable[Given, Kept]) -> Callable[Given, Kept]:
        @wraps(call)
        def kept_call(*given: Given.args, **named: Given.kwargs) -> Kept:
            return keeper(call, lambda: lru_cache(most)(call))(*given, **named)  # type: ignore[arg-type]

        return kept_call

    return keeping


@kept(32)
def forecast_of(plan: SamplingPlan, counts: ClassCounts) -> Forecast:
    """What the plan tells; at most 8 MB of shares at 1000 classes x 1000 epochs."""
    return Forecast.of(plan, counts)


@kept(32)
def findings_of(plan: SamplingPlan, counts: ClassCounts) -> tuple[Finding, ...]:
    """What deserves a second look."""
    return findings(plan, forecast_of(plan, counts))


@kept(64)
def preview_of(plan: SamplingPlan, counts: ClassCounts, epoch: int, first_batch: int, num_batches: int) -> Preview:
    """The shown batches, as they will be drawn."""
    return plan.preview(counts, epoch, first_batch, num_batches)


@kept(64)
def epoch_class_counts_of(plan: SamplingPlan, counts: ClassCounts, epoch: int) -> IntArray:
    """What the whole epoch draws of each class: all draws are made."""
    return plan.epoch_class_counts(counts, epoch)
