"""The Compare page without a browser: its plans, their editing, the link, the table's numbers."""

import base64
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.parts.compare.metric_table import BEST_CELL
from pages.parts.sidebar.page_parameters import COMPARE_PARAMETERS
from pages.parts.text.markdown import literal
from pages.parts.tune.requirements_text import read_requirements
from sampler_core import Constant, Forecast, Linear, PowerSkew, ProgressivelyBalanced, SamplingPlan, Step
from sampler_core.datasets import load, synthetic
from sampler_core.forecast.assumed_learner import AssumedLearner
from sampler_core.plans.named_plans import plans_from_json, plans_to_json
from sampler_core.plans.parameters import DATA_ROWS, PAGE_ROWS, RUN_ROWS, rows_of
from sampler_core.plans.plan_variants import START_TEXT, Variants
from sampler_core.plans.presets import PRESETS
from sampler_core.plans.registry import SCHEDULES, TARGETS
from sampler_core.tuning.verdicts import verdicts

NAVIGATION = Path(__file__).parents[2] / "pages" / "navigation.py"
SIX = ["natural", "square-root", "class-balanced", "progressively balanced", "deferred", "mine"]


def opened(**url):
    at = AppTest.from_file(NAVIGATION, default_timeout=60)
    url = url or {"data": "synthetic"}
    for key, value in url.items():
        at.query_params[key] = value
    at.run()
    for key, value in url.items():  # a switch of pages, unlike a deep link, leaves out what the page does not show
        at.query_params[key] = value
    return at.switch_page("compare.py").run()


@pytest.fixture(autouse=True)
def downloads(monkeypatch):
    """Key of a download button -> its label, and the function that makes its file (AppTest knows the label only)."""
    offered, button = {}, st.download_button

    def watched(label, data, *given, key, **more):
        offered[key] = (label, data)
        return button(label, data, *given, key=key, **more)

    monkeypatch.setattr(st, "download_button", watched)
    return offered


def saved(downloads):
    """What "Save plans" says and writes."""
    label, content = downloads["save_plans"]
    return label, plans_from_json(content())


def charts_of(at):
    """Chart -> its figure, arrays as NumPy's."""
    sent = {}
    for element in at.get("bidi_component"):
        for chart in json.loads(element.proto.json or "{}").get("charts", []):
            sent[chart["id"]] = decoded(json.loads(chart["spec"]))
    return sent


def decoded(value):
    if isinstance(value, dict) and "bdata" in value:
        array = np.frombuffer(base64.b64decode(value["bdata"]), dtype=value["dtype"])
        return array.reshape([int(n) for n in value["shape"].split(",")]) if "shape" in value else array
    if isinstance(value, dict):
        return {key: decoded(inner) for key, inner in value.items()}
    return [decoded(inner) for inner in value] if isinstance(value, list) else value


def names_shown(at):
    return [trace["name"] for trace in charts_of(at)["plan-shares"]["data"]]


def cards_shown(at):
    """The names on the cards, as they stand."""
    cards = [element.value for element in at.markdown if element.value.startswith("**") and "  \n" in element.value]
    names = [card.partition("**  \n")[0].removeprefix("**").replace("\\", "") for card in cards]
    return [name for name in names if name in names_shown(at)]


def said(elements):
    return " ".join(element.value for element in elements).replace("\\", "")


def is_sound(at):
    assert not at.exception, at.exception
    assert not at.error, [error.value for error in at.error]
    assert not at.warning, [warning.value for warning in at.warning]


# --- empty and wrong input first ---------------------------------------------------------------------


EXTREMES = [
    *(("max_repeats", number) for number in (2**63, 10**308, 1e308, 10**400, 1e-300, "NaN")),
    *(("min_share", number) for number in (1e-300, 1)),
    *(("min_per_batch", number) for number in (10**8, 2**63)),
]


@pytest.mark.parametrize(("field", "number"), EXTREMES, ids=lambda value: str(value)[:12])
def test_a_limit_at_the_end_of_what_numbers_can_be_is_shown_and_edited_or_gets_a_sentence(field, number):
    at = opened(plans=f'[{{"name":"far","preset":"natural","{field}":{number},"drawing":"stratified"}},"mine"]')
    assert not at.exception, at.exception
    if "far" in cards_shown(at):  # else a sentence says why it has no card
        at = edited(at, 0)
    assert not at.exception, at.exception
    assert "far" in names_shown(at) or "left out" in said(at.warning)


def test_the_page_starts_with_six_plans():
    at = opened()
    is_sound(at)
    assert said(at.title).startswith("Compare: ")
    assert names_shown(at) == SIX
    assert list(at.dataframe[0].value.index) == ["mine", *SIX[:-1]], "mine comes first"
    assert cards_shown(at) == ["mine", *SIX[:-1]]
    assert "plans" not in at.query_params
    assert "These numbers describe the draws. What they do to accuracy, only training tells." in said(at.markdown)


@pytest.mark.parametrize(
    ("text", "sentence", "kept"),
    [
        ("nonsense", "plans must be a JSON list", SIX),
        ("[]", "plans must be a JSON list", SIX),
        ("[" * 3000, "plans must be a JSON list", SIX),
        ("x" * 20_001, "plans must be at most 20,000 characters as text, got 20,001", SIX),
        ('["natural","imaginary","mine"]', "Plan 2 was left out: preset must be one of", ["natural", "mine"]),
        ('["natural",7]', "Plan 2 was left out: a plan must be a preset's name", ["natural"]),
        ('["mine",{"name":"a","target":{"name":"power_skew"}}]', "Plan 2 was left out", ["mine"]),
        ('["mine",{"name":"a","min_per_batch":[1]}]', "Plan 2 was left out: min_per_batch must be a whole", ["mine"]),
        ('["mine",{"name":"a","seed":3}]', "Plan 2 was left out: a plan's changes must be among", ["mine"]),
        ('["mine",{"name":"","preset":"natural"}]', "name of a plan must be 1 to 40 printable", ["mine"]),
        (json.dumps(["natural"] * 8), "There were 8 plans; the first 6 are shown",
         ["natural", *(f"natural {i}" for i in range(2, 7))]),
    ],
)  # fmt: skip
def test_bad_text_in_the_url_gets_a_sentence_and_the_rest_is_kept(text, sentence, kept):
    at = opened(plans=text)
    assert not at.exception
    assert sentence in said(at.warning)
    assert not any(fold.warning for fold in at.expander), "nobody reads it in a closed fold"
    assert names_shown(at) == kept


def test_a_plan_that_cannot_be_drawn_from_the_data_is_left_out_with_a_sentence(downloads):
    text = '["mine",{"name":"floor","min_per_batch":1}]'
    at = opened(plans=text)
    assert "floor is left out: Floor per batch must be 0 unless Sampling scheme is" in said(at.warning)
    assert names_shown(at) == ["mine"]
    assert saved(downloads) == ("Save 1 of 2 plans", (("mine", at.session_state["scenario"].plan),))
    at = edited(at, 1)
    assert not at.exception
    at.button(key="plan-1-into").click().run()
    assert "Not set: Floor per batch must be 0 unless" in said(at.toast)
    at.selectbox(key="plan-1-scheme").select("stratified").run()
    is_sound(at)
    assert names_shown(at) == ["mine", "floor"]
    label, plans = saved(downloads)
    assert (label, [plan.min_per_batch for _, plan in plans]) == ("Save plans", [0, 1])
    assert names_shown(opened(plans=text, scheme="stratified")) == ["mine", "floor"]


# --- numbers -----------------------------------------------------------------------------------------


def test_the_curves_are_the_shares_of_the_plans():
    at = opened(data="published", table="inat2018_supercategory", skew="0.3", increment="0.01", epochs="40")
    is_sound(at)
    counts = load("inat2018_supercategory")
    rarest = int(counts.counts.argmin())
    constants = [PowerSkew(Constant(skew)) for skew in (0.0, 0.5, 1.0)]
    targets = [*constants, ProgressivelyBalanced(), PowerSkew(Step(32)), PowerSkew(Linear(0.3, 0.01))]
    for target, trace in zip(targets, charts_of(at)["plan-shares"]["data"], strict=True):
        shares = SamplingPlan(target=target, epochs=40, batch_size=128).class_shares(counts)
        assert trace["y"] == pytest.approx(shares[:, rarest], rel=1e-6)


@pytest.mark.parametrize(
    ("when", "figure"),
    [("average over the run", np.mean), ("chosen epoch", lambda a: a[7]), ("worst epoch", np.min)],
)
def test_the_table_holds_the_figures_of_the_forecast(when, figure):
    at = opened(figures_of=when, epoch="7", epochs="20")
    table = at.dataframe[0].value
    counts = synthetic("exponential", 10, 20_000, 100.0)
    for name in ("deferred", "progressively_balanced"):
        plan = SamplingPlan(target=PRESETS[name].rule(20), epochs=20, batch_size=128)
        forecast, row = Forecast.of(plan, counts), table.loc[PRESETS[name].title]
        assert row["Share of the rarest class"] == pytest.approx(figure(forecast.shares[:, 9]))
        assert row["Balance"] == pytest.approx(figure(forecast.balance))
        assert row["Most repeats per run"] == pytest.approx(forecast.run_repeats.max())
        assert row["Largest class seen per run"] == pytest.approx(forecast.run_coverage[0])


def test_differences_are_from_the_chosen_plan():
    at = opened(epochs="20")
    values = at.dataframe[0].value
    at.selectbox(key="shown_as").select("differences to square-root").run()
    is_sound(at)
    differences = at.dataframe[0].value
    assert (differences.loc["square-root"] == 0.0).all()
    assert (differences.loc["mine"] == values.loc["mine"] - values.loc["square-root"]).all()
    at = edited(at, 1)
    at.text_input(key="plan-1-name").set_value("root").run()
    assert at.selectbox(key="shown_as").value == "differences to root"
    assert (at.dataframe[0].value.loc["root"] == 0.0).all()
    at.button(key="plan-1-remove").click().run()
    assert "Shown as 'differences to root': no such plan is shown" in said(at.toast)
    assert at.dataframe[0].value.loc["mine"].equals(values.loc["mine"])


def test_a_base_that_is_no_plan_is_said_of_a_link_too():
    at = opened(shown_as="differences to nothing")
    is_sound(at)
    assert "Shown as 'differences to nothing': no such plan is shown" in said(at.toast)
    assert at.selectbox(key="shown_as").value == "values"


def test_plans_that_follow_training_are_compared_under_an_assumed_learner_and_named():
    assert not {"pace", "spread"} & {widget.key for widget in opened().number_input}
    at = opened(data="published", table="isic2019", epochs="30", target="difficulty balanced", pace="300")
    is_sound(at)
    assert "mine follows the recalls that training will bring" in said(at.markdown)
    plan, counts = at.session_state["scenario"].plan, load("isic2019")
    followed = Forecast.of(plan, counts, AssumedLearner(300.0)).shares[:, counts.rarest]
    (own,) = [trace for trace in charts_of(at)["plan-shares"]["data"] if trace["name"] == "mine"]
    np.testing.assert_allclose(own["y"], followed, rtol=1e-6)
    assert followed[5] > 2 * followed[0]


@pytest.mark.parametrize("follow", ["rarest class", "largest class", "head", "medium", "tail", "class of rank"])
@pytest.mark.parametrize("classes", ["1", "2", "10", "1000"])
def test_any_class_or_group_can_be_followed_with_any_number_of_classes(follow, classes):
    at = opened(follow=follow, classes=classes, rank="2", samples="200000")
    is_sound(at)
    assert len(charts_of(at)) == 8 - (0 if "plan-skews" in charts_of(at) else 1)


# --- changes -----------------------------------------------------------------------------------------


def plans_of(at):
    return Variants.from_text(at.session_state["plans"])[0]


def edited(at, colour):
    return at.toggle(key=f"plan-{colour}-edit").set_value(True).run()


def test_a_plan_is_renamed_and_edited_in_place_and_the_link_carries_it():
    at = edited(opened(), 1)
    at.text_input(key="plan-1-name").set_value("<b>gentle</b>").run()
    at.number_input(key="plan-1-skew").set_value(0.4).run()
    at.selectbox(key="plan-1-scheme").select("exact").run()
    is_sound(at)
    variant = plans_of(at).all[1]
    assert (variant.name, variant.target, variant.limits) == ("<b>gentle</b>", PowerSkew(Constant(0.4)),
                                                             (("drawing", "exact"),))  # fmt: skip
    assert names_shown(at)[1] == "&lt;b&gt;gentle&lt;/b&gt;"
    again = opened(plans="".join(at.query_params["plans"]))
    assert plans_of(again) == plans_of(at)
    assert again.dataframe[0].value.equals(at.dataframe[0].value)


def test_a_plan_keeps_its_own_limits_through_edits_until_it_is_told_to_follow_the_sidebar_s():
    at = edited(opened(scheme="exact", max_repeats="7"), 4)
    at.button(key="plan-4-from").click().run()
    at.number_input(key="plan-4-skew").set_value(0.4).run()
    at.number_input(key="max_repeats").set_value(3).run()
    at.selectbox(key="scheme").select("stratified").run()
    is_sound(at)
    assert plans_of(at).all[4].limits_on(at.session_state["scenario"].plan) == {
        "drawing": "exact", "max_repeats": 7, "min_share": None, "min_per_batch": 0,
    }  # fmt: skip
    assert "sampling scheme exact, cap on repeats 7" in said(at.markdown).replace(";", ",")
    at.button(key="plan-4-follow").click().run()
    assert plans_of(at).all[4].limits == ()


def test_a_preset_whose_limit_is_changed_follows_the_run_s_length_as_before():
    at = edited(opened(), 4)
    at.selectbox(key="plan-4-scheme").select("exact").run()
    variant = plans_of(at).all[4]
    assert (variant.target, variant.limits) == ("deferred", (("drawing", "exact"),))


@pytest.mark.parametrize("repeats", [2.5, 0.5, 2e5, 10**20])
def test_a_cap_that_the_sidebar_could_not_have_is_shown_as_it_is_and_kept_by_other_edits(repeats):
    at = edited(opened(plans=json.dumps(["mine", {"name": "capped", "preset": "natural", "max_repeats": repeats}])), 1)
    assert at.number_input(key="plan-1-max_repeats").value == repeats
    at.number_input(key="plan-1-skew").set_value(0.1).run()
    assert dict(plans_of(at).all[1].limits) == {"max_repeats": repeats}
    at.number_input(key="plan-1-max_repeats").set_value(3).run()
    assert dict(plans_of(at).all[1].limits) == {"max_repeats": 3}
    is_sound(at)


def test_plans_that_a_link_cannot_hold_change_nothing_and_say_so():
    points = ", ".join(f"{epoch}:0.123456789" for epoch in range(200))
    text = json.dumps([{"name": name, "target": {"name": "power_skew", "schedule": {
        "name": "piecewise", "points": [[e, 0.123456789] for e in range(200)]}}} for name in "abcde"])  # fmt: skip
    at = edited(opened(plans=text.replace(" ", "")), 0)
    is_sound(at)
    before = at.session_state["plans"]
    at.text_input(key="plan-0-points").set_value(points + "".join(f", {e}:0.123456789" for e in range(200, 400))).run()
    assert "Not changed: plans must be at most 20,000 characters as text, got" in said(at.toast)
    assert at.session_state["plans"] == before
    assert names_shown(at) == ["a", "b", "c", "d", "e"]


def test_a_plan_takes_another_target_and_shape_with_their_parameters():
    at = edited(opened(), 0)
    at.selectbox(key="plan-0-shape").select("piecewise").run()
    at.text_input(key="plan-0-points").set_value("0:0, 9:0.5").run()
    assert plans_of(at).all[0].target.schedule.points == ((0, 0.0), (9, 0.5))
    at.selectbox(key="plan-0-target").select("effective_number").run()
    at.number_input(key="plan-0-beta").set_value(0.99).run()
    is_sound(at)
    assert plans_of(at).all[0].target.beta == 0.99


def test_the_menu_adds_a_preset_or_the_sidebar_s_plan_as_it_is():
    at = opened(plans='["mine"]', skew="0.3", scheme="exact")
    for name in ("deferred", "mine"):
        next(menu for menu in at.get("menu_button") if menu.key == "add_plan").click(name)
        at.run()
    is_sound(at)
    at.number_input(key="skew").set_value(0.9).run()
    assert names_shown(at) == ["mine", "deferred", "sidebar's"]
    assert [variant.target for variant in plans_of(at).all] == [None, "deferred", PowerSkew(Linear(0.3, 0.01))]
    assert not at.get("menu_button")[-1].disabled


def test_a_link_opens_every_control_of_the_page_as_it_was():
    url = {"plans": '["natural","class_balanced"]', "follow": "class of rank", "rank": "2",
           "figures_of": "worst epoch", "shown_as": "differences to class-balanced"}  # fmt: skip
    assert url.keys() == {row.key for row in COMPARE_PARAMETERS}
    at = opened(**url, axis="logarithmic", epoch="7")
    is_sound(at)
    assert {key: str(at.session_state[key]) for key in url} == url
    assert names_shown(at) == ["natural", "class-balanced"]
    layout = charts_of(at)["plan-shares"]["layout"]
    assert (layout["yaxis"]["type"], layout["shapes"][0]["x0"]) == ("log", 7)
    counts = synthetic("exponential", 10, 20_000, 100.0)
    assert charts_of(at)["plan-shares"]["data"][0]["y"][0] == pytest.approx(counts.frequencies[1])
    assert list(at.dataframe[0].value.index) == ["natural", "class-balanced"]
    difference = at.dataframe[0].value.loc["natural", "Share of the largest class"]
    assert difference == pytest.approx(counts.frequencies[0] - 0.1)


def test_the_best_of_a_column_is_marked_and_the_download_has_all_digits(downloads):
    at = opened(plans='["natural","class_balanced"]')
    element = at.dataframe[0]
    words = pa.ipc.open_stream(element.proto.arrow_data.styler.display_values).read_pandas()
    assert words["Balance"].tolist()[1] == "100 % ★"
    assert "★" not in words["Balance"].tolist()[0]
    assert "★" not in "".join(words["Share of the largest class"])  # neither is better
    column = list(words.columns).index("Balance")
    assert f"row1_col{column}" in element.proto.arrow_data.styler.styles.split(BEST_CELL.split(";")[0])[0]
    assert BEST_CELL in element.proto.arrow_data.styler.styles
    label, content = downloads["download-metrics"]
    assert label == "Download the table"
    table = pd.read_csv(io.BytesIO(content() if isinstance(content(), bytes) else content().encode()), index_col=0)
    pd.testing.assert_frame_equal(table, element.value, check_names=False)


def test_what_does_not_go_together_changes_nothing_and_says_so():
    at = edited(opened(), 0)
    at.number_input(key="plan-0-min_per_batch").set_value(3).run()
    assert "Not changed: Floor per batch must be 0" in said(at.toast)
    assert plans_of(at).text == START_TEXT


def test_plans_are_moved_removed_copied_and_added_and_keep_their_colours_and_mine_stays_in_front():
    at = edited(opened(), 4)
    at.button(key="plan-4-earlier").click().run()
    assert cards_shown(at) == ["mine", *SIX[:3], "deferred", "progressively balanced"]
    assert list(at.dataframe[0].value.index) == cards_shown(at)
    at = edited(at, 5)
    assert at.button(key="plan-5-earlier").disabled and at.button(key="plan-5-later").disabled
    at.button(key="plan-5-remove").click().run()
    assert cards_shown(at) == [*SIX[:3], "deferred", "progressively balanced"]
    at = edited(at, 0)
    assert at.button(key="plan-0-earlier").disabled and not at.button(key="plan-0-later").disabled
    at.button(key="plan-0-copy").click().run()
    assert cards_shown(at) == [*SIX[:3], "deferred", "progressively balanced", "natural 2"]
    assert sorted(v.colour for v in plans_of(at).all) == [0, 1, 2, 3, 4, 5]
    at.button(key="undo").click().run()
    assert cards_shown(at) == [*SIX[:3], "deferred", "progressively balanced"]
    next(menu for menu in at.get("menu_button") if menu.key == "add_plan").click("mine")
    at.run()
    at.number_input(key="skew").set_value(0.9).run()
    assert cards_shown(at)[0] == "mine"
    assert plans_of(at).base_first[0][1].target is None, "it follows the sidebar again"


REQUIREMENTS = [{"name": "absence", "bound": 0.05, "first_epoch": 20}, {"name": "natural_mix", "num_epochs": 5}]


def test_each_card_says_whether_its_plan_meets_the_requirements_of_tune_and_which_it_does_not(downloads):
    text = json.dumps(REQUIREMENTS, separators=(",", ":"))
    at = opened(plans='["natural","class_balanced","mine"]', requirements=text, skew="0", increment="0.05", limit="1")
    is_sound(at)
    requirements = read_requirements(text)[0]
    counts, base = synthetic("exponential", 10, 20_000, 100.0), at.session_state["scenario"].plan
    marks = [element for element in at.markdown if "requirement" in element.value and ":material/" in element.value]
    assert len(marks) == 3
    for (_, variant), mark in zip(plans_of(at).base_first, marks, strict=True):
        unmet = [verdict for verdict in verdicts(variant.plan_on(base), counts, requirements) if not verdict.holds]
        words = f"Misses {len(unmet)} of 2 requirements" if unmet else "Meets all 2 requirements"
        assert words in mark.value.replace("\\", "")
        assert all(literal(str(verdict)) in mark.proto.help for verdict in unmet)
    assert "".join(at.query_params["requirements"]) == text, "the link judges alike"
    assert not any("Meets" in element.value for element in opened(requirements="[]").markdown)


def test_plans_that_follow_training_are_not_judged_and_wrong_requirements_are_left_to_tune():
    at = opened(target="difficulty balanced", plans='["mine","natural"]')
    assert "Requirements not judged: it follows training" in said(at.markdown)
    at = opened(requirements='[{"name":"share","bound":0.1,"class_name":"nobody"},7]')
    is_sound(at)
    assert "Requirements not judged: see Tune" in said(at.markdown)


def test_a_plan_goes_into_the_sidebar_and_says_what_changed_and_the_sidebar_s_stays_as_a_plan():
    at = edited(opened(), 4)
    at.button(key="plan-4-from").click().run()
    at.number_input(key="skew").set_value(0.7).run()
    assert plans_of(at).all[4].target == PowerSkew(Linear(0.0, 0.01))
    at = edited(at, 2)
    at.button(key="plan-2-into").click().run()
    assert at.selectbox(key="shape").value == "constant"
    assert at.number_input(key="skew").value == 1.0
    assert "skew factor from 0.7 to 1" in said(at.toast)


def test_a_plan_that_the_sidebar_cannot_show_changes_nothing_and_says_so():
    at = edited(opened(plans='[{"name":"capped","preset":"natural","max_repeats":2e5}]'), 0)
    before = at.session_state["scenario"].plan
    at.button(key="plan-0-into").click().run()
    assert "The sidebar cannot show this plan: Cap on repeats must be a number from 0 to 100,000" in said(at.toast)
    assert at.session_state["scenario"].plan == before


def test_a_set_of_plans_is_opened_from_a_file_with_its_run_settings():
    plan = SamplingPlan(target=PowerSkew(Constant(0.25)), epochs=30, batch_size=64, drawing="exact", max_repeats=9)
    file = plans_to_json(
        (("quarter", plan), ("half", SamplingPlan(target=PowerSkew(Constant(0.5)), epochs=30, batch_size=64)))
    )
    at = opened()
    at.session_state["open_plans_box"] = True
    at.run()
    at.file_uploader(key="open_plans").upload("plans.json", file.encode(), "application/json").run()
    assert not at.exception
    assert names_shown(at) == ["quarter", "half"]
    assert at.number_input(key="epochs").value == 30
    assert dict(plans_of(at).all[0].limits) == {
        "drawing": "exact", "max_repeats": 9, "min_share": None, "min_per_batch": 0,
    }  # fmt: skip


def test_saved_plans_open_over_any_sidebar_as_the_plans_they_were(downloads):
    def fingerprints():
        return [(name, plan.fingerprint) for name, plan in saved(downloads)[1]]

    first = opened(epochs="30", scheme="exact", max_repeats="9", skew="0.3",
                   plans='["natural",{"name":"late","target":{"name":"power_skew","schedule":{"name":"step","at_epoch":80,'
                   '"start":0.0,"end":1.0}}},"deferred","mine"]')  # fmt: skip
    is_sound(first)
    before, file = fingerprints(), downloads["save_plans"][1]()
    second = opened(epochs="100", scheme="independent", min_share="0.01")
    second.session_state["open_plans_box"] = True
    second.run()
    second.file_uploader(key="open_plans").upload("plans.json", file.encode(), "application/json").run()
    is_sound(second)
    assert fingerprints() == before
    assert [name for name, _ in before] == ["natural", "late", "deferred", "mine"]


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b"[]", b"{", b'{"plans": [], "schema": 1}', b'{"plans": 3, "schema": 1}']
)
def test_a_file_that_is_no_set_of_plans_gets_a_sentence(content):
    at = opened()
    at.session_state["open_plans_box"] = True
    at.run()
    at.file_uploader(key="open_plans").upload("plans.json", content, "application/json").run()
    assert not at.exception
    assert "The file cannot be used" in said(at.toast)
    assert "Save plans here and compare the two files." in said(at.toast)
    assert names_shown(at) == SIX


def test_every_control_has_a_help_text_and_a_label_and_is_in_the_url():
    at = edited(opened(follow="class of rank"), 4)
    for widget in (*at.number_input, *at.selectbox, *at.text_input, *at.button):
        assert widget.help, widget.label
        assert widget.label
    assert all(row.key in at.session_state for row in COMPARE_PARAMETERS)


def test_no_control_of_a_page_has_the_key_of_another():
    of_schedules = {row.key for book in (SCHEDULES, TARGETS) for name in book for row in rows_of(book[name]).values()}
    others = of_schedules | {row.key for row in (*DATA_ROWS, *RUN_ROWS, *PAGE_ROWS)} | {"shape", "target"}
    assert not others & {row.key for row in COMPARE_PARAMETERS}
