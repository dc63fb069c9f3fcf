"""How to read a text: as JSON, as a table, as lines; with which separator, header and columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

from sampler_core.datasets.label_files import column_guess, delimited_text
from sampler_core.datasets.label_files.byte_source import Source
from sampler_core.datasets.label_files.errors import ReadingError, printable, quoted
from sampler_core.datasets.label_files.file_layout import Kind, Layout
from sampler_core.datasets.label_files.json_layout import json_layout
from sampler_core.datasets.label_files.text_encoding import decoded, encoding_of

_JSON = ("json", "jsonl", "ndjson")


def text_layout(
    source: Source, kind: Kind | None, separator: str | None, encoding: str | None, header: bool | None
) -> Layout:
    """The layout of a text, no column chosen yet; what is given is taken instead of a guess."""
    used = encoding or encoding_of(source.head)
    start = decoded(source.head, used)
    if not start.strip():
        raise ReadingError(f"{source.name} holds nothing but blanks. Choose a file with at least one label")
    if kind is not None and kind not in get_args(Kind):
        Layout(kind=kind)  # says what it must be
    if (kind or "json").startswith(("json", "coco")) and separator is None and _is_json(source, start):
        try:
            return replace(json_layout(start, source.whole), encoding=used)
        except ReadingError:
            if kind is not None or _suffix(source) in _JSON or re.match(r'\s*(\{|\[\s*[\[{"\]\d-])', start):
                raise  # else "[cat]" is a label like any other
    return replace(_table_or_lines(source, start, kind, separator, header), encoding=used)


def _table_or_lines(
    source: Source, start: str, kind: Kind | None, separator: str | None, header: bool | None
) -> Layout:
    found = delimited_text.start_of(start, separator, source.whole)
    lines = delimited_text.lines_of(start)
    words = [line.split() for line in lines if line.strip()]
    if kind is None:
        kind = _text_kind(source, found, words, separator, start)
    if kind == "table":
        return _table(source, found, header)
    if kind == "lines":
        skip = int(column_guess.plain(lines[0]) in column_guess.LABELS if header is None else header)
        return Layout(
            kind=kind,
            skip_lines=skip,
            header=bool(skip),
            rows=tuple((cell[:80],) for cell in lines[skip : skip + delimited_text.PREVIEW_ROWS]),
        )
    if kind == "image list":
        rows = tuple((" ".join(row[:-1])[:80], row[-1][:80]) for row in words[: delimited_text.PREVIEW_ROWS])
        return Layout(kind=kind, columns=("path", "label"), label="label", rows=rows)
    if kind == "words":
        return _table(source, delimited_text.Start(" ", words, 0, 1), header, kind)
    raise ReadingError(f"{source.name} is a text, which cannot be read as {quoted(kind)}. Leave the kind out")


def _text_kind(
    source: Source, found: delimited_text.Start, words: list[list[str]], separator: str | None, start: str
) -> Kind:
    if delimited_text.width_of(found.rows) > 1 or separator is not None:
        return "table"
    if words and all(len(row) > 1 and _is_path(row[0]) for row in words[:-1] or words):
        return "image list"
    if delimited_text.width_of(words) > 2 and len({len(row) for row in words}) == 1 and any(
        all(column_guess.NUMBER.fullmatch(row[c]) for row in words[1:] or words) for c in range(len(words[0]))
    ):  # fmt: skip
        return "words"
    quoted_lines = any(len(line) > 1 and line[0] == line[-1] == '"' for line in start[:10000].splitlines())
    return "table" if _suffix(source) in ("csv", "tsv") or quoted_lines else "lines"


def _table(source: Source, start: delimited_text.Start, header: bool | None, kind: Kind = "table") -> Layout:
    rows, width = start.rows, delimited_text.width_of(start.rows[1:] or start.rows)
    if not rows or not width:
        raise ReadingError(f"{source.name} holds no row that can be read. Check its quotes and its separator")
    named = column_guess.has_header(rows) if header is None else header
    if named and len(rows) == 1 and not source.whole:
        raise ReadingError(
            f"a row of {source.name} is very long, usually because a quote is never closed. Check its quotes"
        )
    if named and len(rows) == 1:
        raise ReadingError(f"{source.name} holds only a header ({quoted(', '.join(rows[0]))}). Choose a file with rows")
    columns = _distinct_names(rows[0] if named else [], width)
    first_rows = [[cell[:80] for cell in row] for row in rows[named : delimited_text.PREVIEW_ROWS + named]]
    skip = start.skip_lines + (start.first_lines if named else 0)
    return Layout(
        kind=kind, columns=columns, separator=start.separator, header=named, skip_lines=skip,
        rows=tuple(tuple(row) for row in first_rows if len(row) == width),
    )  # fmt: skip


def _distinct_names(given: Sequence[str], width: int) -> tuple[str, ...]:
    """One name a column. R leaves out the name of its first column, that of the rows."""
    given = ["row", *given] if len(given) == width - 1 and given else list(given)
    names = dict[str, None]()  # a set that keeps their order
    for c in range(width):
        name = printable(given[c].strip(), 200) if c < len(given) else ""
        name = name or f"column {c + 1}"
        while name in names:
            name = f"{name} ({c + 1})"
        names[name] = None
    return tuple(names)


def _is_json(source: Source, start: str) -> bool:
    return start.lstrip()[0] in ('{["' if _suffix(source) in _JSON else "{[")


def _is_path(word: str) -> bool:
    return "/" in word or "\\" in word or ("." in word and not column_guess.NUMBER.fullmatch(word))


def _suffix(source: Source) -> str:
    return source.name.lower().removesuffix(".gz").rpartition(".")[2]
