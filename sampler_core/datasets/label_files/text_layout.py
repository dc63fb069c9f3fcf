"""How to read a text: as JSON, as a table, as lines; with which separator, header and columns."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from sampler_core.datasets.label_files import column_guess
from sampler_core.datasets.label_files.byte_source import ByteSource
from sampler_core.datasets.label_files.errors import ReadingError, printable, quoted
from sampler_core.datasets.label_files.file_layout import PREVIEW_ROWS, Layout, first_rows
from sampler_core.datasets.label_files.json_layout import json_layout
from sampler_core.datasets.label_files.text_encoding import decoded, encoding_of

SEPARATORS = ("\t", ";", "|", ",")  # of equally good ones the first: a decimal comma parts numbers just as evenly
SAMPLE_ROWS = 200
_JSON = ("json", "jsonl", "ndjson")


class TableStart(NamedTuple):
    """The first rows of a table: their separator and fields, the lines before them, and those the first one takes."""

    separator: str
    rows: list[list[str]]
    skip_lines: int
    first_row_lines: int


def text_layout(
    source: ByteSource, kind: str | None, separator: str | None, encoding: str | None, header: bool | None
) -> Layout:
    """The layout of a text, no column chosen yet; what is given is taken instead of a guess."""
    used = encoding or encoding_of(source.head)
    text = decoded(source.head, used)
    if not text.strip():
        raise ReadingError(f"{source.name} holds nothing but blanks. Choose a file with at least one label")
    is_json = text.lstrip()[0] in ('{["' if _suffix(source) in _JSON else "{[")
    if is_json and separator is None and (kind or "json").startswith(("json", "coco")):
        try:
            return replace(json_layout(text, source.whole), encoding=used)
        except ReadingError:
            if kind is not None or _suffix(source) in _JSON or re.match(r'\s*(\{|\[\s*[\[{"\]\d-])', text):
                raise  # else "[cat]" is a label like any other
    return replace(_table_or_lines(source, text, kind, separator, header), encoding=used)


def _table_or_lines(
    source: ByteSource, text: str, kind: str | None, separator: str | None, header: bool | None
) -> Layout:
    table = _table_start(text, separator, source.whole)
    lines = [line.rstrip("\r\n") for line in islice(io.StringIO(text, newline=""), SAMPLE_ROWS)]
    words = [line.split() for line in lines if line.strip()]
    kind = kind or _text_kind(source, text, table, words, separator)
    if kind == "table":
        return _table_layout(source, table, header)
    if kind == "lines":
        skip = column_guess.plain(lines[0]) in column_guess.LABELS if header is None else header
        return Layout(kind=kind, skip_lines=int(skip), header=skip, rows=first_rows(zip(lines[skip:])))
    if kind == "image list":
        rows = first_rows((" ".join(row[:-1]), row[-1]) for row in words)
        return Layout(kind=kind, columns=("path", "label"), label="label", rows=rows)
    if kind == "words":
        return replace(_table_layout(source, TableStart(" ", words, 0, 1), header), kind=kind)
    raise ReadingError(f"{source.name} is a text, which cannot be read as {quoted(kind)}. Leave the kind out")


def _text_kind(source: ByteSource, text: str, table: TableStart, words: list[list[str]], separator: str | None) -> str:
    if _usual_width(table.rows) > 1 or separator is not None:
        return "table"
    if words and all(len(row) > 1 and _is_path(row[0]) for row in words[:-1] or words):
        return "image list"
    if _usual_width(words) > 2 and len({len(row) for row in words}) == 1 and any(
        all(column_guess.NUMBER.fullmatch(row[c]) for row in words[1:] or words) for c in range(len(words[0]))
    ):  # fmt: skip
        return "words"
    quoted_lines = any(len(line) > 1 and line[0] == line[-1] == '"' for line in text[:10000].splitlines())
    return "table" if _suffix(source) in ("csv", "tsv") or quoted_lines else "lines"


def _table_layout(source: ByteSource, table: TableStart, header: bool | None) -> Layout:
    rows, width = table.rows, _usual_width(table.rows[1:] or table.rows)
    if not rows or not width:
        raise ReadingError(f"{source.name} holds no row that can be read. Check its quotes and its separator")
    named = column_guess.has_header(rows) if header is None else header
    if named and len(rows) == 1 and not source.whole:
        raise ReadingError(
            f"a row of {source.name} is very long, usually because a quote is never closed. Check its quotes"
        )
    if named and len(rows) == 1:
        raise ReadingError(f"{source.name} holds only a header ({quoted(', '.join(rows[0]))}). Choose a file with rows")
    return Layout(
        kind="table",
        columns=_distinct_names(rows[0] if named else [], width),
        separator=table.separator,
        header=named,
        skip_lines=table.skip_lines + (table.first_row_lines if named else 0),
        rows=first_rows(row for row in rows[named : PREVIEW_ROWS + named] if len(row) == width),
    )


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


def _table_start(text: str, separator: str | None, whole: bool) -> TableStart:
    """Finds the separator, if none is given, as the one that parts the most rows alike; ',' when none does."""
    # newline="": a line ends at \r, \n or \r\n, as for the reader of the whole file.
    lines = list(islice(io.StringIO(text, newline=""), 5 * SAMPLE_ROWS + 1))
    whole = whole and len(lines) <= 5 * SAMPLE_ROWS
    skip = int(lines[0].lower().startswith("sep=") and len(lines[0].strip()) == 5)
    if skip and separator is None:
        separator = lines[0][4]
    blank = (" ",) if text.lstrip().startswith('"') else ()  # R's write.table quotes names
    candidates = (separator,) if separator else (*SEPARATORS, *blank)
    starts = [_parted(lines, skip, mark, whole) for mark in candidates]
    return max(starts, key=_evenness)


def _parted(lines: list[str], skip: int, separator: str, whole: bool) -> TableStart:
    """The first rows by one separator; a last row that is cut off is left out."""
    lines = lines[skip:]
    reader = csv.reader(lines, delimiter=separator)
    rows: list[list[str]] = []
    first_row_lines = 0
    with suppress(csv.Error):  # a field longer than the csv module takes: what came before it is enough
        for row in reader:
            if row and (whole or reader.line_num < len(lines)):
                rows.append(row)
                first_row_lines = first_row_lines or reader.line_num
            if len(rows) == SAMPLE_ROWS:
                break
    return TableStart(separator, rows, skip, first_row_lines)


def _evenness(start: TableStart) -> tuple[float, int]:
    """(share of rows of the usual width, that width); 0 where nothing is parted, with ',' before the others."""
    width, rows = _usual_width(start.rows), start.rows
    even = [len(row) in (width, width - (row is rows[0])) for row in rows]  # R leaves a name out of the first row
    share = sum(even) / max(len(rows), 1)
    return (share, width) if width > 1 and share >= 0.8 else (0.0, start.separator == ",")


def _usual_width(rows: Sequence[Sequence[str]]) -> int:
    """How many fields most of these rows have."""
    return Counter(map(len, rows)).most_common(1)[0][0] if rows else 0


def _is_path(word: str) -> bool:
    return "/" in word or "\\" in word or ("." in word and not column_guess.NUMBER.fullmatch(word))


def _suffix(source: ByteSource) -> str:
    return source.name.lower().removesuffix(".gz").rpartition(".")[2]
