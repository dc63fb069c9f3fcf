"""Which columns and rows of an uploaded file count: its labels, counts, groups, split, and several labels in a row."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from pages.parts.my_labels.session_labels import (
    SessionLabels,
    refuse_labels,
    running_reading_job,
    session_labels,
    start_reading,
    stop_reading,
)
from pages.parts.text.markdown import literal
from sampler_core.datasets.label_files import (
    WITH_COLUMNS,
    Layout,
    Reading,
    ReadingError,
    distinct_columns,
    noticed_indicators,
)
from sampler_core.figures.class_labels import distinct_labels
from sampler_core.formatting import count, quoted, shortened

LABEL_COLUMN, COUNT_COLUMN, GROUP_COLUMN, SPLIT_COLUMN = "own-label", "own-count", "own-group", "own-split"
SPLITS, SEVERAL = "own-splits", "own-several"
NONE = "none"
CELL_CHARACTERS = 200  # of a column's name
HOW_SEVERAL = {"rarest": "Count the rarest label", "whole": "Each combination is a class"}
HOW_BOXES = {"rarest": "An image, as its rarest category", "whole": "A box"}
OTHER_COLUMNS = {
    COUNT_COLUMN: ("Counts", "For a table with a row a class: the column that says how many samples it has. None: "
                   "every row is a sample."),
    GROUP_COLUMN: ("Combine with", "A second column, such as the hospital: its pairs with the label are the classes."),
    SPLIT_COLUMN: ("Split column", "The column that says which rows are for training. None: all rows count."),
}  # fmt: skip


def column_form(uploaded: SessionLabels) -> None:
    """The controls, those of what was noticed with its sentence above them, the others in a fold."""
    reading, layout = uploaded.reading, uploaded.reading.layout
    columns = _column_options(layout)
    if running_reading_job() is None:  # what could not be read leaves the choice as it was
        _set_chosen(reading, columns)
    if columns:
        st.selectbox("Label column", list(columns), key=LABEL_COLUMN, on_change=_read_upload_again,
                     help="The column that holds the class of each row.")  # fmt: skip
    noticed = _noticed_by_box(reading)
    for key in (GROUP_COLUMN, SPLITS, SEVERAL, LABEL_COLUMN):
        if sentences := noticed.get(key):
            with st.container(key=f"own-said-{key}"):
                st.markdown(literal(" ".join(sentences)))
        if key == GROUP_COLUMN and key in noticed and columns:
            _column_box(key, columns, reading.layout)
        if key == SPLITS and reading.splits:
            st.multiselect(f"Rows whose {literal(shortened(quoted(layout.split_column), 30))} is",
                           list(_split_options(reading)), key=SPLITS, placeholder="all rows count",
                           on_change=_read_upload_again)  # fmt: skip
        if key == SEVERAL and layout.several is not None:
            title, ways = (
                ("A sample is", HOW_BOXES) if layout.kind == "coco" else ("A row with several labels", HOW_SEVERAL)
            )
            st.selectbox(title, list(ways), key=SEVERAL, on_change=_read_upload_again, format_func=ways.__getitem__)
    if columns:
        with st.expander("Other columns", key="own-columns-fold"):
            for key in OTHER_COLUMNS:
                if key != GROUP_COLUMN or key not in noticed:
                    _column_box(key, columns, reading.layout)


def _column_box(key: str, columns: dict[str, tuple[str, ...]], layout: Layout) -> None:
    title, words = OTHER_COLUMNS[key]
    no_groups = {*layout.indicators, layout.label, *distinct_columns(layout.first_cells)} - {layout.group}
    left_out = no_groups if key == GROUP_COLUMN else set()
    single = [option for option, names in columns.items() if len(names) == 1 and not left_out.issuperset(names)]
    st.selectbox(title, [NONE, *single], key=key, on_change=_read_upload_again, help=words)


def _noticed_by_box(reading: Reading) -> dict[str, list[str]]:
    """The sentences about what was noticed, by the control that changes it."""
    box_of_topic = {"split": SPLITS, "group": GROUP_COLUMN, "several": SEVERAL, "indicators": LABEL_COLUMN}
    noticed: dict[str, list[str]] = {}
    for topic, sentence in reading.noticed:
        noticed.setdefault(box_of_topic[topic], []).append(sentence)
    return noticed


def _column_options(layout: Layout) -> dict[str, tuple[str, ...]]:
    """Options of the label box -> columns: one each, and those of 0 and 1 together; none where there is no choice."""
    if len(layout.columns) < 2 or layout.kind not in WITH_COLUMNS:
        return {}
    names = [NONE, *(name[:CELL_CHARACTERS] for name in layout.columns)]  # a column may be called "none" too
    options = list(distinct_labels(names, range(len(names))))[1:]
    columns: dict[str, tuple[str, ...]] = {
        option: (name,) for option, name in zip(options, layout.columns, strict=True)
    }
    indicators = layout.indicators or noticed_indicators(layout.first_cells)
    if len(indicators) > 1:
        columns[f"{len(indicators)} columns of 0 and 1"] = indicators
    return columns


def _split_options(reading: Reading) -> dict[str, str]:
    """Options of the rows box -> values of the split column, with their rows."""
    values = [value for value, _ in reading.splits]
    names = distinct_labels([value[:CELL_CHARACTERS] or "(empty)" for value in values], range(len(values)))
    return {f"{name}: {count(reading.splits[place][1])}": values[place] for name, place in names.items()}


def _set_chosen(reading: Reading, columns: dict[str, tuple[str, ...]]) -> None:
    """The boxes show how the file was read."""
    layout, option_of = reading.layout, {names: option for option, names in columns.items()}

    def option(column: str | None) -> str:
        return option_of.get((column,), NONE) if column is not None else NONE

    if columns:
        label = layout.indicators or (layout.label or layout.columns[0],)
        st.session_state[LABEL_COLUMN] = option_of[label]
        st.session_state[COUNT_COLUMN] = option(layout.count)
        st.session_state[GROUP_COLUMN] = option(layout.group)
        st.session_state[SPLIT_COLUMN] = option(layout.split_column)
    st.session_state[SPLITS] = [o for o, value in _split_options(reading).items() if value in (layout.split or ())]
    st.session_state[SEVERAL] = layout.several or "rarest"


def _read_upload_again() -> None:
    if (uploaded := session_labels()) is None:
        return
    stop_reading()
    try:
        layout = _chosen_layout(uploaded.reading)
    except ReadingError as error:
        refuse_labels("Not read", error)
        return
    if layout is not None:
        start_reading(uploaded.upload, layout)


def _chosen_layout(reading: Reading) -> Layout | None:
    """The layout with what the boxes hold; None where the browser did not know yet that another file has been read."""
    layout, columns, splits = reading.layout, _column_options(reading.layout), _split_options(reading)
    several = st.session_state.get(SEVERAL) if layout.several is not None else None
    if not columns:
        return replace(layout, several=several)
    label, *others = (st.session_state.get(key, NONE) for key in (LABEL_COLUMN, *OTHER_COLUMNS))
    chosen_splits = st.session_state.get(SPLITS, ())
    if label not in columns or not {*others} <= {NONE, *columns} or not {*chosen_splits} <= splits.keys():
        return None
    labels = columns[label]
    count_column, group, split_column = (columns[option][0] if option in columns else None for option in others)
    return layout.choose(
        labels[0] if len(labels) == 1 else labels, count_column, group=group, split_column=split_column,
        split=[splits[option] for option in chosen_splits] if split_column == layout.split_column else None,
        several=several if labels == (layout.indicators or (layout.label,)) else None,
    )  # fmt: skip
