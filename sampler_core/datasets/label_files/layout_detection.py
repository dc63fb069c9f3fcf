"""What kind of file this is and how to read it, from its first MiB."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sampler_core.datasets.label_files import column_guess
from sampler_core.datasets.label_files.byte_source import GZIP, ByteSource, File, opened
from sampler_core.datasets.label_files.class_naming import FALLBACK
from sampler_core.datasets.label_files.errors import ReadingError, quoted
from sampler_core.datasets.label_files.file_layout import Layout
from sampler_core.datasets.label_files.numpy_files import npy_layout, npz_layout
from sampler_core.datasets.label_files.parquet_and_arrow import arrow_layout, parquet_layout
from sampler_core.datasets.label_files.reading_limits import Limits
from sampler_core.datasets.label_files.text_layout import text_layout

_BINARY: tuple[tuple[bytes, Callable[[ByteSource], Layout]], ...] = (
    (b"PAR1", parquet_layout),
    (b"ARROW1", arrow_layout),
    (b"\xff\xff\xff\xff", arrow_layout),
    (b"\x93NUMPY", npy_layout),
    (b"PK\x03\x04", npz_layout),
    (b"PK\x05\x06", npz_layout),
)
_CSV = "Save the labels as CSV and read that"
_FOLDER = "Read a file that lists labels, or class/file folders with count_folder(path)"
_PICKLE = f"is a Python pickle, which is never loaded because loading can run code. {_CSV} or as NPY"
_REFUSED: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook. In Excel: File, Save as, CSV UTF-8; then read the CSV"),
    (b"SQLite format 3\0", f"is an SQLite database. {_CSV}"),
    (b"\x89HDF", f"is an HDF5 file. {_CSV} or as NPY"),
    (b"MATLAB 5.0", f"is a MATLAB file. {_CSV} or as NPY"),
    (b"FEA1", "is a Feather file of the first version. Save it again with a newer pandas or R"),
    (b"%PDF", f"is a PDF. {_CSV}"),
    (b"\x89PNG", f"is a picture. {_FOLDER}"),
    (b"\xff\xd8\xff", f"is a picture. {_FOLDER}"),
    (b"BZh", "is packed with bzip2. Unpack it first; only .gz is unpacked here"),
    (b"\xfd7zXZ", "is packed with xz. Unpack it first; only .gz is unpacked here"),
    (b"\x28\xb5\x2f\xfd", "is packed with zstd. Unpack it first; only .gz is unpacked here"),
    (b"7z\xbc\xaf", "is a 7z archive. Unpack it and read the label file in it"),
    (b"Rar!", "is a RAR archive. Unpack it and read the label file in it"),
    (GZIP, "is packed twice. Unpack it once and read that"),
    *((bytes([0x80, protocol]), _PICKLE) for protocol in range(2, 6)),
)


def sniff(
    file: File,
    *,
    kind: str | None = None,
    label: str | None = None,
    count: str | None = None,
    separator: str | None = None,
    encoding: str | None = None,
    header: bool | None = None,
    limits: Limits = Limits(),  # noqa: B008
) -> Layout:
    """How to read a file (path, bytes or binary file): its kind, columns, first rows and likely label column.

    What is given is taken instead of a guess: `kind`, `separator`, `encoding` and `header` for text files, `label` and
    `count` by column name. `ReadingError` when no reader fits or a column is not there.
    """
    Layout(kind=kind or "table", separator=separator, encoding=encoding)  # says what they must be
    with opened(file, limits) as source:
        layout = _binary_layout(source) or text_layout(source, kind, separator, encoding, header)
        if kind is not None and layout.kind != kind:
            raise ReadingError(
                f"{source.name} is {layout.title}, which cannot be read as {quoted(kind)}. Leave that out"
            )
        return _with_columns(layout, label, count)


def _binary_layout(source: ByteSource) -> Layout | None:
    head = source.head
    if not head:
        raise ReadingError(f"{source.name} is empty. Choose a file with at least one label")
    for magic, advice in _REFUSED:
        if head.startswith(magic):
            raise ReadingError(f"{source.name} {advice}")
    if head[257:262] == b"ustar":
        raise ReadingError(f"{source.name} is a tar archive. Unpack it and read the label file in it")
    return next((layout(source) for magic, layout in _BINARY if head.startswith(magic)), None)


def _with_columns(layout: Layout, label: str | None, count: str | None) -> Layout:
    """With the columns of labels and counts as given or guessed, and in words what was found."""
    if label is not None and layout.label not in (None, label):
        raise ReadingError(f"label must be {quoted(layout.label)} in {layout.title}, got {quoted(label)}")
    if layout.label is None and layout.columns and not label:
        columns = {name: [row[c] for row in layout.rows] for c, name in enumerate(layout.columns)}
        table = column_guess.count_column(columns) if count is None else None
        others = {name: values for name, values in columns.items() if name != count}
        label, count = table or (column_guess.label_column(others), count)
    layout = replace(layout, label=label or layout.label, count=count or layout.count)
    return replace(layout, found=(_found(layout),))


def _found(layout: Layout) -> str:
    found = f"Read as {layout.title}"
    if layout.separator not in (None, " "):
        found += f" with {'tabs' if layout.separator == chr(9) else quoted(layout.separator)} between columns"
    if layout.encoding is not None:
        found += f", in {'Latin-1 (it is not UTF-8)' if layout.encoding == FALLBACK else layout.encoding.upper()}"
    if layout.columns:
        found += f"; the labels are in {quoted(layout.label)}"
    if layout.count is not None:
        found += f"; their counts in {quoted(layout.count)}"
    return f"{found}."
