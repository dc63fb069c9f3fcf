"""Run logs that a user brought: in the memory of the session, never in the URL, gone with either.

The one contract here: files of one run are those whose names differ in their rank alone, whenever they come; a file of
the same name replaces the one before.
"""

from __future__ import annotations

import re
import weakref
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import streamlit as st

from pages.parts.monitor.log_job import BroughtFile
from pages.parts.monitor.run_sentences import ranks_in_words
from pages.parts.server.downloads import upload_is_gone
from sampler_core.figures.class_labels import class_label
from sampler_core.formatting import joined, several
from sampler_core.run_log import Judgement, RankRecords, judged, records_of_content, run_of_files

UPLOADED = "uploaded_runs"
MOST_HELD = 1 << 24  # numbers in the records of a session
_MOST_NAMED = 3  # files in a sentence
_RANK = re.compile(r"\.rank(\d{1,9})(?=\.[^.]*$|$)")


class BroughtRun(NamedTuple):
    """The files of a run by their names, and what follows from them."""

    files: Mapping[str, RankRecords]
    judgement: Judgement


def uploaded_runs() -> dict[str, Judgement]:
    """Name -> the run, in the order in which they came."""
    return {name: run.judgement for name, run in _brought().items()}


def bring_runs(logs: Mapping[str, str]) -> None:
    """Runs of the server's own by their names, such as those of a study, before those that were brought so far. From a
    callback."""
    runs = {}
    for name, log in logs.items():
        files = {f"{name}.jsonl": records_of_content(log.encode(), name)}
        runs[_label(name)] = BroughtRun(files, judged(run_of_files(files.values(), name)))
        weakref.finalize(runs[_label(name)].judgement.run, upload_is_gone.set)
    others = {name: run for name, run in _brought().items() if name not in runs}
    st.session_state[UPLOADED] = {**runs, **others}


def has_runs(logs: Mapping[str, str]) -> bool:
    """Whether the session has these very runs."""
    brought = uploaded_runs()
    return all(
        _label(name) in brought and f'"{brought[_label(name)].run.first_plan.run}"' in log.partition("\n")[0]
        for name, log in logs.items()
    )


def remove_run(name: str) -> None:
    """Lets go of a run. From a callback."""
    st.session_state[UPLOADED] = {other: run for other, run in _brought().items() if other != name}


def brought_files(contents: Sequence[tuple[str, bytes]]) -> list[BroughtFile]:
    """Files by the runs that they are of. Those of the very same name that come together are of several runs."""
    files, seen = list[BroughtFile](), Counter[str]()
    for file_name, content in contents:
        seen[file_name] += 1
        number = f" ({seen[file_name]})" if seen[file_name] > 1 else ""
        run, rank = f"{_label(_RANK.sub('', file_name))}{number}", _RANK.search(file_name)
        files.append(BroughtFile(run, _label(file_name), int(rank[1]) if rank else 0, content))
    return files


def add_files(run: str, read: Mapping[str, RankRecords]) -> str:
    """Joins files to a run, or begins it; what has come, in a sentence. `ValueError` where they are not of one run."""
    runs = dict(_brought())
    files = _joined(runs.pop(run).files if run in runs else {}, read)
    held = [one.entries for others in (files, *(brought.files for brought in runs.values())) for one in others.values()]
    if sum(held) > MOST_HELD:
        raise ValueError("with the runs that were brought it takes too much memory; remove some of them first")
    now = judged(run_of_files(files.values(), _RANK.sub("", next(iter(read)))))
    weakref.finalize(now.run, upload_is_gone.set)
    st.session_state[UPLOADED] = _brought() | {run: BroughtRun(files, now)}
    return _arrival(run, read, files, now)


def _label(name: str) -> str:
    return class_label(name)[:120]


def _brought() -> dict[str, BroughtRun]:
    runs: dict[str, BroughtRun] = st.session_state.get(UPLOADED, {})
    return runs


def _joined(before: Mapping[str, RankRecords], read: Mapping[str, RankRecords]) -> dict[str, RankRecords]:
    """Those of before that are of another plan are of another run, and go."""
    plans = {records.plans[0].fingerprint for records in read.values()}
    kept = {name: records for name, records in before.items() if records.plans[0].fingerprint in plans}
    return kept | dict(read)


def _arrival(
    run: str, read: Mapping[str, RankRecords], files: Mapping[str, RankRecords], now: Judgement
) -> str:  # fmt: skip
    """What has come, and what the run has now: one sentence or two."""
    ranks = ranks_in_words([records.rank for records in read.values()], now.run)
    named = joined([*read]) if len(read) <= _MOST_NAMED else several(len(read), "file", "files")
    told = f"{named} read{': ' if ranks else ''}{ranks}."
    if files.keys() == read.keys():
        return told
    return f"{told} {run}: {ranks_in_words([records.rank for records in files.values()], now.run)}."
