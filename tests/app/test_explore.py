"""The Explore page without a browser: its controls, its URL, its sentences, its figures' numbers."""

import base64
import json
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.explore import epoch_player, explore_panels
from pages.parts.explore.followed_classes import clicked_class
from pages.parts.my_labels import session_labels
from pages.parts.my_labels.reading_job import PASTED
from pages.parts.sidebar import page_controls
from pages.parts.sidebar.page_parameters import (
    COMPARE_PARAMETERS,
    LEARNER_PARAMETERS,
    MONITOR_PARAMETERS,
    PARAMETERS,
    SEARCH,
    SEARCH_PARAMETERS,
    SHARE_PARAMETERS,
    STUDY,
    TRAIN_PARAMETERS,
    TUNE_PARAMETERS,
    choice_titles,
)
from pages.parts.sidebar.scenario import Scenario
from sampler_core import ClassCounts, Linear, PowerSkew, SamplingPlan
from sampler_core.datasets import load, synthetic
from sampler_core.figures.class_labels import by_count
from sampler_core.figures.class_series import NO_CLASS
from sampler_core.plans.parameters import rows_of
from sampler_core.plans.registry import SCHEDULES, TARGETS

NAVIGATION = Path(__file__).parents[2] / "pages" / "navigation.py"
INAT = {"data": "published", "table": "inat2018_supercategory", "skew": "0.2", "increment": "0.05", "limit": "1",
        "epoch": "7", "scheme": "stratified"}  # fmt: skip


def opened_without_url():
    return AppTest.from_file(NAVIGATION, default_timeout=20).run()


def opened(**url):
    """With synthetic data, unless the URL names another: that is what links without data mean."""
    at = AppTest.from_file(NAVIGATION, default_timeout=20)
    for key, value in (url or {"data": "synthetic"}).items():
        at.query_params[key] = value
    return at.run()


def panel_of(at, chart):
    """What the panels were sent for one chart: (the chart, its figure with arrays as NumPy's)."""
    for element in at.get("bidi_component"):
        for sent in json.loads(element.proto.json or "{}").get("charts", []):
            if sent["id"] == chart:
                return sent, decoded(json.loads(sent["spec"]))
    raise AssertionError(f"no chart {chart}")


def decoded(value):
    if isinstance(value, dict) and "bdata" in value:
        array = np.frombuffer(base64.b64decode(value["bdata"]), dtype=value["dtype"])
        return array.reshape([int(n) for n in value["shape"].split(",")]) if "shape" in value else array
    if isinstance(value, dict):
        return {key: decoded(inner) for key, inner in value.items()}
    return [decoded(inner) for inner in value] if isinstance(value, list) else value


def tiles_of(at):
    for element in at.get("bidi_component"):
        if tiles := json.loads(element.proto.json or "{}").get("tiles"):
            return {tile["label"]: tile["value"] for tile in tiles}
    raise AssertionError("no tiles")


def values_of(at):
    return {
        widget.key: widget.value
        for kind in ("number_input", "selectbox", "radio", "text_input", "text_area", "multiselect")
        for widget in at.get(kind)
    }


def is_sound(at):
    assert not at.exception, at.exception
    assert not at.error, [error.value for error in at.error]
    assert not at.warning, [warning.value for warning in at.warning]


# --- empty and wrong input first ---------------------------------------------------------------------


def test_the_page_opens_without_a_url():
    at = opened_without_url()
    is_sound(at)
    assert at.title[0].value.replace("\\", "") == "CIFAR-10-LT, 12,406 images."
    assert set(tiles_of(at)) == {
        "Share of the rarest class", "Share ratio, largest to smallest", "Repeats of the rarest class",
        "Unseen part of the largest class", "Batches without the rarest class",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("key", "value", "must"),
    [
        ("skew", "nan", r"Skew factor must be a number from \-50\.0 to 50\.0, got nan"),
        ("skew", "51", r"Skew factor must be a number from \-50\.0 to 50\.0, got 51.0"),
        ("skew", "", r"Skew factor must be a number from \-50\.0 to 50\.0, got ''"),
        ("batch", "0", "Batch size must be a whole number from 1 to 65,536, got 0"),
        ("batch", "1.5", "Batch size must be a whole number from 1 to 65,536, got 1.5"),
        ("epochs", "inf", "Epochs must be a whole number from 1 to 1,000, got inf"),
        ("table", "imagenet", "Published data set must be one of"),
        ("scheme", "fair", "Sampling scheme must be one of independent, exact, stratified, got 'fair'"),
        ("shape", "sudden", "Shape must be one of"),
        ("colour", "red", "'colour', which is no parameter here"),
    ],
)
def test_a_wrong_value_in_the_url_gets_a_sentence_and_the_rest_is_kept(key, value, must):
    at = opened(seed="5", epoch="3", **{key: value})
    said = at.warning[0].value.replace("\\", "")
    assert must.replace("\\", "") in said
    assert not at.exception
    assert not at.error
    assert values_of(at)["seed"] == 5
    assert values_of(at)["epoch"] == 3
    if key in values_of(at):
        assert values_of(at)[key] == PARAMETERS[key].default
    assert key not in at.query_params


def test_the_sentence_goes_with_the_first_change():
    at = opened(batch="0")
    assert len(at.warning) == 1
    at.number_input(key="seed").set_value(9).run()
    assert len(at.warning) == 0


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ({"classes": "1000", "samples": "10"}, "Samples must be from Number of classes (1,000) to 1e12, got 10"),
        ({"min_per_batch": "1"}, 'Floor per batch must be 0 unless Sampling scheme is "stratified", got 1'),
        ({"min_share": "0.5"}, "Floor on shares 0.5 must be at most 1 in all"),
        ({"limit": "0", "lower_limit": "1"}, "Lower limit on the skew must be at most Limit on the skew (0.0), got"),
        ({"shape": "piecewise", "points": "0:0, 5"}, "points must be"),
        ({"max_repeats": "1", "per_epoch": "40000"}, "Cap on repeats 1 must allow all draws"),
        ({"target": "unimax", "per_epoch": "4000000"}, "Repeats at most must be at least 200"),
        ({"target": "boost", "boosts": "end: 2"}, "class must be one of the data's (10 classes), got 'end'"),
    ],
)
def test_settings_that_do_not_go_together_get_a_sentence_and_the_controls_stay(url, sentence):
    at = opened(**url)
    assert not at.exception
    assert sentence in at.error[0].value.replace("\\", "")
    assert values_of(at)["batch"] == 128


def test_undo_leads_out_of_settings_that_do_not_go_together():
    at = opened()
    at.number_input(key="samples").set_value(5).run()
    assert "Samples must be" in at.error[0].value.replace("\\", "")
    at.button(key="undo").click().run()
    is_sound(at)
    assert values_of(at)["samples"] == 20_000


# --- controls, URL, state ------------------------------------------------------------------------


def another_value(row):
    if row.kind == "choice":
        other = next(choice for choice in row.choices if choice != row.default)
        return choice_titles(row)[other], other
    if row.kind == "names":
        return "class 3", ["class 3"]
    if row.kind == "text":
        text = {"points": "0:0, 5:0.25", "boosts": "3: 2", "given_shares": "3: 0.25", "sources": "a 50\nb 3"}[row.key]
        return text, text
    value = (row.default or 0) + (row.step if (row.default or 0) + row.step <= row.maximum else -row.step)
    value = int(value) if row.kind == "integer" else value
    return str(value), value


NEEDS = {
    "table": {"data": "published"},
    "mixture": {"data": "sources"},
    "sources": {"data": "sources", "mixture": "My sources"},
    "tokens": {"data": "sources"},
    "min_per_batch": {"scheme": "stratified"},
    "max_repeats": {"max_repeats": "50"},
    "lower_limit": {"shape": "linear"},
}
for _name in SCHEDULES:
    NEEDS |= {row.key: {"shape": _name} for row in rows_of(SCHEDULES[_name]).values() if row.key not in ("skew",)}
for _name in TARGETS:
    NEEDS |= {row.key: {"target": _name.replace("_", " ")} for row in rows_of(TARGETS[_name]).values()}
NEEDS |= {row.key: {"target": "difficulty balanced"} for row in LEARNER_PARAMETERS}


OTHER_PAGES = (
    *COMPARE_PARAMETERS, *TUNE_PARAMETERS, *SEARCH_PARAMETERS, SEARCH, *TRAIN_PARAMETERS, STUDY, *MONITOR_PARAMETERS,
    *SHARE_PARAMETERS,
)  # fmt: skip
OWN_ROWS = [row for row in PARAMETERS.values() if row not in OTHER_PAGES]


@pytest.mark.parametrize("row", OWN_ROWS, ids=lambda row: row.key)
def test_every_control_can_be_set_from_the_url_and_the_same_url_opens_the_same_state(row):
    text, value = another_value(row)
    text, value = {"max_repeats": ("50", 50), "limit": ("0.9", 0.9), "min_share": ("0.02", 0.02)}.get(
        row.key, (text, value)
    )
    at = opened(**{**NEEDS.get(row.key, {}), row.key: text})
    is_sound(at)
    assert values_of(at)[row.key] == value
    again = opened(**{key: at.query_params[key] for key in at.query_params})
    assert values_of(again) == values_of(at)
    assert tiles_of(again) == tiles_of(at)


def test_every_control_has_a_help_text_and_a_label():
    at = opened(data="published")
    for widget in (*at.number_input, *at.selectbox):
        assert widget.help
        assert widget.label


def test_choosing_a_shape_shows_that_shape_s_parameters():
    at = opened()
    for shape in SCHEDULES:
        at.selectbox(key="shape").select(shape).run()
        is_sound(at)
        wanted = {row.key for row in rows_of(SCHEDULES[shape]).values()}
        assert wanted <= values_of(at).keys()


def test_a_hidden_parameter_keeps_its_value():
    at = opened()
    at.number_input(key="increment").set_value(0.04).run()
    at.selectbox(key="shape").select("constant").run()
    assert "increment" not in values_of(at)
    at.selectbox(key="shape").select("linear").run()
    assert values_of(at)["increment"] == 0.04


def test_undo_takes_back_the_last_change_and_reset_takes_back_all():
    at = opened()
    at.number_input(key="skew").set_value(0.5).run()
    at.number_input(key="batch").set_value(64).run()
    at.button(key="undo").click().run()
    assert (values_of(at)["skew"], values_of(at)["batch"]) == (0.5, 128)
    at.button(key="reset").click().run()
    assert values_of(at) == values_of(opened_without_url())
    at.button(key="undo").click().run()
    assert values_of(at)["skew"] == 0.5


def test_draw_again_changes_the_draws_and_nothing_else():
    at = opened()
    before = panel_of(at, "batches")[1]["data"][0]["y"], tiles_of(at)
    at.button(key="draw_again").click().run()
    assert values_of(at)["seed"] == 1
    assert panel_of(at, "batches")[1]["data"][0]["y"].tolist() != before[0].tolist()
    assert tiles_of(at) == before[1]


def test_an_epoch_beyond_the_run_shows_its_last_one_and_says_so():
    at = opened(epochs="10", epoch="50")
    assert any("epoch 9 is shown" in said.value for said in at.markdown)
    assert any(said.value.startswith("In epoch 9") for said in at.markdown)


# --- numbers -----------------------------------------------------------------------------------------


def plan_of_inat():
    target = PowerSkew(Linear(start=0.2, increment=0.05, maximum=1.0))
    return SamplingPlan(target=target, epochs=100, batch_size=128, drawing="stratified")


def test_the_page_shows_the_core_s_numbers_for_the_plan_in_the_url():
    at = opened(**INAT)
    is_sound(at)
    counts, plan = load("inat2018_supercategory"), plan_of_inat()
    sent, figure = panel_of(at, "shares")
    assert sum(trace["y"] for trace in figure["data"]) == pytest.approx(1.0, abs=1e-6)
    assert sent["alt"].startswith("Class share over 100 epochs")
    _, mix = panel_of(at, "batches")
    drawn = plan.preview(counts, 7, 0, 50).batch_class_counts
    assert np.sum([trace["y"] for trace in mix["data"]], axis=0).tolist() == drawn.sum(axis=1).tolist()
    assert tiles_of(at)["Repeats of the rarest class"] == "86.2 ×"
    assert tiles_of(at)["Share of the rarest class"] == "0.315 %"


def test_a_name_of_a_table_in_the_url_stands_for_its_title():
    at = opened(**INAT)
    assert values_of(at)["table"] == "inat2018_supercategory"
    assert at.query_params["table"] == "iNaturalist 2018, super-categories"


@pytest.mark.parametrize("classes", ["1", "2", "10", "1000"])
@pytest.mark.parametrize("skew", ["-50", "0", "50"])
def test_any_number_of_classes_at_any_skew(classes, skew):
    at = opened(classes=classes, skew=skew, increment="0", samples="100000000", scheme="exact")
    is_sound(at)
    _, figure = panel_of(at, "shares")
    assert sum(trace["y"] for trace in figure["data"]) == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("scheme", ["independent", "exact", "stratified"])
def test_one_sample_and_one_epoch_work_under_every_scheme(scheme):
    is_sound(opened(classes="1", samples="1", epochs="1", scheme=scheme))


@pytest.mark.parametrize("target", ["progressively balanced", "effective number", "repeat factor", "unimax"])
def test_targets_without_a_skew_leave_out_the_skew_and_its_formula(target):
    at = opened(target=target)
    is_sound(at)
    assert len(at.latex) == 0
    with pytest.raises(AssertionError, match="no chart skew"):
        panel_of(at, "skew")


def test_totals_of_a_huge_epoch_are_those_of_the_shown_batches_and_called_so():
    huge, quotas = (opened(samples="100000000", scheme=scheme) for scheme in ("independent", "exact"))
    assert panel_of(huge, "drawn")[0]["title"] == "Planned against drawn, the batches shown"
    assert panel_of(quotas, "drawn")[0]["title"] == "Planned against drawn, the whole epoch"


@pytest.mark.parametrize(
    ("batch", "said"),
    [
        ("400", ""),  # 1,000 epochs of 50 batches: 20 million draws
        ("401", "too many draws. Show 49 batches or fewer to see them move too."),
        ("20001", "too many draws. Choose fewer epochs or a smaller batch to see them move too."),
    ],
)
def test_batches_that_are_too_many_to_play_are_left_out_and_the_page_says_why(batch, said):
    at = opened(epochs="1000", batch=batch)
    frames = frames_once_played(at)
    assert ("batches" in frames) is (said == "")
    assert {"weights", "metrics"} <= set(frames)
    assert said in said_on(at)
    assert ("Play leaves the batches out" in said_on(at)) is (said != "")


def frames_once_played(at):
    """Chart -> what changes in it from epoch to epoch."""
    sent = [json.loads(one.proto.json or "{}") for one in at.get("bidi_component")]
    assert not any("frames" in one for one in sent), "before somebody plays"
    (player,) = [one for one in sent if "run" in one]
    at.session_state[epoch_player.FRAMES_FOR] = player["run"]
    at.run()
    sent = [json.loads(one.proto.json or "{}") for one in at.get("bidi_component")]
    (frames,) = [decoded(json.loads(one["frames"])) for one in sent if "frames" in one]
    assert frames["run"] == player["run"]
    return frames["charts"]


@pytest.mark.parametrize("classes", ["10", "40"])
def test_while_playing_the_figures_are_those_of_each_epoch(classes):
    at = opened(classes=classes, epochs="12", scheme="exact")
    frames = frames_once_played(at)
    assert set(frames) == {"batches", "weights", "metrics", "takeaway"}
    for epoch in (0, 7, 11):
        at.number_input(key="epoch").set_value(epoch).run()
        for chart in ("batches", "weights"):
            for place, trace in enumerate(panel_of(at, chart)[1]["data"]):
                for attribute, values in frames[chart].items():
                    frame = np.array(values[epoch][place])
                    np.testing.assert_array_equal(frame, np.asarray(trace[attribute], dtype=frame.dtype))
        assert frames["metrics"]["value"][epoch] == list(tiles_of(at).values())
        assert frames["takeaway"]["text"][epoch].startswith(f"In epoch {epoch} the mix is ")


def test_the_frames_of_playing_are_the_draws_of_the_plan_band_by_band():
    counts = ClassCounts.from_counts([500, 300, 120, *[60] * 5, *[8] * 6])
    plan = SamplingPlan(target=PowerSkew(Linear(0.0, 0.3)), epochs=3, batch_size=32, seed=5)
    frames = epoch_player.batch_frames.__wrapped__(plan, counts, 2, 7, (9, NO_CLASS, 1))
    assert frames.shape == (3, 5, 7)
    for epoch, (head, medium, tail, *followed) in enumerate(frames.astype(int)):
        drawn = plan.preview(counts, epoch, 2, 7).batch_class_counts
        assert head.tolist() == (drawn[:, 0] + drawn[:, 2]).tolist()
        assert medium.tolist() == drawn[:, 3:8].sum(axis=1).tolist()
        assert tail.tolist() == (drawn[:, 8] + drawn[:, 10:].sum(axis=1)).tolist()
        assert [row.tolist() for row in followed] == [drawn[:, 9].tolist(), drawn[:, 1].tolist()]


def test_tables_are_made_when_somebody_opens_them():
    at = opened()
    assert len(at.dataframe) == 0


def said_on(at):
    return "\n".join(markdown.value.replace("\\", "") for markdown in at.markdown)


def test_findings_are_told_with_their_numbers_and_what_to_try():
    at = opened(data="published", table="inat2018_supercategory", increment="0.03")
    assert "From epoch 49 on more than half of the draws go to the rarest class, Bacteria: 99.3\u00a0%" in said_on(at)
    assert "Set the limit on the skew to 1" in said_on(at)


def buttons_of(at, place):
    return {button.label: button.key for button in at.button if button.key.startswith(f"remedy-{place}-")}


def test_a_press_on_a_remedy_sets_it_in_the_sidebar_and_undo_takes_it_back():
    at = opened(data="published", table="isic2019", increment="0.03")
    before, told = values_of(at), said_on(at)
    remedies = buttons_of(at, "first")
    assert "Limit the skew to 1" in remedies
    assert {label.partition(": mends")[0] for label in buttons_of(at, "all")} >= set(remedies)
    at.button(key=remedies["Limit the skew to 1"]).click().run()
    is_sound(at)
    assert values_of(at) == before | {"limit": 1.0}
    assert "the mix is reversed" in told
    assert "the mix is reversed" not in said_on(at)
    at.button(key="undo").click().run()
    assert values_of(at) == before
    assert said_on(at) == told


@pytest.mark.parametrize(("epochs", "seconds"), [(10, 5), (100, 10), (1000, 20)])
def test_long_runs_play_faster_so_that_nobody_waits_and_short_ones_can_be_watched(epochs, seconds):
    assert epochs / epoch_player.epochs_per_second(epochs) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({}, "Synthetic, exponential"), ({"profile": "one_rare"}, "Synthetic, one rare"),
        ({"table": "isic2019"}, "ISIC 2019 skin lesions"), ({"own": None, "own_name": PASTED}, "My labels"),
        ({"own": None, "own_name": f"{'x' * 80}.csv"}, f"{'x' * 59}…"),
    ],
)  # fmt: skip
def test_the_data_is_called_what_people_call_it(values, name):
    plan = SamplingPlan(target=PowerSkew(Linear(0.0, 0.1)), epochs=2, batch_size=8)
    assert Scenario(ClassCounts.from_counts([2, 1]), plan, values=values).data_name == name


def test_a_plan_without_findings_says_so():
    at = opened(ratio="2", skew="0.5", increment="0", scheme="exact")
    assert "by the usual limits nothing about this plan needs a second look" in said_on(at)


def test_a_class_without_samples_is_listed_as_empty_and_no_figure_holds_what_is_no_number(monkeypatch):
    monkeypatch.setattr(session_labels, "READING_PATIENCE", 60.0)
    at = opened(data="my labels")
    at.text_area(key="own-pasted").input("class,count\ncat,30\nowl,0\ndog,7\n")
    next(button for button in at.button if button.label == "Read the pasted text").click().run()
    is_sound(at)
    assert "37 samples in 3 classes, class imbalance 4.29, 1 class is empty." in said_on(at)
    assert "1 class has no sample and will never be drawn: owl." in said_on(at)
    for chart in ("shares", "skew", "weights", "batches"):
        for trace in panel_of(at, chart)[1]["data"]:
            numbers = [trace[axis] for axis in ("x", "y") if isinstance(trace.get(axis), np.ndarray)]
            assert all(np.isfinite(values).all() for values in numbers), chart
    assert panel_of(at, "weights")[1]["data"][0]["x"][2] == panel_of(at, "weights")[1]["data"][1]["x"][2] == 0


def test_a_followed_class_gets_its_row_of_numbers():
    at = opened(data="published", table="isic2019", followed="DF", epoch="20")
    is_sound(at)
    assert at.dataframe[0].value.loc["DF", "samples"] == 239
    assert not [button for button in at.button if button.key == "axis-logarithmic"]


def test_a_followed_class_whose_line_lies_on_the_axis_is_one_press_from_an_axis_that_shows_it():
    at = opened(classes="1000", samples="100000", followed="class 999")
    at.button(key="axis-logarithmic").click().run()
    is_sound(at)
    assert panel_of(at, "shares")[1]["layout"]["yaxis"]["type"] == "log"
    assert not [button for button in at.button if button.key == "axis-logarithmic"]


def test_a_followed_class_that_the_data_does_not_have_is_left_out():
    at = opened(followed="Bacteria")
    is_sound(at)
    assert len(at.dataframe) == 0


def test_a_followed_class_keeps_its_colour_when_an_earlier_one_is_let_go():
    def colours(at):
        return {trace["name"]: trace["line"]["color"] for trace in panel_of(at, "shares")[1]["data"][3:]}

    at = opened(classes="20")
    chosen = at.multiselect(key="followed")
    chosen.set_value(["class 15", "class 2"]).run()
    assert colours(at) == {"class 15": "#0E9A6B", "class 2": "#7A62D9"}
    chosen.set_value(["class 2"]).run()
    assert colours(at) == {"class 2": "#7A62D9"}
    assert list(at.dataframe[0].value.index) == ["class 2"]
    chosen.set_value(["class 2", "class 9"]).run()
    assert colours(at) == {"class 2": "#7A62D9", "class 9": "#0E9A6B"}
    chosen.set_value([]).run()
    assert colours(at) == {}
    assert len(at.dataframe) == 0
    is_sound(at)


def test_the_scheme_can_be_switched_beside_the_batches():
    at = opened()
    at.button(key="scheme-exact").click().run()
    assert values_of(at)["scheme"] == "exact"


@pytest.mark.parametrize(
    "clicked",
    [{"chart": "weights", "curve": 0, "point": 1}, {"chart": "drawn", "curve": 1, "point": 1},
     {"chart": "shares", "curve": 1, "point": 30}, {"chart": "batches", "curve": 1, "point": 3},
     {"chart": "map", "curve": 0, "point": [1, 5]}],
)  # fmt: skip
def test_a_click_in_any_figure_is_on_the_class_that_lies_there(clicked):
    counts = load("isic2019")
    assert clicked_class(counts, (), clicked) == by_count(counts)[1]


@pytest.mark.parametrize(
    "clicked",
    [{}, {"chart": "weights", "point": 99}, {"chart": "shares", "curve": "x"}, {"chart": "map", "point": 1},
     {"chart": "shares", "curve": 0, "point": 3}, {"chart": "skew", "curve": 0, "point": 3}],
)  # fmt: skip
def test_a_click_on_a_band_of_classes_or_beside_them_is_on_no_class(clicked):
    assert clicked_class(synthetic("exponential", 60, 20_000, 100.0), (), clicked) is None


def test_a_run_of_the_page_computes_the_plan_s_class_shares_and_the_shown_batches_once(monkeypatch):
    calls = []
    shares, batches = SamplingPlan.class_shares, page_controls.batches_shown
    monkeypatch.setattr(SamplingPlan, "class_shares", lambda plan, counts: calls.append(plan) or shares(plan, counts))
    for module in (page_controls, explore_panels):
        monkeypatch.setattr(module, "batches_shown", lambda *given: calls.append("batches") or batches(*given))
    is_sound(opened(skew="0.123", followed="class 3"))
    plan = SamplingPlan(target=PowerSkew(Linear(0.123, 0.01)), epochs=100, batch_size=128)
    assert (calls.count(plan), calls.count("batches")) == (1, 1)  # findings try other plans


def test_a_skew_that_rests_at_both_its_limits_has_a_remedy_for_each():
    at = opened(lower_limit="0.35", limit="0.65")
    is_sound(at)
    assert sum("The skew rests at its limit of" in element.value for element in at.markdown) >= 2
    assert [button.key for button in at.button if (button.key or "").startswith("remedy-all-flat")]
