"""NPY and NPZ files: headers by NumPy, data in pieces, objects (pickles) refused."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from sampler_core.datasets.label_files.byte_source import Source, bounded
from sampler_core.datasets.label_files.errors import ReadingError, listed, quoted
from sampler_core.datasets.label_files.file_layout import Layout
from sampler_core.datasets.label_files.label_tally import Piece, check_letters, encode_numpy
from sampler_core.datasets.label_files.reading_limits import Limits

PIECE_BYTES = 4 << 20
ITEM_BYTES = 1 << 18
HEADER_BYTES = 10_000  # NumPy's own limit; it reads as many as the file says, up to 4 GB, before it looks at it


class Header(NamedTuple):
    """What an .npy file says of itself: (rows, ...) shape and type."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]


def npy_header(stream: BinaryIO) -> Header:
    """Reads the header and leaves the stream at the data; nothing is unpickled."""
    version = np.lib.format.read_magic(stream)
    if version not in ((1, 0), (2, 0)):
        raise ReadingError("the array's field names are not plain text. Save the labels alone: numpy.save(file, y)")
    first = version == (1, 0)
    size = stream.read(2 if first else 4)
    length = int.from_bytes(size, "little")
    if length > HEADER_BYTES:
        raise ReadingError(f"the array's header takes {length:,} bytes. Save the labels alone: numpy.save(file, y)")
    read = np.lib.format.read_array_header_1_0 if first else np.lib.format.read_array_header_2_0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that an array is from Python 2 is of no concern here
        shape, _, dtype = read(io.BytesIO(size + stream.read(length)))
    return Header(shape, dtype)


def npy_pieces(stream: BinaryIO, layout: Layout, limits: Limits) -> Iterator[Piece]:
    """The labels of an .npy file, and their counts where these are another field."""
    header = npy_header(stream)
    for array in _read(stream, header, _step(header)):
        counts = None if layout.count is None else array[layout.count]
        yield _piece(_field(array, layout.label), counts, limits)


def npy_preview(stream: BinaryIO, rows: int) -> tuple[tuple[str, ...], list[list[str]]]:
    """(field names if it has any, first values as text)."""
    header = npy_header(stream)
    rows = min(rows, rows_of(header))
    data = stream.read(rows * header.dtype.itemsize)
    values = np.frombuffer(data, header.dtype, len(data) // header.dtype.itemsize)
    for name in header.dtype.names or ():
        check_letters(values[name])
    check_letters(values)
    cells = values.tolist() if header.dtype.names else [(value,) for value in values.tolist()]
    return header.dtype.names or (), [[str(cell)[:80] for cell in row] for row in cells]


def rows_of(header: Header) -> int:
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


def members(source: Source) -> dict[str, Header]:
    """The arrays of an .npz file that may be labels, by name."""
    with zipfile.ZipFile(source.seekable()) as archive:
        names = [name for name in archive.namelist() if name.endswith(".npy")][:1000]
        headers = {name.removesuffix(".npy"): npy_header(_member(archive, name, source)) for name in names}
    usable = {name: header for name, header in headers.items() if _usable(header)}
    if headers and not usable:
        rows_of(next(iter(headers.values())))  # says what is wrong with the first of them
    return usable


def npz_pieces(source: Source, layout: Layout, limits: Limits) -> Iterator[Piece]:
    """The labels of an .npz file, and their counts where these are another array."""
    with zipfile.ZipFile(source.seekable()) as archive:
        names = [name for name in (layout.label, layout.count) if name is not None]
        streams = [_member(archive, f"{name}.npy", source) for name in names]
        headers = [npy_header(stream) for stream in streams]
        if len({rows_of(header) for header in headers}) > 1:
            raise ReadingError(f"the arrays {listed(names)} have different lengths. Choose two of the same length")
        step = min(map(_step, headers))
        pieces = [_read(stream, header, step) for stream, header in zip(streams, headers, strict=True)]
        for labels, *counts in zip(*pieces, strict=True):
            yield _piece(labels, counts[0] if counts else None, limits)


def _step(header: Header) -> int:
    rows_of(header)
    return max(1, PIECE_BYTES // header.dtype.itemsize)


def _read(stream: BinaryIO, header: Header, step: int) -> Iterator[NDArray[Any]]:
    total = rows_of(header)
    for start in range(0, total, step):
        size = min(step, total - start) * header.dtype.itemsize
        data = stream.read(size)
        if len(data) < size:
            raise ReadingError(f"the array ends in row {start:,} of {total:,}. Save or download it again")
        yield np.frombuffer(data, header.dtype)


def _piece(labels: NDArray[Any], counts: NDArray[Any] | None, limits: Limits) -> Piece:
    if counts is None:
        return Piece(*encode_numpy(labels, limits))
    check_letters(counts)
    return Piece(*encode_numpy(labels, limits), counts.tolist())


def _member(archive: zipfile.ZipFile, name: str, source: Source) -> BinaryIO:
    packed = max(archive.getinfo(name).compress_size, 1)
    stream = cast(BinaryIO, archive.open(name))
    return io.BufferedReader(
        cast(io.RawIOBase, bounded(stream, packed, source.limits.unpacked, source.limits, source.name))
    )


def _usable(header: Header) -> bool:
    try:
        rows_of(header)
    except ReadingError:
        return False
    return header.dtype.kind in "biufUSMm"


def _field(array: NDArray[Any], field: str | None) -> NDArray[Any]:
    return array if array.dtype.names is None or field is None else array[field]
