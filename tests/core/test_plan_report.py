"""The report as a file: what stands in it, how large it is, what differs from epoch to epoch."""

import datetime
import html
import json
import re
from html.parser import HTMLParser
from itertools import cycle

import numpy as np
import pytest

from sampler_core import (
    ClassCounts,
    DifficultyBalanced,
    Forecast,
    Linear,
    PowerSkew,
    ProgressivelyBalanced,
    SamplingPlan,
    ScheduledClassSampler,
)
from sampler_core.datasets import load, published_datasets, synthetic
from sampler_core.draws import SCHEMES
from sampler_core.exporting import snippet
from sampler_core.exporting.html_report import MOST_FRAMES
from sampler_core.exporting.plan_report import page_report, plan_report
from sampler_core.figures import Chart, batch_mix, to_json
from sampler_core.forecast.assumed_learner import AssumedLearner
from sampler_core.forecast.findings import findings
from tests.hostile_names import HOSTILE, hostile_counts

COUNTS = ClassCounts.from_counts({"NV": 700, "MEL": 120, "DF": 11})
RAMP = PowerSkew(Linear(0.0, 0.05, maximum=1.5))
MADE = datetime.datetime(2026, 3, 1, 12, 30, tzinfo=datetime.UTC)
MOST = 6_000_000


def plan_of(target=RAMP, **settings):
    return SamplingPlan(**{"target": target, "epochs": 20, "batch_size": 32, "seed": 1, **settings})


class Parsed(HTMLParser):
    """The elements of a file, and the text inside scripts by their id."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.scripts, self.text, self._inside = set(), [], {}, [], None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs
        if tag == "script":
            self._inside = dict(attrs).get("id", "main")

    def handle_endtag(self, tag):
        self._inside = None if tag == "script" else self._inside

    def handle_data(self, data):
        if self._inside:
            self.scripts[self._inside] = self.scripts.get(self._inside, "") + data
        else:
            self.text.append(data)


def data_of(text):
    return json.loads(Parsed(text).scripts["data"])


def shown(data, epoch):
    """The panels as the report shows them at an epoch."""
    panels = json.loads(json.dumps(data["panels"]))
    (frame,) = [frame for frame in data["frames"] if frame["epoch"] == epoch]
    for i, changes in enumerate(frame["changes"]):
        for path, to in changes:
            at = panels[i]
            for key in path[:-1]:
                at = at[key]
            at[path[-1]] = to
    return panels, frame


def test_the_batches_in_the_report_are_those_that_training_draws_in_every_epoch():
    labels = np.repeat(COUNTS.names, COUNTS.counts)
    plan = plan_of()
    data = data_of(plan_report(plan, COUNTS, epoch=4))
    sampler = ScheduledClassSampler(labels, plan)
    for epoch in (0, 4, 11, 19):
        panels, _ = shown(data, epoch)
        (batches,) = [panel for panel in panels if panel["title"].startswith("Batches ")]
        sampler.set_epoch(epoch)
        drawn = labels[np.array(list(sampler))]
        real = [[int((drawn[at : at + 32] == name).sum()) for at in range(0, 831, 32)] for name in COUNTS.names]
        assert batches["spec"] == json.loads(to_json(batch_mix(plan.preview(COUNTS, epoch, 0, 50), legend=False).spec))
        assert [trace["name"] for trace in batches["spec"]["data"]] == ["NV", "MEL", "DF"]
        assert plan.preview(COUNTS, epoch).batch_class_counts.T.tolist() == real


def test_every_epoch_has_its_sentence_and_its_metrics():
    data = data_of(plan_report(plan_of(), COUNTS, epoch=4))
    assert [frame["epoch"] for frame in data["frames"]] == list(range(20))
    assert data["frames"][0]["sentences"][0].startswith("In epoch 0 the mix is natural")
    assert shown(data, 19)[1]["tiles"][0][:2] == ["Share of the rarest class", "29.8 %"]  # n ** 0.05


@pytest.mark.parametrize(
    ("classes", "epochs"), [(1, 1), (1, 1000), (2, 7), (10, 1), (10, 1000), (100, 7), (1000, 1), (1000, 1000)]
)
def test_the_file_stays_under_6_mb_and_says_which_epochs_it_has(classes, epochs):
    counts = synthetic("exponential", classes, 50_000, 100.0 if classes > 1 else 1.0)
    text = plan_report(plan_of(epochs=epochs), counts, epoch=epochs // 2)
    frames = data_of(text)["frames"]
    assert len(text.encode()) < MOST
    assert {0, epochs // 2, epochs - 1} <= {frame["epoch"] for frame in frames}
    assert 1 <= len(frames) <= MOST_FRAMES + 1
    assert (f"Of the {epochs:,} epochs, {len(frames)} are in this file" in text) == (len(frames) < epochs)


@pytest.mark.parametrize(("classes", "epochs", "chosen"), [(1000, 120, 0), (1000, 120, 61), (10_000, 20, 19)])
def test_the_file_stays_under_6_mb_whichever_epoch_it_opens_with(classes, epochs, chosen):
    counts = synthetic("exponential", classes, 20 * classes, 100.0)
    text = plan_report(plan_of(epochs=epochs, samples_per_epoch=2000), counts, epoch=chosen)
    frames = [frame["epoch"] for frame in data_of(text)["frames"]]
    assert len(text.encode()) < MOST
    assert chosen in frames
    assert len(frames) > 10 or "Of the 20 epochs, this file has room for one." in text


def test_a_figure_that_does_not_fit_is_there_in_words():
    counts = ClassCounts.from_counts({f"class number {i:06d}": 40_000 - i for i in range(40_000)})
    text = plan_report(plan_of(epochs=2, samples_per_epoch=1000), counts)
    panels = data_of(text)["panels"]
    assert len(text.encode()) < MOST
    left_out = [panel["title"] for panel in panels if panel["spec"] is None]
    assert left_out
    assert f"Too large for this file, and shown in words only: {', '.join(left_out)}." in text
    assert all(panel["alt"] for panel in panels)


@pytest.mark.parametrize(
    ("table", "drawing"), [*zip([table.name for table in published_datasets()], cycle(SCHEMES), strict=False)]
)
def test_every_known_data_set_makes_a_report(table, drawing):
    text = plan_report(plan_of(epochs=3, samples_per_epoch=2000, drawing=drawing), load(table), epoch=1)
    assert len(data_of(text)["panels"]) >= 5
    assert len(text.encode()) < MOST


def test_the_report_carries_plan_data_versions_and_date():
    plan = plan_of(max_repeats=40)
    text = plan_report(plan, COUNTS, unit="images", made=MADE)
    words = " ".join("".join(Parsed(text).text).split())
    assert "831 images in 3 classes, class imbalance 63.6." in words
    assert "Made on 2026-03-01 12:30 UTC with sampler_core 0.1.0" in words
    assert "PowerSkew(schedule=Linear(start=0.0, increment=0.05, maximum=1.5))" in words
    assert plan.fingerprint in words
    carried = re.search(r'<pre id="plan">(.*?)</pre>', text, re.DOTALL).group(1)
    carried = SamplingPlan.from_json(html.unescape(carried))
    assert (carried, carried.tuned_on) == (plan, COUNTS)


@pytest.mark.parametrize("page", [False, True])
def test_title_note_and_the_data_s_name_head_the_report_as_text_and_findings_come_first(page):
    heading = {"title": "<b>For Ada</b>", "note": "Look at <i>DF</i>.\nThen decide.", "data_name": "=ISIC & co"}
    plan = plan_of(PowerSkew(Linear(0.0, 0.1)))
    charts = [Chart("batches", "Batches", batch_mix(plan.preview(COUNTS, 3)))]
    text = page_report(plan=plan, counts=COUNTS, charts=charts, tables=[], **heading) if page else plan_report(
        plan, COUNTS, **heading)  # fmt: skip
    parsed = Parsed(text)
    words = " ".join("".join(parsed.text).split())
    assert not parsed.tags & {"b", "i"}
    assert "<b>For Ada</b> Look at <i>DF</i>. Then decide. =ISIC & co: 831 samples in 3 classes" in words
    assert "Data set =ISIC & co" in " ".join(" ".join(parsed.text).split())
    assert "<title>&lt;b&gt;For Ada&lt;/b&gt;</title>" in text
    first_finding = findings(plan, Forecast.of(plan, COUNTS))[0].text
    assert text.index(html.escape(first_finding, quote=False)) < text.index("<figure")


def test_tables_of_the_report_have_the_numbers_of_its_sentences():
    text = plan_report(plan_of(), COUNTS)
    rows = [re.sub("<[^>]*>", "|", row) for row in re.findall("<tr>.*?</tr>", text)]
    assert any(re.search(r"\|DF\|+11\|+1.32 %\|", row) for row in rows), "samples and frequency"
    assert not re.search(r"<bdi>[\d,]*\.\d{6,}", text)


def test_of_equally_rare_classes_the_facts_name_the_one_that_the_sentences_name():
    text = plan_report(plan_of(), ClassCounts.from_counts({"a": 90, "b": 90, "c": 40, "d": 40}))
    words = " ".join(" ".join(Parsed(text).text).split())
    assert "Largest class a (90) Rarest class c (40)" in words
    assert data_of(text)["frames"][0]["tiles"][0][2] == "c"


def test_the_same_plan_makes_the_same_file():
    assert plan_report(plan_of(), COUNTS, made=MADE) == plan_report(plan_of(), COUNTS, made=MADE)
    as_mapping = dict(zip(COUNTS.names, COUNTS.counts.tolist(), strict=True))
    assert plan_report(plan_of(), as_mapping, made=MADE) == plan_report(plan_of(), COUNTS, made=MADE)
    assert snippet(plan_of(), as_mapping) == snippet(plan_of(), COUNTS)


def test_hostile_names_are_text_everywhere_in_the_file():
    text = plan_report(plan_of(), ClassCounts.from_counts(hostile_counts()))
    plain = Parsed(plan_report(plan_of(), ClassCounts.from_counts([9] * len(HOSTILE))))
    parsed = Parsed(text)
    assert parsed.tags == plain.tags, "names make no element"
    assert {name for name, _ in parsed.attributes} == {name for name, _ in plain.attributes}
    assert parsed.scripts.keys() == plain.scripts.keys() == {"data", "plotly", "main"}
    assert parsed.scripts["main"] == plain.scripts["main"]
    assert not re.search("[<>&\u2028\u2029]", parsed.scripts["data"])
    assert parsed.scripts["data"].isascii()
    assert text.count("window.hit=1") > 0, "the names are there, as text"


def test_the_policy_of_the_file_lets_nothing_be_fetched_and_no_foreign_script_run():
    text = plan_report(plan_of(), COUNTS)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text).group(1)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert re.fullmatch(r"'sha256-[\w+/=]{44}' 'sha256-[\w+/=]{44}'", rules["script-src"])
    assert not re.search(r"""(?:src|href)=["']?\w""", text.partition('<script type="application/json"')[0])


def test_the_findings_of_the_run_are_in_the_report_with_what_to_try():
    plan = plan_of(PowerSkew(Linear(0.0, 0.1)))
    words = "".join(Parsed(plan_report(plan, COUNTS)).text)
    found = findings(plan, Forecast.of(plan, COUNTS))
    assert len(found) > 2
    assert all(finding.text in words and finding.advice in words for finding in found)


def test_an_adaptive_target_with_an_assumed_learner_has_a_report_with_batches_and_says_so():
    report = plan_report(plan_of(DifficultyBalanced()), COUNTS, recalls=AssumedLearner(100.0))
    assert "assumed learner stands in" in report
    titles = [panel["title"] for panel in data_of(report)["panels"]]
    assert any(title.startswith("Batches 0 to ") for title in titles)
    assert "Recall that the shares follow" in titles


def test_an_adaptive_target_has_a_report_without_batches():
    data = data_of(plan_report(plan_of(DifficultyBalanced()), COUNTS))
    assert [panel["title"] for panel in data["panels"]] == [
        "Class share over epochs",
        "Class weight beside class share, epoch 0",
    ]


def test_a_page_of_any_kind_makes_a_report_that_stands_still():
    plan = plan_of(ProgressivelyBalanced())
    figure = batch_mix(plan.preview(COUNTS, 3))
    charts = [Chart("batches", "Batches", figure, "a note", 6, 400)]
    tables = [("Batches", figure.table), ("Batches", lambda: figure.table().head(2))]
    text = page_report("Compare", plan, COUNTS, charts, tables, sentences=["<b>"], facts={"Plans": {"<i>": "<u>"}},
                        files={"plans.json": "<s>"})  # fmt: skip
    data = data_of(text)
    assert (len(data["frames"]), data["panels"][0]["spec"]) == (1, json.loads(to_json(figure.spec)))
    assert data["frames"][0]["sentences"] == ["<b>"]
    summaries = re.findall("<summary>(.*?)</summary>", text)
    assert summaries == [
        "Batches <small>(2 rows)</small>", "Batches <small>(26 rows)</small>", "plan.json", "plans.json"
    ]  # fmt: skip
    parsed = Parsed(text)
    assert not parsed.tags & {"b", "i", "u", "s"}
    assert {"<i>", "<u>", "<s>", "Findings on the sidebar's plan"} <= {*parsed.text}
    assert all(finding.text in "".join(parsed.text) for finding in findings(plan, Forecast.of(plan, COUNTS)))


@pytest.mark.parametrize("epoch", [-1, 20])
def test_an_epoch_outside_the_run_is_refused(epoch):
    with pytest.raises(ValueError, match=f"epoch must be a whole number from 0 to 19, got {epoch}"):
        plan_report(plan_of(), COUNTS, epoch=epoch)
