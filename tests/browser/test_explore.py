"""Explore in Chromium: links, the promise that the preview is training, keyboard, phones, themes, accessibility."""

import re
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from torch.utils.data import DataLoader, Dataset

from sampler_core import Linear, PowerSkew, SamplingPlan, ScheduledClassSampler
from sampler_core.datasets import load
from tests.browser.conftest import (
    axe_finds_nothing,
    boxes,
    choose,
    fits_and_axe_finds_nothing,
    nothing_scrolls_sideways,
    reaches_every_control,
    set_number,
    settle,
    tiles,
    traces,
)


def shown_state(page):
    charts = {chart: traces(page, chart) for chart in ("shares", "skew", "weights", "batches", "drawn")}
    return boxes(page), tiles(page), charts


def test_a_copied_address_opens_the_same_controls_and_numbers_on_a_freshly_started_server(open_page, other_server):
    page = open_page()
    choose(page, "table", "iNaturalist 2018, super-categories")
    for key, value in {"skew": 0.2, "increment": 0.05, "limit": 1, "epoch": 7}.items():
        set_number(page, key, value)
    choose(page, "scheme", "stratified")
    before, address = shown_state(page), urlsplit(page.url)
    given = {key: values[0] for key, values in parse_qs(address.query).items()}
    assert given == {
        "data": "published", "table": "iNaturalist 2018, super-categories", "skew": "0.2", "increment": "0.05",
        "limit": "1", "epoch": "7", "scheme": "stratified",
    }  # fmt: skip
    again = open_page(f"/?{address.query}", url=other_server)
    assert shown_state(again) == before
    assert tiles(again)["Share of the rarest class"] == "0.315 %"


class Numbers(Dataset):
    def __init__(self, labels):
        self.labels = labels

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return int(self.labels[index])


def test_the_batches_on_the_page_are_those_a_data_loader_delivers(open_page):
    counts = load("isic2019")
    names = np.array(counts.names)
    labels = np.random.default_rng(1).permutation(np.repeat(names, counts.counts))
    codes = np.searchsorted(np.sort(names), labels)
    target = PowerSkew(Linear(start=0.1, increment=0.07, maximum=1.0))
    page = open_page(
        "/?data=known&table=isic2019&skew=0.1&increment=0.07&limit=1&epochs=30&batch=64&seed=4&scheme=exact"
    )
    for scheme in ("exact", "stratified", "independent"):
        if scheme != "exact":
            choose(page, "scheme", scheme)
        plan = SamplingPlan(target=target, epochs=30, batch_size=64, drawing=scheme, seed=4)
        sampler = ScheduledClassSampler(labels, plan)
        loader = DataLoader(Numbers(codes), batch_size=64, sampler=sampler, num_workers=2, persistent_workers=True)
        for epoch in (7, 0, 1):
            set_number(page, "epoch", epoch)
            shown = {trace["name"]: trace["y"] for trace in traces(page, "batches")}
            sampler.set_epoch(epoch)
            delivered = [np.bincount(batch, minlength=8) for batch, _ in zip(loader, range(50), strict=False)]
            for position, name in enumerate(np.sort(names)):
                assert shown[str(name)] == [int(batch[position]) for batch in delivered], (scheme, epoch, name)


def test_back_reload_and_another_page_keep_controls_and_address_in_step(open_page):
    page = open_page("/?skew=0.5&epoch=7")
    set_number(page, "batch", 64)
    page.reload()
    settle(page)
    assert (boxes(page)["Skew factor"], boxes(page)["Batch size"]) == ("0.5", "64")
    page.get_by_role("link", name="Compare").click()
    page.wait_for_url("**/compare*")
    settle(page)
    assert boxes(page)["Epoch"] == "7"
    assert all(value in page.url for value in ("skew=0.5", "epoch=7", "batch=64"))
    page.go_back()
    page.wait_for_url(lambda address: "/compare" not in address)
    settle(page)
    assert page.title().startswith("Explore")
    assert (boxes(page)["Skew factor"], boxes(page)["Batch size"]) == ("0.5", "64")
    assert boxes(page)["Epoch"] == "7"
    assert "skew=0.5" in page.url
    assert "epoch=7" in page.url
    assert "batch=64" in page.url


def test_one_step_back_leaves_each_page_and_the_url_keeps_what_the_others_set(open_page):
    page = open_page("/?epoch=7&axis=logarithmic&followed=class+3")
    for title, path in (("Compare", "/compare"), ("Tune", "/tune")):
        page.get_by_role("link", name=title).click()
        page.wait_for_function("(title) => document.title.startsWith(`${title}: `)", arg=title)
        settle(page)
        address = urlsplit(page.url)
        assert address.path == path
        kept = parse_qs(address.query)
        assert (kept["epoch"], kept["axis"], kept["followed"]) == (["7"], ["logarithmic"], ["class 3"])
    for title in ("Compare", "Explore"):
        page.go_back()
        page.wait_for_function("(title) => document.title.startsWith(`${title}: `)", arg=title)
        settle(page)
    assert boxes(page)["Epoch"] == "7"
    assert boxes(page)["Axis of shares"] == "logarithmic"
    assert page.locator(".st-key-followed").get_by_text("class 3", exact=True).count() == 1


def test_wide_and_on_a_phone_nothing_is_wider_than_the_screen_and_axe_finds_nothing(open_page):
    page = open_page()
    plotly_is_loaded_once_and_before_the_first_panel_needs_it(page)
    assert page.get_by_test_id("stDataFrame").count() == 0
    page.get_by_text("The same numbers as tables").click()
    page.wait_for_selector("[data-testid='stDataFrame']", state="attached")
    texts = page.eval_on_selector_all("[data-chart]", "all => all.map((chart) => chart.getAttribute('aria-label'))")
    assert len(texts) == 5
    assert all(len(text) > 40 for text in texts)
    fits_and_axe_finds_nothing(page, buttons_can_be_read_on_their_colour)


def plotly_is_loaded_once_and_before_the_first_panel_needs_it(page):
    started = page.evaluate(
        """() => ['plotly', 'BidiComponent'].map((wanted) => performance.getEntriesByType('resource')
             .filter(({ name }) => name.includes(wanted)).map(({ startTime }) => startTime))"""
    )
    (plotly,), (panel,) = started
    assert plotly < panel < page.evaluate("() => performance.getEntriesByName('skewlab:shares')[0].startTime")


def buttons_can_be_read_on_their_colour(page):
    pairs = (
        page.get_by_test_id("stMain")
        .get_by_role("button", name="Independent")
        .evaluate_all(
            """(buttons) => buttons.map((button) => [button.querySelector('p'), button].map((part, i) =>
             getComputedStyle(part)[i ? 'backgroundColor' : 'color'].match(/[\\d.]+/g).slice(0, 3).map(Number)))"""
        )
    )
    assert len(pairs) == 1
    for pair in pairs:  # WCAG 2.1, 1.4.3
        parts = np.array(pair) / 255
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        dim, bright = sorted(linear @ [0.2126, 0.7152, 0.0722])
        assert (bright + 0.05) / (dim + 0.05) >= 4.5, pair


def test_every_control_is_reached_with_the_tab_key(open_page):
    reaches_every_control(open_page(height=2400))


def test_on_a_narrow_phone_published_data_of_many_classes_does_not_scroll_sideways_and_axe_finds_nothing(open_page):
    page = open_page("/?data=published&table=inat2018_supercategory", width=360, height=800)
    nothing_scrolls_sideways(page)
    axe_finds_nothing(page)  # figures with bands of classes instead of a line for each


def test_on_a_phone_the_schedule_s_sliders_are_beside_the_figures(open_page):
    page = open_page(width=390, height=844)
    slider = page.locator(".st-key-phone-sliders").get_by_role("slider", name="Skew factor")
    assert slider.is_visible()
    slider.focus()
    slider.press("End")
    page.wait_for_function("() => location.search.includes('skew=2')")
    settle(page)
    at_both = (
        """(at) => [...document.querySelectorAll('[data-slider=skew] input')].map((one) => one.value).join() === at"""
    )
    page.wait_for_function(at_both, arg="2,2")
    page.locator("[data-testid=stSidebar] [data-slider=skew] input").evaluate(
        "(one) => { one.value = 1; one.dispatchEvent(new Event('input', { bubbles: true })); }"
    )
    page.wait_for_function("() => location.search.includes('skew=1')")
    page.wait_for_function(at_both, arg="1,1")


def test_security_headers_and_compression_arrive(server):
    import urllib.request

    request = urllib.request.Request(f"{server}/assets/plotly.min.js", headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(answer.read()) < 2_000_000
    with urllib.request.urlopen(server) as answer:
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_streamlit_s_scripts_come_whole_and_compressed_to_those_who_take_them_so(server):
    import gzip
    import urllib.request

    from pages.parts.server.page_files import STREAMLIT_SCRIPTS

    address, script = next((address, path) for address, path in STREAMLIT_SCRIPTS.items() if "/index." in address)
    for accepted, unpacked in (("gzip", gzip.decompress), ("identity", bytes)):
        request = urllib.request.Request(server + address, headers={"Accept-Encoding": accepted})
        with urllib.request.urlopen(request) as answer:
            assert answer.headers["Content-Encoding"] == ("gzip" if accepted == "gzip" else None)
            assert "immutable" in answer.headers["Cache-Control"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert unpacked(answer.read()) == script.read_bytes()


@pytest.mark.parametrize("address", ["/", "/compare", "/tune"])
def test_each_page_is_streamlit_s_own_with_plotly_on_its_way(server, address):
    import urllib.request

    from pages.parts.server.page_files import PLOTLY_TAGS

    with urllib.request.urlopen(f"{server}/any-other") as answer:
        streamlit_s = answer.read().decode()
    with urllib.request.urlopen(server + address) as answer:
        ours = answer.read().decode()
    preload, styles = (
        r'<link rel="modulepreload" href="assets/\w+-[0-9a-f]{8}\.js">',
        r"<style>[^<]*</style>(?=</body>)",
    )
    assert re.sub(f"{preload}|{styles}", "", ours).replace(PLOTLY_TAGS, "") == streamlit_s
    assert len(re.findall(preload, ours)) >= 7
    assert len(re.findall(styles, ours)) == 1
    assert ours.count('<script type="module" async src="assets/plotly.min.js"></script>') == 1
