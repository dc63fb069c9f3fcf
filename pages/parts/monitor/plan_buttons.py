"""What can be done with a run: its plan into the sidebar, or into Compare beside the sidebar's; and away with it."""

from __future__ import annotations

import streamlit as st

from pages.parts.compare.compared_plans import set_plans
from pages.parts.live.browser_component import browser_component
from pages.parts.monitor.uploaded_runs import remove_run, uploaded_runs
from pages.parts.sidebar.error_messages import error_toast
from pages.parts.sidebar.page_parameters import PARAMETERS, PLANS_TEXT
from pages.parts.sidebar.parameter_widgets import widget_values
from pages.parts.sidebar.sidebar import set_sidebar
from sampler_core.figures.monitor_runs import MonitoredRun
from sampler_core.plans.named_plans import LONGEST_NAME
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.plan_variants import MINE, Variant, Variants

NO_PLAN = "The log has no plan that can be read."
USE = "Sets the sidebar to it; the data stays. Undo takes it back."
COMPARE = "Opens Compare with the sidebar's plan and this one, on the sidebar's data. Undo takes it back."
OPENED = "compare_opened"  # in the session, for one run: the key of the run whose button opens Compare
_follow_link = browser_component("follow_link", "<span></span>", "", "monitor/follow_link.js")


def plan_buttons(one: MonitoredRun) -> None:
    """The buttons of a run."""
    plan, key = one.judgement.run.plan, f"run-{one.colour}"
    use, compare = (NO_PLAN, NO_PLAN) if plan is None else (USE, COMPARE)
    st.button("Use its plan", key=f"{key}-use", on_click=_use_plan, args=(plan,), disabled=plan is None, help=use)
    both = None if plan is None else _mine_and(one.name, plan)
    if both is not None and st.session_state.get(PLANS_TEXT.key) == both.text:
        _link_to_compare(st.session_state.pop(OPENED, None) == key)
    else:
        st.button("Compare with mine", key=f"{key}-compare", on_click=_compare, args=(both, key),
                  disabled=plan is None, help=compare)  # fmt: skip
    if one.name in uploaded_runs():
        st.button("Remove", key=f"{key}-remove", on_click=remove_run, args=(one.name,), type="tertiary",
                  icon=":material/delete:", help="Deletes this log from memory.")  # fmt: skip


def _use_plan(plan: SamplingPlan) -> None:
    with error_toast("The sidebar cannot show this plan", str):
        values = widget_values(plan, run=True)  # without a length or a batch size it leaves those of the sidebar
        set_sidebar({key: v for key, v in values.items() if v is not None or PARAMETERS[key].default is None})


def _mine_and(name: str, plan: SamplingPlan) -> Variants:
    """The plan is called as the run, but for a log that was brought: the URL has the name."""
    called = "the run's" if name in (MINE, *uploaded_runs()) else name[:LONGEST_NAME]
    return Variants((Variant(MINE), Variant.of(called, plan, 1)))


def _compare(both: Variants, key: str) -> None:
    with error_toast("Not compared"):
        set_plans(both)
        st.session_state[OPENED] = key


def _link_to_compare(is_followed: bool) -> None:
    """In the run after the press the browser follows it at once."""
    with st.container(key="link-followed" if is_followed else None, width="content"):
        st.page_link("compare.py", label="Open Compare", icon=":material/compare_arrows:", width="content")
        if is_followed:
            _follow_link(key="follow-link", data={})
