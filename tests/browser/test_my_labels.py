"""My labels in Chromium: a real upload, hostile names, a broken file, a link without its labels, phones, themes."""

import gzip
from urllib.parse import unquote

import numpy as np
import pytest

from sampler_core import ClassCounts, Linear, PowerSkew, SamplingPlan
from tests.browser.conftest import running_server, settle, tiles, traces

ADDRESS = "/?data=my+labels&skew=0.2&increment=0.05&limit=1&epochs=30&batch=64&epoch=7&seed=5"
PLAN = SamplingPlan(target=PowerSkew(Linear(0.2, 0.05, maximum=1.0)), epochs=30, batch_size=64, seed=5)
ANIMALS = {"zebra": 900, "ant": 300, "emu, grey": 41, "日本": 12}
HOSTILE = ["<script>window.hit=1</script>", "<img src=x onerror=window.hit=1>", "*a* :red[b] [c](http://evil.example)",
           "$x^2$ `d`", "=HYPERLINK(1)", "\u202etfel ot thgir", "%{x} %{customdata}", "x" * 900]  # fmt: skip


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


def test_explore_shows_the_batches_that_training_will_draw_of_an_uploaded_file(open_page):
    page = open_page(ADDRESS)
    upload(page, "animals.csv", table(ANIMALS), "1,253 samples of 4 classes")
    counts = ClassCounts.from_counts(dict(sorted(ANIMALS.items())))
    drawn = PLAN.preview(counts, epoch=7).batch_class_counts
    shown = {trace["name"]: trace["y"] for trace in traces(page, "batches")}
    assert {name: shown[name] for name in ANIMALS} == {
        name: drawn[:, counts.position(name)].tolist() for name in ANIMALS
    }
    shares = {trace["name"]: trace["y"] for trace in traces(page, "shares")}
    for name in ANIMALS:
        assert np.allclose(shares[name], PLAN.class_shares(counts)[:, counts.position(name)], atol=1e-6)


def test_the_labels_stay_when_the_page_changes_and_nothing_of_them_is_in_the_address(open_page):
    page = open_page(ADDRESS)
    upload(page, "animals.csv", table(ANIMALS), "1,253 samples of 4 classes")
    page.locator(".st-key-followed input").click()
    page.get_by_role("option", name="zebra").click()
    page.keyboard.press("Escape")
    settle(page, 400)
    for title in ("Compare", "Tune", "Explore"):
        page.get_by_role("link", name=title).click()
        page.get_by_role("heading", name=title, exact=True).wait_for()
        settle(page, 400)
        assert page.get_by_text("1,253 samples in 4 classes").count() == 1
        assert "data=my" in page.url
        assert not any(word in unquote(page.url) for word in (*ANIMALS, "animal"))
    assert page.locator(".st-key-followed").get_by_text("zebra", exact=True).count() == 1


def test_hostile_names_are_text_everywhere(open_page):
    page = open_page("/?data=my+labels")
    counts = {name: 60 - 5 * place for place, name in enumerate(HOSTILE)}
    upload(page, "<b>bold.csv", table(counts), "samples of 8 classes")
    for fold in ("First rows", "Correct the classes"):
        page.get_by_text(fold, exact=True).click()
    settle(page, 400)
    for title in ("Compare", "Tune", "Explore"):
        page.get_by_role("link", name=title).click()
        page.get_by_role("heading", name=title, exact=True).wait_for()
        settle(page, 400)
        assert page.evaluate("window.hit") is None
        assert page.locator("a[href*='evil.example'], img[src='x'], .katex-error").count() == 0
    assert page.get_by_text("<b>bold.csv").count() >= 1


def test_a_broken_file_is_a_sentence_and_the_earlier_data_stays(open_page):
    page = open_page(ADDRESS)
    upload(page, "animals.csv", table(ANIMALS), "1,253 samples of 4 classes")
    before = tiles(page), traces(page, "batches")
    upload(page, "animals.csv.gz", gzip.compress(table(ANIMALS))[:900], "Not read")
    assert page.get_by_text("The data is as it was").count() == 1
    assert (tiles(page), traces(page, "batches")) == before


def test_a_link_on_a_fresh_server_says_what_is_missing_and_shows_all_else(open_page, tmp_path):
    page = open_page(ADDRESS)
    upload(page, "animals.csv", table(ANIMALS), "1,253 samples of 4 classes")
    skews = traces(page, "skew")
    link = page.url.split("/", 3)[3]
    with running_server(tmp_path / "log.txt") as fresh:
        again = open_page(f"/{link}", url=fresh)
        again.get_by_text("This page needs your labels").wait_for()
        assert traces(again, "skew") == skews
        assert len(traces(again, "shares")) >= 10  # the synthetic data that stands in
        assert "zebra" not in again.content()
        again.context.close()


def test_two_visits_do_not_see_each_other_s_labels(open_page):
    page, other = open_page(ADDRESS), open_page(ADDRESS)
    upload(page, "animals.csv", table(ANIMALS), "1,253 samples of 4 classes")
    upload(other, "mine.txt", b"yes\nno\nno\n", "3 samples of 2 classes")
    page.get_by_role("button", name="Draw again").click()
    settle(page, 400)
    assert page.get_by_text("1,253 samples in 4 classes").count() == 1
    assert other.get_by_text("3 samples in 2 classes").count() == 1


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_phone_has_room_for_it(open_page, dark):
    page = open_page("/?data=my+labels", width=390, dark=dark)
    page.get_by_test_id("stExpandSidebarButton").click()
    upload(page, "a-rather-long-name-of-a-file-" * 4 + ".csv", table(ANIMALS), "1,253 samples of 4 classes")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    sidebar = page.get_by_test_id("stSidebarUserContent")
    assert sidebar.evaluate("(box) => box.scrollWidth <= box.clientWidth")
