"""What kind of file this is and how to read it, from its first MiB."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import replace

from sampler_core.datasets.label_files import column_guess, delimited_text, numpy_files, parquet_and_arrow
from sampler_core.datasets.label_files.byte_source import GZIP, File, Source, opened
from sampler_core.datasets.label_files.class_naming import FALLBACK
from sampler_core.datasets.label_files.errors import ReadingError, quoted
from sampler_core.datasets.label_files.file_layout import Kind, Layout, check_text_options, no_counts
from sampler_core.datasets.label_files.reading_limits import Limits
from sampler_core.datasets.label_files.text_layout import text_layout

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
    kind: Kind | None = None,
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
    check_text_options(separator, encoding)
    with opened(file, limits) as source:
        layout = _binary(source) or text_layout(source, kind, separator, encoding, header)
        if kind is not None and layout.kind != kind:
            raise ReadingError(
                f"{source.name} is {layout.title}, which cannot be read as {quoted(kind)}. Leave that out"
            )
        return _chosen(layout, label, count)


def _binary(source: Source) -> Layout | None:
    head = source.head
    if not head:
        raise ReadingError(f"{source.name} is empty. Choose a file with at least one label")
    for magic, advice in _REFUSED:
        if head.startswith(magic):
            raise ReadingError(f"{source.name} {advice}")
    if head[257:262] == b"ustar":
        raise ReadingError(f"{source.name} is a tar archive. Unpack it and read the label file in it")
    if head.startswith(b"PAR1"):
        return _columns("parquet", *parquet_and_arrow.parquet_preview(source.seekable(), delimited_text.PREVIEW_ROWS))
    if head.startswith((b"ARROW1", b"\xff\xff\xff\xff")):
        return _columns("arrow", *parquet_and_arrow.arrow_preview(source.seekable(), delimited_text.PREVIEW_ROWS))
    if head.startswith(b"\x93NUMPY"):
        columns, first_rows = numpy_files.npy_preview(source.stream(), delimited_text.PREVIEW_ROWS)
        return _columns("npy", columns, first_rows)
    return _zip(source) if head.startswith((b"PK\x03\x04", b"PK\x05\x06")) else None


def _columns(kind: Kind, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Layout:
    return Layout(kind=kind, columns=tuple(columns), rows=tuple(map(tuple, rows)))


def _zip(source: Source) -> Layout:
    with zipfile.ZipFile(source.seekable()) as archive:
        names = archive.namelist()
    if "[Content_Types].xml" in names:
        raise ReadingError(f"{source.name} is an Excel workbook. In Excel: File, Save as, CSV UTF-8; then read the CSV")
    if any(name.endswith("data.pkl") for name in names):
        raise ReadingError(f"{source.name} was saved by torch (a pickle), which is never loaded. {_CSV} or as NPY")
    found = numpy_files.members(source)
    if not found:
        raise ReadingError(
            f"{source.name} is a zip archive without NumPy arrays. Unpack it and read the label file in it"
        )
    return Layout(kind="npz", columns=tuple(found))


def _chosen(layout: Layout, label: str | None, count: str | None) -> Layout:
    """With the label column as given or guessed, and in words what was found."""
    if count is not None and not layout.columns:
        raise no_counts(layout.title, count)
    if label is not None and layout.label not in (None, label):
        raise ReadingError(f"label must be {quoted(layout.label)} in {layout.title}, got {quoted(label)}")
    table = column_guess.count_column(layout.columns, layout.rows) if label is None and count is None else None
    if layout.label is None and layout.columns:
        left = [c for c, name in enumerate(layout.columns) if name != count]
        rows = [[row[c] for c in left] for row in layout.rows]
        guess = column_guess.label_column([layout.columns[c] for c in left], rows)
        label, count = label or (table[0] if table else guess), count or (table[1] if table else None)
    layout = replace(layout, label=label or layout.label, count=count or layout.count)
    return replace(layout, found=tuple(_findings(layout)))


def _findings(layout: Layout) -> list[str]:
    parts = [f"Read as {layout.title}"]
    if layout.separator not in (None, " "):
        parts[0] += f" with {'tabs' if layout.separator == chr(9) else quoted(layout.separator)} between columns"
    if layout.encoding is not None:
        parts[0] += f", in {'Latin-1 (it is not UTF-8)' if layout.encoding == FALLBACK else layout.encoding.upper()}"
    if layout.columns:
        parts.append(f"the labels are in {quoted(layout.label)}")
    if layout.count is not None:
        parts.append(f"their counts in {quoted(layout.count)}")
    return ["; ".join(parts) + "."]
