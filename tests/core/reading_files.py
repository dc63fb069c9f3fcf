"""Label files as other programs write them, all of the same twelve labels where their format can hold them."""

import csv
import gzip
import io
import json
import sqlite3
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
        {"id": i, "image_id": i // 2, "category_id": number[label], "bbox": [0, 1.5, 2, 3], "iscrowd": 0}
        for i, label in enumerate(LABELS)
    ]
    images = [{"id": i, "file_name": f"{i:012}.jpg", "width": 640, "height": 480} for i in range(6)]
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
