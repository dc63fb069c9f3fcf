"""People's own label files -> class counts and labels. Nothing in a file is run, and none is read without bounds.

`sniff` finds out how a file is to be read, `read_counts` and `read_labels` read it, `label_corrections` change the
result.
Whatever a file holds, the only error is `ReadingError`. The parsing is pyarrow's, NumPy's and Python's own.
"""

from sampler_core.datasets.label_files import label_corrections
from sampler_core.datasets.label_files.class_naming import MISSING
from sampler_core.datasets.label_files.column_roles import distinct_columns, noticed_indicators
from sampler_core.datasets.label_files.file_layout import WITH_COLUMNS, Layout
from sampler_core.datasets.label_files.file_signatures import sniff
from sampler_core.datasets.label_files.image_folder import count_folder
from sampler_core.datasets.label_files.reader import Progress, read_counts, read_labels, read_rows
from sampler_core.datasets.label_files.reading import Dropped, Reading
from sampler_core.datasets.label_files.reading_errors import ReadingError, ReadingStopped
from sampler_core.datasets.label_files.reading_limits import Limits
from sampler_core.datasets.label_files.shard_files import holds_data_files

__all__ = [
    "MISSING",
    "WITH_COLUMNS",
    "Dropped",
    "Layout",
    "Limits",
    "Progress",
    "Reading",
    "ReadingError",
    "ReadingStopped",
    "count_folder",
    "distinct_columns",
    "holds_data_files",
    "label_corrections",
    "noticed_indicators",
    "read_counts",
    "read_labels",
    "read_rows",
    "sniff",
]
