"""Several labels in a cell ("cat|dog", "cat;dog", '["cat", "dog"]'): noticed in the distinct cells, and taken apart."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

SEPARATORS_IN_CELLS = ("|", ";", ",", " ")
LIST = "[]"  # stands for lists as JSON, Python or NumPy write them
_ITEM = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s,'"\[\]]+"""
_LIST = re.compile(rf"\[\s*(?:(?:{_ITEM})(?:\s*,\s*|\s+|(?=\])))*\]")


def labels_in_cell(cell: str, separator: str) -> tuple[str, ...]:
    """The labels of a cell, each once; none of an empty list."""
    if separator != LIST:
        labels = [part.strip() for part in cell.split(separator)]
    elif _is_list(cell):
        labels = _items_of_list(cell)
    else:
        labels = [cell]
    return tuple(dict.fromkeys(label for label in labels if label))


def noticed_separator(cells: Sequence[str]) -> str | None:
    """What parts the labels of these distinct cells, None where each cell is one label.

    Lists always do; a mark does where the parts are labels of their own elsewhere, so that "Korea, South" is one label.
    Blanks do between numbers only.
    """
    if any(_is_list(cell) and not {*"',\""}.isdisjoint(cell) for cell in cells):  # "[cat]" is a name like any other
        return LIST
    return next((mark for mark in SEPARATORS_IN_CELLS if _parts_recur(cells, mark)), None)


def possible_separator(cells: Sequence[str]) -> str | None:
    """A mark that may part labels, though nothing else says so: "animal|cat" may be one label."""
    marks = (mark for mark in "|;" if any(len(labels_in_cell(cell, mark)) > 1 for cell in cells))
    return next(marks, None)


def _parts_recur(cells: Sequence[str], mark: str) -> bool:
    """Whether most of the cells with this mark are made of parts that come alone, or all in other cells too."""
    with_mark = [labels_in_cell(cell, mark) for cell in cells if mark in cell]
    with_mark = [labels for labels in with_mark if len(labels) > 1]
    if not with_mark or (mark in ", " and not _fits(cells, mark)):
        return False
    alone = {cell.strip() for cell in cells if mark not in cell}
    cells_of_label = Counter(label for labels in with_mark for label in labels)
    cells_of_label.update(alone)
    recurring = sum(
        (mark in "|;" and not alone.isdisjoint(labels)) or all(cells_of_label[label] > 1 for label in labels)
        for labels in with_mark
    )
    return 2 * recurring >= len(with_mark)


def _fits(cells: Sequence[str], mark: str) -> bool:
    """Numbers have blanks between them, where text with blanks is a name; their commas may be of decimals."""
    of_numbers = all(re.fullmatch(r"\d{1,9}([ ,]\s*\d{1,9})*", cell.strip()) for cell in cells)
    return of_numbers if mark == " " else not of_numbers or any(cell.count(",") > 1 for cell in cells)


def _is_list(cell: str) -> bool:
    return cell.startswith("[") and cell.endswith("]") and _LIST.fullmatch(cell) is not None


def _items_of_list(cell: str) -> list[str]:
    with suppress(ValueError, RecursionError):
        items = json.loads(cell)
        return [item if isinstance(item, str) else json.dumps(item) for item in items]
    return [re.sub(r"\\(.)", r"\1", item[1:-1]) if item[0] in "'\"" else item for item in re.findall(_ITEM, cell[1:-1])]
