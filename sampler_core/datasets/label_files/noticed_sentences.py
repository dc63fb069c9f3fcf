"""What was noticed about a file, in sentences of plain text: splits, groups, several labels, columns of 0 and 1."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sampler_core.datasets.label_files.column_roles import noticed_groups, noticed_indicators
from sampler_core.datasets.label_files.file_layout import Layout
from sampler_core.formatting import count, listed, quoted, several

MOST_LISTED = 4


def about_splits(layout: Layout, splits: Sequence[tuple[str, int]]) -> str:
    """ "Only rows whose 'split' is 'train' count: 31,769 of 39,820 (the others: 'val' 3,051)."."""
    column, chosen = quoted(layout.split_column), layout.split or ()
    if not chosen:
        return f"Column {column} divides the rows ({_listed_splits(splits)}), and all of them count."
    counted = sum(rows for split, rows in splits if split in chosen)
    others = [(split, rows) for split, rows in splits if split not in chosen]
    not_counted = f" (the others: {_listed_splits(others)})" if others else ""
    every = count(sum(rows for _, rows in splits))
    return f"Only rows whose {column} is {_or(chosen)} count: {count(counted)} of {every}{not_counted}."


def about_indicators(layout: Layout, rows: int) -> str:
    """What columns of 0 and 1 were taken for; `rows` have several."""
    columns = f"Columns {listed(layout.indicators, MOST_LISTED)} hold 0 and 1, and a row's class is the one with the 1"
    if not rows:
        return f"{columns}."
    have = several(rows, "row has", "rows have")
    how = "are classes of their own" if layout.several == "whole" else "count for their rarest label"
    return f"{columns}; {have} several, which {how}."


def about_cells_like(cell: str) -> Callable[[Layout, int], str]:
    """What cells such as "cat|dog" were taken for."""

    def sentence(layout: Layout, rows: int) -> str:
        have = several(rows, "row holds", "rows hold")
        how = "each combination is a class" if layout.several == "whole" else "a row counts for its rarest label"
        return f"{have} several labels ({quoted(cell, 30)}): {how}."

    return sentence


def about_images(images: int, boxes: int, are_samples: bool) -> str:
    """What a file of images with boxes was taken for."""
    images_in_words, boxes_in_words = several(images, "image", "images"), several(boxes, "box", "boxes")
    if not are_samples:
        return f"Each of the {boxes_in_words} is a sample; they are on {images_in_words}."
    return f"{images_in_words} with {boxes_in_words}: an image counts for the rarest category of its boxes."


def about_columns(layout: Layout) -> list[tuple[str, str]]:
    """What else could be the labels, as "group" or "indicators", and a sentence."""
    columns, noticed = layout.first_cells, []
    label = f"column {quoted(layout.label)}" if layout.label is not None else "columns of 0 and 1"
    if layout.group is not None:
        noticed.append(("group", f"The classes are the pairs of {label} and {quoted(layout.group)}."))
    elif groups := groups_of_layout(layout):
        has, it = ("holds", "it") if len(groups) == 1 else ("hold", "they")
        noticed.append((
            "group", f"The labels are taken from {label}. {listed(groups, MOST_LISTED)} {has} few values too: {it} can "
            "be combined with the labels, or be the labels instead.",
        ))  # fmt: skip
    indicators = noticed_indicators(columns)
    if not layout.indicators and layout.label not in indicators and len(indicators) > 2:
        sentence = f"Columns {listed(indicators, MOST_LISTED)} hold 0 and 1: they can be the labels instead."
        noticed.append(("indicators", sentence))
    return noticed


def groups_of_layout(layout: Layout) -> tuple[str, ...]:
    """The columns that could be labels too."""
    return noticed_groups(layout.first_cells, layout.columns_read) if layout.count is None else ()


def _listed_splits(splits: Sequence[tuple[str, int]]) -> str:
    by_rows = sorted(splits, key=lambda split: -split[1])
    shown = ", ".join(f"{_split_name(split)} {count(rows)}" for split, rows in by_rows[:MOST_LISTED])
    return shown + (f", ... ({len(splits)} in all)" if len(splits) > MOST_LISTED else "")


def _or(splits: Sequence[str]) -> str:
    *most, last = map(_split_name, splits)
    return f"{', '.join(most)} or {last}" if most else last


def _split_name(split: str) -> str:
    return quoted(split) if split else "empty"
