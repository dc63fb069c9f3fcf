"""What can be done with a run: its plan into the sidebar, or into Compare beside the sidebar's; and away with it."""

from __future__ import annotations

import streamlit as st

from pages.parts.compare.compared_plans import set_plans
from pages.parts.monitor.uploaded_runs import remove_run, uploaded_runs
from pages.parts.sidebar.error_messages import error_toast
from pages.parts.sidebar.page_parameters import PARAMETERS
from pages.parts.sidebar.parameter_widgets import widget_values
from pages.parts.sidebar.sidebar import set_sidebar
from sampler_core.figures.monitor_runs import MonitoredRun
from sampler_core.plans.named_plans import LONGEST_NAME
from sampler_core.plans.plan import SamplingPlan
from sampler_core.plans.plan_variants import MINE, Variant, Variants

_NO_PLAN = "The log has no plan that can be read."
_USE = "Sets the sidebar to it; the data stays. Undo takes it back."
_COMPARE = "Opens Compare with the sidebar's plan and this one, on the sidebar's data. Undo takes it back."


def plan_buttons(one: MonitoredRun) -> None:
    """The buttons of a run."""
    plan, key = one.judgement.run.plan, f"run-{one.colour}"
    use, compare = (_USE, _COMPARE) if plan is not None else (_NO_PLAN, _NO_PLAN)
    st.button("Use its plan", key=f"{key}-use", on_click=_use_plan, args=(plan,), disabled=plan is None,
              help=use)  # fmt: skip
    if st.button("Compare with mine", key=f"{key}-compare", on_click=_compare, args=(one.name, plan),
                 disabled=plan is None, help=compare):  # fmt: skip
        st.switch_page("compare.py")
    if one.name in uploaded_runs():
        st.button("Remove", key=f"{key}-remove", on_click=remove_run, args=(one.name,), type="tertiary",
                  icon=":material/delete:", help="Deletes this log from memory.")  # fmt: skip


def _use_plan(plan: SamplingPlan) -> None:
    with error_toast("The sidebar cannot show this plan", str):
        values = widget_values(plan, run=True)  # without a length or a batch size it leaves those of the sidebar
        set_sidebar({key: v for key, v in values.items() if v is not None or PARAMETERS[key].default is None})


def _compare(name: str, plan: SamplingPlan) -> None:
    """The plan is called as the run, but for a log that was brought: the URL has the name."""
    with error_toast("Not compared"):
        called = "the run's" if name in (MINE, *uploaded_runs()) else name[:LONGEST_NAME]
        set_plans(Variants((Variant(MINE, colour=0), Variant.of(called, plan, 1))))
