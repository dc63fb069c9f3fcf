"""Train in Chromium: start, leave, come back by the URL, wait in line, cancel; a server that restarts."""

import re

from tests.browser.conftest import fits_and_axe_finds_nothing, running_server, settle, traces

SHORT = "/train?features=yeast&learner=linear&epochs=6&splits=5+splits&plans=%5B%22natural%22%2C%22class_balanced%22%5D"
LONG = "/train?epochs=1000&splits=10+x+10+folds"


def start(page):
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url(re.compile("study="))


def awaited(page, text, wrong="The study has no result"):
    """Waits for a sentence; another one that says that it will not come ends the wait."""
    page.get_by_text(text).or_(page.get_by_text(wrong)).first.wait_for()
    assert page.get_by_text(wrong).count() == 0, page.inner_text("[data-testid='stMain']")


def test_a_study_is_started_left_and_come_back_to_by_its_url_and_its_plan_is_used(open_page):
    page = open_page(SHORT)
    start(page)
    address = page.url.split("/train")[1]
    page.get_by_role("link", name="Explore").click()
    page.wait_for_function("() => document.title.startsWith('Explore: ')")
    page.get_by_role("link", name="Train").click()
    awaited(page, "What to keep in mind")
    assert page.url.endswith(address) or address.split("study=")[1][:24] in page.url
    settle(page)
    again = open_page(f"/train?study={address.split('study=')[1][:24]}")
    assert traces(again, "train-points") == traces(page, "train-points")
    again.close()
    fits_and_axe_finds_nothing(page)
    page.get_by_role("button", name="Use class-balanced").or_(page.get_by_role("button", name="Use natural")).click()
    page.get_by_test_id("stToast").first.wait_for()


def test_of_two_studies_one_waits_until_the_other_is_cancelled(open_page):
    first = open_page(LONG)
    start(first)
    awaited(first, "Training on Page Blocks")
    second = open_page(SHORT)
    start(second)
    awaited(second, "Waiting: 1 study comes before this one")
    first.reload()
    awaited(first, "Training on Page Blocks")
    first.get_by_role("button", name="Cancel", exact=True).click()
    awaited(first, "The study was cancelled")
    awaited(second, "What to keep in mind")
    settle(second)


def test_a_restart_of_the_server_in_the_middle_is_a_sentence_and_the_form_has_the_settings(open_page, tmp_path):
    with running_server(tmp_path / "first.txt") as url:
        page = open_page(LONG, url=url)
        start(page)
        awaited(page, "Training on Page Blocks")
        address = page.url.removeprefix(url)
    page.close()
    with running_server(tmp_path / "second.txt") as url:
        page = open_page(address, url=url)
        assert "This server does not have the study of this URL any more" in page.inner_text("[data-testid='stMain']")
        assert page.get_by_role("button", name="Start", exact=True).is_enabled()
        assert page.get_by_role("radio", name="10 x 10 folds").is_checked()
