"""A cache for the results of slow functions: one for all sessions, and a private one for a session with own labels.

The one contract here: nothing made of an upload is in the cache of all sessions, and nothing of it outlives the labels.

NOTE plain-cache: arguments are compared by equality and the very same result is handed out; Streamlit's data cache
would serialise each result once more, and key large arrays by a sample of them.
NOTE bounded-cache: tables of 1,000 classes x 1,000 epochs take 8 MB each, and a forecast makes some of its tables when
they are first asked for. So each result counts as the tables that it may make, once, when it comes: to weigh all of
them again at each change cost more than the change.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from threading import Lock
from typing import Any, ParamSpec, TypeVar

import numpy as np
import streamlit as st

from pages.parts.server.session_cleanup import DRAWING_JOB
from sampler_core.data.array_types import IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.draws.preview import Preview
from sampler_core.forecast.assumed_learner import AssumedLearner
from sampler_core.forecast.findings import Finding
from sampler_core.forecast.forecast import Forecast
from sampler_core.forecast.tried_remedies import Remedy, findings_with_remedies
from sampler_core.plans.plan import SamplingPlan

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
MOST_BYTES, MOST_PRIVATE_BYTES = 128e6, 32e6  # of the results of a function together, and of their arguments
TABLES = 8  # as many as its first one a forecast may make later
PRIVATE_CACHE = "private_cache"  # in the state of a session with own labels
PAGE_FIGURES = "page_figures"  # there too: what its last runs offered to the figure endpoint


class ResultCache:
    """Function -> arguments -> result; of each function the results that were used last.

    most_bytes: of those of one function together; beyond, it loses the oldest of them.
    """

    def __init__(self, most_bytes: float = MOST_BYTES) -> None:
        self.results: defaultdict[Callable[..., Any], OrderedDict[Any, Any]] = defaultdict(OrderedDict)
        self._bytes: defaultdict[Callable[..., Any], dict[Any, int]] = defaultdict(dict)
        self._lock = Lock()  # sessions run in threads
        self._most_bytes = most_bytes

    def result(self, function: Callable[..., Any], arguments: Any, most: int, **uncached: Any) -> Any:
        """The cached result, or that of a call now. most: how many to cache of this function."""
        results, sizes = self.results[function], self._bytes[function]
        with self._lock:
            if arguments in results:
                results.move_to_end(arguments)
                return results[arguments]
        result = function(*arguments, **uncached)
        size = TABLES * bytes_of((arguments, result))
        with self._lock:
            results[arguments], sizes[arguments] = result, size
            held = sum(sizes.values()) if size else 0
            while len(results) > most or (held > self._most_bytes and len(results) > 1):
                oldest, _ = results.popitem(last=False)
                held -= sizes.pop(oldest)
        return result

    def clear(self) -> None:
        """Drop all results."""
        with self._lock:
            self.results.clear()
            self._bytes.clear()


def bytes_of(value: Any, levels: int = 4) -> int:
    """Bytes of the arrays in a value, so many levels deep."""
    if isinstance(value, np.ndarray):
        return int(value.nbytes)
    parts = value if isinstance(value, tuple) else tuple(getattr(value, "__dict__", {}).values())
    return sum(bytes_of(part, levels - 1) for part in parts) if levels else 0


_shared_cache = ResultCache()
_cache_in_use: ContextVar[ResultCache | None] = ContextVar("cache_in_use", default=None)


def session_cache() -> ResultCache:
    """The cache of this session: the shared one, or its private one while it has own labels."""
    cache: ResultCache = _cache_in_use.get() or st.session_state.get(PRIVATE_CACHE, _shared_cache)
    return cache


def drop_shared_results() -> None:
    """Drops all that was computed for sessions without own labels."""
    _shared_cache.clear()


def start_private_cache() -> None:
    """From now on the session has an empty cache of its own."""
    drop_private_cache()
    st.session_state[PRIVATE_CACHE] = ResultCache(MOST_PRIVATE_BYTES)


def drop_private_cache() -> None:
    """Drops all that was computed from the session's labels, and stops what still is."""
    for key in (PRIVATE_CACHE, PAGE_FIGURES):
        st.session_state.pop(key, None)
    if (drawing_job := st.session_state.pop(DRAWING_JOB, None)) is not None:
        drawing_job.stop()


@contextmanager
def using_cache(cache: ResultCache) -> Iterator[None]:
    """Use this cache, whatever becomes of the session meanwhile."""
    token = _cache_in_use.set(cache)
    try:
        yield
    finally:
        _cache_in_use.reset(token)


def cached(most: int) -> Callable[[Callable[Arguments, Result]], Callable[Arguments, Result]]:
    """Decorator: look a function's result up in the session's cache first.

    most: how many results are cached. Keyword arguments are no part of the key, as a progress callback.
    """

    def decorated(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
        @wraps(function)
        def cached_function(*arguments: Arguments.args, **uncached: Arguments.kwargs) -> Result:
            result: Result = session_cache().result(function, arguments, most, **uncached)
            return result

        return cached_function

    return decorated


_known_forecast_of = cached(128)(Forecast.of)
_followed_forecast_of = cached(32)(Forecast.of)


def forecast_of(plan: SamplingPlan, counts: ClassCounts, learner: AssumedLearner | None = None) -> Forecast:
    """The forecast of a plan. learner: what an adaptive plan follows; other plans are cached without it."""
    if learner is None or plan.adaptive is None:
        return _known_forecast_of(plan, counts)
    return _followed_forecast_of(plan, counts, learner)


@cached(256)
def preview_of(
    plan: SamplingPlan, counts: ClassCounts, learner: AssumedLearner, epoch: int, first_batch: int, num_batches: int
) -> Preview:
    """The batches of an epoch. learner: as in `forecast_of`, here and below."""
    return plan.preview(counts, epoch, first_batch, num_batches, forecast_of(plan, counts, learner).state_at(epoch))


@cached(256)
def epoch_class_counts_of(plan: SamplingPlan, counts: ClassCounts, learner: AssumedLearner, epoch: int) -> IntArray:
    """What an epoch draws of each class."""
    return plan.epoch_class_counts(counts, epoch, forecast_of(plan, counts, learner).state_at(epoch))


@cached(256)
def findings_of(
    plan: SamplingPlan, counts: ClassCounts, learner: AssumedLearner
) -> tuple[tuple[Finding, tuple[Remedy, ...]], ...]:
    """What deserves a second look, each with what can be done about it, tried."""
    return findings_with_remedies(plan, forecast_of(plan, counts, learner))
