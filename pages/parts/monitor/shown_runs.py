"""Which runs Monitor shows: those that were brought, and those chosen from the folder and the examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from time import monotonic
from typing import NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts.monitor.followed_run import Reading, State
from pages.parts.monitor.run_folder import RunFolder, run_folder
from pages.parts.monitor.uploaded_runs import uploaded_runs
from pages.parts.sidebar.page_parameters import RUNS
from pages.parts.text.markdown import literal
from sampler_core.figures.monitor_runs import MonitoredRun
from sampler_core.formatting import listed
from sampler_core.run_log import Judgement, judged
from sampler_core.run_log.example_runs import EXAMPLES, example_run

MOST_RUNS = 6
PATIENCE = 1.5  # seconds that a rerun waits for what is being read before it shows progress instead
_UNKNOWN = "runs_not_known"


class ShownRuns(NamedTuple):
    """The runs of the page, a sentence for each that cannot be shown, and name -> state of those that are followed."""

    runs: tuple[MonitoredRun, ...]
    refused: tuple[str, ...]
    followed: Mapping[str, State]


def shown_runs(messages: DeltaGenerator) -> ShownRuns:
    """The control, and what to show. messages: where it is said what the control cannot offer."""
    chosen, brought, folder = _choose(messages), uploaded_runs(), run_folder()
    followed = {} if folder is None else _looked_at(folder, [name for name in chosen if name not in EXAMPLES])
    states: dict[str, State] = {**brought}
    for name in chosen:
        states[_free(name, states)] = _example(name) if name in EXAMPLES else followed[name]
    runs = [(name, state) for name, state in states.items() if isinstance(state, Judgement)]
    refused = [state for state in states.values() if isinstance(state, str)]
    if len(runs) > MOST_RUNS:
        refused.append(
            f"{MOST_RUNS} runs are shown at a time; {listed(name for name, _ in runs[MOST_RUNS:])} is left out."
        )
    monitored = tuple(MonitoredRun(name, state, i) for i, (name, state) in enumerate(runs[:MOST_RUNS]))
    return ShownRuns(monitored, tuple(refused), followed)


def show_example() -> None:
    """From the callback of a button."""
    st.session_state[RUNS.key] = [next(iter(EXAMPLES))]


def _looked_at(folder: RunFolder, names: Sequence[str]) -> dict[str, State]:
    """The runs as they stand; waits a while for those that are being read."""
    until = monotonic() + PATIENCE
    states = {name: folder.look(name) for name in names}
    for name, state in states.items():
        if isinstance(state, Reading) and state.job is not None:
            state.job.wait(max(0.0, until - monotonic()))
            states[name] = folder.look(name)
    return states


def _choose(messages: DeltaGenerator) -> list[str]:
    folder = run_folder()
    options = [*(folder.names() if folder is not None else ()), *EXAMPLES]
    if RUNS.key not in st.session_state:  # the first look at the URL, of which Streamlit drops what is no option
        st.session_state[_UNKNOWN] = [name for name in st.query_params.get_all(RUNS.key) if name not in options]
    elif begun := [name for name in st.session_state.get(_UNKNOWN) or () if name in options]:
        st.session_state[RUNS.key] = [*st.session_state[RUNS.key], *begun][:MOST_RUNS]
        st.session_state[_UNKNOWN] = [name for name in st.session_state[_UNKNOWN] if name not in begun]
    gone = [name for name in st.session_state.get(RUNS.key) or () if name not in options]  # still in the reader
    are_brought = bool(uploaded_runs())
    offered = "an example" if len(options) == len(EXAMPLES) else "a run of the folder, or an example"
    chosen = st.multiselect(
        "Runs beside those you brought" if are_brought else RUNS.label, [*options, *gone], key=RUNS.key,
        help=RUNS.help, bind="query-params", persist_state="session", max_selections=MOST_RUNS,
        placeholder=f"{'add' if are_brought else 'choose'} {offered}", on_change=_forget_unknown,
    )  # fmt: skip
    if folder is not None and folder.problem:
        messages.info(literal(folder.problem), icon=":material/folder:")
    if unknown := st.session_state.get(_UNKNOWN):
        where = "here: this server was started without a folder of runs" if folder is None else "of this server so far"
        messages.warning(
            literal(f"The link names {listed(unknown)}, which is no run {where}."), icon=":material/link_off:"
        )
    return list(chosen)


def _forget_unknown() -> None:
    st.session_state.pop(_UNKNOWN, None)


def _free(name: str, taken: Mapping[str, object]) -> str:
    return name if name not in taken else _free(f"{name} (folder)", taken)


@cache
def _example(title: str) -> Judgement:
    return judged(example_run(title))
