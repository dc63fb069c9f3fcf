"""Label files as other programs write them, all of the same twelve labels where their format can hold them."""

import csv
import gzip
import io
import json
import sqlite3
import struct
import zipfile
from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

LABELS = ["setosa"] * 6 + ["virginica"] * 4 + ["versicolor"] * 2
COUNTS = {"setosa": 6, "versicolor": 2, "virginica": 4}
FRAME = pd.DataFrame({"length": np.linspace(4.5, 7.25, 12), "width": range(12), "species": LABELS})
TABLE = pd.DataFrame({"class": list(COUNTS), "count": list(COUNTS.values())})


def _written(write: Callable[[io.BytesIO], object]) -> bytes:
    buffer = io.BytesIO()
    write(buffer)
    return buffer.getvalue()


def _arrow_csv() -> bytes:
    return _written(lambda out: pyarrow.csv.write_csv(pa.Table.from_pandas(FRAME), out))


def _arrow_stream() -> bytes:
    def write(out: io.BytesIO) -> None:
        table = pa.Table.from_pandas(FRAME)
        with pa.ipc.new_stream(out, table.schema) as stream:
            stream.write_table(table)

    return _written(write)


def _sqlite_export() -> bytes:
    """As `sqlite3 -csv -header` writes it: CRLF, quotes only where needed."""
    with sqlite3.connect(":memory:") as base:
        FRAME.to_sql("flowers", base, index=False)
        rows = base.execute("select * from flowers")
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow([column[0] for column in rows.description])
        writer.writerows(rows)
    base.close()
    return text.getvalue().encode()


def _r_write_csv() -> bytes:
    rows = (f'"{i + 1}",{row.length:.4g},{row.width},"{row.species}"' for i, row in enumerate(FRAME.itertuples()))
    return ("\n".join(['"","length","width","species"', *rows]) + "\n").encode()


def _r_write_table() -> bytes:
    rows = (f'"{i + 1}" {row.length:.4g} {row.width} "{row.species}"' for i, row in enumerate(FRAME.itertuples()))
    return ("\n".join(['"length" "width" "species"', *rows]) + "\n").encode()


def _excel_german() -> bytes:
    """Semicolons, decimal commas, CRLF, Windows-1252, an umlaut in the header."""
    text = FRAME.rename(columns={"length": "L\u00e4nge"}).to_csv(
        sep=";", decimal=",", index=False, lineterminator="\r\n"
    )
    return text.encode("cp1252")


def _quoted_newlines() -> bytes:
    remarks = [f'first line, "{i}"\nsecond; line' for i in range(12)]
    return FRAME.assign(remark=remarks)[["remark", "species", "length"]].to_csv(index=False).encode()


def _coco() -> bytes:
    names = ["virginica", "setosa", "extinct", "versicolor"]
    number = {name: 10 * i + 7 for i, name in enumerate(names)}
    annotations = [
        {"id": i, "image_id": i, "category_id": number[label], "bbox": [0, 1.5, 2, 3], "iscrowd": 0}
        for i, label in enumerate(LABELS)
    ]
    images = [{"id": i, "file_name": f"{i:012}.jpg", "width": 640, "height": 480} for i in range(12)]
    categories = [{"id": number[name], "name": name, "supercategory": "iris"} for name in names]
    return json.dumps(
        {"info": {"year": 2017}, "images": images, "annotations": annotations, "categories": categories}
    ).encode()


FILES: dict[str, bytes] = {
    "pandas.csv": FRAME.to_csv().encode(),
    "pandas.tsv": FRAME.to_csv(sep="\t", index=False).encode(),
    "pandas.csv.gz": gzip.compress(FRAME.to_csv(index=False).encode(), mtime=0),
    "pandas.parquet": _written(FRAME.to_parquet),
    "categories.parquet": _written(FRAME.astype({"species": "category"}).to_parquet),
    "delta.parquet": _written(
        lambda out: pyarrow.parquet.write_table(
            pa.Table.from_pandas(FRAME), out, use_dictionary=False, column_encoding={"species": "DELTA_BYTE_ARRAY"}
        )
    ),
    "pandas.feather": _written(FRAME.to_feather),
    "categories.feather": _written(FRAME.astype({"species": "category"}).to_feather),
    "stream.arrow": _arrow_stream(),
    "records.json": FRAME.to_json(orient="records").encode(),
    "columns.json": FRAME.to_json().encode(),
    "index.json": FRAME.to_json(orient="index").encode(),
    "split.json": FRAME.to_json(orient="split").encode(),
    "schema.json": FRAME.to_json(orient="table").encode(),
    "lines.jsonl": FRAME.to_json(orient="records", lines=True).encode(),
    "labels.json": json.dumps(LABELS).encode(),
    "samples.json": json.dumps({f"{i}.jpg": label for i, label in enumerate(LABELS)}).encode(),
    "arrow.csv": _arrow_csv(),
    "labels.npy": _written(lambda out: np.save(out, np.array(LABELS))),
    "bytes.npy": _written(lambda out: np.save(out, np.array(LABELS, dtype="S"))),
    "arrays.npz": _written(lambda out: np.savez_compressed(out, X=np.zeros((12, 4)), y=np.array(LABELS))),
    "sqlite.csv": _sqlite_export(),
    "r.csv": _r_write_csv(),
    "r.txt": _r_write_table(),
    "excel.csv": _excel_german(),
    "utf-16.csv": FRAME.to_csv(index=False).encode("utf-16"),
    "utf-16-without-mark.csv": FRAME.to_csv(index=False).encode("utf-16-le"),
    "utf-8-mark.csv": FRAME.to_csv(index=False).encode("utf-8-sig"),
    "crlf.csv": FRAME.to_csv(index=False, lineterminator="\r\n").encode(),
    "old-mac.csv": FRAME.to_csv(index=False, lineterminator="\r").encode(),
    "newlines.csv": _quoted_newlines(),
    "headless.csv": FRAME.to_csv(index=False, header=False).encode(),
    "labels.txt": ("\n".join(LABELS) + "\n").encode(),
    "labels-without-end.txt": "\r\n".join(LABELS).encode(),
    "list.txt": "".join(f"train/n 01/{i}.JPEG {label}\n" for i, label in enumerate(LABELS)).encode(),
    "words.data": "".join(f"P{i}_ECOLI  0.{i}5   {label}\n" for i, label in enumerate(LABELS)).encode(),
    "coco.json": _coco(),
}

RECORDS = np.array(list(COUNTS.items()), dtype=[("class", "U10"), ("count", "i8")])
TABLES: dict[str, bytes] = {
    "counts.csv": TABLE.to_csv(index=False).encode(),
    "value_counts.csv": FRAME["species"].value_counts().to_csv().encode(),
    "floats.csv": TABLE.astype({"count": float}).to_csv(index=False, sep=";", decimal=",").encode(),
    "counts.json": FRAME["species"].value_counts().to_json().encode(),
    "records.json": TABLE.to_json(orient="records").encode(),
    "columns.json": TABLE.to_json().encode(),
    "counts.parquet": _written(TABLE.to_parquet),
    "counts.feather": _written(TABLE.to_feather),
    "counts.npy": _written(lambda out: np.save(out, RECORDS)),
    "counts.data": b"class  share  count\nsetosa  0.5  6\nversicolor 0.17  2\nvirginica   0.33   4\n",
    "counts-first.data": b"count  share  class\n6  0.5  setosa\n2 0.17  versicolor\n4   0.33   virginica\n",
}

# What is more than one label a row: 24 rows each.
ROWS = range(24)
ANIMALS = ["cat"] * 12 + ["dog"] * 8 + ["emu"] * 4
HOSPITALS = ["A", "B", "A", "C"] * 6
SPLITS = ["train"] * 4 + ["val", "test"]
MANY_LABELS = [
    ("cat", "dog") if i % 6 == 0 else ("emu", "dog") if i == 7 else (animal,) for i, animal in enumerate(ANIMALS)
]
SEVERAL = pd.DataFrame({
    "image": [f"{i}.jpg" for i in ROWS], "animal": ANIMALS, "hospital": HOSPITALS, "split": SPLITS * 4,
    "fold": [i % 5 for i in ROWS], "is_train": [int(i % 4 > 0) for i in ROWS], "uid": [f"u{i:03}" for i in ROWS],
    "cell": ["|".join(labels) for labels in MANY_LABELS],
})  # fmt: skip
ONE_HOT = pd.DataFrame(
    {"image": SEVERAL["image"], **{a: [float(a == b) for b in ANIMALS] for a in ("emu", "dog", "cat")}}
)
MANY_HOT = pd.DataFrame(
    {"image": SEVERAL["image"], **{a: [int(a in m) for m in MANY_LABELS] for a in ("cat", "dog", "emu")}}
)
CLASS_LABEL = {"names": ["cat", "dog", "emu", "fox"], "_type": "ClassLabel"}


def several_of(*columns: str) -> bytes:
    """A table of these columns."""
    return SEVERAL[["image", *columns]].to_csv(index=False).encode()


def hugging_face_shard(rows: slice, metadata: bool = True) -> bytes:
    """As `Dataset.save_to_disk` writes one: an Arrow stream, with the class names in its metadata."""
    codes = [CLASS_LABEL["names"].index(animal) for animal in ANIMALS[rows]]
    table = pa.table({"image": [{"bytes": b"x", "path": "a"}] * len(codes), "label": codes})
    if metadata:
        info = {"info": {"features": {"image": {"_type": "Image"}, "label": CLASS_LABEL}}, "fingerprint": "0"}
        table = table.replace_schema_metadata({"huggingface": json.dumps(info)})

    def write(out: io.BytesIO) -> None:
        with pa.ipc.new_stream(out, table.schema) as stream:
            stream.write_table(table, max_chunksize=5)

    return _written(write)


INFO = {"builder_name": "animals", "features": {"image": {"_type": "Image"}, "label": CLASS_LABEL},
        "splits": {"train": {"name": "train", "num_examples": 24}}}  # fmt: skip
STATE = {"_data_files": [{"filename": "data-00000-of-00001.arrow"}], "_fingerprint": "0", "_split": "train"}
DATASET = {
    "animals/train/data-00000-of-00002.arrow": hugging_face_shard(slice(0, 10)),
    "animals/train/data-00001-of-00002.arrow": hugging_face_shard(slice(10, 20)),
    "animals/test/data-00000-of-00001.arrow": hugging_face_shard(slice(20, 24)),
    "animals/train/dataset_info.json": json.dumps(INFO).encode(),
    "animals/train/state.json": json.dumps(STATE).encode(),
    "animals/dataset_dict.json": b'{"splits": ["train", "test"]}',
}  # fmt: skip


def zip_of(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    def write(out: io.BytesIO) -> None:
        with zipfile.ZipFile(out, "w", compression) as archive:
            for name, data in files.items():
                archive.writestr(name, data)

    return _written(write)


NOTICED: dict[str, bytes] = {  # each has something to say about its rows
    "split.csv": several_of("animal", "split"),
    "flag.csv": several_of("animal", "is_train"),
    "groups.csv": several_of("animal", "hospital", "split"),
    "cells.csv": several_of("cell"),
    "cells.jsonl": b"".join(json.dumps({"id": i, "labels": m}).encode() + b"\n" for i, m in enumerate(MANY_LABELS)),
    "cells.parquet": _written(pd.DataFrame({"labels": map(list, MANY_LABELS), "split": SPLITS * 4}).to_parquet),
    "one-hot.csv": ONE_HOT.to_csv(index=False).encode(),
    "many-hot.csv": MANY_HOT.to_csv(index=False).encode(),
    "columns.json": SEVERAL[["image", "animal", "split"]].to_json().encode(),
    "data.zip": zip_of(DATASET),
}

TFRECORD_CHECKSUM_OF_12 = struct.pack("<I", 0x0AFEC8F4)  # of the length 12 that a record begins with

IMAGENET_LT = b"".join(
    f"train/n{1440764 + label:08}/n{1440764 + label:08}_{i}.JPEG {label}\n".encode()
    for label, n in ((0, 6), (10, 2), (2, 4))
    for i in range(n)
)  # as published: no header, the number of the class behind the path


def named(name: str, data: bytes) -> io.BytesIO:
    """As an upload arrives: bytes with a name."""
    file = io.BytesIO(data)
    file.name = name
    return file
