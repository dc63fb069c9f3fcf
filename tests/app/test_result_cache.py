"""The cache of results: bounded by the memory that they take, and empty while nobody is there."""

import asyncio
import threading
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from starlette.concurrency import run_in_threadpool

from pages.parts.server import freed_memory, idle_memory, result_cache
from pages.parts.server.result_cache import TABLES, ResultCache, bytes_of
from sampler_core import ClassCounts, Constant, PowerSkew, SamplingPlan
from sampler_core.forecast.forecast import Forecast

TABLE = 1_000_000  # bytes
COUNTS = ClassCounts.from_counts(np.arange(1, 126))
PLAN = SamplingPlan(target=PowerSkew(Constant(0.5)), epochs=1000, batch_size=8)


def table(number):
    return np.full(TABLE // 8, float(number))


def small(number):
    return (number,)


def held(cache):
    return sum(bytes_of(one) for results in cache.results.values() for one in results.items())


def test_large_results_go_oldest_first_and_small_ones_stay():
    cache = ResultCache(most_bytes=10 * TABLES * TABLE)
    for number in range(40):
        cache.result(small, (number,), 100)
        assert cache.result(table, (number,), 100)[0] == number
    assert len(cache.results[small]) == 40
    assert list(cache.results[table]) == [(number,) for number in range(30, 40)]


def test_what_a_forecast_makes_later_counts_when_it_comes():
    cache = ResultCache(most_bytes=20 * TABLE)
    for seed in range(12):
        forecast = cache.result(Forecast.of, (replace(PLAN, seed=seed), COUNTS), 100)
        before = bytes_of(forecast)
        assert before == pytest.approx(TABLE, rel=0.1)
        assert (forecast.repeats.size, forecast.absence.size, forecast.coverage.size) == (125_000,) * 3
    assert before < held(cache) <= 20 * TABLE


def test_of_results_larger_than_the_cache_the_last_is_kept_for_the_run_that_asks_again():
    cache = ResultCache(most_bytes=TABLE / 2)
    first, second = (cache.result(table, (number,), 100) for number in (1, 2))
    assert cache.result(table, (2,), 100) is second
    assert first[0] == 1
    assert held(cache) == TABLE


def test_the_cache_of_all_sessions_is_emptied_once_the_last_session_has_ended(monkeypatch):
    sessions, looks = [["one"], ["one", "two"], [], []], []
    cache = ResultCache()
    cache.result(table, (1,), 100)
    monkeypatch.setattr(result_cache, "_shared_cache", cache)
    monkeypatch.setattr("streamlit.runtime.exists", lambda: True)
    monkeypatch.setattr(
        idle_memory, "_sessions", lambda: SimpleNamespace(list_sessions=lambda: sessions[len(looks) - 1])
    )

    ended = []
    monkeypatch.setattr(idle_memory, "end_spares_of_sessions", lambda: ended.append("spares"))

    async def looked(_):
        looks.append(held(cache))
        if len(looks) > len(sessions):
            raise asyncio.CancelledError

    monkeypatch.setattr("asyncio.sleep", looked)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(idle_memory.give_memory_back())
    assert looks == [TABLE, TABLE, TABLE, 0, 0] and len(ended) == 1


def test_of_the_threads_that_served_files_one_stays(monkeypatch):
    def workers():
        return sum(thread.name == "AnyIO worker thread" for thread in threading.enumerate())

    async def served():
        together = threading.Barrier(5)
        await asyncio.gather(*(run_in_threadpool(together.wait, 10) for _ in range(5)))
        before = workers()
        await idle_memory._end_idle_workers()
        return before, workers()

    monkeypatch.setattr("anyio._backends._asyncio.WorkerThread.MAX_IDLE_TIME", 0)
    monkeypatch.setattr(idle_memory, "WORKERS_MAY_END_AFTER", 0.01)
    monkeypatch.setattr(idle_memory, "LOOKED_EVERY", 0.2)
    assert asyncio.run(served()) == (5, 1)


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_memory_is_given_back_where_the_c_library_can_and_nothing_fails_elsewhere(platform, monkeypatch):
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setattr(
        "ctypes.CDLL", lambda name: SimpleNamespace(malloc_trim=called.append) if platform == "linux" else 1 / 0
    )
    called: list[int] = []
    freed_memory.share_heaps()
    freed_memory.give_freed_memory_back()
    assert called == ([0] if platform == "linux" else [])
