"""Code that selects the rows of a label file that count, with their labels, as the file was read here."""

from __future__ import annotations

from sampler_core.datasets.label_files import Reading
from sampler_core.formatting import count

_ROWS_CODE = """\
{comment}
rows, labels = read_rows(
{arguments}
)
dataset = {selected}
"""
_OF_ROWS = """\
# `dataset` has a sample for each of the {rows} rows of the label file, in their order. {counted} of them count,
# with these labels. (Where it has those {counted} only, leave out the last line.) Needs: pip install pyarrow"""
_OF_IMAGES = """\
# `dataset` has a sample for each of the {counted} images of the label file, in the order of their ids, as torchvision's
# CocoDetection has them. These are their labels, the rarest category of each."""


def rows_code(reading: Reading, variant: str) -> str:
    """Lines that make `dataset` the samples that were counted; "" where a data set's own rows and labels are these.

    variant: as of `snippet`; with Hugging Face's Trainer `dataset` is one of their data sets.
    """
    layout = reading.layout
    if not layout.makes_labels or layout.count is not None:
        return ""
    options = {name: value for name, value in layout.options().items() if name != "split_column" or value}
    arguments = [
        f"    {reading.name!r},  # the file that was read here",
        *(f"    {k}={v!r}," for k, v in options.items()),
    ]
    counted = count(reading.counts.num_samples)
    comment = (_OF_IMAGES if layout.kind == "coco" else _OF_ROWS).format(rows=count(reading.rows), counted=counted)
    selected = "dataset.select(rows)" if variant == "transformers" else "Subset(dataset, rows)"
    return _ROWS_CODE.format(comment=comment, arguments="\n".join(arguments), selected=selected)
