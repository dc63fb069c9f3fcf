"""Tables as CSV files that a spreadsheet opens as what they are: data.

The one contract here: no cell of text is taken for a formula.

NOTE formulas: spreadsheets run a cell that begins with = + - @ (also in their full-width forms), or with a tab or a
line break before one of these. Such text gets a leading apostrophe, which marks it as text; numbers stay as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sampler_core.data.plain_values import ClassName

if TYPE_CHECKING:
    import pandas as pd

    from sampler_core.draws.preview import Preview

STARTS = tuple("=+-@\t\r\n＝＋－＠")


def csv_file(table: pd.DataFrame) -> bytes:
    """The table with its index, as UTF-8 with a byte order mark (Excel reads it as UTF-8 then), lines end in CR LF."""
    safe = table.map(neutral)
    safe.columns = [neutral(name) for name in table.columns]
    safe.index = table.index.map(neutral)
    names = [neutral(name or "") for name in table.index.names]
    text: str = safe.to_csv(index_label=names, lineterminator="\r\n")
    return text.encode("utf-8-sig", errors="replace")


def neutral(cell: object) -> object:
    """A cell that no spreadsheet runs; all but text as it is."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(STARTS) else cell


def batch_table(preview: Preview) -> pd.DataFrame:
    """One row a batch, one column a class, in the caller's order: how often the batch has it."""
    import pandas as pd  # here, so that code and JSON can be made without it

    batches = pd.RangeIndex(preview.first_batch, preview.first_batch + preview.num_batches, name="batch")
    names = [_whole(name) for name in preview.class_counts.names]
    return pd.DataFrame(preview.batch_class_counts, index=batches, columns=names)


def _whole(name: ClassName) -> ClassName:
    """A name that pandas can keep: half a sign (a lone surrogate) is a question mark."""
    return name.encode("utf-8", errors="replace").decode("utf-8") if isinstance(name, str) else name
