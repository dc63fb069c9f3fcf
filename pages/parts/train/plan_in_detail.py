"""The plan that is shown in detail: which one, what it is to the reference, and what can be done with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import NamedTuple

import streamlit as st

from pages.parts.server.study_line import ServedStudy
from pages.parts.sidebar.page_parameters import TRAINED
from pages.parts.sidebar.sidebar import set_sidebar_to_plan
from pages.parts.text.markdown import literal
from pages.parts.train.shown_study import close_study
from sampler_core.figures.train_list import what_to_try_first
from sampler_core.formatting import quoted
from sampler_core.plans.plan import SamplingPlan
from sampler_core.training.study_result import StudyResult
from sampler_core.training.verdict import signed_points

MOST_RUNS = 6  # that Monitor shows at a time


class RunsOfMonitor(NamedTuple):
    """bring: takes run logs by their names to Monitor; has: whether it has these very ones."""

    bring: Callable[[Mapping[str, str]], None]
    has: Callable[[Mapping[str, str]], bool]


def choose_plan(result: StudyResult) -> str:
    """The row whose figures are shown in detail: of the URL, else the best that is better, else the reference."""
    names = [str(name) for name in result.tables["summary"]["candidate"]]
    options = [str(TRAINED.default), *names]
    if st.session_state.get(TRAINED.key, st.query_params.get(TRAINED.key)) not in (None, *options):
        st.session_state[TRAINED.key] = TRAINED.default
    chosen = st.selectbox(TRAINED.label, options, key=TRAINED.key, help=TRAINED.help, bind="query-params",
                          persist_state="session", width=220)  # fmt: skip
    if chosen in names:
        return chosen
    better = _better_plans(result)
    return better[0] if better else str(result.settings["reference"])


def _better_plans(result: StudyResult) -> list[str]:
    """The plans that are better than the reference, the best first."""
    better = result.tables["comparisons"].query("verdict == 'better' and not is_baseline")
    return [str(name) for name in better.sort_values("mean", ascending=False)["candidate"]]


def plan_in_words(result: StudyResult, shown: str) -> str:
    """What the plan that is shown in detail is to the reference."""
    better, reference = _better_plans(result), str(result.settings["reference"])
    if shown == reference:
        others = "" if better else ": no plan is shown to be better, so best means the reference"
        return f"In detail: {quoted(shown)}, the reference{others}."
    row = result.tables["comparisons"].set_index("candidate").loc[shown]
    most = ", the most of the sampling plans" if better[:1] == [shown] and len(better) > 1 else ""
    verdict = {"better": "better than", "worse": "worse than", "same": "the same as"}.get(row["verdict"])
    beside = f"{verdict} {quoted(reference)}" if verdict else f"undecided against {quoted(reference)}"
    return f"In detail: {quoted(shown)}, {beside} ({signed_points(float(row['mean']))} points{most})."


def study_buttons(study: ServedStudy, shown: str) -> None:
    """Use the plan, another study, away with this one."""
    result: StudyResult = study.result
    summary = result.tables["summary"].set_index("candidate")
    plan_name = str(summary.loc[shown, "plan"])
    plan = SamplingPlan.from_json(json.dumps(result.settings["plans"][plan_name]))
    is_advised = shown in _better_plans(result) and not what_to_try_first(result)
    st.button(f"Use {literal(plan_name)}", key="use_trained", type="primary" if is_advised else "secondary",
              help="Set the sidebar to this plan's target and limits; its code is under Share.",
              on_click=set_sidebar_to_plan, args=(plan,))  # fmt: skip
    st.button(
        "New study", key="new_study", on_click=close_study, help="Back to the form; the URL of this study stays valid."
    )
    st.button("Delete", key="forget_study", type="tertiary", icon=":material/delete:", on_click=close_study,
              args=(study.id,), help="Remove this study from the server now, not an hour after its end.")  # fmt: skip


def monitor_button(result: StudyResult, shown: str, monitor: RunsOfMonitor) -> None:
    """Brings the first run of each plan to Monitor, the one that is shown in detail and the reference before others;
    a link to the page once they are there."""
    first = [name for name in (shown, result.settings["reference"]) if name in result.run_logs]
    names = [*dict.fromkeys([*first, *result.run_logs])][:MOST_RUNS]
    logs = {f"{name}, run 1 of {result.settings['runs']}": result.run_logs[name] for name in names}
    if logs and monitor.has(logs):
        st.page_link("monitor.py", label="Open Monitor", icon=":material/monitor_heart:", width="content")
    elif logs:
        st.button("Runs to Monitor", key="runs_to_monitor", on_click=monitor.bring, args=(logs,),
                  help="The first run of each plan, beside each other: the class shares that were planned and drawn in "
                  "each epoch, and the recalls on the rows that the run was judged on.")  # fmt: skip
