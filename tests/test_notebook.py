"""The notebook runs from top to bottom, and what is saved in it is what it shows now.

As plain code: a Jupyter kernel would be some 30 more packages, and no cell has more than Python in it.
"""

import ast
import json
import re

import pytest

from tests.servers import ROOT

CELLS = json.loads((ROOT / ".github" / "plan_and_forecast.ipynb").read_text(encoding="utf-8"))["cells"]
CODE = [cell for cell in CELLS if cell["cell_type"] == "code"]


def shown(source, names):
    """What Jupyter shows below a cell: its last line as HTML, or else as text."""
    tree = ast.parse(source)
    tree.body[-1] = ast.parse(f"shown = {ast.unparse(tree.body[-1])}").body[0]
    exec(compile(tree, "cell", "exec"), names)
    value = names["shown"]
    return value._repr_html_() if hasattr(value, "_repr_html_") else repr(value)


def text_and_numbers(output):
    text = "".join(output.split())
    return re.sub(r"[\d.]+", "#", text), [float(number) for number in re.findall(r"\d+(?:\.\d+)?", text)]


def test_each_cell_shows_what_is_saved_below_it():
    names = {}
    for cell in CODE:
        (saved,) = (output["data"] for output in cell["outputs"])
        (kind,) = saved
        now = shown("".join(cell["source"]), names)
        assert kind == ("text/html" if now.startswith("<") else "text/plain")
        (text, numbers), (saved_text, saved_numbers) = map(text_and_numbers, (now, "".join(saved[kind])))
        assert text == saved_text
        assert numbers == pytest.approx(saved_numbers, rel=1e-3, abs=0.1)  # curves are rounded to a tenth of a pixel


def test_one_line_shows_curves_and_numbers():
    outputs = ["".join(cell["outputs"][0]["data"].get("text/html", "")) for cell in CODE]
    assert [("<polyline" in output, "<table" in output) for output in outputs[:2]] == [(True, True)] * 2
