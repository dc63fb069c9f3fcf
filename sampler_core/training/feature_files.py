"""People's own feature files -> LabelledFeatures. Nothing in a file is run, and sizes are looked at before numbers.

The one contract here: whatever a file holds, the only error is `ReadingError`, a sentence that names the next step.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sampler_core.datasets.label_files.byte_source import ByteSource, File, opened
from sampler_core.datasets.label_files.reading_errors import ReadingError
from sampler_core.datasets.label_files.reading_limits import Limits
from sampler_core.formatting import listed
from sampler_core.training.feature_tables import TABLE_ENDINGS, read_table
from sampler_core.training.labelled_features import MOST_BYTES, LabelledFeatures, check_size

X_NAMES = ("x", "features", "embeddings", "inputs", "data")
Y_NAMES = ("y", "labels", "label", "targets", "target", "classes")
SPLIT_NAMES, NAME_NAMES = ("is_test",), ("class_names", "names", "target_names")
PICKLE = (
    "holds Python objects (a pickle), which are never loaded because loading can run code. Save arrays alone: "
    'numpy.savez(file, X=X, y=y) or torch.save({"X": X, "y": y}, file)'
)


class Arrays(NamedTuple):
    """What a file holds. labels: None where they must be brought."""

    features: NDArray[Any]
    labels: NDArray[Any] | None = None
    is_test: NDArray[Any] | None = None
    names: tuple[Any, ...] | None = None
    columns: tuple[str, ...] | None = None
    left_out: str = ""


def read_features(
    file: File, labels: Any = None, *, label: str | None = None, split_column: str | None = None,
    leave_out_gaps: bool = False, title: str | None = None,
) -> LabelledFeatures:  # fmt: skip
    """Features and labels of a file: .npz, .npy, .pt, CSV, Parquet or Arrow (path, bytes or binary file).

    labels: one per row, for a file without (`encode_labels`); they come before those in the file. An .npz or .pt has X
    and y (also features, embeddings; labels, targets) and may have is_test and class_names. A table has numeric
    columns, or one column of vectors, and a column of labels: `label`, `split_column` where they are not to be guessed
    ("" for no split). leave_out_gaps: leaves out rows with a missing or infinite value instead of refusing them. title:
    of the data, the file's name by default. At most 512 MB and 4,096 columns.
    """
    with opened(file, Limits(unpacked=4 * MOST_BYTES, in_memory=4 * MOST_BYTES)) as source:
        name = title or source.name
        read = next((reader for ending, reader in _READERS.items() if source.name.lower().endswith(ending)), None)
        read = read or next((reader for start, reader in _SIGNATURES.items() if source.head.startswith(start)), None)
        if read is not None:
            arrays = read(source)
        elif source.name.lower().removesuffix(".gz").endswith(TABLE_ENDINGS) or source.name == "the text":
            arrays = Arrays(*read_table(file, source, label, split_column))
        else:
            kinds = listed([*_READERS, *TABLE_ENDINGS], 20)
            raise ReadingError(f"{source.name} must be a file of features ({kinds}). Save X and y as .npz")
    try:
        return _labelled(arrays, labels, leave_out_gaps, name)
    except (TypeError, ValueError) as error:
        raise ReadingError(f"{name}: {error}") from error


def _labelled(arrays: Arrays, labels: Any, leave_out_gaps: bool, title: str) -> LabelledFeatures:
    labels, names = (arrays.labels, arrays.names) if labels is None else (labels, None)
    if labels is None:
        raise ValueError("it has no labels: bring them as one per row, or save both as numpy.savez(file, X=X, y=y)")
    if np.ndim(arrays.features) == 2:
        check_size(len(arrays.features), arrays.features.shape[1], arrays.features.dtype.itemsize)
    others: dict[str, Any] = {"names": names, "title": title, "columns": arrays.columns}
    if not leave_out_gaps:
        return LabelledFeatures(arrays.features, labels, is_test=arrays.is_test, left_out=arrays.left_out, **others)
    whole = LabelledFeatures.without_gaps(arrays.features, labels, arrays.is_test, **others)
    object.__setattr__(whole, "left_out", " ".join(filter(None, [arrays.left_out, whole.left_out])))
    return whole


def _npz(source: ByteSource) -> Arrays:
    with zipfile.ZipFile(source.seekable()) as archive:
        members = archive.namelist()
        if any(name.endswith("data.pkl") for name in members):
            return _pt(source)
        held = {name.removesuffix(".npy"): name for name in members if name.endswith(".npy")}
        wanted = {role: _found(held, names) for role, names in _ROLES.items()}
        if wanted["X"] is None:
            raise ReadingError(f"{source.name} has no array called X (it has {listed(held)}). Save X and y as .npz")
        arrays = {role: _array(archive.open(held[key]), source) for role, key in wanted.items() if key is not None}
    return _of_roles(arrays)


def _npy(source: ByteSource) -> Arrays:
    return Arrays(_array(source.stream(), source))


def _pt(source: ByteSource) -> Arrays:
    """A file of `torch.save`: a dict of tensors, (X, y), or X alone."""
    import pickle  # for the name of the error alone: what torch refuses to read raises it

    import torch

    stream = source.seekable()
    if stream.seek(0, 2) > 2 * MOST_BYTES:
        raise ReadingError(
            f"{source.name} must be at most {2 * MOST_BYTES >> 20:,} MB. Save X as float32, with fewer rows"
        )
    stream.seek(0)
    try:
        content = torch.load(stream, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError) as error:
        raise ReadingError(f"{source.name} {PICKLE}") from error
    if isinstance(content, Mapping):
        held = {str(key): key for key in content}
        wanted = {role: _found(held, names) for role, names in _ROLES.items()}
        parts = {role: content[held[key]] for role, key in wanted.items() if key is not None}
    else:
        parts = dict(zip(("X", "y"), content if isinstance(content, list | tuple) else [content], strict=False))
    if "X" not in parts:
        raise ReadingError(f'{source.name} has no tensor called X. Save it as torch.save({{"X": X, "y": y}}, file)')
    return _of_roles({role: _plain(part) for role, part in parts.items()})


def _plain(part: Any) -> NDArray[Any]:
    """A tensor or a list as an array; short floats as float32, as NumPy lacks some of them."""
    if not hasattr(part, "detach"):
        return np.asarray(part)
    tensor = part.detach()
    return np.asarray(tensor.float() if tensor.is_floating_point() and tensor.itemsize < 4 else tensor)


def _of_roles(arrays: Mapping[str, NDArray[Any]]) -> Arrays:
    names = arrays.get("names")
    is_test = arrays.get("is_test")
    labels = None if arrays.get("y") is None else np.squeeze(arrays["y"])
    coded = labels is not None and labels.dtype.kind in "iu"
    return Arrays(
        arrays["X"],
        labels,
        None if is_test is None else is_test.astype(np.bool_),
        tuple(names.tolist()) if names is not None and coded else None,
    )


def _found(held: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    """The key of one of these names, whatever its case."""
    lower = {key.lower(): key for key in held}
    return next((lower[name] for name in names if name in lower), None)


def _array(stream: Any, source: ByteSource) -> NDArray[Any]:
    """An .npy array, of which the header is looked at first."""
    readers: dict[tuple[int, int], Callable[[BinaryIO], tuple[tuple[int, ...], bool, np.dtype[Any]]]] = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    version = np.lib.format.read_magic(stream)
    if version not in readers:
        raise ReadingError(f"{source.name} holds an array with named fields. Save X and y as plain arrays")
    shape, is_fortran, dtype = readers[version](stream)
    if dtype.hasobject:
        raise ReadingError(f"{source.name} {PICKLE}")
    try:
        check_size(shape[0] if shape else 1, int(np.prod(shape[1:], dtype=object)), dtype.itemsize)
    except ValueError as error:
        raise ReadingError(f"{source.name}: {error}") from error
    needed = int(np.prod(shape, dtype=object)) * dtype.itemsize
    content = stream.read(needed)
    if len(content) < needed:
        raise ReadingError(f"{source.name} ends before its array does. Save or download it again")
    content = bytearray(content)  # torch takes no memory that cannot be written
    return np.frombuffer(content, dtype).reshape(shape, order="F" if is_fortran else "C")


_ROLES = {"X": X_NAMES, "y": Y_NAMES, "is_test": SPLIT_NAMES, "names": NAME_NAMES}
_READERS = {".npz": _npz, ".npy": _npy, ".pt": _pt, ".pth": _pt}
_SIGNATURES = {b"PK\x03\x04": _npz, b"\x93NUMPY": _npy}
