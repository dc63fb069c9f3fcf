"""What a table's columns hold besides labels: a split, a group, identifiers, or the labels as columns of 0 and 1.

All of it is noticed from the columns' names and their first rows, and can be said otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from sampler_core.datasets.label_files.class_naming import MISSING

Columns: TypeAlias = Mapping[str, Sequence[str]]  # name -> first values

SPLIT_COLUMNS = (
    "split", "splits", "subset", "partition", "set", "data_split", "dataset_split", "split_name", "fold", "folds",
    "kfold", "cv_fold", "stratified_fold", "strat_fold",
)  # fmt: skip
TRAINING_FLAGS = ("train", "training", "is_train", "is_training", "istrain", "in_train", "train_flag")
HELD_OUT_FLAGS = ("test", "is_test", "val", "is_val", "validation", "is_validation", "holdout", "is_holdout")
UNCLEAR_FLAGS = ("is_valid",)  # for validation, or without a fault?
TRAINING_WORDS = {"train", "training", "trn", "trainval"}
SPLIT_WORDS = TRAINING_WORDS | {
    "val", "valid", "validation", "dev", "test", "testing", "tst", "eval", "evaluation", "holdout", "heldout",
}  # fmt: skip
GROUP_COLUMNS = (
    "hospital", "site", "scanner", "domain", "center", "centre", "institution", "source", "sex", "gender", "group",
    "device", "camera", "location", "region", "country", "ethnicity", "dataset",
)  # fmt: skip
FILE_COLUMNS = ("path", "file", "filename", "file_name", "image", "image_path", "img", "url")
NAMELESS_COLUMNS = (*FILE_COLUMNS, "id", "index", "name")
NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")
MOST_NOTICED_SPLITS, MOST_NOTICED_GROUPS = 20, 30
MOST_COLUMNS = 5_000  # of a file in which more than the label column is noticed
SEVERAL_ROWS = 6  # that make it no accident that values recur
YES, NO, UNCERTAIN = {"1", "1.0", "true", "yes", "y", "t"}, {"0", "0.0", "false", "no", "n", "f"}, {"-1", "-1.0"}


def plain_column_name(column_name: str) -> str:
    """A column's name as it is compared: "Class Name" -> "class_name"."""
    return re.sub(r"[\s.\-]+", "_", column_name.strip().lower())


def is_number(cell: str) -> bool:
    """Whether a cell holds a number, with a decimal point or a decimal comma."""
    return NUMBER.fullmatch(cell.strip()) is not None


def is_distinct(column: Sequence[str]) -> bool:
    """Whether every row has another value, as identifiers do."""
    return len(set(column)) == len(column)


def recurs(column: Sequence[str]) -> bool:
    """Whether few values come again and again, as labels do."""
    given = given_cells(column)
    few = len(given) >= len(column) / 2 and len(set(given)) <= max(2, len(given) // 2)
    return few and not any("." in cell and NUMBER.fullmatch(cell) for cell in given)


def given_cells(column: Iterable[str]) -> list[str]:
    """The cells that hold something, without blanks around it."""
    return [cell.strip() for cell in column if cell.strip() not in MISSING]


def is_text(column: Sequence[str]) -> bool:
    """Whether not all cells are numbers."""
    return not all(map(is_number, given_cells(column)))


def noticed_split(columns: Columns) -> str | None:
    """The column that says which rows are for training: by its values, a flag's name, or a split's name.

    None where only names of files or identifiers would be left to be the labels. "train" among columns of 0 and 1 that
    are called "car" and "bus" is a class.
    """
    if not 2 <= len(columns) <= MOST_COLUMNS:
        return None
    by_values = [name for name, column in columns.items() if _names_splits(column)]
    flags = {*TRAINING_FLAGS, *HELD_OUT_FLAGS, *UNCLEAR_FLAGS}
    indicators = noticed_indicators(columns)
    if len(indicators) > 2 and not all(map(is_split_name, indicators)):
        flags -= {plain_column_name(name) for name in indicators if not name.lower().startswith("is")}
    by_flag = [name for name, column in columns.items() if plain_column_name(name) in flags and _is_flag(column)]
    by_name = [name for name, column in columns.items() if plain_column_name(name) in SPLIT_COLUMNS and _is_few(column)]
    for split_column in [*by_values, *by_flag, *by_name]:
        if any(plain_column_name(name) not in NAMELESS_COLUMNS for name in columns if name != split_column):
            return split_column
    return None


def training_values(split_column: str, split_values: Sequence[str]) -> tuple[str, ...]:
    """Which values of a split mark the rows for training; none where that cannot be told, as of numbered folds."""
    column_name, lower = plain_column_name(split_column), {value: value.strip().lower() for value in split_values}
    if column_name in TRAINING_FLAGS + HELD_OUT_FLAGS and set(lower.values()) <= YES | NO | {""}:
        training_flag = YES if column_name in TRAINING_FLAGS else NO
        return tuple(value for value in split_values if lower[value] in training_flag)
    named_so = tuple(value for value in split_values if lower[value] in TRAINING_WORDS)
    return named_so or tuple(value for value in split_values if _words_of(value) & TRAINING_WORDS)


def noticed_groups(columns: Columns, taken: Iterable[str | None]) -> tuple[str, ...]:
    """Columns that could be labels as well, or be combined with them: text of few values, or named as groups are."""
    taken_columns = set(taken)
    others = {name: column for name, column in columns.items() if name not in taken_columns}
    if len(others) > MOST_COLUMNS:
        return ()
    return tuple(
        name for name, column in others.items() if plain_column_name(name) not in NAMELESS_COLUMNS and recurs(column)
        and len(given_cells(column)) >= SEVERAL_ROWS and 2 <= len(set(given_cells(column))) <= MOST_NOTICED_GROUPS
        and (is_text(column) or plain_column_name(name) in GROUP_COLUMNS)
    )  # fmt: skip


def noticed_ids(columns: Columns) -> tuple[str, ...]:
    """Columns of text with another value in each row."""
    if len(columns) > MOST_COLUMNS:
        return ()
    return tuple(
        name for name, column in columns.items() if len(column) >= SEVERAL_ROWS and is_distinct(column)
        and is_text(column) and given_cells(column)
    )  # fmt: skip


def distinct_columns(columns: Columns) -> tuple[str, ...]:
    """Columns with another value in each of several rows: no groups that the labels can be combined with."""
    return tuple(name for name, column in columns.items() if len(column) >= SEVERAL_ROWS and is_distinct(column))


def noticed_indicators(columns: Columns) -> tuple[str, ...]:
    """Columns side by side that hold 0 and 1: the longest run of them, one that has one 1 in each row before others."""
    if len(columns) > MOST_COLUMNS:
        return ()
    runs: list[list[str]] = [[]]
    for name, column in columns.items():
        if _is_indicator(column):
            runs[-1].append(name)
        elif runs[-1]:
            runs.append([])

    def likelihood(run: list[str]) -> tuple[bool, int]:
        return has_one_each(columns, run), len(run)

    likeliest: list[str] = max(runs, key=likelihood)
    return tuple(likeliest)


def has_one_each(columns: Columns, indicators: Sequence[str]) -> bool:
    """Whether each of several rows has its 1 in one of these columns, and not always in the same."""
    ones = [[cell.strip().lower() in YES for cell in columns[name]] for name in indicators]
    rows_of_ones = list(zip(*ones, strict=True))
    return len(rows_of_ones) >= 3 and all(sum(row) == 1 for row in rows_of_ones) and sum(map(any, ones)) >= 2


def is_split_name(value: str) -> bool:
    """Whether a value names a split: "train", "PublicTest", "val_2"."""
    return bool(_words_of(value) & SPLIT_WORDS)


def _names_splits(column: Sequence[str]) -> bool:
    given = set(given_cells(column))
    return 0 < len(given) <= MOST_NOTICED_SPLITS and all(map(is_split_name, given))


def _words_of(value: str) -> set[str]:
    """ "PublicTest_2" -> {"public", "test"}."""
    return set(re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", value[:200]).lower()))


def _is_flag(column: Sequence[str]) -> bool:
    return bool(given_cells(column)) and {cell.lower() for cell in given_cells(column)} <= YES | NO


def _is_few(column: Sequence[str]) -> bool:
    return recurs(column) and len(set(given_cells(column))) <= MOST_NOTICED_SPLITS


def _is_indicator(column: Sequence[str]) -> bool:
    given = {cell.lower() for cell in given_cells(column)}
    return bool(given & (YES | NO)) and given <= YES | NO | UNCERTAIN and not given & {"y", "n", "t", "f", "yes", "no"}
