"""Train in Chromium: start, leave, come back by the URL, wait in line, cancel; a server without the study."""

import re

from tests.browser.conftest import axe_finds_nothing, fits_and_axe_finds_nothing, settle, traces

SHORT = "/train?features=yeast&learner=linear&epochs=6&splits=5+splits&plans=%5B%22natural%22%2C%22class_balanced%22%5D"
LONG = "/train?epochs=1000&splits=10+x+10+folds"


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


def test_of_two_studies_one_waits_until_the_other_is_cancelled_and_another_server_knows_neither(
    open_page, other_server
):
    first = open_page(LONG)
    study = start(first)
    awaited(first, "Training on Page Blocks")
    second = open_page(SHORT)
    start(second)
    awaited(second, "Waiting: 1 study comes before this one")
    restarted = open_page(f"{LONG}&study={study}", url=other_server)
    assert "This server does not have the study of this URL any more" in restarted.inner_text("[data-testid='stMain']")
    assert restarted.get_by_role("button", name="Start", exact=True).is_enabled()
    assert restarted.get_by_role("radio", name="10 x 10 folds").is_checked(), "the form has the settings of the URL"
    restarted.close()
    first.reload()
    awaited(first, "Training on Page Blocks")
    first.get_by_role("button", name="Cancel", exact=True).click()
    awaited(first, "The study was cancelled")
    awaited(second, "What to keep in mind")
    settle(second)
