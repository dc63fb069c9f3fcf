"""The demands that Tune judges: read from their text, changed by controls, judged and solved (kept for a while)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import MISSING, fields
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts.server.result_cache import kept
from pages.parts.sidebar.controls import control
from pages.parts.sidebar.page_parameters import DEMANDS_TEXT
from pages.parts.sidebar.scenario import Scenario
from pages.parts.sidebar.url_values import literal
from sampler_core.data.class_counts import ClassCounts
from sampler_core.plans.parameters import rows_of
from sampler_core.plans.plan import SamplingPlan
from sampler_core.tuning import DEMANDS, Band, Demand, Solution, Verdict, feasible_band, solve, verdicts
from sampler_core.tuning.rounded_solution import rounded

MOST_DEMANDS, LONGEST_TEXT = 12, 6_000
Demands = tuple[Demand, ...]


def stated_demands(place: DeltaGenerator) -> Demands:
    """The text's control, and the demands it tells of; in `place` a sentence for each thing that cannot be used."""
    demands, complaints = read_demands(control(DEMANDS_TEXT))
    if complaints:
        place.warning("\n\n".join(literal(f"{said}.") for said in complaints), icon=":material/link_off:")
    return demands


def say_if_they_are_examples() -> None:
    """Above demands that nobody has touched."""
    if st.session_state.get(DEMANDS_TEXT.key, DEMANDS_TEXT.default) == DEMANDS_TEXT.default:
        st.caption("Two demands to begin with: change them, remove them, add your own.")


def read_demands(text: str) -> tuple[Demands, list[str]]:
    """Demands from their text, and a sentence for each thing in it that cannot be used."""
    if len(text) > LONGEST_TEXT:
        return (), [f"demands must be at most {LONGEST_TEXT:,} characters, got {len(text):,}. None is stated"]
    try:
        entries = json.loads(text or "[]")
    except (json.JSONDecodeError, RecursionError):
        entries = None
    if not isinstance(entries, list):
        return (), [f"demands must be a JSON list, got {text[:60]!r}. None is stated"]
    demands, complaints = [], []
    for place, entry in enumerate(entries[:MOST_DEMANDS], 1):
        try:
            demands.append(_demand(entry))
        except (TypeError, ValueError) as error:
            complaints.append(f"Demand {place} was left out: {error}")
    if len(entries) > MOST_DEMANDS:
        complaints.append(f"There were {len(entries)} demands; the first {MOST_DEMANDS} are stated")
    return tuple(demands), complaints


def text_of(demands: Iterable[Demand]) -> str:
    """Demands as the text of a link, without what is not set."""
    entries = [{key: value for key, value in DEMANDS.encode(demand).items() if value is not None} for demand in demands]
    return json.dumps(entries, separators=(",", ":"), ensure_ascii=False)


def new_demand(name: str) -> Demand:
    """A demand of this kind with its own defaults; what has none of them is as its row starts."""
    kind, described = DEMANDS[name], rows_of(DEMANDS[name])
    needed = [field.name for field in fields(kind) if field.default is MISSING]
    demand: Demand = kind(**{field: described[field].default for field in needed})
    return demand


def state(demands: Iterable[Demand]) -> None:
    """Set the demands, from the callback of a control."""
    st.session_state[DEMANDS_TEXT.key] = text_of(demands)


def judged_demands(demands: Demands, scenario: Scenario) -> dict[int, Verdict]:
    """Place -> verdict on the sidebar's plan, of those that can be judged; a sentence for each other one."""
    found: dict[int, Verdict] = {}
    if scenario.plan.adaptive is not None:
        return found  # nothing can be judged, and the band says so once
    for place, demand in enumerate(demands):
        try:
            found[place] = _verdict(scenario.plan, scenario.counts, demand)
        except (TypeError, ValueError, KeyError) as error:
            sentence = f"Demand {place + 1} cannot be judged: {error}. Change it, or change the sidebar."
            st.warning(literal(sentence), icon=":material/warning:")
    return found


@kept(256)
def _verdict(plan: SamplingPlan, counts: ClassCounts, demand: Demand) -> Verdict:
    return verdicts(plan, counts, (demand,))[0]


@kept(64)
def band_of(plan: SamplingPlan, counts: ClassCounts, demands: Demands) -> Band:
    """The feasible band."""
    return feasible_band(plan, counts, demands)


@kept(64)
def solution_of(plan: SamplingPlan, counts: ClassCounts, demands: Demands, shape: str | None) -> Solution:
    """The schedule with the most slack, in short numbers, or why there is none."""
    return rounded(solve(plan, counts, demands, shape), counts, demands)


def _demand(entry: Any) -> Demand:
    if isinstance(entry, dict) and not isinstance(entry.get("class_name"), str | int | None):
        raise ValueError(f"class_name must be text or a whole number, got {entry['class_name']!r}")
    demand: Demand = DEMANDS.decode(entry)
    return demand
