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

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from sampler_core.data.array_types import FloatArray, IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.draws.preview import Preview
from sampler_core.figures.class_series import SelectedClasses, series_of
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


def closed_skews(plan: SamplingPlan, counts: ClassCounts) -> FloatArray | None:
    """The skews of all epochs, where the class shares follow from them alone (p ~ n^(1 - s)); None elsewhere."""
    return None if plan.limited else forecast_of(plan, counts).skews


@kept(32)
def findings_of(plan: SamplingPlan, counts: ClassCounts) -> tuple[Finding, ...]:
    """What deserves a second look."""
    return findings(plan, forecast_of(plan, counts))


@kept(32)
def weights_of(plan: SamplingPlan, counts: ClassCounts) -> FloatArray:
    """Class weights of all epochs."""
    return plan.class_weights(counts)


@kept(64)
def preview_of(plan: SamplingPlan, counts: ClassCounts, epoch: int, first_batch: int, num_batches: int) -> Preview:
    """The shown batches, as they will be drawn."""
    return plan.preview(counts, epoch, first_batch, num_batches)


@kept(4)
def frames_of(
    plan: SamplingPlan, counts: ClassCounts, first_batch: int, num_batches: int, followed: SelectedClasses = ()
) -> NDArray[np.unsignedinteger]:
    """The shown batches of every epoch, by the series of the figures: shape (epochs, series, num_batches)."""
    series = series_of(counts, followed)
    kind = np.uint16 if plan.needed_batch_size < 2**16 else np.uint32
    frames = np.empty((plan.epochs or 1, len(series), num_batches), dtype=kind)
    for epoch, frame in enumerate(frames):
        drawn = plan.preview(counts, epoch, first_batch, num_batches).batch_class_counts
        for row, one in zip(frame, series, strict=True):
            row[:] = drawn[:, one.members].sum(axis=1)
    return frames


@kept(64)
def epoch_class_counts_of(plan: SamplingPlan, counts: ClassCounts, epoch: int) -> IntArray:
    """What the whole epoch draws of each class: all draws are made."""
    return plan.epoch_class_counts(counts, epoch)
