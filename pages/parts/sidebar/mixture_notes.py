"""What those who mix sources look for beside the controls: the temperature, and the passes over a source in the run."""

from __future__ import annotations

import streamlit as st

from pages.parts.sidebar.control_groups import TEMPERATURE, ControlGroups
from pages.parts.sidebar.scenario import Scenario
from sampler_core.figures.plan_sentences import temperature_in_words
from sampler_core.formatting import number
from sampler_core.plans.parameters import MAX_REPEATS
from sampler_core.plans.targets import UniMax

RUN_PASSES = "passes_in_the_run"
TEMPERATURE_HELP = (
    "T = 1 / (1 - skew), in the first and the last epoch. Shares go with the size to the power 1 / T: 1 draws by size, "
    "∞ all sources equally often. A skew above 1 has no temperature."
)
RUN_PASSES_HELP = (
    "The cap on passes over the whole run, as UniMax has it (arXiv 2304.09151): sets the cap an epoch to this many "
    "over the number of epochs. Empty: no cap."
)


def mixture_notes(groups: ControlGroups, scenario: Scenario) -> None:
    """The temperature in its place beside the skew, and the box of the passes in the run beside the cap."""
    plan, epochs = scenario.plan, scenario.plan.epochs or 1
    if (skews := plan.skews()) is not None:
        ends = dict.fromkeys(temperature_in_words(float(skew)) for skew in (skews[0], skews[-1]))
        groups.words[TEMPERATURE].markdown(f"Temperature: {' to '.join(ends)}", help=TEMPERATURE_HELP)
    elif isinstance(plan.target, UniMax):
        each, in_all = (number(plan.target.max_repeats * n) for n in (1, epochs))
        groups.words[TEMPERATURE].markdown(f"At most {each} passes an epoch, {in_all} in the run")
    with groups.boxes["limits"]:
        st.session_state[RUN_PASSES] = None if plan.max_repeats is None else round(plan.max_repeats * epochs, 6)
        st.number_input("Cap on passes, run", 0.0, None, None, 1.0, "%.6g", RUN_PASSES, RUN_PASSES_HELP,
                        placeholder="none", on_change=_cap_passes, args=(epochs,))  # fmt: skip


def _cap_passes(epochs: int) -> None:
    passes = st.session_state[RUN_PASSES]
    st.session_state[MAX_REPEATS.key] = None if not passes else round(passes / epochs, 12)
