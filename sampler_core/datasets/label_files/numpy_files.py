"""NPY and NPZ files: headers by NumPy, data in pieces, objects (pickles) refused."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from sampler_core.datasets.label_files.byte_source import ByteSource
from sampler_core.datasets.label_files.errors import ReadingError, listed, quoted
from sampler_core.datasets.label_files.file_layout import PREVIEW_ROWS, Layout, first_rows
from sampler_core.datasets.label_files.label_tally import LabelTally, Piece

PIECE_BYTES = 4 << 20
ITEM_BYTES = 1 << 18
HEADER_BYTES = 10_000  # NumPy's own limit; it reads as many as the file says, up to 4 GB, before it looks at it


class ArrayHeader(NamedTuple):
    """What an .npy file says of itself: (rows, ...) shape and type."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]


def npy_layout(source: ByteSource) -> Layout:
    """The fields of the array, if it has any, and its first values."""
    stream = source.stream()
    header = read_header(stream)
    data = stream.read(min(PREVIEW_ROWS, _rows_of(header)) * header.dtype.itemsize)
    values = _as_list(np.frombuffer(data, header.dtype, len(data) // header.dtype.itemsize))
    return Layout(
        kind="npy", columns=header.dtype.names or (), rows=first_rows(values if header.dtype.names else zip(values))
    )


def npy_pieces(source: ByteSource, layout: Layout, tally: LabelTally) -> Iterator[Piece]:
    """The labels of an .npy file, and their counts where these are another field."""
    stream = source.stream()
    header = read_header(stream)
    for array in _arrays(stream, header, _step(header)):
        yield _piece(*(array if array.dtype.names is None else array[field] for field in layout.label_and_count))


def npz_layout(source: ByteSource) -> Layout:
    """The arrays of an .npz file that may be labels."""
    advice = "Save the labels as CSV and read that or as NPY"
    with zipfile.ZipFile(source.seekable()) as archive:
        names = archive.namelist()
        if "[Content_Types].xml" in names:
            raise ReadingError(
                f"{source.name} is an Excel workbook. In Excel: File, Save as, CSV UTF-8; then read the CSV"
            )
        if any(name.endswith("data.pkl") for name in names):
            raise ReadingError(f"{source.name} was saved by torch (a pickle), which is never loaded. {advice}")
        names = [name.removesuffix(".npy") for name in names if name.endswith(".npy")][:1000]
        headers = {name: read_header(_member(archive, name, source)) for name in names}
    if not headers:
        raise ReadingError(
            f"{source.name} is a zip archive without NumPy arrays. Unpack it and read the label file in it"
        )
    columns = tuple(name for name, header in headers.items() if _may_be_labels(header))
    if not columns:
        _rows_of(next(iter(headers.values())))  # says what is wrong with the first of them
    return Layout(kind="npz", columns=columns)


def npz_pieces(source: ByteSource, layout: Layout, tally: LabelTally) -> Iterator[Piece]:
    """The labels of an .npz file, and their counts where these are another array."""
    with zipfile.ZipFile(source.seekable()) as archive:
        streams = [_member(archive, name, source) for name in layout.label_and_count]
        headers = [read_header(stream) for stream in streams]
        if len(set(map(_rows_of, headers))) > 1:
            raise ReadingError(
                f"the arrays {listed(layout.label_and_count)} have different lengths. Choose two of the same length"
            )
        step = min(map(_step, headers))
        for arrays in zip(*map(_arrays, streams, headers, [step] * len(streams)), strict=True):
            yield _piece(*arrays)


def read_header(stream: BinaryIO) -> ArrayHeader:
    """Reads the header of an .npy file and leaves the stream at the data; nothing is unpickled."""
    version = np.lib.format.read_magic(stream)
    if version not in ((1, 0), (2, 0)):
        raise ReadingError("the array's field names are not plain text. Save the labels alone: numpy.save(file, y)")
    length = int.from_bytes(stream.read(2 if version == (1, 0) else 4), "little")
    if length > HEADER_BYTES:
        raise ReadingError(f"the array's header takes {length:,} bytes. Save the labels alone: numpy.save(file, y)")
    header = io.BytesIO(length.to_bytes(4, "little") + stream.read(length))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that an array is from Python 2 is of no concern here
        shape, _, dtype = np.lib.format.read_array_header_2_0(header)
    return ArrayHeader(shape, dtype)


def _rows_of(header: ArrayHeader) -> int:
    """Number of labels; `ReadingError` when this is not one label per sample."""
    if header.dtype.hasobject:
        raise ReadingError(
            "the array holds Python objects (a pickle), which are never loaded because loading can run code. "
            "Save it as text or integers: numpy.save(file, y.astype(str))"
        )
    if len(header.shape) != 1 and not (len(header.shape) == 2 and header.shape[1] == 1):
        raise ReadingError(
            f"the array has shape {header.shape}, where one label per sample is needed. "
            "For scores or one-hot rows save y.argmax(axis=1)"
        )
    if not 0 < header.dtype.itemsize <= ITEM_BYTES:
        raise ReadingError(f"the array holds {quoted(header.dtype)}, where labels are integers or text")
    return int(header.shape[0])


def _may_be_labels(header: ArrayHeader) -> bool:
    try:
        return _rows_of(header) >= 0 and header.dtype.kind in "biufUSMm"
    except ReadingError:
        return False


def _member(archive: zipfile.ZipFile, name: str | None, source: ByteSource) -> BinaryIO:
    member = archive.getinfo(f"{name}.npy")
    return source.bounded(cast(BinaryIO, archive.open(member)), member.compress_size, source.limits.unpacked)


def _step(header: ArrayHeader) -> int:
    _rows_of(header)
    return max(1, PIECE_BYTES // header.dtype.itemsize)


def _arrays(stream: BinaryIO, header: ArrayHeader, step: int) -> Iterator[NDArray[Any]]:
    total = _rows_of(header)
    for start in range(0, total, step):
        size = min(step, total - start) * header.dtype.itemsize
        data = stream.read(size)
        if len(data) < size:
            raise ReadingError(f"the array ends in row {start:,} of {total:,}. Save or download it again")
        yield np.frombuffer(data, header.dtype)


def _piece(labels: NDArray[Any], counts: NDArray[Any] | None = None) -> Piece:
    if labels.dtype.kind in "Mm":
        labels = labels.astype(str)
    if labels.ndim != 1 or labels.dtype.kind not in "biufUS":
        raise ReadingError(f"the array holds {quoted(labels.dtype)}, where labels are integers or text. Choose another")
    distinct, codes = np.unique(labels, return_inverse=True)
    return Piece(codes, _as_list(distinct), None if counts is None else _as_list(counts))


def _as_list(array: NDArray[Any]) -> list[Any]:
    try:
        return list(array.tolist())
    except (SystemError, ValueError):  # numbers that are no letters
        raise ReadingError("the array is damaged: it holds text that is none. Save or download it again") from None
