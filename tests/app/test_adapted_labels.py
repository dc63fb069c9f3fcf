"""Labels of class x group and several labels a sample on the pages: what draws bring of each, and balancing them."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.my_labels.reading_job import Upload, reading_from_json, reading_to_json
from pages.parts.my_labels.session_labels import SessionLabels
from sampler_core import Constant, PowerSkew, SamplingPlan, combined, rarest_label
from sampler_core.datasets import read_counts
from sampler_core.exporting import snippet
from sampler_core.exporting.plan_report import plan_report
from sampler_core.exporting.training_code import NO_LOG
from sampler_core.plans.explicit_shares import Shares
from tests.app.test_explore import frames_once_played, is_sound, opened, panel_of
from tests.app.test_my_labels import chosen, read
from tests.core.test_label_adapters import COCO_FILE

NAVIGATION = Path(__file__).parents[2] / "pages" / "navigation.py"
SPECIES = np.repeat(["cat", "dog", "emu"], [600, 90, 24])
HOSPITALS = np.array(["A", "A", "B", "<b>C</b>"])[np.arange(714) % 4]
CELLS = combined(SPECIES, HOSPITALS, names=("species", "hospital"))
PHOTOS = rarest_label([["person"]] * 90 + [["person", "dog"]] * 8 + [["person", "cup", "cup"]] * 2, item="box")


def reading_of(adapted):
    return replace(read_counts(b"label\na\n"), counts=adapted.counts, tallies=adapted.tallies, warnings=())


def opened_with(adapted, **url):
    at = AppTest.from_file(NAVIGATION, default_timeout=60)
    for key, value in {"data": "my labels", "skew": "1", "epochs": "5", **url}.items():
        at.query_params[key] = value
    at.session_state["own_labels"] = SessionLabels(Upload("cells.csv", b""), (reading_of(adapted),))
    is_sound(at.run())
    return at


def test_each_tally_is_a_chart_of_what_the_draws_bring_beside_the_data():
    at = opened_with(CELLS)
    scenario = at.session_state["scenario"]
    shares = scenario.plan.class_shares(scenario.counts)[0]
    for place, tally in enumerate(CELLS.tallies):
        chart, figure = panel_of(at, f"tally-{place}")
        in_data, drawn = (trace["x"] for trace in figure["data"])
        order = np.argsort(-tally.totals, kind="stable")
        assert chart["title"] == f"Expected per {tally.title}, epoch 0"
        assert in_data == pytest.approx(tally.totals[order] / 714)
        assert drawn == pytest.approx(tally.expected(shares)[order])
        assert "<b>" not in chart["spec"]


def test_labels_that_come_along_and_boxes_have_their_own_charts():
    at = opened_with(PHOTOS)
    label, box = (panel_of(at, f"tally-{place}")[1]["data"][1]["x"] for place in range(2))
    assert label == pytest.approx([1.0, 1 / 3, 1 / 3])  # person, dog, cup
    assert box == pytest.approx([1.0, 1 / 3, 2 / 3])


def test_while_the_epochs_play_the_charts_of_the_tallies_are_those_of_each_epoch():
    at = opened_with(CELLS, skew="0", increment="0.2")
    frames = frames_once_played(at)
    for epoch in (0, 4):
        at.number_input(key="epoch").set_value(epoch).run()
        for place in range(2):
            for trace, frame in zip(panel_of(at, f"tally-{place}")[1]["data"], frames[f"tally-{place}"]["x"][epoch],
                                    strict=True):  # fmt: skip
                assert frame == pytest.approx(trace["x"], rel=1e-6)


def test_data_of_one_label_a_sample_has_no_such_chart_and_no_button():
    at = opened()
    is_sound(at)
    assert not [button for button in at.button if str(button.key).startswith("balance")]
    assert not [item for item in at.get("bidi_component") if '"tally-0"' in item.proto.json]


@pytest.mark.parametrize(("number", "balanced"), [(0, [0]), (1, [1]), (2, [0, 1])])
def test_a_button_draws_every_class_every_group_or_both_equally_often_and_no_url_has_the_names(number, balanced):
    at = opened_with(CELLS)
    at.button(key=f"balance-explore-{number}").click().run()
    is_sound(at)
    scenario = at.session_state["scenario"]
    assert isinstance(scenario.plan.target, Shares)
    shares = scenario.plan.class_shares(scenario.counts)[-1]
    for place, tally in enumerate(CELLS.tallies):
        assert (np.ptp(tally.expected(shares)) < 1e-9) == (place in balanced)
    assert not [value for value in at.query_params.values() if "cat" in str(value)]
    on = [
        button.key for button in at.button if str(button.key).startswith("balance") and button.proto.type == "primary"
    ]
    assert sorted(on) == [f"balance-{place}-{number}" for place in ("explore", "shares")]  # the table has them too
    at.text_input(key="given_shares").set_value("").run()
    assert all(button.proto.type != "primary" for button in at.button if str(button.key).startswith("balance"))


def test_a_reading_comes_back_from_its_process_with_its_tallies():
    reading = reading_of(PHOTOS)
    again = reading_from_json(json.loads(json.dumps(reading_to_json(reading))))
    assert (again.counts, again.tallies) == (reading.counts, reading.tallies)


def test_the_report_of_the_page_has_the_charts_too():
    plan = SamplingPlan(target=PowerSkew(Constant(1.0)), epochs=1, batch_size=32)
    report = plan_report(plan, CELLS.counts, tallies=CELLS.tallies)
    assert "Expected per species, epoch 0" in report
    assert "Expected per hospital, epoch 0" in report


def test_two_columns_of_an_uploaded_file_are_balanced_by_two_presses():
    rows = [f"{name},{hospital}" for name, hospital in zip(SPECIES.tolist(), HOSPITALS.tolist(), strict=True)]
    at = opened(data="my labels", epochs="5")
    at.file_uploader[0].upload("cells.csv", "\n".join(["species,hospital", *rows]).encode(), "text/csv").run()
    chosen(read(at), "own-group", "hospital")
    assert at.session_state["scenario"].tallies == CELLS.tallies
    assert "3 pairs have fewer than 20 samples" in at.warning[0].value
    at.button(key="balance-explore-2").click().run()
    assert not at.exception
    shares = at.session_state["scenario"].plan.class_shares(CELLS.counts)[0]
    for tally in CELLS.tallies:
        assert tally.expected(shares) == pytest.approx([1 / 3] * 3)
    assert any("species and hospital go together" in caption.value for caption in at.caption)
    code = snippet(at.session_state["scenario"].plan, CELLS.counts, reading=reading_of(CELLS), run_log=True)
    assert "RunLog" not in code
    assert NO_LOG in code  # the targets are species, the classes pairs
    assert "were changed" not in code


def test_a_coco_file_is_of_images_or_of_boxes_as_is_chosen():
    at = opened(data="my labels", epochs="5")
    at.file_uploader[0].upload("instances.json", COCO_FILE, "application/json").run()
    read(at)
    scenario = at.session_state["scenario"]
    assert (scenario.counts.num_samples, [tally.title for tally in scenario.tallies]) == (4, ["label", "box"])
    assert panel_of(at, "tally-1")[0]["title"] == "Expected box counts, epoch 0"
    read(at.selectbox(key="own-several").select("whole").run())
    scenario = at.session_state["scenario"]
    assert (scenario.counts.num_samples, scenario.tallies) == (6, ())
