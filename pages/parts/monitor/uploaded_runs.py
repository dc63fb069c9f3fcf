"""Run logs that a user brought: in the memory of the session, never in the URL, gone with either.

The one contract here: files of one run are those whose names differ in their rank alone, whenever they come; a file of
the same name replaces the one before.
"""

from __future__ import annotations

import re
import weakref
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

import streamlit as st

from pages.parts.monitor.run_sentences import ranks_in_words
from pages.parts.server.session_cleanup import upload_is_gone
from pages.parts.server.uploaded_files import taken_files
from pages.parts.text.markdown import literal
from sampler_core.figures.class_labels import class_label
from sampler_core.formatting import joined, several
from sampler_core.run_log import Judgement, RankRecords, judged, records_of_content, run_of_files

UPLOADED, UPLOAD_NUMBER, REFUSED = "uploaded_runs", "uploaded_runs_number", "uploaded_runs_refused"
BRING_ANOTHER = "bring-another"  # the popover with the box
MOST_MEGABYTES = 100  # of a file; 1,000 epochs of 1,000 classes are 12
_MOST_TOLD = 3  # arrivals in a message, which is cut where it is longer
_RANK = re.compile(r"\.rank(\d{1,9})(?=\.[^.]*$|$)")


class BroughtRun(NamedTuple):
    """The files of a run by their names, and what follows from them."""

    files: Mapping[str, RankRecords]
    judgement: Judgement


def uploaded_runs() -> dict[str, Judgement]:
    """Name -> the run, in the order in which they came."""
    return {name: run.judgement for name, run in _brought().items()}


def upload_box() -> None:
    """The box for run logs; below it a sentence for each that could not be read."""
    key = f"run-logs-{st.session_state.setdefault(UPLOAD_NUMBER, 0)}"
    st.file_uploader(
        "run.jsonl, with the files of other ranks (run.rank1.jsonl, ...)", ["jsonl", "json"], key=key,
        accept_multiple_files=True, max_upload_size=MOST_MEGABYTES, on_change=_take_logs, args=(key,),
        help="Kept in memory for your session only, and never part of a link. The files of other ranks may come later: "
        "they join the run of the same name. Bring a file of the same name again to see what was appended: it replaces "
        "the one before. A server that was started with a folder of runs follows them by itself.",
    )  # fmt: skip
    for refusal in st.session_state.get(REFUSED, ()):
        st.error(literal(refusal), icon=":material/error:")


def remove_run(name: str) -> None:
    """Lets go of a run. From a callback."""
    st.session_state[UPLOADED] = {other: run for other, run in _brought().items() if other != name}


def _brought() -> dict[str, BroughtRun]:
    runs: dict[str, BroughtRun] = st.session_state.get(UPLOADED, {})
    return runs


def _take_logs(uploader_key: str) -> None:
    taken = taken_files(uploader_key)
    if not taken:
        return
    st.session_state[UPLOAD_NUMBER] += 1
    runs, refused, arrived = dict(_brought()), list[str](), list[str]()
    for name, contents in _by_run(taken).items():
        read = _read(contents, refused)
        if not read:
            continue
        try:
            runs[name] = _joined(runs.get(name), read)
        except ValueError as error:
            refused.append(f"{name} cannot be read: {error}.")
        else:
            weakref.finalize(runs[name].judgement.run, upload_is_gone.set)
            arrived.append(_arrival(name, read, runs[name]))
    st.session_state[UPLOADED], st.session_state[REFUSED] = runs, refused
    if arrived:
        told = arrived
        if len(arrived) > _MOST_TOLD:
            told = [*arrived[: _MOST_TOLD - 1], f"{len(arrived) - _MOST_TOLD + 1} other runs read."]
        st.toast("  \n".join(map(literal, told)), icon=":material/upload_file:", duration="long")
    if not refused:
        st.session_state[BRING_ANOTHER] = False


def _by_run(taken: list[tuple[str, bytes]]) -> dict[str, dict[str, bytes]]:
    """Name of a run -> its files. Files of the very same name that come together are of several runs."""
    runs: dict[str, dict[str, bytes]] = {}
    seen = Counter[str]()
    for file_name, content in taken:
        seen[file_name] += 1
        name = class_label(_RANK.sub("", file_name))[:120]
        number = f" ({seen[file_name]})" if seen[file_name] > 1 else ""
        runs.setdefault(f"{name}{number}", {})[class_label(file_name)[:120]] = content
    return runs


def _read(contents: Mapping[str, bytes], refused: list[str]) -> dict[str, RankRecords]:
    files = {}
    for name, content in contents.items():
        rank = _RANK.search(name)
        try:
            files[name] = records_of_content(content, name, int(rank[1]) if rank else 0)
        except ValueError as error:
            refused.append(f"{name} cannot be read: {error}. A run log is written by sampler_core.run_log.RunLog.")
    return files


def _joined(before: BroughtRun | None, read: Mapping[str, RankRecords]) -> BroughtRun:
    """The run with the files that have come; those of before that are of another plan are of another run, and go."""
    plans = {records.plans[0].fingerprint for records in read.values()}
    kept = {name: records for name, records in (before.files if before else {}).items()
            if records.plans[0].fingerprint in plans}  # fmt: skip
    files = {**kept, **read}
    return BroughtRun(files, judged(run_of_files(files.values(), _RANK.sub("", next(iter(read))))))


def _arrival(name: str, read: Mapping[str, RankRecords], now: BroughtRun) -> str:
    """What has come, and what the run has now: one sentence or two."""
    run = now.judgement.run
    ranks = ranks_in_words([records.rank for records in read.values()], run)
    files = joined([*read]) if len(read) <= _MOST_TOLD else several(len(read), "file", "files")
    told = f"{files} read{': ' if ranks else ''}{ranks}."
    others = now.files.keys() - read.keys()
    return f"{told} {name}: {ranks_in_words([one.rank for one in now.files.values()], run)}." if others else told
