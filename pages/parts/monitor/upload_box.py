"""The box for run logs: they are read in a child process; whatever is wrong with one is a sentence below the box."""

from __future__ import annotations

import streamlit as st

from pages.parts.monitor.log_job import LOG_MODULES, BroughtLogsJob
from pages.parts.monitor.uploaded_runs import add_files, brought_files
from pages.parts.server.jobs import start_spare
from pages.parts.server.session_cleanup import LOGS_JOB
from pages.parts.server.uploaded_files import taken_files
from pages.parts.text.markdown import literal
from sampler_core.formatting import joined, several
from sampler_core.run_log import RankRecords

UPLOAD_NUMBER, REFUSED, BRING_ANOTHER = "uploaded_runs_number", "uploaded_runs_refused", "bring-another"
MOST_MEGABYTES, MOST_MEGABYTES_AT_ONCE = 100, 400  # 1,000 epochs of 1,000 classes are 12
PATIENCE = 1.5  # seconds that a rerun waits before it shows progress instead
_MOST_TOLD = 3  # arrivals in a message, which is cut where it is longer


def upload_box() -> None:
    """The box, or how far the files are that were brought last; below it a sentence for each that cannot be read."""
    if LOGS_JOB in st.session_state:
        _progress()
        return
    start_spare(LOG_MODULES)
    key = f"run-logs-{st.session_state.setdefault(UPLOAD_NUMBER, 0)}"
    st.file_uploader(
        "run.jsonl, with the files of other ranks (run.rank1.jsonl, ...)", ["jsonl", "json"], key=key,
        accept_multiple_files=True, max_upload_size=MOST_MEGABYTES, on_change=_take_files, args=(key,),
        help="Kept in memory for your session only, and never part of a link. The files of other ranks may come later: "
        "they join the run of the same name. Bring a file of the same name again to see what was appended: it replaces "
        "the one before. A server that was started with a folder of runs follows them by itself.",
    )  # fmt: skip
    for refusal in st.session_state.get(REFUSED, ()):
        st.error(literal(refusal), icon=":material/error:")


def take_read_logs() -> None:
    """At the start of a run of the page: take what has been read by now."""
    job: BroughtLogsJob | None = st.session_state.get(LOGS_JOB)
    if job is None or not job.done:
        return
    del st.session_state[LOGS_JOB]
    runs: dict[str, dict[str, RankRecords]] = {}
    for (run, name), records in zip(job.names, job.records(), strict=True):
        if isinstance(records, str):
            _refuse(f"{name} cannot be read: {records}. A run log is written by sampler_core.run_log.RunLog.")
        else:
            runs.setdefault(run, {})[name] = records
    arrived = []
    for run, files in runs.items():
        try:
            arrived.append(add_files(run, files))
        except ValueError as error:
            _refuse(f"{run} cannot be read: {error}.")
    if len(arrived) > _MOST_TOLD:
        arrived[_MOST_TOLD - 1 :] = [f"{len(arrived) - _MOST_TOLD + 1} other runs read."]
    if arrived:
        st.toast("  \n".join(map(literal, arrived)), icon=":material/upload_file:", duration="long")
    if not st.session_state[REFUSED]:
        st.session_state[BRING_ANOTHER] = False


def _take_files(uploader_key: str) -> None:
    if not (taken := taken_files(uploader_key)):
        return
    st.session_state[UPLOAD_NUMBER] += 1
    st.session_state[REFUSED] = []
    fitting = [(name, content) for name, content in taken if len(content) <= MOST_MEGABYTES * 10**6]
    for name in {name for name, _ in taken} - {name for name, _ in fitting}:
        _refuse(f"{name} has more than {MOST_MEGABYTES} MB.")
    if sum(len(content) for _, content in fitting) > MOST_MEGABYTES_AT_ONCE * 10**6:
        _refuse(f"These {len(fitting)} files have more than {MOST_MEGABYTES_AT_ONCE} MB together: bring fewer at once.")
    elif fitting:
        st.session_state[LOGS_JOB] = job = BroughtLogsJob(brought_files(fitting))
        job.wait(PATIENCE)


def _refuse(sentence: str) -> None:
    st.session_state[REFUSED] = [*st.session_state.get(REFUSED, ()), sentence]


@st.fragment(run_every=0.5)
def _progress() -> None:
    job: BroughtLogsJob | None = st.session_state.get(LOGS_JOB)
    if job is None or job.done:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        names = [name for _, name in job.names]
        what = joined(names) if len(names) == 1 else several(len(names), "file", "files")
        st.progress(job.progress, literal(f"Reading {what}"))
        st.button("Cancel", key="run-logs-cancel", on_click=_stop)


def _stop() -> None:
    if (job := st.session_state.pop(LOGS_JOB, None)) is not None:
        job.stop()
