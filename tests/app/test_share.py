"""Share without a browser: what the dialog offers, and a plan file that sets the sidebar."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from html import escape, unescape
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.parts.share.package_download import WHEEL, wheel
from pages.parts.share.page_tables import file_name
from pages.parts.share.share_dialog import is_local
from pages.parts.text.markdown import literal
from sampler_core import (
    Boost,
    ClassCounts,
    Cosine,
    EffectiveNumber,
    Forecast,
    Linear,
    Periodic,
    Piecewise,
    PowerSkew,
    ProgressivelyBalanced,
    RepeatFactor,
    SamplingPlan,
    UniMax,
)
from sampler_core.datasets import load, synthetic
from sampler_core.exporting import VARIANTS, snippet, two_stage_plan
from sampler_core.forecast.findings import findings
from sampler_core.plans.named_plans import plans_from_json

PAGES = ("explore", "compare", "tune")
LABELLED = ("button", "download_button", "expander", "selectbox", "text_input", "multiselect")
TEXTS = ("markdown", "caption", "warning", "info", "error", "success")
NAVIGATION = Path(__file__).parents[2] / "pages" / "navigation.py"
RAMP = PowerSkew(Linear(0.2, 0.05, maximum=1.0))
DEFAULT = synthetic("exponential", 10, 20_000, 100.0)
TARGETS = {
    "ramp": RAMP,
    "cosine": PowerSkew(Cosine(0.1, 0.9)),
    "corners": PowerSkew(Piecewise(((0, 0.0), (10, 0.1 + 0.2), (20, 1.0)))),
    "periodic": PowerSkew(Periodic(0.0, 0.1, 7)),
    "progressively balanced": ProgressivelyBalanced(),
    "effective number": EffectiveNumber(0.99),
    "repeat factor": RepeatFactor(0.05, 0.7),
    "unimax": UniMax(3.0),
}


def plan_of(target=RAMP, **settings):
    return SamplingPlan(**{"target": target, "epochs": 40, "batch_size": 64, "seed": 9, **settings})


def opened(page="explore", **url):
    at = AppTest.from_file(NAVIGATION, default_timeout=30)
    url = url or {"data": "synthetic"}
    for key, value in url.items():
        at.query_params[key] = value
    at.run()
    for key, value in url.items():  # a switch of pages, unlike a deep link, leaves out what the page does not show
        at.query_params[key] = value
    return at if page == "explore" else at.switch_page(f"{page}.py").run()


def shared(at):
    at.button(key="share").click().run()
    assert not at.exception, at.exception
    return at


def uploaded(at, content):
    """The page after a file went into the dialog."""
    content = content.encode() if isinstance(content, str) else content
    at.file_uploader(key="plan_file").upload("plan.json", content, "application/json").run()
    assert not at.exception, at.exception
    return at


def scenario_of(at):
    return at.session_state["scenario"]


@pytest.fixture
def downloads(monkeypatch):
    """Key of a download button -> what it hands out."""
    made, button = {}, st.download_button

    def recorded(label, data, *given, **named):
        made[named["key"]] = data
        return button(label, data, *given, **named)

    monkeypatch.setattr(st, "download_button", recorded)
    return made


def plain(report):
    """The words of a report, without its scripts."""
    return " ".join(unescape(re.sub(r"<script.*?</script>|<[^>]*>", " ", report, flags=re.DOTALL)).split())


def frame_of(report):
    return json.loads(re.search(r'id="data">(.*?)</script>', report, re.DOTALL).group(1))["frames"][0]


def test_code_opens_the_same_dialog_at_the_code():
    at = opened(skew="0.2")
    at.button(key="code").click().run()
    assert at.code[-1].value.strip() == snippet(scenario_of(at).plan, DEFAULT, run_log=True).strip()
    assert [tab.label for tab in at.tabs][:2] == ["Link", "Code"]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_the_button_and_hands_out_its_report_its_tables_and_its_code(page, downloads):
    at = opened(page, skew="0.2", scheme="exact", plans='["natural",{"name":"my own","preset":"deferred"},"mine"]',
                requirements='[{"name":"share","bound":0.9}]')  # fmt: skip
    assert not at.file_uploader
    shared(at)
    assert [tab.label for tab in at.tabs][:6] == ["Link", "Code", "Plan", "Report", "Figures", "Tables"]
    plan = scenario_of(at).plan
    assert at.code[-1].value.strip() == snippet(plan, DEFAULT, run_log=True).strip()
    tables = [downloads[key]() for key in downloads if key.startswith("share-table")]
    assert len(tables) >= 2 and all(table.startswith(b"\xef\xbb\xbf") and table.count(b"\r\n") > 2 for table in tables)
    report = downloads["share-report"]().decode()
    words = plain(report)
    found = findings(plan, Forecast.of(plan, DEFAULT))
    assert found and all(finding.text in words and finding.advice in words for finding in found)
    assert plan.fingerprint in words
    if page == "compare":
        carried = re.search(r'<pre id="plans">(.*?)</pre>', report, re.DOTALL).group(1)
        plans = plans_from_json(unescape(carried))
        assert [name for name, _ in plans] == ["natural", "my own", "mine"]
        assert plans[2][1] == plan
        assert "Plans compared mine the sidebar's plan natural power skew, constant: skew factor 0 my own" in words
        assert "Metrics (3 rows)" in words
    if page == "tune":
        assert (
            "Requirement 1 the rarest class has at least 90 % of the draws in every epoch: violated in 100 epochs"
            in words
        )
        shown = [*(element.value for element in at.markdown), *(bar.proto.text for bar in at.get("progress"))]
        shown = " ".join(shown).replace("\\", "").replace("\u00a0", " ")
        assert frame_of(report)["sentences"][0] == "Your plan misses requirement 1."
        assert all(sentence in shown for sentence in frame_of(report)["sentences"])


def test_a_plan_named_like_a_figure_keeps_both_tables_and_no_name_is_markup(downloads):
    names = ["Share over epochs", "![x](http://evil.example/x.png)", "[go](http://evil.example)"]
    plans = json.dumps([{"name": name, "preset": "natural"} for name in names])
    at = opened("compare", plans=plans)
    at.session_state["compare-tables"] = True
    shared(at)
    labels = [tab.label for tab in at.tabs]
    assert labels.count("Share over epochs") == 2
    assert len([key for key in downloads if key.startswith("share-table")]) == 6
    everything = [*labels, *(element.label for kind in LABELLED for element in at.get(kind))]
    everything += [element.value for kind in TEXTS for element in at.get(kind)]
    assert any("evil" in text for text in everything)
    assert not any("](http" in text for text in everything)


def test_no_table_has_a_download_of_its_own_that_would_write_formulas():
    assert st.get_option("client.disableDataExport") is True


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_code_in_the_dialog_is_that_of_the_page(variant):
    at = shared(opened(skew="0.2", increment="0.05", limit="1.0", scheme="exact"))
    at.segmented_control(key="share-variant").select(variant)
    shared(at)  # here, a dialog is only in the run that opens it
    plan = SamplingPlan(target=RAMP, epochs=100, batch_size=128, drawing="exact")
    assert scenario_of(at).plan == plan
    assert at.code[-1].value.strip() == snippet(plan, DEFAULT, variant, run_log=True).strip()


def test_code_with_resume_and_two_stages_says_that_its_plan_is_another_and_can_show_it():
    at = shared(opened(skew="0.2", increment="0.05", limit="1.0"))
    at.checkbox(key="share-resume").check()
    at.checkbox(key="share-two-stage").check()
    shared(at)
    plan = SamplingPlan(target=RAMP, epochs=100, batch_size=128)
    assert at.code[-1].value.strip() == snippet(plan, DEFAULT, resume=True, two_stage=True, run_log=True).strip()
    (other,) = [info.value.replace("\\", "") for info in at.info if "another plan" in info.value]
    stages = "power skew, step: switch at epoch 80, skew factor 0, skew at the end 1"
    assert other == f"This code draws another plan than the page shows: {stages}."
    at.button(key="share-show-stages").click().run()
    assert not at.exception
    assert scenario_of(at).plan == two_stage_plan(plan)
    shared(at)
    assert not any("another plan" in info.value for info in at.info)


# --- title and note ----------------------------------------------------------------------------------

MARKUP = "**bold** <b>$x$</b> :red[no] [go](http://evil.example) `code`"


def test_a_title_and_a_note_stand_above_every_page_and_in_its_report_as_plain_text(downloads):
    for page in PAGES:
        at = shared(opened(page, title=MARKUP, note=f"First line.\n{MARKUP}"))
        shown = f"**{literal(MARKUP)}**  \nFirst line\\.  \n{literal(MARKUP)}"
        assert shown in [element.value for element in at.markdown]
        report = downloads["share-report"]().decode()
        assert f"<h1>{escape(MARKUP, quote=False)}</h1>" in report.replace("&#34;", '"')
        assert f"First line. {MARKUP}" in plain(report)


def test_the_title_and_the_note_of_the_dialog_go_into_the_url_and_leave_it_when_they_are_emptied():
    at = shared(opened(skew="0.3"))
    at.text_input(key="share-title").set_value("  For Ada ").run()
    shared(at).text_area(key="share-note").set_value("Two\nlines").run()
    assert not at.exception
    url = {key: "".join(at.query_params[key]) for key in at.query_params}
    assert url == {"title": "For Ada", "note": "Two\nlines", "skew": "0.3", "data": "synthetic"}
    shared(at).text_input(key="share-title").set_value("").run()
    assert "title" not in at.query_params
    assert "note" in at.query_params


def test_a_title_that_is_too_long_for_a_link_is_left_out_with_a_sentence():
    at = opened(title="x" * 101)
    assert not at.exception
    assert "In the URL, Title must be at most 100 characters, got 101" in at.warning[0].value.replace("\\", "")


@pytest.mark.parametrize("page", PAGES)
def test_without_a_title_the_report_is_named_by_data_and_page(page, downloads):
    shared(opened(page, data="published", table="isic2019"))
    report = downloads["share-report"]().decode()
    name = scenario_name = "ISIC 2019 skin lesions"
    assert f"<h1>{name}: {page.capitalize()}</h1>" in report
    assert f"{scenario_name}: 25,331 images in 8 classes" in plain(report)


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://localhost:8501/", True),
        ("http://127.0.0.1:8501/compare", True),
        ("http://[::1]:8501/", True),
        ("http://192.168.0.7:8501/", False),
        ("https://skewlab.example/", False),
        ("https://localhost.example/", False),
        ("", False),
    ],
)
def test_a_local_server_is_known_by_its_url(url, local):
    assert is_local(url) is local


def test_the_dialog_offers_every_figure_and_every_table_of_the_page():
    at = shared(opened())
    sent = [json.loads(element.proto.json or "{}") for element in at.get("bidi_component")]
    (offered,) = [data["charts"] for data in sent if data.get("part") == "figures"]
    shown = [chart["id"] for data in sent for chart in data.get("charts", []) if "spec" in chart]
    assert [chart["id"] for chart in offered] == shown
    tables = [button.key for button in at.download_button if str(button.key).startswith("share-table")]
    assert len(tables) == len(shown) + 2, "every class and the metrics have a table as well"


@pytest.mark.parametrize("name", TARGETS)
def test_a_plan_file_sets_the_sidebar_to_exactly_this_plan(name):
    limits = {"max_repeats": 30, "min_share": 0.01} if name == "ramp" else {}
    plan = plan_of(TARGETS[name], drawing="stratified", samples_per_epoch=5000, **limits)
    at = uploaded(shared(opened()), replace(plan, tuned_on=DEFAULT).to_json())
    assert scenario_of(at).plan == plan
    assert f"The sidebar now has the plan of the file ({plan.fingerprint})" in at.success[0].value.replace("\\", "")
    assert not at.error


def test_a_boost_of_named_classes_comes_back_with_its_data():
    counts = load("isic2019")
    plan = plan_of(Boost(RAMP, {"MEL": 2.0}, 3, 8), tuned_on=counts)
    at = uploaded(shared(opened()), plan.to_json())
    assert scenario_of(at).plan == plan
    assert scenario_of(at).counts == counts
    again = opened(**{key: "".join(at.query_params[key]) for key in at.query_params})
    assert scenario_of(again) == scenario_of(at), "the URL has all that the file set"


def test_the_data_in_another_order_is_the_same_data():
    classes = list(zip(DEFAULT.names, DEFAULT.counts.tolist(), strict=True))
    at = uploaded(shared(opened()), plan_of(tuned_on=ClassCounts.from_counts(dict(reversed(classes)))).to_json())
    assert "The sidebar now has the plan of the file" in at.success[0].value
    assert "other data" not in at.success[0].value


def test_a_file_with_other_data_sets_the_plan_and_says_that_the_data_stayed():
    plan = plan_of(tuned_on=ClassCounts.from_counts({"<b>cat</b>": 70, "dog": 5}))
    at = uploaded(shared(opened(classes="5")), plan.to_json())
    assert scenario_of(at).plan == plan
    assert scenario_of(at).counts.num_classes == 5
    said = at.success[0].value.replace("\\", "")
    assert "It was tuned on other data (2 classes, 75 samples)" in said


def test_undo_takes_an_opened_plan_back():
    at = uploaded(shared(opened(skew="0.3")), plan_of().to_json())
    at.button(key="undo").click().run()
    assert scenario_of(at).plan.target == PowerSkew(Linear(0.3, 0.01))


BOOST_ON_TOP = Boost(EffectiveNumber(0.9), {"1": 2.0}, 0, 1)
REFUSED = {
    "no JSON": ("hello", "plan must be JSON"),
    "no text": (b"\x89PNG\xff", "must be UTF-8 text"),
    "no plan": ('{"schema": 1, "target": {"name": "<script>"}, "epochs": 1, "batch_size": 1}', "target must be one of"),
    "a field that we do not know": (json.dumps({**json.loads(plan_of().to_json()), "extra": 1}), "got 'extra'"),
    "a run without an end": (plan_of(epochs=None).to_json(), "Epochs must be a whole number"),
    "a longer run than the sidebar has": (plan_of(epochs=5000).to_json(), "from 1 to 1,000, got 5000"),
    "a target without controls": (plan_of(BOOST_ON_TOP).to_json(), "has no controls"),
    "a cap beyond the sidebar's": (plan_of(max_repeats=2e5).to_json(), "Cap on repeats must be a number from 0 to"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_plan_that_the_sidebar_cannot_take_is_refused_whole_with_a_sentence(case):
    content, sentence = REFUSED[case]
    at = shared(opened(skew="0.2"))
    before = scenario_of(at).plan
    uploaded(at, content)
    assert scenario_of(at).plan == before
    shared(at)
    said = at.error[0].value.replace("\\", "")
    assert said.startswith("The sidebar cannot take this plan: ")
    assert sentence in said
    assert scenario_of(at).plan == before
    assert not shared(at).error, "it is said once"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Batches 0 to 49", "batches-0-to-49"),
        ("../../etc/passwd", "etc-passwd"),
        ("日本", "page"),
        ("x" * 99, "x" * 60),
        ("x" * 59 + " y", "x" * 59),
    ],
)
def test_a_file_name_is_made_of_plain_letters(title, name):
    assert file_name(title) == name


def only_the_link():
    from pages.parts.server.page_contents import PageContents
    from pages.parts.share import share_dialog

    share_dialog._link_tab(PageContents())


@pytest.mark.parametrize(("data", "said"), [("synthetic", False), ("published", False), ("mine", True)])
def test_the_link_says_that_uploaded_labels_are_not_in_it(data, said):
    at = AppTest.from_function(only_the_link, default_timeout=30)
    at.session_state["data"] = data
    at.run()
    assert not at.exception
    assert [info.value.startswith("Your labels are not in the link") for info in at.info] == [True] * said
    assert at.markdown[0].value == "The link opens this picture for everyone who can reach this server."


def test_the_package_installs_with_pip_and_is_the_code_of_this_server(tmp_path):
    (tmp_path / WHEEL).write_bytes(wheel())
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", tmp_path / "there"]
    done = subprocess.run([*pip, tmp_path / WHEEL], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    core = NAVIGATION.parents[1] / "sampler_core"
    files = [path.relative_to(core) for path in core.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert len(files) > 100
    for path in files:
        assert (tmp_path / "there" / "sampler_core" / path).read_bytes() == (core / path).read_bytes(), path
    metadata = (tmp_path / "there" / f"{WHEEL.partition('-py3')[0]}.dist-info" / "METADATA").read_text()
    for line in ("Name: sampler_core", "Requires-Dist: torch>=2.2", 'Requires-Dist: pyarrow>=16; extra == "files"'):
        assert line in metadata.splitlines()
