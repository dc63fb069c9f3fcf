"""TensorFlow's TFRecord files: told by their checksums, and refused with two lines that write a table of counts."""

from __future__ import annotations

from sampler_core.datasets.label_files.byte_source import ByteSource
from sampler_core.datasets.label_files.reading_errors import ReadingError

_POLYNOMIAL = 0x82F63B78  # of CRC-32C (Castagnoli), reflected
_CODE = """\
import collections, csv, tensorflow as tf  # "label" below is the name of the feature with the class
labels = (tf.train.Example.FromString(record.numpy()).features.feature["label"].int64_list.value[0]
          for record in tf.data.TFRecordDataset([{file!r}]))
csv.writer(open("counts.csv", "w", newline="")).writerows([("class", "count"), *collections.Counter(labels).items()])
"""


def refuse_tfrecord(source: ByteSource) -> None:
    """`ReadingError` for a TFRecord file, with the code that counts its classes."""
    if is_tfrecord(source.head):
        raise ReadingError(
            f"{source.name} is a TFRecord file, which only TensorFlow reads. Let it write a table of class,count and "
            "read that",
            _CODE.format(file=source.name),
        )


def is_tfrecord(head: bytes) -> bool:
    """Whether the first record's length is followed by its masked checksum: no other file has that by accident."""
    if len(head) < 16:
        return False
    checksum = _crc32c(head[:8])
    masked = (((checksum >> 15) | (checksum << 17)) + 0xA282EAD8) & 0xFFFFFFFF
    return masked == int.from_bytes(head[8:12], "little")


def _crc32c(content: bytes) -> int:
    checksum = 0xFFFFFFFF
    for byte in content:
        checksum ^= byte
        for _ in range(8):
            checksum = (checksum >> 1) ^ (_POLYNOMIAL if checksum & 1 else 0)
    return checksum ^ 0xFFFFFFFF
