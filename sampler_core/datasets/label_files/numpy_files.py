"""NPY and NPZ files: headers by NumPy, data in pieces, objects (pickles) refused."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from sampler_core.data.array_types import Codes
from sampler_core.datasets.label_files.byte_source import ByteSource
from sampler_core.datasets.label_files.file_layout import PREVIEW_ROWS, Layout, first_rows
from sampler_core.datasets.label_files.label_tally import LabelTally, Piece, piece_of_columns
from sampler_core.datasets.label_files.reading_errors import ReadingError
from sampler_core.formatting import listed, quoted

NUMPY_PIECE_BYTES = 4 << 20
NUMPY_ITEM_BYTES = 1 << 18
NUMPY_HEADER_BYTES = 10_000  # NumPy's own limit; it reads as many as the file says, up to 4 GB, before it looks at it


class NumpyHeader(NamedTuple):
    """What an .npy file says of itself: how many labels, of which type."""

    rows: int
    dtype: np.dtype[Any]

    @property
    def piece_rows(self) -> int:
        """How many labels are read at once."""
        return max(1, NUMPY_PIECE_BYTES // self.dtype.itemsize)


def npy_layout(source: ByteSource) -> Layout:
    """The fields of the array, if it has any, and its first values."""
    npy_stream = source.stream()
    numpy_header = _numpy_header(npy_stream)
    array_start = npy_stream.read(min(PREVIEW_ROWS, numpy_header.rows) * numpy_header.dtype.itemsize)
    array = np.frombuffer(array_start, numpy_header.dtype, len(array_start) // numpy_header.dtype.itemsize)
    array_rows, array_fields = _list_of_array(array), numpy_header.dtype.names or ()
    return Layout(kind="npy", columns=array_fields, rows=first_rows(array_rows if array_fields else zip(array_rows)))


def npy_pieces(source: ByteSource, layout: Layout, tally: LabelTally) -> Iterator[Piece]:
    """The labels of an .npy file, and their counts where these are another field."""
    npy_stream = source.stream()
    numpy_header = _numpy_header(npy_stream)
    for array in _numpy_arrays(npy_stream, numpy_header, numpy_header.piece_rows):
        yield _numpy_piece(
            [array if array.dtype.names is None else array[field] for field in layout.columns_read], layout
        )


def npz_layout(source: ByteSource) -> Layout:
    """The arrays of an .npz file that may be labels."""
    npz_arrays: list[str] = []
    reasons = [f"{source.name} is a zip archive without NumPy arrays. Unpack it and read the label file in it"]
    with zipfile.ZipFile(source.seekable()) as npz_archive:
        npz_members = npz_archive.namelist()
        if "[Content_Types].xml" in npz_members:
            raise ReadingError(
                f"{source.name} is an Excel workbook. In Excel: File, Save as, CSV UTF-8; then read the CSV"
            )
        if any(name.endswith("data.pkl") for name in npz_members):
            raise ReadingError(
                f"{source.name} was saved by torch (a pickle), which is never loaded. Save the labels as CSV and read "
                "that or as NPY"
            )
        array_names = [name.removesuffix(".npy") for name in npz_members if name.endswith(".npy")]
        for array_name in array_names[:1000]:
            try:
                numpy_header = _numpy_header(_npz_member(npz_archive, array_name, source))
            except ReadingError as error:
                reasons.append(str(error))
            else:
                npz_arrays += [array_name] if numpy_header.dtype.kind in "biufUSMm" else []
    if not npz_arrays:
        raise ReadingError(reasons[:2][-1])
    return Layout(kind="npz", columns=tuple(npz_arrays))


def npz_pieces(source: ByteSource, layout: Layout, tally: LabelTally) -> Iterator[Piece]:
    """The labels of an .npz file, and their counts where these are another array."""
    with zipfile.ZipFile(source.seekable()) as npz_archive:
        npz_streams = [_npz_member(npz_archive, name, source) for name in layout.columns_read]
        numpy_headers = [_numpy_header(npy_stream) for npy_stream in npz_streams]
        if len({numpy_header.rows for numpy_header in numpy_headers}) > 1:
            raise ReadingError(
                f"the arrays {listed(layout.columns_read)} have different lengths. Choose two of the same length"
            )
        piece_rows = [min(numpy_header.piece_rows for numpy_header in numpy_headers)] * len(npz_streams)
        for arrays in zip(*map(_numpy_arrays, npz_streams, numpy_headers, piece_rows), strict=True):
            yield _numpy_piece(arrays, layout)


def _numpy_header(npy_stream: BinaryIO) -> NumpyHeader:
    """Reads the header of an .npy file and leaves the stream at the data; nothing is unpickled."""
    version = np.lib.format.read_magic(npy_stream)
    if version not in ((1, 0), (2, 0)):
        raise ReadingError("the array's field names are not plain text. Save the labels alone: numpy.save(file, y)")
    length = int.from_bytes(npy_stream.read(2 if version == (1, 0) else 4), "little")
    if length > NUMPY_HEADER_BYTES:
        raise ReadingError(f"the array's header takes {length:,} bytes. Save the labels alone: numpy.save(file, y)")
    header_stream = io.BytesIO(length.to_bytes(4, "little") + npy_stream.read(length))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that an array is from Python 2 is of no concern here
        shape, _, dtype = np.lib.format.read_array_header_2_0(header_stream)
    _check_numpy_array(shape, dtype)
    return NumpyHeader(int(shape[0]), dtype)


def _check_numpy_array(shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
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
    if not 0 < dtype.itemsize <= NUMPY_ITEM_BYTES:
        raise ReadingError(f"the array holds {quoted(dtype)}, where labels are integers or text")


def _npz_member(npz_archive: zipfile.ZipFile, name: str | None, source: ByteSource) -> BinaryIO:
    member = npz_archive.getinfo(f"{name}.npy")
    return source.bounded(cast(BinaryIO, npz_archive.open(member)), member.compress_size, source.limits.unpacked)


def _numpy_arrays(npy_stream: BinaryIO, numpy_header: NumpyHeader, piece_rows: int) -> Iterator[NDArray[Any]]:
    for start in range(0, numpy_header.rows, piece_rows):
        size = min(piece_rows, numpy_header.rows - start) * numpy_header.dtype.itemsize
        array_bytes = npy_stream.read(size)
        if len(array_bytes) < size:
            raise ReadingError(f"the array ends in row {start:,} of {numpy_header.rows:,}. Save or download it again")
        yield np.frombuffer(array_bytes, numpy_header.dtype)


def _numpy_piece(arrays: Sequence[NDArray[Any]], layout: Layout) -> Piece:
    """The arrays of `layout.columns_read`."""
    counts = None if layout.count is None else _list_of_array(arrays[-1])
    return piece_of_columns([_numpy_column(array) for array in arrays[: len(layout.key_columns)]], counts)


def _numpy_column(values: NDArray[Any]) -> tuple[Codes, list[Any]]:
    if values.dtype.kind in "Mm":
        values = values.astype(str)
    if values.ndim != 1 or values.dtype.kind not in "biufUS":
        raise ReadingError(f"the array holds {quoted(values.dtype)}, where labels are integers or text. Choose another")
    distinct, codes = np.unique(values, return_inverse=True)
    return codes, _list_of_array(distinct)


def _list_of_array(array: NDArray[Any]) -> list[Any]:
    try:
        return list(array.tolist())
    except (SystemError, ValueError):  # numbers that are no letters
        raise ReadingError("the array is damaged: it holds text that is none. Save or download it again") from None
