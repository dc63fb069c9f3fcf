"""Monitor in Chromium: a line that training writes is on the page, in every theme and width."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sampler_core.run_log import RunLog, example_runs
from tests.browser.conftest import PATIENCE, fits_and_axe_finds_nothing, settle, stands_on, traces
from tests.core.run_log_scripts import DATASET, dogs_lost, sampler_of, trained
from tests.servers import clean_server

EXAMPLE = Path(example_runs.__file__).with_name("examples").joinpath("as_planned.jsonl")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def following_server(runs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that follows the runs of a folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SKEWLAB_RUNS", str(runs))
        with clean_server(tmp_path_factory.mktemp("server") / "log.txt") as url:
            yield url


def test_a_line_that_training_writes_comes_onto_the_page_by_itself(open_page, following_server, runs):
    sampler = sampler_of()
    log = RunLog(runs / "night.jsonl", sampler)
    trained(log, sampler, sampler.loader(DATASET), [0])
    page = open_page("/monitor?runs=night.jsonl", url=following_server)
    heading = page.locator(".st-key-page-heading")
    assert "Epoch 0 of 4 drew what was planned" in heading.inner_text()
    page.evaluate("() => { window.isTheSame = true; }")
    trained(log, sampler, sampler.loader(DATASET), [1])
    heading.get_by_text("Epochs 0 to 1 of 4 drew what was planned").wait_for(timeout=PATIENCE)
    page.wait_for_function(
        """() => document.querySelector('[data-chart="logged-shares"]')._fullData[1].x.length === 2""", timeout=PATIENCE
    )
    assert page.evaluate("() => window.isTheSame"), "it was not loaded again"
    dogs_lost(runs / "second.jsonl")
    page.locator("[data-testid=stMultiSelect] input").click()
    page.get_by_role("option", name="second.jsonl").click(timeout=PATIENCE)  # it was listed while the page stood
    heading.get_by_text("1 of 2 runs drew what was planned; second.jsonl did not.").wait_for(timeout=PATIENCE)
    assert "runs=night.jsonl&runs=second.jsonl" in page.url


def test_one_press_compares_a_run(open_page):
    page = open_page("/monitor?data=published&increment=0.02&runs=Example%3A+a+run+as+planned")
    page.get_by_role("button", name="Compare with mine").first.click()
    page.wait_for_function("() => location.pathname.endsWith('/compare') && location.search.includes('plans=')")
    settle(page)
    assert "increment=0.02" in page.url


def test_a_run_and_the_first_steps_fit_every_screen_and_axe_finds_nothing(open_page):
    page = open_page("/monitor?runs=Example%3A+another+sampler+since+epoch+12")
    page.get_by_text("The same numbers as tables").click()
    page.get_by_role("tab", name="Classes").wait_for()
    settle(page)
    assert traces(page, "logged-chance")[-1]["name"] == "trained"
    fits_and_axe_finds_nothing(page)
    page.get_by_role("button", name="Clear all").click()
    example = page.get_by_role("button", name="See an example")
    example.wait_for()
    stands_on(page, example)
    page.keyboard.press("Enter")
    page.locator('[data-chart="logged-shares"]').wait_for()
    settle(page)
    assert "Example" in page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("button", name="Bring another").click()
    box = page.locator("[data-testid=stPopoverBody] input[type=file]")
    box.set_input_files({"name": "night.jsonl", "mimeType": "application/json", "buffer": EXAMPLE.read_bytes()})
    page.get_by_text("night.jsonl read.").wait_for()
    box.wait_for(state="detached")  # it does not lie over the charts any more
