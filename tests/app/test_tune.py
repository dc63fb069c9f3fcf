"""The Tune page without a browser: its requirements, what it makes of them, the link, the map."""

import base64
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.server import result_cache
from pages.parts.server.jobs import JobError
from pages.parts.sidebar.page_parameters import COMPARE_PARAMETERS, REQUIREMENTS_TEXT, TUNE_PARAMETERS
from pages.parts.tune import drawn_plan
from pages.parts.tune.drawing_job import DrawingJob
from pages.parts.tune.requirements_text import new_requirement, read_requirements, requirements_text_of
from sampler_core import Forecast, Linear, PowerSkew, SamplingPlan
from sampler_core.datasets import load, synthetic
from sampler_core.exporting import snippet
from sampler_core.forecast.metrics import METRICS
from sampler_core.formatting import number
from sampler_core.plans.parameters import DATA_ROWS, PAGE_ROWS, RUN_ROWS, rows_of
from sampler_core.plans.registry import SCHEDULES, TARGETS
from sampler_core.tuning.drawn_verdicts import drawn_verdicts
from sampler_core.tuning.linear_schedule_map import map_axes
from sampler_core.tuning.metric_sweep import sweep
from sampler_core.tuning.requirements import REQUIREMENTS, MissingFromAtMost, NaturalMix, RepeatsAtMost, ShareOfClass
from sampler_core.tuning.verdicts import verdicts

NAVIGATION = Path(__file__).parents[2] / "pages" / "navigation.py"
TWELVE = {"classes": "12", "ratio": "300", "samples": "31769", "epochs": "40", "batch": "96"}
ISIC = {"data": "published", "table": "isic2019", "epochs": "60", "batch": "64"}


class NeverDrawn:
    """A drawing that does not end: most of these tests need none, and no child process."""

    done, progress = False, 0.25

    def __init__(self, drawing):
        self.drawing = drawing
        self.drawings.append(drawing)

    def stop(self):
        self.stopped = True


class DrawnAtOnce(NeverDrawn):
    """A drawing that is there at once."""

    done = True

    def result(self):
        return drawn_verdicts(*self.drawing)


class Broken(DrawnAtOnce):
    """A drawing whose process ended."""

    def result(self):
        raise JobError("it takes more than 2 GB of memory")


def drawing(monkeypatch, kind):
    """Plans are drawn in this way; what they are drawn for."""
    monkeypatch.setattr(kind, "drawings", [], raising=False)
    monkeypatch.setattr(drawn_plan, "DrawingJob", kind)
    result_cache._shared_cache.results.pop(drawn_plan._results_of.__wrapped__, None)  # what earlier tests have drawn
    return kind.drawings


@pytest.fixture(autouse=True)
def nothing_is_drawn(monkeypatch):
    drawing(monkeypatch, NeverDrawn)


@pytest.fixture
def drawn_at_once(monkeypatch):
    return drawing(monkeypatch, DrawnAtOnce)


def opened(**url):
    at = AppTest.from_file(NAVIGATION, default_timeout=60)
    url = url or {"data": "synthetic"}
    for key, value in url.items():
        at.query_params[key] = value
    at.run()
    for key, value in url.items():  # a switch of pages, unlike a deep link, leaves out what the page does not show
        at.query_params[key] = value
    return at.switch_page("tune.py").run()


def stating(*requirements, **url):
    return opened(requirements=requirements_text_of(requirements), **url)


def charts_of(at):
    sent = {}
    for element in at.get("bidi_component"):
        for chart in json.loads(element.proto.json or "{}").get("charts", []):
            sent[chart["id"]] = {**chart, "figure": decoded(json.loads(chart["spec"]))}
    return sent


def decoded(value):
    if isinstance(value, dict) and "bdata" in value:
        array = np.frombuffer(base64.b64decode(value["bdata"]), dtype=value["dtype"])
        return array.reshape([int(n) for n in value["shape"].split(",")]) if "shape" in value else array
    if isinstance(value, dict):
        return {key: decoded(inner) for key, inner in value.items()}
    return [decoded(inner) for inner in value] if isinstance(value, list) else value


def said(elements):
    return " ".join(element.value for element in elements).replace("\\", "")


def requirements_of(at):
    return read_requirements(at.session_state["requirements"])[0]


def is_sound(at):
    assert not at.exception, at.exception
    assert not at.error, [error.value for error in at.error]


# --- empty and wrong input first ---------------------------------------------------------------------


def test_the_page_starts_with_two_requirements_that_can_be_met():
    at = opened()
    is_sound(at)
    assert at.title[0].value == "Tune\\: Synthetic, exponential\\."
    assert "**The plan of the sidebar misses both requirements below.** This plan meets all " in said(at.markdown)
    assert re.search(r"Of the draws it gives class 9, the rarest class, [\d.]+.% in epoch 0 and", said(at.markdown))
    assert re.search(r"Every skew could be about 0\.\d+ higher or lower and they would still hold\.", said(at.markdown))
    assert {"band", "metric-map"} <= charts_of(at).keys()
    assert "requirements" not in at.query_params


def test_the_plan_that_is_found_cannot_be_used_before_it_is_drawn():
    at = opened()
    assert at.button(key="use_solution").disabled
    assert "Asked for: the rarest class is missing from at most 5" in said(at.markdown)
    (progress,) = at.get("progress")
    assert "By its forecast it holds in 95 of 100 seeds." in progress.proto.text.replace("\\", "")
    ((plan, counts, requirements),) = NeverDrawn.drawings
    assert (counts, requirements) == (at.session_state["scenario"].counts, requirements_of(at))
    assert plan.seed == at.session_state["scenario"].plan.seed
    assert all(verdict.holds for verdict in verdicts(plan, counts, requirements))


def test_from_what_is_violated_one_click_leads_to_a_plan_that_holds_as_drawn(drawn_at_once):
    at = stating(MissingFromAtMost(0.05, first_epoch=20), RepeatsAtMost(12.0), **TWELVE)
    is_sound(at)
    assert "Your plan misses both requirements below." in said(at.markdown)
    assert "sampling scheme stratified (now independent)" in said(at.markdown)
    assert float(re.search(r"As drawn: the rarest class is missing from at most ([\d.]+).%", said(at.markdown))[1]) <= 5
    assert int(re.search(r"; no sample is drawn more than (\d+) times per epoch\.", said(at.markdown))[1]) <= 12
    at.button(key="use_solution").click().run()
    is_sound(at)
    plan, counts = at.session_state["scenario"].plan, at.session_state["scenario"].counts
    assert plan == drawn_at_once[-1][0]
    assert drawn_verdicts(plan, counts, requirements_of(at)).holds
    assert re.search(r"Set in the sidebar: \d values\. Undo takes them back\.", said(at.toast))
    assert "Your plan meets all requirements as drawn.** It is " in said(at.markdown)
    assert "Violated" not in said(at.markdown)
    assert "Holds: at worst 0" in said(at.markdown)
    assert all(button.key != "use_solution" for button in at.button)
    at.button(key="get_code").click().run()
    promise, of_plan, code = at.code[-1].value.partition("# Plan ")
    assert (of_plan + code).strip() == snippet(plan, counts, run_log=True).strip()
    tuned_for = f"# Tuned for: {'; '.join(map(str, requirements_of(at)))}. As drawn with seed 0: the rarest class is "
    assert promise.replace("\n# ", " ").startswith(tuned_for)
    assert all(line.startswith("# ") and len(line) <= 102 for line in promise.splitlines())


def test_plans_whose_draws_fail_are_followed_by_others_with_the_same_seed(monkeypatch):
    class FailsAtFirst(DrawnAtOnce):
        def result(self):
            drawn = super().result()
            first = self.drawings[0][0] == self.drawing[0]
            return replace(drawn, verdicts=tuple(replace(one, holds=not first) for one in drawn.verdicts))

    drawings = drawing(monkeypatch, FailsAtFirst)
    at = stating(MissingFromAtMost(0.05, first_epoch=20), RepeatsAtMost(12.0), seed="3", **TWELVE)
    is_sound(at)
    assert not at.button(key="use_solution").disabled
    assert "Drawn before it, and failed: 1 plan." in said(at.markdown)
    assert len({plan.fingerprint for plan, *_ in drawings}) == len(drawings) == 2
    assert {plan.seed for plan, *_ in drawings} == {3}


def test_where_no_draws_hold_nothing_is_offered_and_the_page_says_so(monkeypatch):
    class Fails(DrawnAtOnce):
        def result(self):
            drawn = super().result()
            return replace(drawn, verdicts=tuple(replace(one, holds=False) for one in drawn.verdicts))

    drawings = drawing(monkeypatch, Fails)
    at = stating(MissingFromAtMost(0.05, first_epoch=20), RepeatsAtMost(12.0), **TWELVE)
    is_sound(at)
    assert "were drawn for this seed, and none does." in said(at.markdown)
    assert all(button.key != "use_solution" for button in at.button)
    assert 2 <= len(drawings) <= 8


def test_a_drawing_is_stopped_and_begun_again():
    at = opened()
    at.button(key="stop_drawing").click().run()
    is_sound(at)
    assert NeverDrawn.drawings and "drawing_job" not in at.session_state
    assert "Not drawn: the drawing was stopped." in said(at.markdown)
    assert at.button(key="use_solution").disabled
    at.button(key="draw_plan").click().run()
    assert len(NeverDrawn.drawings) == 2
    assert "drawing_job" in at.session_state


def test_a_drawing_that_fails_says_why_and_can_be_asked_for_again(monkeypatch):
    drawings = drawing(monkeypatch, Broken)
    at = opened()
    is_sound(at)
    assert "Not drawn: it takes more than 2 GB of memory." in said(at.markdown)
    assert at.button(key="use_solution").disabled
    at.button(key="draw_plan").click().run()
    assert len(drawings) == 2


def test_in_a_child_process_a_plan_is_drawn_as_here(monkeypatch):
    monkeypatch.setattr(drawn_plan, "DrawingJob", DrawingJob)
    at = stating(MissingFromAtMost(0.05), RepeatsAtMost(30.0), NaturalMix(2, "first", 0.5), samples="2000", epochs="20")
    job = at.session_state["drawing_job"]
    assert job.result() == drawn_verdicts(*job.drawing)
    at.run()
    is_sound(at)
    assert not at.button(key="use_solution").disabled
    assert literal_text(job.result()) in said(at.markdown)


def literal_text(drawn):
    return str(drawn).replace(" %", "\u00a0%")


def test_without_a_requirement_every_skew_is_allowed():
    at = stating()
    is_sound(at)
    assert "State what must hold below" in said(at.info)
    assert charts_of(at)["band"]["alt"].startswith("The skews that 0 requirements of single epochs leave")


@pytest.mark.parametrize(
    ("text", "sentence", "kept"),
    [
        ("nonsense", "requirements must be a JSON list, got 'nonsense'", 0),
        ("[" * 4000, "requirements must be a JSON list", 0),
        ("x" * 7000, "requirements must be at most 6,000 characters", 0),
        (
            '[{"name":"kindness"},{"name":"natural_mix","num_epochs":5}]',
            "Requirement 1 was left out: requirement must be one of",
            1,
        ),
        (
            '[{"name":"share","bound":2}]',
            "Requirement 1 was left out: bound must be a number from 0.0 to 1.0, got 2",
            0,
        ),
        ('[{"name":"share","colour":2},4]', "Requirement 2 was left out: requirement must be an object", 0),
        ('[{"name":"share","class_name":[1]}]', "class_name must be text or a whole number, got [1]", 0),
        (
            json.dumps([{"name": "natural_mix", "num_epochs": 3}] * 14),
            "There were 14 requirements; the first 12 are stated",
            12,
        ),
    ],
)
def test_bad_text_in_the_url_gets_a_sentence_and_the_rest_is_kept(text, sentence, kept):
    at = opened(requirements=text)
    is_sound(at)
    assert sentence in said(at.warning)
    assert not any(fold.warning for fold in at.expander), "nobody reads it in a closed fold"
    assert len(requirements_of(at)) == kept


@pytest.mark.parametrize(
    ("requirement", "sentence"),
    [
        (ShareOfClass(0.1, class_name="<b>none</b>"), "Requirement 1 cannot be judged"),
        (ShareOfClass(0.1, first_epoch=500), "first_epoch must be at most 99"),
    ],
)
def test_a_requirement_about_what_is_not_there_gets_a_sentence_and_the_others_are_judged(requirement, sentence):
    at = stating(requirement, MissingFromAtMost(0.1))
    is_sound(at)
    assert sentence in said(at.warning)
    assert "meets all requirements that can be judged" in said(at.markdown)
    band = charts_of(at)["band"]
    numbered = [trace["name"] for trace in band["figure"]["data"] if trace["name"][:1].isdigit()]
    assert [name[:2] for name in numbered] == ["2."], "as the form numbers it"
    assert {note["text"] for note in band["figure"]["layout"]["annotations"]} == {"2 ▲"}
    assert band["alt"].startswith("The skews that 1 requirement of single epochs leaves to each of 100 epochs.")
    assert "Dots: all requirements that can be judged hold." in charts_of(at)["metric-map"]["note"]


def test_where_no_requirement_can_be_judged_the_page_asks_for_no_new_one():
    at = stating(ShareOfClass(0.1, first_epoch=500))
    is_sound(at)
    assert "None of the requirements below can be judged" in said(at.info)
    assert all(button.key != "use_solution" for button in at.button)


def test_a_requirement_over_the_run_is_told_apart_with_what_both_schedules_have():
    requirements = (MissingFromAtMost(0.3, first_epoch=5), RepeatsAtMost(60.0, "run", "rarest"))
    at = stating(*requirements, epochs="10", skew="1")
    (line,) = [caption.value.replace("\\", "") for caption in at.caption if "about the run" in caption.value]
    mine = verdicts(at.session_state["scenario"].plan, at.session_state["scenario"].counts, requirements)[1].value
    assert line.startswith("Requirement 2 is about the run and no edge of the band: at most 60 is asked, ")
    assert f"your plan has {number(mine)}, the plan found " in line
    theirs = float(line.split("the plan found ")[1].rstrip("."))
    assert theirs <= 60 < mine


def test_what_is_violated_in_a_single_epoch_is_said_so():
    at = stating(NaturalMix(1, "last", 0.01), skew="0", increment="0.01")
    assert "Violated** in epoch 99: at worst" in said(at.markdown)


def test_an_adaptive_target_is_not_judged_and_the_page_says_so():
    at = opened(target="difficulty balanced")
    is_sound(at)
    assert "target must not be adaptive" in said(at.info)


def test_a_target_without_a_skew_is_judged_but_solved_only_for_a_chosen_shape():
    at = opened(target="progressively balanced")
    is_sound(at)
    assert "Violated" in said(at.markdown)
    assert "whose class shares no single skew gives" in said(at.markdown)
    at.selectbox(key="solved_shape").select("step").run()
    assert "power skew, step: " in said(at.markdown)


# --- numbers -----------------------------------------------------------------------------------------


def test_verdicts_are_those_of_the_core():
    requirement = MissingFromAtMost(0.05, first_epoch=20)
    at = stating(requirement, skew="0.2", increment="0.003", **ISIC)
    plan = SamplingPlan(target=PowerSkew(Linear(0.2, 0.003)), epochs=60, batch_size=64)
    verdict = verdicts(plan, load("isic2019"), [requirement])[0]
    assert not verdict.holds
    assert f"Violated** in {len(verdict.epochs)} epochs, first in epoch {verdict.epochs[0]}" in said(at.markdown)


def test_requirements_that_contradict_each_other_are_named_with_the_numbers_at_which_they_agree():
    at = stating(NaturalMix(5, "last", 0.01), ShareOfClass(0.1, first_epoch=90))
    is_sound(at)
    assert re.search(r"No linear schedule .* together\. They would agree with", said(at.markdown))
    assert all(button.key != "use_solution" for button in at.button)


def test_the_least_change_that_ends_a_conflict_is_one_click_away():
    at = stating(NaturalMix(5, "last", 0.01), ShareOfClass(0.1, first_epoch=90))
    is_sound(at)
    before = requirements_of(at)
    at.button(key="least_change").click().run()
    is_sound(at)
    (changed,) = [now for now, then in zip(requirements_of(at), before, strict=True) if now != then]
    assert type(changed) in (NaturalMix, ShareOfClass)
    assert at.button(key="use_solution").disabled, "a plan is found, and waits for its draws"


def test_the_note_of_the_map_names_dots_only_where_there_are_some():
    def note(*requirements):
        return charts_of(stating(*requirements))["metric-map"]["note"].removeprefix("Click a point to take it. ")

    one = ShareOfClass(0.01, "at least")
    assert note(one).startswith("Dots: all requirements hold. ")
    assert note(one, ShareOfClass(0.001, "at most")).startswith("Nowhere on this map do all requirements hold. ")
    assert note().startswith("Ring: your schedule.")


def test_the_note_of_the_band_names_orange_only_where_there_is_some():
    one = MissingFromAtMost(0.05)
    assert "Orange" not in charts_of(stating(one))["band"]["note"]
    assert "Orange: no skew meets them all." in charts_of(stating(one, ShareOfClass(0.001, "at most")))["band"]["note"]


@pytest.mark.parametrize(
    ("url", "ringed"),
    [({}, True), ({"increment": "0.032"}, False), ({"skew": "2"}, False), ({"shape": "cosine"}, False)],
)
def test_the_map_says_of_a_schedule_that_is_not_on_it_that_it_is_not(url, ringed):
    chart = charts_of(opened(**url))["metric-map"]
    assert ("your schedule" in {trace.get("name") for trace in chart["figure"]["data"]}) == ringed
    assert ("Ring: your schedule." in chart["note"], "Your schedule is not on this map." in chart["note"]) == (
        ringed, not ringed
    )  # fmt: skip


@pytest.mark.parametrize("metric", METRICS)
def test_the_map_holds_the_figure_of_metric_of_the_plans_that_a_click_sets(metric):
    at = opened(metric=METRICS[metric].label.lower(), epochs="12")
    is_sound(at)
    trace = charts_of(at)["metric-map"]["figure"]["data"][0]
    skews, increments = map_axes(12)
    counts = synthetic("exponential", 10, 20_000, 100.0)
    i, j = 25, 30
    plan = SamplingPlan(target=PowerSkew(Linear(float(skews[i]), float(increments[j]))), epochs=12, batch_size=128)
    forecast = Forecast.of(plan, counts)
    expected = {
        "share": forecast.shares[:, 9], "repeats": forecast.repeats[:, 9], "absence": forecast.absence[:, 9],
        "coverage": forecast.coverage[:, 9], "run_repeats": forecast.run_repeats[9], "balance": forecast.balance,
        "run_coverage": forecast.run_coverage[9], "share_ratio": forecast.share_ratio, "distinct": forecast.distinct,
        "classes_in_batch": forecast.classes_in_batch, "effective_samples": forecast.effective_samples,
        "natural_distance": np.abs(forecast.skews),
    }[metric]  # fmt: skip
    assert trace["customdata"][j, i] == pytest.approx(np.mean(expected), rel=1e-5)


def test_a_figure_of_the_run_is_shown_of_the_class_that_its_control_names():
    at = opened(metric="classes in a batch", whose="every")
    at.selectbox(key="metric").select("absence").run()
    at.selectbox(key="whose").select("every").run()
    at.selectbox(key="metric").select("run_repeats").run()
    is_sound(at)
    assert at.selectbox(key="whose").value == "rarest"
    assert at.selectbox(key="whose").options == ["rarest", "largest"]
    assert "rarest" in charts_of(at)["metric-map"]["alt"]


def test_the_map_is_not_worked_out_anew_for_another_seed():
    maps = result_cache._shared_cache.results[sweep]
    opened(epochs="13")
    before = set(maps)
    again = opened(epochs="13", seed="5")
    assert again.session_state["scenario"].plan.seed == 5
    assert set(maps) == before


# --- changes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_kind_of_requirement_can_be_added_changed_and_removed(name):
    at = stating()
    next(menu for menu in at.get("menu_button") if menu.key == "add_requirement").click(name)
    at.run()
    is_sound(at)
    assert requirements_of(at) == (new_requirement(name),)
    row = rows_of(REQUIREMENTS[name])["bound"]
    percent = METRICS[requirements_of(at)[0].metric].unit == "share"
    new = row.default * 1.5 if row.default < 0.6 else row.default * 1.1
    at.number_input(key="requirement-0-bound").set_value(new * (100 if percent else 1)).run()
    is_sound(at)
    assert requirements_of(at)[0].bound == pytest.approx(new)
    at.button(key="requirement-0-remove").click().run()
    assert requirements_of(at) == ()


def test_a_requirement_speaks_of_a_class_by_name_and_the_link_carries_it():
    at = stating(ShareOfClass(0.02), **ISIC)
    name = load("isic2019").names[3]
    at.selectbox(key="requirement-0-who").select(("class", name)).run()
    at.selectbox(key="requirement-0-sense").select("at most").run()
    at.number_input(key="requirement-0-last_epoch").set_value(30).run()
    is_sound(at)
    assert requirements_of(at) == (ShareOfClass(0.02, "at most", "rarest", name, 0, 30),)
    again = opened(requirements="".join(at.query_params["requirements"]), **ISIC)
    assert requirements_of(again) == requirements_of(at)
    assert charts_of(again)["band"]["alt"] == charts_of(at)["band"]["alt"]


def test_any_of_a_thousand_classes_is_chosen_by_name():
    at = stating(ShareOfClass(0.0001), classes="1000", samples="1000000")
    at.selectbox(key="requirement-0-who").select(("class", 437)).run()
    is_sound(at)
    assert requirements_of(at) == (ShareOfClass(0.0001, class_name=437),)


def test_a_link_opens_every_control_of_the_page_as_it_was():
    stated = requirements_text_of((ShareOfClass(0.01),))
    url = {"requirements": stated, "metric": "share", "whose": "largest", "over": "greatest",
               "solved_shape": "cosine", "may_change": ["scheme", "batch size"]}  # fmt: skip
    assert url.keys() == {row.key for row in TUNE_PARAMETERS}
    at = opened(**url | {"metric": METRICS["share"].label.lower()})
    is_sound(at)
    assert {key: at.session_state[key] for key in url} == url
    chart = charts_of(at)["metric-map"]
    assert chart["title"] == METRICS["share"].label
    counts = synthetic("exponential", 10, 20_000, 100.0)
    plan = SamplingPlan(target=PowerSkew(Linear(0.5, 0.0)), epochs=100, batch_size=128)
    skews, increments = map_axes(100)
    at_half = chart["figure"]["data"][0]["customdata"][increments.searchsorted(0.0), skews.searchsorted(0.5 - 1e-9)]
    assert at_half == pytest.approx(plan.class_shares(counts)[0, 0], rel=1e-5)
    assert isinstance(NeverDrawn.drawings[-1][0].target.schedule, SCHEDULES["cosine"])


def test_what_does_not_go_together_changes_nothing_and_says_so():
    at = stating(ShareOfClass(0.02, first_epoch=20))
    at.number_input(key="requirement-0-last_epoch").set_value(10).run()
    assert "Not changed: last_epoch must be at least first_epoch" in said(at.toast)
    assert requirements_of(at) == (ShareOfClass(0.02, first_epoch=20),)


def test_class_names_are_never_markup():
    at = stating(ShareOfClass(0.1, class_name="<b>:red[x]</b>"))
    assert not any("<b>:red[x]" in element.value for element in (*at.warning, *at.markdown))


def test_every_control_has_a_help_text_and_a_label_and_a_key_of_its_own():
    at = stating(*map(new_requirement, REQUIREMENTS))
    for widget in (*at.number_input, *at.selectbox, *at.text_input, *at.button):
        assert widget.help, widget.label
        assert widget.label
    of_schedules = {row.key for book in (SCHEDULES, TARGETS) for name in book for row in rows_of(book[name]).values()}
    others = of_schedules | {row.key for row in (*DATA_ROWS, *RUN_ROWS, *PAGE_ROWS, *COMPARE_PARAMETERS)}
    assert not others & {row.key for row in TUNE_PARAMETERS}


def test_sensitivities_are_worked_out_when_somebody_opens_them():
    at = opened()
    assert len(at.dataframe) == 0
    at.session_state["sensitivity"] = True
    at.run()
    is_sound(at)
    assert {"Skew factor", "Epoch increment", "Batch size", "Epochs"} <= {*at.dataframe[0].value.index}
    shown = pa.ipc.open_stream(at.dataframe[0].proto.arrow_data.styler.display_values).read_pandas()
    assert shown.loc["Epoch increment", "Repeats per run"] == "161,000"


@pytest.mark.parametrize("classes", ["1", "2", "1000"])
def test_any_number_of_classes(classes):
    is_sound(opened(classes=classes, samples="100000", epochs="30"))


def test_a_run_shorter_than_a_requirement_gets_a_sentence():
    at = opened(epochs="1")
    is_sound(at)
    assert "Requirement 1 cannot be judged: first_epoch must be at most 0" in said(at.warning)


@pytest.mark.parametrize(
    "text",
    ['[{"name":"share","bound":1%s}]' % ("0" * 5000), '[{"name":"share","bound":%s}]' % ("[" * 700 + "]" * 700)],
    ids=["a number of 5,000 digits", "700 lists in lists"],
)
def test_requirements_in_the_url_that_are_none_get_a_sentence(text):
    at = opened(requirements=text)
    is_sound(at)
    assert "requirements must be a JSON list" in said(at.warning) or "Requirement 1 was left out" in said(at.warning)


def test_the_text_of_the_start_is_written_as_the_page_writes_it():
    requirements, complaints = read_requirements(REQUIREMENTS_TEXT.default)
    assert complaints == []
    assert read_requirements(requirements_text_of(requirements)) == (requirements, [])


def test_before_the_plan_is_drawn_its_requirements_are_said_to_hold_for_so_many_seeds():
    for scheme, worst in (("independent", "with 95 of 100 seeds it is at most"), ("exact", "at worst")):
        (verdict,) = verdicts(
            SamplingPlan(target=PowerSkew(Linear(0.0, 0.01)), epochs=100, batch_size=128, drawing=scheme),
            synthetic("exponential", 10, 20_000, 100.0), [RepeatsAtMost(1000)],
        )  # fmt: skip
        at = stating(RepeatsAtMost(1000), scheme=scheme)
        assert f"Holds: {worst} {number(verdict.value)} (class 9)." in said(at.markdown)


def test_a_requirement_that_is_added_has_the_defaults_of_its_kind():
    assert new_requirement("repeats").group == "every"
    assert new_requirement("share").group == "rarest"
    assert new_requirement("coverage").per == "run"


def test_the_sentence_above_the_requirements_stays_when_they_are_changed():
    sentence = "The page starts with two requirements: change them, remove them, add your own."
    assert sentence in said(opened().caption)
    assert sentence in said(opened(requirements='[{"name":"repeats","bound":15}]').caption)


@pytest.mark.parametrize(
    ("skew", "mix"),
    [
        ("0", "the natural mix in every epoch"),
        ("1", "class-balanced in every epoch"),
        ("0.45", "skew 0.45 in every epoch"),
    ],
)
def test_a_skew_that_never_changes_is_said_by_what_it_draws(drawn_at_once, skew, mix):
    at = stating(RepeatsAtMost(1000), skew=skew, increment="0")
    assert f"Your plan meets all requirements as drawn.** It is {mix}. Of the draws it gives" in said(at.markdown)
