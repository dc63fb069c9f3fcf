"""Which file this is by its signature, the first bytes: `sniff` hands it to who reads it, or says why nobody does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Unpack

from sampler_core.datasets.label_files.arrow_tables import ArrowTable
from sampler_core.datasets.label_files.byte_source import GZIP, ByteSource, File, opened
from sampler_core.datasets.label_files.column_guess import ColumnOptions, with_guessed_columns
from sampler_core.datasets.label_files.file_layout import Layout
from sampler_core.datasets.label_files.numpy_files import npy_layout, npz_layout
from sampler_core.datasets.label_files.parquet_and_arrow import arrow_layout, parquet_layout, table_layout
from sampler_core.datasets.label_files.reading_errors import ReadingError
from sampler_core.datasets.label_files.reading_limits import Limits
from sampler_core.datasets.label_files.shard_files import find_shards
from sampler_core.datasets.label_files.shards import shards_layout
from sampler_core.datasets.label_files.text_files import text_layout
from sampler_core.datasets.label_files.tfrecord_files import refuse_tfrecord
from sampler_core.formatting import quoted


def _zip_layout(source: ByteSource) -> Layout:
    return npz_layout(source) if (shards := find_shards(source)) is None else shards_layout(shards)


_READABLE_SIGNATURES: tuple[tuple[bytes, Callable[[ByteSource], Layout]], ...] = (
    (b"PAR1", parquet_layout),
    (b"ARROW1", arrow_layout),
    (b"\xff\xff\xff\xff", arrow_layout),
    (b"\x93NUMPY", npy_layout),
    (b"PK\x03\x04", _zip_layout),
    (b"PK\x05\x06", _zip_layout),
)
_CSV = "Save the labels as CSV and read that"
_FOLDER = "Read a file that lists labels, or class/file folders with count_folder(path)"
_PICKLE = f"is a Python pickle, which is never loaded because loading can run code. {_CSV} or as NPY"
_REFUSED_SIGNATURES: tuple[tuple[bytes, str], ...] = (
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
    file: File | ArrowTable,
    *,
    kind: str | None = None,
    separator: str | None = None,
    encoding: str | None = None,
    header: bool | None = None,
    limits: Limits = Limits(),  # noqa: B008
    **columns: Unpack[ColumnOptions],
) -> Layout:
    """How to read a file (path, bytes or binary file): its kind, columns, first rows and likely label column.

    What is given is taken instead of a guess: `kind`, `separator`, `encoding` and `header` for text files, `columns` by
    name. `ReadingError` when no reader fits or a column is not there.
    """
    Layout(kind=kind or "table", separator=separator, encoding=encoding)  # says what they must be
    with opened(file, limits) as source:
        layout = _layout_by_signature(source) or text_layout(source, kind, separator, encoding, header)
        if kind is not None and layout.kind != kind:
            by_signature = f"{source.name} is {layout.title}"
            raise ReadingError(f"{by_signature}, which cannot be read as {quoted(kind)}. Leave that out")
        return with_guessed_columns(layout, **columns)


def _layout_by_signature(source: ByteSource) -> Layout | None:
    if source.table is not None:
        return table_layout(source)
    if source.folder is not None:
        return _folder_layout(source)
    if not source.head:
        raise ReadingError(f"{source.name} is empty. Choose a file with at least one label")
    for signature, refusal in _REFUSED_SIGNATURES:
        if source.head.startswith(signature):
            raise ReadingError(f"{source.name} {refusal}")
    if source.head[257:262] == b"ustar":  # the signature of a tar archive
        raise ReadingError(f"{source.name} is a tar archive. Unpack it and read the label file in it")
    refuse_tfrecord(source)
    readable = (layout_of for signature, layout_of in _READABLE_SIGNATURES if source.head.startswith(signature))
    return next((layout_of(source) for layout_of in readable), None)


def _folder_layout(source: ByteSource) -> Layout:
    if (shards := find_shards(source)) is None:
        raise ReadingError(
            f"{source.name} is a folder: read class/file folders with count_folder(path), or give one with Arrow or "
            f"Parquet files{'' if source.limits.links else ', no links'}"
        )
    return shards_layout(shards)
