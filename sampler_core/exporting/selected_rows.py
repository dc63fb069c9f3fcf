"""Code that selects the rows of a label file that count, with their labels, as the file was read here."""

from __future__ import annotations

from sampler_core.datasets.label_files import Reading
from sampler_core.formatting import count

_ROWS_CODE = """\
# `dataset` has a sample for each of the {rows} rows of the label file, in their order. {counted} of them count,
# with these labels. (Where it has those {counted} only, leave out the line with Subset.) Needs: pip install pyarrow
rows, labels = read_rows(
{arguments}
)
dataset = Subset(dataset, rows)
"""


def rows_code(reading: Reading) -> str:
    """Lines that make `dataset` the samples that were counted; "" where a data set's own rows and labels are these."""
    layout = reading.layout
    if not layout.makes_labels or layout.count is not None:
        return ""
    options = {name: value for name, value in layout.options().items() if name != "split_column" or value}
    arguments = [
        f"    {reading.name!r},  # the file that was read here",
        *(f"    {k}={v!r}," for k, v in options.items()),
    ]
    counted = count(reading.counts.num_samples)
    return _ROWS_CODE.format(rows=count(reading.rows), counted=counted, arguments="\n".join(arguments))
