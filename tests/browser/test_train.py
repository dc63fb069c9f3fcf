"""Train in Chromium: start, leave, come back by the URL, wait in line, cancel; a server without the study."""

import re

from tests.browser.conftest import axe_finds_nothing, fits_and_axe_finds_nothing, settle, traces

SHORT = "/train?features=yeast&learner=linear&epochs=6&splits=5+splits&plans=%5B%22natural%22%2C%22class_balanced%22%5D"
LONG = "/train?epochs=1000&splits=100+runs+a+plan&plans=%5B%22natural%22%5D"


def start(page):
    """Starts the study of the form; its id."""
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url(re.compile("study="))
    return page.url.split("study=")[1][:24]


def awaited(page, text, wrong="The study has no result"):
    """Waits for a sentence; another one that says that it will not come ends the wait, as does a page that failed."""
    page.get_by_text(text).or_(page.get_by_text(wrong)).or_(page.get_by_text("Something went wrong")).first.wait_for()
    assert page.get_by_text(text).count(), page.inner_text("[data-testid='stMain']")


def test_a_study_is_started_left_and_come_back_to_by_its_url_and_its_plan_is_used(open_page):
    page = open_page(SHORT)
    axe_finds_nothing(page)
    study = start(page)
    page.get_by_role("link", name="Explore").click()
    page.wait_for_function("() => document.title.startsWith('Explore: ')")
    page.get_by_role("link", name="Train").click()
    awaited(page, "What to keep in mind")
    assert f"study={study}" in page.url
    settle(page)
    again = open_page(f"/train?study={study}")
    assert traces(again, "train-points") == traces(page, "train-points")
    again.get_by_role("button", name=re.compile("^Use ")).click()
    again.get_by_test_id("stToast").first.wait_for()
    again.close()
    fits_and_axe_finds_nothing(page)


def test_a_server_that_does_not_know_the_study_says_so_and_its_form_has_the_settings_of_the_url(
    open_page, other_server
):
    page = open_page(f"{LONG}&study=0123456789abcdef01234567", url=other_server)
    assert "This server does not have the study of this URL any more" in page.inner_text("[data-testid='stMain']")
    assert page.get_by_role("radio", name="100 runs a plan").is_checked()
    assert page.get_by_role("button", name="Start", exact=True).is_enabled()


def test_of_two_studies_one_waits_until_the_other_is_cancelled(open_page):
    first, second = open_page(LONG), open_page(SHORT)
    start(first)
    awaited(first, "Training on Page Blocks")
    start(second)
    awaited(second, "Waiting: 1 study comes before this one")
    first.reload()
    awaited(first, "Training on Page Blocks")
    first.get_by_role("button", name="Cancel", exact=True).click()
    awaited(first, "The study was cancelled")
    awaited(second, "What to keep in mind")
    settle(second)
