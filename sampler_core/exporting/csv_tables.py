"""Tables as CSV files.

The one contract here: no spreadsheet takes a cell of text for a formula.

NOTE formulas: spreadsheets run a cell that begins with = + - @ (also full-width), or with a tab or a line break before
one of these. Such text gets a leading apostrophe, which marks it as text: "=1+1" becomes "'=1+1". Numbers stay numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from sampler_core.draws.preview import Preview

FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")


def csv_file(table: pd.DataFrame) -> bytes:
    """The table with its index, as UTF-8 with a byte order mark (for Excel) and CR LF line ends."""
    csv = table.map(not_a_formula)
    csv.columns = [not_a_formula(name) for name in table.columns]
    csv.index = table.index.map(not_a_formula)
    names = [not_a_formula(name or "") for name in table.index.names]
    csv_text: str = csv.to_csv(index_label=names, lineterminator="\r\n")
    return csv_text.encode("utf-8-sig", errors="replace")


def not_a_formula(cell: object) -> object:
    """The cell; text that a spreadsheet would run gets an apostrophe."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell


def batch_table(preview: Preview) -> pd.DataFrame:
    """The class counts of each batch: one row per batch, one column per class, in the caller's order."""
    import pandas as pd  # here, so that code and JSON can be made without it

    batches = pd.RangeIndex(preview.first_batch, preview.first_batch + preview.num_batches, name="batch")
    names = preview.class_counts.names
    # Not names as they are: pandas cannot hold a lone surrogate (half a character), which becomes a question mark.
    csv_columns = [name.encode(errors="replace").decode() if isinstance(name, str) else name for name in names]
    return pd.DataFrame(preview.batch_class_counts, index=batches, columns=csv_columns)
