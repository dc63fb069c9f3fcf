"""What a notebook shows of a plan and a forecast: curves and numbers, with NumPy alone, and names as plain text."""

import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import numpy as np
import pytest

from sampler_core import (
    ClassCounts,
    Forecast,
    Linear,
    PowerSkew,
    ProgressivelyBalanced,
    SamplingPlan,
    Shares,
)
from sampler_core.draws import SCHEMES
from sampler_core.formatting import number, percent
from sampler_core.plans.notebook_cell import BOTTOM, HEIGHT, chart
from tests.hostile_names import HOSTILE, hostile_counts
from tests.test_house import BLOCKED, run_python

COUNTS = ClassCounts.from_counts({"cat": 400, "none": 0, "emu": 9, "dog": 150})
TAGS = {"div", "b", "svg", "path", "text", "polyline", "table", "thead", "tbody", "tr", "th", "td", "span"}


def plan_of(target=None, **others):
    return SamplingPlan(**{"target": target or PowerSkew(Linear(0.0, 0.5)), "epochs": 3, "batch_size": 64, **others})


class Cell(HTMLParser):
    """The tags, attributes and rows of the HTML that a notebook is given."""

    def __init__(self, value):
        super().__init__()
        self.tags, self.attributes, self.rows, self.texts = [], set(), [], []
        self.feed(value._repr_html_())
        assert ET.fromstring(value._repr_html_()).tag == "div"  # every tag is closed

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attributes}
        if tag == "tr":
            self.rows.append([])

    def handle_data(self, text):
        self.texts.append(text)
        if self.tags[-1] in ("td", "span") and text.strip() != "■":
            self.rows[-1].append(text.strip())


def curves_of(value):
    points = [re.findall(r"[\d.]+,([\d.]+)", line) for line in re.findall(r'points="([^"]*)"', value._repr_html_())]
    return [[float(y) for y in line] for line in points]


# --- curves and numbers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_table_of_a_forecast_has_its_numbers_class_by_class(scheme):
    forecast = Forecast.of(plan_of(drawing=scheme), COUNTS)
    rows = Cell(forecast).rows[1:]
    assert [row[0] for row in rows] == ["cat", "dog", "emu"]
    for name, samples, of_data, first, last, repeats, seen, without in rows:
        c = COUNTS.position(name)
        assert samples == str(COUNTS.counts[c])
        assert of_data == percent(COUNTS.frequencies[c])
        assert (first, last) == (percent(forecast.shares[0, c]), percent(forecast.shares[-1, c]))
        assert repeats == number(forecast.run_repeats[c])
        assert (seen, without) == (percent(forecast.run_coverage[c]), percent(forecast.absence[-1, c]))


def test_a_forecast_has_one_curve_for_each_class_shown_and_the_colour_of_its_row():
    forecast = Forecast.of(plan_of(epochs=20), COUNTS)
    curves = curves_of(forecast)
    assert [len(curve) for curve in curves] == [20] * 3
    heights = HEIGHT - BOTTOM - 2 - np.array(curves)
    shares = forecast.shares[:, [0, 3, 2]].T
    assert heights / heights.max() == pytest.approx(shares / shares.max(), abs=2e-3)
    html = forecast._repr_html_()
    assert re.findall(r'stroke="(#\w+)"', html) == re.findall(r"color: (#\w+)", html)


def test_of_many_classes_the_largest_the_rarest_and_some_between_are_shown():
    counts = dict(zip([f"class {c}" for c in range(5000)], range(5000, 0, -1), strict=True))
    cell = Cell(Forecast.of(plan_of(epochs=500), counts))
    assert [row[0] for row in cell.rows[1:]] == [f"class {c}" for c in (0, 999, 1999, 2999, 3999, 4999)]
    assert "5,000 classes, of which 6 are shown" in " ".join(cell.texts)


def test_a_plan_has_its_skew_over_the_epochs_and_what_it_sets():
    cell = Cell(plan_of(drawing="exact", max_repeats=4, epochs=5))
    assert [row[0] for row in cell.rows] == ["target", "epochs", "batch_size", "drawing", "max_repeats"]
    assert cell.rows[-1] == ["max_repeats", "4"]
    (heights,) = np.array(curves_of(plan_of(epochs=5)))
    assert np.ptp(np.diff(heights)) <= 0.1  # a straight line


def test_a_plan_without_a_skew_of_its_own_says_where_its_shares_are_to_be_seen():
    assert "Forecast.of(plan, counts)" in plan_of(ProgressivelyBalanced())._repr_html_()


@pytest.mark.parametrize("epochs", [1, None, 10**9])
def test_runs_of_one_epoch_without_end_and_very_long_have_a_curve_of_few_points(epochs):
    (curve,) = curves_of(plan_of(epochs=epochs))
    assert 2 <= len(curve) <= 200


def test_equal_values_have_a_line_too():
    flat = chart("Skew", np.arange(3), np.zeros((1, 3)), number)
    assert "nan" not in flat
    assert len(set(re.findall(r",([\d.]+)", re.search(r'points="([^"]*)"', flat)[1]))) == 1


# --- names are data, and NumPy is enough -----------------------------------------------------------------------------


def test_class_names_never_are_markup():
    for names in (HOSTILE[:6], HOSTILE[6:12], HOSTILE[12:18], HOSTILE[18:24], HOSTILE[24:]):
        cell = Cell(Forecast.of(plan_of(), {name: hostile_counts()[name] for name in names}))
        assert set(cell.tags) <= TAGS
        assert not [name for name in cell.attributes if name.startswith("on") or name in ("href", "src")]
        assert len(cell.rows) == 1 + len(names)
    for target in (Shares({HOSTILE[0]: 0.5}), Shares({HOSTILE[2]: 0.5})):
        assert set(Cell(plan_of(target)).tags) <= TAGS


def test_notebooks_need_numpy_alone():
    show = (
        "from sampler_core import Constant, Forecast, PowerSkew, SamplingPlan\n"
        "plan = SamplingPlan(target=PowerSkew(Constant(1.0)), epochs=2, batch_size=2)\n"
        "print('<svg' in plan._repr_html_() and '<svg' in Forecast.of(plan, [3, 1])._repr_html_())\n"
    )
    others = ["torch", "plotly", "pandas", "pyarrow", "scipy", "sklearn", "jinja2"]
    done = run_python(BLOCKED.format(blocked=others, names=[]) + show)
    assert done.stdout == "True\n", done.stderr
