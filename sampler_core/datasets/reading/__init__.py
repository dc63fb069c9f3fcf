"""People's own label files -> class counts and labels. Nothing in a file is run, and none is read without bounds.

`sniff` finds out how a file is to be read, `read_counts` and `read_labels` read it, `corrections` change the result.
Whatever a file holds, the only error is `ReadingError`. The parsing is pyarrow's, NumPy's and Python's own.
"""

from sampler_core.datasets.reading import corrections
from sampler_core.datasets.reading.errors import ReadingError, ReadingStopped
from sampler_core.datasets.reading.folder import count_folder
from sampler_core.datasets.reading.layout import WITH_COLUMNS, Kind, Layout
from sampler_core.datasets.reading.limits import Limits, Progress
from sampler_core.datasets.reading.naming import MISSING
from sampler_core.datasets.reading.readers import read_counts, read_labels
from sampler_core.datasets.reading.result import Dropped, Reading
from sampler_core.datasets.reading.sniffing import sniff

__all__ = [
    "MISSING",
    "WITH_COLUMNS",
    "Dropped",
    "Kind",
    "Layout",
    "Limits",
    "Progress",
    "Reading",
    "ReadingError",
    "ReadingStopped",
    "corrections",
    "count_folder",
    "read_counts",
    "read_labels",
    "sniff",
]
