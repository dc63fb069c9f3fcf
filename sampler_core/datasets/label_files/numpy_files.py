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
    """What an .npy file says of itself: how many labels, of which type."""

    rows: int
    dtype: np.dtype[Any]

    @property
    def piece_rows(self) -> int:
        """How many labels are read at once."""
        return max(1, PIECE_BYTES // self.dtype.itemsize)


def npy_layout(source: ByteSource) -> Layout:
    """The fields of the array, if it has any, and its first values."""
    stream = source.stream()
    header = read_header(stream)
    data = stream.read(min(PREVIEW_ROWS, header.rows) * header.dtype.itemsize)
    values = _as_list(np.frombuffer(data, header.dtype, len(data) // header.dtype.itemsize))
    fields = header.dtype.names or ()
    return Layout(kind="npy", columns=fields, rows=first_rows(values if fields else zip(values)))


def npy_pieces(source: ByteSource, layout: Layout, tally: LabelTally) -> Iterator[Piece]:
    """The labels of an .npy file, and their counts where these are another field."""
    stream = source.stream()
    header = read_header(stream)
    for array in _arrays(stream, header, header.piece_rows):
        yield _piece(*(array if array.dtype.names is None else array[field] for field in layout.label_and_count))


def npz_layout(source: ByteSource) -> Layout:
    """The arrays of an .npz file that may be labels."""
    columns: list[str] = []
    reasons = [f"{source.name} is a zip archive without NumPy arrays. Unpack it and read the label file in it"]
    with zipfile.ZipFile(source.seekable()) as archive:
        names = archive.namelist()
        if "[Content_Types].xml" in names:
            raise ReadingError(
                f"{source.name} is an Excel workbook. In Excel: File, Save as, CSV UTF-8; then read the CSV"
            )
        if any(name.endswith("data.pkl") for name in names):
            raise ReadingError(
                f"{source.name} was saved by torch (a pickle), which is never loaded. Save the labels as CSV and read "
                "that or as NPY"
            )
        for name in [name.removesuffix(".npy") for name in names if name.endswith(".npy")][:1000]:
            try:
                header = read_header(_member(archive, name, source))
            except ReadingError as error:
                reasons.append(str(error))
            else:
                columns += [name] if header.dtype.kind in "biufUSMm" else []
    if not columns:
        raise ReadingError(reasons[:2][-1])
    return Layout(kind="npz", columns=tuple(columns))


def npz_pieces(source: ByteSource, layout: Layout, tally: LabelTally) -> Iterator[Piece]:
    """The labels of an .npz file, and their counts where these are another array."""
    with zipfile.ZipFile(source.seekable()) as archive:
        streams = [_member(archive, name, source) for name in layout.label_and_count]
        headers = [read_header(stream) for stream in streams]
        if len({header.rows for header in headers}) > 1:
            raise ReadingError(
                f"the arrays {listed(layout.label_and_count)} have different lengths. Choose two of the same length"
            )
        rows = min(header.piece_rows for header in headers)
        for arrays in zip(*map(_arrays, streams, headers, [rows] * len(streams)), strict=True):
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
    _check_one_label_per_sample(shape, dtype)
    return ArrayHeader(int(shape[0]), dtype)


def _check_one_label_per_sample(shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    if dtype.hasobject:
        raise ReadingError(
            "the array holds Python objects (a pickle), which are never loaded because loading can run code. "
            "Save it as text or integers: numpy.save(file, y.astype(str))"
        )
    if len(shape) != 1 and not (len(shape) == 2 and shape[1] == 1):
        raise ReadingError(
            f"the array has shape {shape}, where one label per sample is needed. "
            "For scores or one-hot rows save y.argmax(axis=1)"
        )
    if not 0 < dtype.itemsize <= ITEM_BYTES:
        raise ReadingError(f"the array holds {quoted(dtype)}, where labels are integers or text")


def _member(archive: zipfile.ZipFile, name: str | None, source: ByteSource) -> BinaryIO:
    member = archive.getinfo(f"{name}.npy")
    return source.bounded(cast(BinaryIO, archive.open(member)), member.compress_size, source.limits.unpacked)


def _arrays(stream: BinaryIO, header: ArrayHeader, piece_rows: int) -> Iterator[NDArray[Any]]:
    for start in range(0, header.rows, piece_rows):
        size = min(piece_rows, header.rows - start) * header.dtype.itemsize
        data = stream.read(size)
        if len(data) < size:
            raise ReadingError(f"the array ends in row {start:,} of {header.rows:,}. Save or download it again")
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
