"""Share in a real browser: the link, the downloads and what opens from them, without a network."""

import csv
import io
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlencode

import numpy as np
import pytest

from sampler_core import ClassCounts, Linear, PowerSkew, SamplingPlan
from sampler_core.datasets import load, synthetic
from sampler_core.exporting.plan_report import plan_report
from tests.browser.conftest import settle, traces
from tests.hostile_names import hostile_counts

ROOT = Path(__file__).parents[2]
ADDRESS = (
    "/?data=known&table=isic2019&skew=0.2&increment=0.05&limit=1&scheme=stratified&epochs=30&batch=64&epoch=7&seed=5"
)
PLAN = SamplingPlan(target=PowerSkew(Linear(0.2, 0.05, maximum=1.0)), epochs=30, batch_size=64, drawing="stratified",
                    seed=5)  # fmt: skip


def share(page, tab="Link"):
    """Open the dialog at a tab."""
    if not page.get_by_role("dialog").count():
        page.get_by_role("button", name="Share", exact=True).click()
        page.get_by_role("dialog").wait_for()
    page.get_by_role("tab", name=tab).click()


def downloaded(page, folder, button):
    """The path of what a button of the dialog saves."""
    with page.expect_download() as saving:
        page.get_by_role("dialog").get_by_role("button", name=button, exact=True).click()
    path = folder / saving.value.suggested_filename
    saving.value.save_as(path)
    return path


# --- the link --------------------------------------------------------------------------------------------------------


def the_link_of_the_page_is_copied_and_by_hand_where_the_browser_has_no_clipboard(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    share(page)
    page.get_by_role("button", name="Copy link").click()
    page.get_by_text("The link is copied.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.evaluate("document.execCommand = () => false")
    share(page)
    page.get_by_role("button", name="Copy link").click()
    page.get_by_text("The link is marked: copy it with Ctrl+C.").wait_for()
    assert page.evaluate("document.activeElement.value") == page.url


def test_a_title_and_a_note_stand_on_every_page_and_in_the_link_and_on_paper_without_controls(open_page):
    page = open_page("/?skew=0.2&title=For%20Ada#findings")  # scrolled to a place
    share(page)
    page.get_by_role("textbox", name="Note").fill("Look at class 9.")
    page.keyboard.press("Control+Enter")
    page.wait_for_function("() => location.search.includes('note=Look')")
    link = page.get_by_role("textbox", name="Link to this page")
    page.wait_for_function("(box) => box.value === location.href.split('#')[0]", arg=link.element_handle())
    page.get_by_text("opens this picture on this machine only").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    page.get_by_role("link", name="Compare").click()
    page.get_by_role("heading", name="All metrics").wait_for()
    settle(page)
    assert page.title() == "Compare: For Ada · Skewlab"
    assert "title=For" in page.url and "note=Look" in page.url and "skew=0.2" in page.url
    for text in ("For Ada", "Look at class 9."):
        assert page.get_by_text(text).is_visible()
    page.emulate_media(media="print")
    assert page.get_by_text("Fingerprint").is_visible()
    assert page.locator('[data-chart="plan-shares"] .main-svg').first.is_visible()
    controls = page.locator("button, input, select").evaluate_all("all => all.filter((one) => one.checkVisibility())")
    assert not controls
    assert page.evaluate("getComputedStyle(document.querySelector('[data-testid=\"stMain\"]')).overflowY") == "visible"


# --- the plan --------------------------------------------------------------------------------------------------------

TRAINING = """
import json, sys
import numpy as np, torch
from torch.utils.data import DataLoader, TensorDataset
from sampler_core import SamplingPlan, ScheduledClassSampler

plan = SamplingPlan.from_json(open(sys.argv[1], encoding="utf-8").read())
names, counts = plan.tuned_on.names, plan.tuned_on.counts
labels = np.random.default_rng(0).permutation(np.repeat(np.arange(len(names)), counts))
dataset = TensorDataset(torch.arange(labels.size), torch.from_numpy(labels))
sampler = ScheduledClassSampler(labels, plan, classes=names)
loader = DataLoader(dataset, batch_size=plan.batch_size, sampler=sampler, num_workers=1)
sampler.set_epoch(7)
batches = [np.bincount(targets, minlength=len(names)).tolist() for _, targets in loader]
json.dump({"names": names, "batches": batches}, sys.stdout)
"""


def trained_with(plan, package):
    """Classes and batches of a script that imports the package in that folder, and no other."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", TRAINING, plan],
        cwd=plan.parent, env=os.environ | {"PYTHONPATH": str(package)}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def batches_of(trained):
    return {name: [batch[c] for batch in trained["batches"][:50]] for c, name in enumerate(trained["names"])}


def batches_on(page):
    return {trace["name"]: trace["y"] for trace in traces(page, "batches")}


def test_a_training_script_draws_from_the_downloaded_plan_and_package_the_batches_of_the_page_whose_link_is_copied(
    open_page, tmp_path
):
    page = open_page(ADDRESS)
    share(page, "Code")
    wheel = downloaded(page, tmp_path, "Download the package")
    installed = tmp_path / "installed"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", installed, wheel]
    done = subprocess.run(pip, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    share(page, "Plan")
    path = downloaded(page, tmp_path, "Download plan.json")
    assert batches_of(trained_with(path, installed)) == batches_on(page)
    assert path.name == "plan.json"
    assert SamplingPlan.from_json(path.read_text()).tuned_on == load("isic2019")
    the_link_of_the_page_is_copied_and_by_hand_where_the_browser_has_no_clipboard(page)


def test_a_file_that_is_no_plan_is_refused_in_the_dialog_and_a_plan_s_file_sets_the_page(open_page):
    page = open_page("/?data=published&table=isic2019")
    before = page.url
    share(page, "Plan")

    def bring(content):
        file = {"name": "plan.json", "mimeType": "application/json", "buffer": content}
        page.locator("input[type=file]").set_input_files(file)

    bring(b'{"schema": 1, "target": "<img src=x>"}')
    page.get_by_text("The sidebar cannot take this plan: ").wait_for()
    assert page.url == before
    assert page.get_by_role("dialog").locator("img").count() == 0
    bring(PLAN.to_json().encode())
    page.get_by_text("The sidebar now has the plan of the file").wait_for()
    page.get_by_role("dialog").wait_for(state="detached")
    settle(page)
    counts = load("isic2019")
    drawn = PLAN.preview(counts, 0, 0, 50).batch_class_counts
    assert batches_on(page) == {str(name): drawn[:, c].tolist() for c, name in enumerate(counts.names)}


def test_a_dialog_s_button_that_sets_the_sidebar_is_told_by_the_page_and_not_in_the_server_s_log(open_page):
    page = open_page("/?data=published&table=isic2019&skew=0.2")
    share(page, "Code")
    page.get_by_role("dialog").get_by_text("Two stages", exact=True).click()
    page.get_by_role("button", name="Show these two stages on the page").click()
    page.get_by_test_id("stToast").get_by_text("Set").wait_for()
    page.get_by_role("dialog").wait_for(state="detached")
    settle(page)
    assert "shape=step" in page.url


# --- figures and tables ----------------------------------------------------------------------------------------------


def safe_svg(text):
    """The picture, after a look for anything in it that could run or lead elsewhere."""
    svg = ET.fromstring(text)
    for node in svg.iter():
        assert not node.tag.endswith(("}script", "}foreignObject", "}a", "}iframe")), node.tag
        assert not any(name.lower().startswith("on") or "javascript:" in value for name, value in node.attrib.items())
    return svg


def test_every_figure_is_saved_as_png_and_svg_and_every_table_with_the_numbers_of_its_figure(open_page, tmp_path):
    page = open_page(ADDRESS, dark=True)
    share(page, "Figures")
    titles = page.locator(".share .row span").all_text_contents()
    assert len(titles) == 5
    for title in titles:
        png = downloaded(page, tmp_path, f"{title} as PNG").read_bytes()
        assert png.startswith(b"\x89PNG")
        assert min(int.from_bytes(png[16:20]), int.from_bytes(png[20:24])) > 500, "two pixels a point"
        svg = safe_svg(downloaded(page, tmp_path, f"{title} as SVG").read_text(encoding="utf-8"))
        assert title in " ".join(svg.itertext())
        for key in (node for node in svg.iter() if node.get("class") == "legend"):
            top = float([*re.findall(r"[\d.]+", key.get("transform")), "0"][1])
            assert top > 40, f"{title}: the key lies on the title"
    has_the_tables(page, tmp_path)


def has_the_tables(page, folder):
    share(page, "Tables")
    dialog = page.get_by_role("dialog")
    dialog.locator("[data-testid=stDownloadButton]:visible").nth(6).wait_for()  # the tab is shown a moment later
    assert dialog.locator("[data-testid=stDownloadButton]:visible").count() == 7
    text = downloaded(page, folder, "Class share over epochs").read_text(encoding="utf-8-sig")
    head, *rows = csv.reader(io.StringIO(text, newline=""))
    shares = PLAN.class_shares(load("isic2019"))
    names = [str(name) for name in load("isic2019").names]
    assert sorted(head[1:]) == sorted(names)
    columns = [names.index(name) for name in head[1:]]
    assert np.array(rows, dtype=float)[:, 1:] == pytest.approx(shares[:, columns], abs=1e-12)


def test_figures_and_the_report_of_compare_take_along_what_stands_elsewhere_on_the_page(
    open_page, open_report, tmp_path
):
    hostile = "<img src=x onerror=window.hit=1>"  # a plan's name, as a link may bring it
    plans = json.dumps(["natural", {"name": hostile, "preset": "deferred"}])
    page = open_page(f"/compare{ADDRESS[1:]}&{urlencode({'plans': plans})}")
    page.get_by_text("The same numbers as tables").click()
    page.get_by_role("tab", name=hostile).wait_for()
    page.get_by_test_id("stDataFrame").first.hover()
    page.get_by_role("button", name="Fullscreen").first.wait_for()
    assert not page.get_by_role("button", name="Download as CSV").count(), "it would write formulas"
    share(page, "Figures")
    for title, chart in (("natural", "mix-0"), (hostile, "mix-1"), ("Skew over epochs", "plan-skews")):
        svg = safe_svg(downloaded(page, tmp_path, f"{title} as SVG").read_text(encoding="utf-8"))
        keys = [" ".join(node.itertext()) for node in svg.iter() if node.get("class") == "legend"]
        assert all(unescape(trace["name"]) in keys[0] for trace in traces(page, chart))
        assert title in " ".join(svg.itertext())
    assert page.evaluate("typeof window.hit") == "undefined"
    assert not page.locator("img[src=x]").count()
    a_page_without_a_play_control_gives_a_report_that_stands_still(page, open_report, tmp_path)


# --- the report ------------------------------------------------------------------------------------------------------


@pytest.fixture
def open_report(browser):
    """open_report(path, dark=, width=) -> the file in a browser without a network, all figures drawn."""
    contexts, wrong = [], []

    def opened(path, *, dark=False, width=1280):
        context = browser.new_context(viewport={"width": width, "height": 900}, offline=True, accept_downloads=True,
                                      color_scheme="dark" if dark else "light")  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(f"page error: {error}"))
        page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
        page.on("request", lambda request: wrong.append(request.url) if request.url != path.as_uri() else None)
        page.goto(path.as_uri())
        page.wait_for_selector("body[data-drawn=true]")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not wrong, wrong


def drawn(page, title):
    """x or y of the traces of a figure of the report, by name."""
    return page.evaluate(
        """(title) => { const figure = [...document.querySelectorAll('figure')].find((found) =>
             found.querySelector('strong').textContent.startsWith(title));
           return Object.fromEntries(figure.querySelector('.plot')._fullData.map((trace) =>
             [trace.name, Array.from(trace.y)])); }""",
        title,
    )


def at_epoch(page, place, epoch):
    page.locator("#epoch").evaluate("(slider, at) => { slider.value = at; slider.oninput({target: slider}); }", place)
    page.wait_for_selector(f"body[data-epoch='{epoch}']")


def test_the_report_of_the_page_opens_offline_and_plays_what_training_draws(open_page, open_report, tmp_path):
    page = open_page(f"{ADDRESS}&followed=MEL&axis=logarithmic")
    share(page, "Report")
    path = downloaded(page, tmp_path, "Download the report")
    assert path.name == "skewlab-explore-isic-2019-skin-lesions.html"
    assert path.stat().st_size < 6_000_000
    page.wait_for_function("() => document.activeElement?.textContent.includes('Download the report')")
    page.keyboard.press("Escape")  # the dialog still hears the keyboard
    page.get_by_role("dialog").wait_for(state="detached")
    report = open_report(path)
    assert report.locator("#shown").text_content() == "epoch 7 of 29"
    assert drawn(report, "Batches") == {trace["name"]: trace["y"] for trace in traces(page, "batches")}
    looks = "(plot) => [plot._fullLayout.yaxis.type, ...plot._fullData.map((trace) => trace.line.width)]"
    as_shown = page.locator("[data-chart='shares']").evaluate(looks)
    assert report.locator("figure .plot").first.evaluate(looks) == as_shown == ["log", 2, 4, 2, 2, 2, 2, 2, 2]
    counts = load("isic2019")
    for epoch in (0, 29):
        at_epoch(report, epoch, epoch)
        real = PLAN.preview(counts, epoch, 0, 50).batch_class_counts
        assert drawn(report, "Batches") == {str(name): real[:, c].tolist() for c, name in enumerate(counts.names)}


def a_page_without_a_play_control_gives_a_report_that_stands_still(page, open_report, tmp_path):
    share(page, "Report")
    path = downloaded(page, tmp_path, "Download the report")
    assert path.name == "skewlab-compare-isic-2019-skin-lesions.html"
    report = open_report(path)
    assert report.locator("#player").is_hidden()
    on_the_page = {
        trace["name"]: trace["y"]
        for trace in traces(page, page.locator("[data-chart]").first.get_attribute("data-chart"))
    }
    assert drawn(report, "Share over epochs") == on_the_page
    assert report.get_by_text("Metrics (2 rows)").count() == 1


def small_report(folder, **settings):
    path = folder / "report.html"
    counts = synthetic("exponential", 10, 5000, 50.0)
    path.write_text(plan_report(SamplingPlan(target=PowerSkew(Linear(0.0, 0.25)), epochs=5, batch_size=32), counts,
                                **settings), encoding="utf-8")  # fmt: skip
    return path


def test_the_report_follows_the_colour_scheme_and_fits_a_phone(open_report, tmp_path):
    page = open_report(small_report(tmp_path), dark=True, width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    is_drawn_in(page, "rgb(16, 21, 28)", "#10151c")
    page.emulate_media(color_scheme="light")
    is_drawn_in(page, "rgb(255, 255, 255)", "#ffffff")


def is_drawn_in(page, paper, fill):
    page.wait_for_function(
        """([paper, fill]) => getComputedStyle(document.body).backgroundColor === paper
             && [...document.querySelectorAll('.plot')].every((plot) => plot._fullLayout.paper_bgcolor === fill)""",
        arg=[paper, fill],
    )


def test_no_button_of_the_report_sends_a_figure_away_and_play_goes_to_the_last_epoch_and_pauses(open_report, tmp_path):
    page = open_report(small_report(tmp_path))
    titles = page.evaluate("[...document.querySelectorAll('.modebar-btn')].map((found) => found.dataset.title)")
    assert any("png" in title.lower() for title in titles)
    assert not any("cloud" in title.lower() or "studio" in title.lower() for title in titles)
    play = page.locator("#play")
    assert play.text_content() == "Play"
    play.click()
    page.wait_for_selector("body[data-epoch='4']")
    page.wait_for_selector("#play[aria-pressed=false]")
    assert "In epoch 4 the mix is" in page.locator("#sentences").text_content()
    play.click()
    assert play.text_content() == "Pause"
    play.click()
    assert play.text_content() == "Play"


def test_hostile_names_run_nowhere_in_the_report(open_report, tmp_path):
    counts = ClassCounts.from_counts(hostile_counts())
    path = tmp_path / "hostile.html"
    plan = SamplingPlan(target=PowerSkew(Linear(0.0, 0.5)), epochs=3, batch_size=32)
    path.write_text(plan_report(plan, counts), encoding="utf-8")
    page = open_report(path)
    page.locator("details").evaluate_all("(all) => all.forEach((one) => { one.open = true; })")
    for place in (1, 2):
        at_epoch(page, place, place)
    assert page.evaluate("typeof window.hit") == "undefined"
    assert page.locator("img, main a, main svg b, figure a").count() == 0
    for picture in page.evaluate(
        "Promise.all([...document.querySelectorAll('.plot')].map((plot) => Plotly.toImage(plot, {format: 'svg'})))"
    ):
        safe_svg(unquote(picture.partition(",")[2]))
    assert page.locator("table").first.get_by_text("<script>window.hit=1</script>", exact=True).count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
