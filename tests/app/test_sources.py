"""Sources of a mixture on the pages: typed, pasted or published; in the URL; in the words of those who mix them."""

import json
import re
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.parts.sidebar import sidebar, sources_form
from pages.parts.sidebar.sources_form import SEQUENCE, SIZE, SOURCE, STATE
from sampler_core import ClassCounts, Linear, PowerSkew, SamplingPlan, UniMax
from sampler_core.datasets import load_mixture
from sampler_core.exporting import mixture_snippet
from tests.app.test_explore import is_sound, panel_of, tiles_of
from tests.app.test_share import downloads, plain, shared, uploaded  # noqa: F401  # a fixture among them

NAVIGATION = Path(__file__).parents[2] / "pages" / "navigation.py"
OWN = {"mixture": "My sources", "sources": "en 2733e9\nru 713B\nyo 50M"}
OF_CLASSES = re.compile(
    r"(?<![\w-])(class(es)?|rarest|rarer|repeats?|imbalance|class-balanced)(?![\w-])", re.IGNORECASE
)


def opened(page="explore", **url):
    at = AppTest.from_file(NAVIGATION, default_timeout=30)
    for key, value in {"data": "sources", **url}.items():
        at.query_params[key] = value
    at.run()
    return at if page == "explore" else at.switch_page(f"{page}.py").run()


def scenario_of(at):
    return at.session_state["scenario"]


def sizes_of(at):
    counts = scenario_of(at).counts
    return dict(zip(counts.names, counts.counts.tolist(), strict=True))


def said(elements):
    return [re.sub(r"\\", "", element.value) for element in elements]


def take_edits(at, **edits):
    """Edits of the table as the browser sends them; `AppTest` has no way to make them."""
    at.session_state["table_edits"] = {"edited_rows": {}, "added_rows": [], "deleted_rows": [], **edits}
    at.run()


@pytest.fixture(autouse=True)
def edits_of_tests(monkeypatch):
    """Before the sidebar is drawn, what a test has left in the session goes through the table's own callback."""
    correct_url = sidebar.correct_url

    def with_edits():
        if "table_edits" in st.session_state:
            state = st.session_state[STATE]
            edits = {**state, "key": "edits_of_tests"}
            st.session_state["edits_of_tests"] = st.session_state.pop("table_edits")
            st.session_state[STATE] = edits
            sources_form._take_edits()
            st.session_state[STATE] = state
        correct_url()

    monkeypatch.setattr(sidebar, "correct_url", with_edits)


# --- empty and wrong entries first -----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [" ", "en nothing\nde 0"])
def test_own_sources_without_a_line_that_can_be_read_end_the_page_with_a_sentence(text):
    at = opened(mixture="My sources", sources=text)
    assert not at.exception
    must = "Sources as lines must have at least one line with a name and a size, got none"
    assert any(must in sentence for sentence in said(at.error))
    at.text_area(key="sources").set_value("en 5\nde 2").run()
    is_sound(at)
    assert sizes_of(at) == {"en": 5, "de": 2}


def test_a_line_that_cannot_be_read_is_told_and_left_out_and_the_others_are_shown():
    at = opened(mixture="My sources", sources="en 5k\nde many\nen 7")
    assert not at.exception
    assert sizes_of(at) == {"en": 5000}
    (error,) = said(at.error)
    assert "Line 2, 'de many': its size must be a number from 1 to 1e15" in error
    assert "Line 3, 'en 7': the source 'en' is there already." in error


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ({"mixture": "the web"}, "Mixture must be one of dolma, redpajama, mc4, my_own, got 'the web'"),
        ({"tokens": "0"}, "Tokens a sample must be a whole number from 1 to 10,000,000, got 0"),
        ({**OWN, "sources": "x" * 20_001}, "Sources as lines must be at most 20,000 characters, got 20,001"),
    ],
)
def test_what_a_link_has_wrong_is_told(url, sentence):
    at = opened(**url)
    assert not at.exception
    assert any(sentence in warning for warning in said(at.warning))


def test_a_cap_that_leaves_draws_without_a_source_is_told_in_its_words():
    at = opened(max_repeats="0.001")
    (error,) = said(at.error)
    assert "Cap on passes 0.001 must allow all draws of an epoch" in error


# --- the data and its URL --------------------------------------------------------------------------------------------


def test_the_first_sources_are_those_of_a_published_mixture_with_its_citation():
    at = opened()
    is_sound(at)
    scenario = scenario_of(at)
    assert scenario.counts == load_mixture("dolma")
    assert (scenario.data_name, scenario.unit) == ("Dolma 1.6", "documents")
    assert any("arXiv 2402.00159" in caption for caption in said(at.caption))
    assert any(line.startswith("Size ratio: 60,200") for line in said(at.sidebar.markdown))


def test_own_sources_are_in_the_url_and_a_link_opens_them_again():
    at = opened(**OWN, skew="0.7", increment="0", tokens="2048")
    is_sound(at)
    assert sizes_of(at) == {"en": 2_733 * 10**9 // 2048, "ru": 713 * 10**9 // 2048, "yo": 50 * 10**6 // 2048}
    assert scenario_of(at).unit == "sequences"
    again = opened(**{key: value for key, value in dict(at.query_params).items() if key != "data"})
    assert (scenario_of(again).counts, scenario_of(again).plan) == (scenario_of(at).counts, scenario_of(at).plan)
    assert len(at.query_params["sources"]) < 40


def test_without_samples_per_epoch_the_run_draws_as_many_as_the_sources_have_and_their_box_decides_otherwise():
    at = opened(mixture="My sources", sources="a 700\nb 301", epochs="10")
    assert scenario_of(at).plan.samples_per_epoch == 101
    assert scenario_of(at).plan_for_other_data.samples_per_epoch is None
    at.number_input(key="per_epoch").set_value(5000).run()
    assert scenario_of(at).plan.samples_per_epoch == 5000
    assert scenario_of(opened(mixture="mC4, by language", epochs="2")).plan.samples_per_epoch == 10**9
    is_sound(opened(mixture="mC4, by language", epochs="2"))


def test_what_is_changed_in_the_table_becomes_own_sources_in_a_short_text():
    at = opened(mixture="RedPajama-1T")
    take_edits(at, edited_rows={0: {SIZE: "900B"}}, added_rows=[{SOURCE: "my  notes", SIZE: "1,200"}], deleted_rows=[6])
    is_sound(at)
    assert at.session_state["mixture"] == "my_own"
    assert at.session_state["sources"].splitlines()[0] == "CommonCrawl 900B"
    counts = sizes_of(at)
    assert counts["CommonCrawl"] == 9 * 10**11
    assert counts["my notes"] == 1200
    assert "StackExchange" not in counts
    at.button(key="undo").click().run()
    assert scenario_of(at).counts == load_mixture("redpajama")


def test_a_row_that_is_still_being_filled_in_waits_and_a_wrong_one_is_told():
    at = opened(**OWN)
    take_edits(at, added_rows=[{SOURCE: "de"}])
    assert set(sizes_of(at)) == {"en", "ru", "yo"}
    take_edits(at, added_rows=[{SOURCE: "de", SIZE: "a lot"}])
    assert set(sizes_of(at)) == {"en", "ru", "yo"}
    assert "Line 4, 'de, a lot': its size must be" in said(at.error)[0]


def test_choosing_a_mixture_in_tokens_makes_a_sample_a_sequence_and_one_in_documents_a_document():
    at = opened()
    at.selectbox(key="mixture").set_value("redpajama").run()
    assert at.session_state["tokens"] == SEQUENCE
    assert scenario_of(at).counts.num_samples == pytest.approx(1.21e12 / SEQUENCE, rel=1e-6)
    at.selectbox(key="mixture").set_value("dolma").run()
    assert (at.session_state["tokens"], scenario_of(at).counts) == (1, load_mixture("dolma"))


def test_the_example_that_own_sources_start_with_is_said_to_be_one():
    at = opened(mixture="My sources")
    is_sound(at)
    assert any("A small example, of no real data" in caption for caption in said(at.caption))
    assert sizes_of(at) == {"large": 10**6, "medium": 10**5, "small": 10**4}


# --- the field's words -----------------------------------------------------------------------------------------------


def sent_texts(at):
    """Every text of a run: of widgets, sentences, tables and figures."""
    for block in tree_of(at._tree):
        proto = getattr(block, "proto", None)
        for field, value in proto.ListFields() if hasattr(proto, "ListFields") else ():
            if field.name in ("label", "help", "body", "options", "placeholder", "columns"):
                yield from ([value] if isinstance(value, str) else map(str, value))
    for element in at.get("bidi_component"):
        data = json.loads(element.proto.json or "{}")
        for chart in data.get("charts", []):
            yield from (chart["title"], chart["note"], chart["alt"], *texts_in(json.loads(chart["spec"])))
        yield from (f"{tile['label']} {tile['note']}" for tile in data.get("tiles", []))
        yield from (slider["label"] for slider in data.get("sliders", []))
    for table in at.dataframe:
        yield from map(str, (*table.value.columns, table.value.index.name))


def tree_of(block):
    for child in getattr(block, "children", {}).values():
        yield child
        yield from tree_of(child)


def texts_in(part):
    if isinstance(part, str):
        yield part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from texts_in(inner)


LEFT = ("repeat factor", '"name":"repeats"', "differences to ", "<style>")  # names of a target, in links, of a plan


@pytest.mark.parametrize(
    ("page", "url"),
    [
        ("explore", {"target": "shares", "given_shares": "C4: 0.2"}),
        ("explore", {"mixture": "mC4, by language", "scheme": "stratified", "skew": "1.2", "epochs": "9"}),
        ("compare", {"follow": "source of rank"}),
        ("tune", {"per_epoch": "2000", "epochs": "30"}),
    ],
)  # fmt: skip
def test_no_page_that_shows_sources_calls_them_classes(page, url):
    at = opened(page, **url)
    is_sound(at)
    for expander in ("explore-tables", "compare-tables", "tune-tables", "sensitivity"):
        if expander in [box.proto.id for box in at.expander]:
            at.session_state[expander] = True
    texts = list(sent_texts(at))
    assert len(texts) > 100
    told = [text for text in texts if OF_CLASSES.search(text) and not any(left in text for left in LEFT)]
    assert not told


def test_pages_with_data_of_their_own_keep_their_words():
    at = opened("monitor")
    assert not at.exception
    assert not any("source" in said_of.lower() for said_of in said(at.main.markdown) if "learner" in said_of)
    assert at.session_state["vocabulary"].words == ()


def test_the_metrics_and_the_passes_over_each_source_are_there():
    at = opened(skew="0.7", increment="0", epochs="10")
    assert "Passes over the smallest source" in tiles_of(at)
    chart, figure = panel_of(at, "run-repeats")
    scenario = scenario_of(at)
    assert chart["title"] == "Passes over each source in the run"
    passes = scenario.plan.samples_per_epoch * scenario.plan.class_shares(scenario.counts).sum(axis=0)
    assert figure["data"][1]["x"] == pytest.approx((passes / scenario.counts.counts)[list(range(7))], rel=1e-6)


@pytest.mark.parametrize(
    ("url", "temperature"),
    [
        ({"skew": "0.7", "increment": "0"}, "Temperature: 3.33"),
        ({"skew": "0", "increment": "0.5", "epochs": "3"}, "Temperature: 1 to ∞"),
        ({"shape": "constant", "skew": "2"}, "Temperature: none"),
        ({"target": "unimax", "unimax_repeats": "0.4", "epochs": "10"}, "At most 0.4 passes an epoch, 4 in the run"),
    ],
)
def test_the_temperature_stands_beside_the_skew(url, temperature):
    at = opened(**url)
    assert any(temperature in caption for caption in said(at.sidebar.markdown))


def test_a_cap_on_the_passes_of_the_run_is_the_cap_of_an_epoch_over_the_epochs():
    at = opened(skew="1", increment="0", epochs="50")
    at.number_input(key="passes_in_the_run").set_value(4.0).run()
    is_sound(at)
    assert scenario_of(at).plan.max_repeats == pytest.approx(4 / 50)
    forecast_passes = scenario_of(at).plan.class_shares(scenario_of(at).counts).sum(axis=0)
    passes = forecast_passes * scenario_of(at).plan.samples_per_epoch / scenario_of(at).counts.counts
    assert passes.max() == pytest.approx(4.0)
    at.number_input(key="max_repeats").set_value(0.1).run()
    assert at.number_input(key="passes_in_the_run").value == pytest.approx(5.0)
    at.number_input(key="passes_in_the_run").set_value(None).run()
    assert scenario_of(at).plan.max_repeats is None


# --- Share -----------------------------------------------------------------------------------------------------------


def test_the_report_and_the_tables_say_sources_and_hold_what_the_page_shows(downloads):  # noqa: F811
    at = shared(opened(mixture="RedPajama-1T", skew="0.5", epochs="3", title="My class plan"))
    report = plain(re.sub(r"<style>.*?</style>", "", downloads["share-report"]().decode(), flags=re.DOTALL))
    assert "My class plan" in report
    assert "Passes over each source in the run" in report
    assert not [text for text in re.findall(r"[^.]*\.", report.replace("My class plan", "")) if OF_CLASSES.search(text)]
    csv = downloads["share-table-0"]().decode("utf-8-sig")
    assert csv.splitlines()[0].startswith("source,samples,passes in this epoch")
    assert not at.exception


def test_the_code_for_sources_builds_the_plan_of_the_page_for_a_mix():
    at = shared(opened(**OWN, tokens="2048"))
    (code,) = [block.value for block in at.get("code")]
    scenario = scenario_of(at)
    assert code == mixture_snippet(scenario.plan, scenario.counts, tokens=2048).strip()
    names = {"ClassCounts": ClassCounts, "Linear": Linear, "PowerSkew": PowerSkew, "SamplingPlan": SamplingPlan}
    plan_code = code[code.index("plan = ") : code.index("sizes = ")]
    exec(plan_code, names)
    assert names["plan"] == scenario.plan
    assert names["plan"].tuned_on == scenario.counts
    assert "2,048 tokens" in code


def test_code_for_many_sources_reads_them_from_the_plan_file_and_none_is_there_for_a_plan_that_follows_training():
    plan = SamplingPlan(target=UniMax(4.0), epochs=3, batch_size=8, samples_per_epoch=10**6)
    code = mixture_snippet(plan, load_mixture("mc4"))
    assert 'SamplingPlan.from_json(Path("plan.json").read_text())' in code
    assert "UniMax" not in code
    compile(code, "code", "exec")
    compile(mixture_snippet(plan, load_mixture("dolma"), resume=True), "code", "exec")
    at = shared(opened(target="difficulty balanced"))
    assert any("There is no code for this plan: " in sentence for sentence in said(at.error))


def test_a_plan_file_brings_its_sources_along(downloads):  # noqa: F811
    at = shared(opened(**OWN, skew="0.3"))
    content, counts = downloads["share-plan"](), scenario_of(at).counts
    other = uploaded(shared(opened()), content)
    is_sound(other)
    assert scenario_of(other).counts == counts
    assert scenario_of(other).plan.target == PowerSkew(Linear(0.3, 0.01))


def test_sources_stand_in_for_labels_that_have_not_come():
    at = opened()
    at.session_state["data"] = "mine"
    is_sound(at.run())
    assert any("This page needs your labels" in one.value for one in at.info)
