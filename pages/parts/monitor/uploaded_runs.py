"""Run logs that a user brought: in the memory of the session, never in the URL, gone with either."""

from __future__ import annotations

import re
import weakref
from collections import Counter

import streamlit as st

from pages.parts.server.session_cleanup import upload_is_gone
from pages.parts.server.uploaded_files import taken_files
from pages.parts.text.markdown import literal
from sampler_core.figures.class_labels import class_label
from sampler_core.run_log import Judgement, judged, run_of_contents

UPLOADED, UPLOAD_NUMBER, REFUSED = "uploaded_runs", "uploaded_runs_number", "uploaded_runs_refused"
MOST_MEGABYTES = 100  # of a file; 1,000 epochs of 1,000 classes are 12
_RANK = re.compile(r"\.rank\d+(?=\.[^.]*$|$)")


def uploaded_runs() -> dict[str, Judgement]:
    """Name -> the run, in the order in which they came."""
    runs: dict[str, Judgement] = st.session_state.get(UPLOADED, {})
    return runs


def upload_box() -> None:
    """The box for run logs; below it a sentence for each that could not be read."""
    key = f"run-logs-{st.session_state.setdefault(UPLOAD_NUMBER, 0)}"
    st.file_uploader(
        "run.jsonl, with the files of other ranks (run.rank1.jsonl, ...)", ["jsonl", "json"], key=key,
        accept_multiple_files=True, max_upload_size=MOST_MEGABYTES, on_change=_take_logs, args=(key,),
        help="Kept in memory for your session only, and never part of a link. Bring the same file again to see what "
        "was appended; a server that was started with a folder of runs follows them by itself.",
    )  # fmt: skip
    for refusal in st.session_state.get(REFUSED, ()):
        st.error(literal(refusal), icon=":material/error:")


def remove_run(name: str) -> None:
    """Lets go of a run. From a callback."""
    st.session_state[UPLOADED] = {other: run for other, run in uploaded_runs().items() if other != name}


def _take_logs(uploader_key: str) -> None:
    """Files of one run are those whose names differ in their rank; of the same name they are of several runs."""
    taken = taken_files(uploader_key)
    logs: dict[str, list[bytes]] = {}
    seen = Counter[str]()
    for file_name, content in taken:
        name = class_label(_RANK.sub("", file_name))[:120]
        seen[file_name] += 1
        logs.setdefault(f"{name} ({seen[file_name]})" if seen[file_name] > 1 else name, []).append(content)
    if not taken:
        return
    st.session_state[UPLOAD_NUMBER] += 1
    runs, refused = dict(uploaded_runs()), []
    for name, contents in logs.items():
        try:
            runs[name] = judged(run_of_contents(contents, name))
        except ValueError as error:
            refused.append(f"{name} cannot be read: {error}. A run log is written by sampler_core.run_log.RunLog.")
        else:
            weakref.finalize(runs[name].run, upload_is_gone.set)
    st.session_state[UPLOADED], st.session_state[REFUSED] = runs, refused
