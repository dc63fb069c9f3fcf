"""Figures follow: while a slider moves, while keys are held, while the epochs play."""

import numpy as np
import pytest

from sampler_core import Linear, PowerSkew, SamplingPlan, figures
from sampler_core.datasets import synthetic
from sampler_core.formatting import percent
from tests.browser.conftest import boxes, set_number, settle, tiles, traces

COUNTS = synthetic("exponential", 10, 20_000, 100.0)
# Which revisions a figure showed, which values the slider took, and whether the figure was ever blank or another node.
WATCH = """(id) => {
  Object.assign(window, { seen: [], moved: [], blank: 0, messages: 0 });
  const chart = document.querySelector(`[data-chart="${id}"]`);
  document.addEventListener('input', ({ target }) => window.moved.push(Number(target.value)), true);
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) { window.messages += 1; return send.call(this, data); };
  let last = chart.dataset.rev;
  const look = () => {
    if (!chart.isConnected || !chart.querySelector('.main-svg')) window.blank += 1;
    if (chart.dataset.rev !== last) {
      last = chart.dataset.rev;
      window.seen.push([last, chart._fullData.map(({ y }) => y[0])]);
    }
    requestAnimationFrame(look);
  };
  look();
}"""
# Each figure as Python made it for this plan, whether a run of the page has come to it or not.
STAND = """(mark) => [...document.querySelectorAll('.panel [data-chart]')].every((plot) =>
  plot.dataset.rev.startsWith(mark) && plot.dataset.rev === plot.closest('.panel').dataset.requested)"""
CAUGHT_UP = "() => !window.skewlab.playing && !Object.keys(window.skewlab.values).length"
OPACITY = "() => getComputedStyle(document.querySelector('.st-key-page-text-first')).opacity"
RANGE_OF_SHARES = "() => document.querySelector('[data-chart=\"shares\"]').layout.xaxis.range.slice()"
EPOCH = "() => window.skewlab.values.epoch ?? -1"


def plan_of(skew=0.0, increment=0.01, epochs=100, batch_size=128, **settings):
    target = PowerSkew(Linear(skew, increment))
    return SamplingPlan(target=target, epochs=epochs, batch_size=batch_size, **settings)


def figures_stand(page, plan):
    page.wait_for_function(STAND, arg=f"{plan.fingerprint}-")


def are_the_core_s(page, plan, epoch=0, counts=COUNTS):
    """Shares, skews and batches on the page are those of the core, number for number."""
    shown = np.array([trace["y"] for trace in traces(page, "shares")])
    np.testing.assert_allclose(shown.T, plan.class_shares(counts), rtol=1e-6)
    drawn = plan.preview(counts, epoch, 0, 50).batch_class_counts
    assert [trace["y"] for trace in traces(page, "batches")] == drawn.T.tolist()


def caught_up(page):
    """Wait until the server knows every slider's value, and its figures stand."""
    page.wait_for_function(CAUGHT_UP)
    settle(page)


def drag(page, name, start, end, steps, halfway=None):
    """halfway: what the page has to show before the drag goes on, on however slow a machine."""
    box = page.get_by_role("slider", name=name, exact=True).first.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + start * box["width"], y)
    page.mouse.down()
    for step in range(steps):
        page.mouse.move(box["x"] + (start + (end - start) * (step + 1) / steps) * box["width"], y)
        page.wait_for_timeout(40)  # as a person drags
        if halfway and step == steps // 2:
            page.wait_for_function(halfway)
    return page.get_by_role("slider", name=name, exact=True).first.get_attribute("aria-valuetext").replace(",", "")


def zoom_into_shares(page):
    area = page.locator('[data-chart="shares"] .nsewdrag').bounding_box()
    page.mouse.move(area["x"] + 0.3 * area["width"], area["y"] + 80)
    page.mouse.down()
    page.mouse.move(area["x"] + 0.6 * area["width"], area["y"] + 82, steps=8)
    page.mouse.up()
    page.wait_for_function(f"() => ({RANGE_OF_SHARES})()[0] > 0")
    return page.evaluate(RANGE_OF_SHARES)


@pytest.mark.parametrize(
    ("url", "name", "key", "plan"),
    [
        ("/?data=synthetic", "Skew factor", "skew", lambda skew: plan_of(float(skew))),
        ("/?max_repeats=5&skew=0.5", "Batch size", "batch", lambda n: plan_of(0.5, batch_size=int(n), max_repeats=5)),
    ],
)
def test_figures_follow_a_slider_while_it_is_dragged_and_the_page_runs_when_it_rests(open_page, url, name, key, plan):
    page = open_page(url, height=1400)
    zoomed = zoom_into_shares(page)
    page.evaluate(WATCH, "shares")
    value = drag(page, name, 0.3, 0.6, 25)
    figures_stand(page, plan(value))  # though the slider is not let go
    are_the_core_s(page, plan(value))
    share = percent(plan(value).class_shares(COUNTS)[0, 9])
    assert tiles(page)["Share of the rarest class"] == share
    assert page.evaluate("() => window.messages") == 0
    page.wait_for_function(f"() => ({OPACITY})() === '0.45'")  # text waits for the page to run
    seen = page.evaluate("() => window.seen")
    assert len({rev for rev, _ in seen}) >= 3
    if key == "skew":  # what was on the screen meanwhile is what Python says of that skew
        plans = {plan(skew).fingerprint: plan(skew) for skew in page.evaluate("() => window.moved")}
        for rev, starts in seen:
            assert starts == pytest.approx(plans[rev.split("-")[0]].class_shares(COUNTS)[0].tolist(), rel=1e-6)
    page.mouse.up()
    page.wait_for_function("(text) => location.search.includes(text)", arg=f"{key}={value}")
    caught_up(page)
    are_the_core_s(page, plan(value))
    assert boxes(page)[name] == value
    page.wait_for_function(f"() => ({OPACITY})() === '1'")
    assert share in page.locator(".st-key-page-text-first").inner_text().replace("\xa0", " ")
    assert page.evaluate(RANGE_OF_SHARES) == zoomed
    assert page.evaluate("() => window.blank") == 0
    page.get_by_role("button", name="Undo").click()
    page.wait_for_function("(text) => !location.search.includes(text)", arg=f"{key}={value}")
    caught_up(page)
    first = {"skew": plan_of(), "batch": plan_of(0.5, max_repeats=5)}[key]
    are_the_core_s(page, first)
    slider = page.get_by_role("slider", name=name, exact=True).first
    assert slider.get_attribute("aria-valuetext") == boxes(page)[name] == {"skew": "0", "batch": "128"}[key]


@pytest.mark.parametrize(
    ("url", "chart", "line"), [("/compare", "plan-skews", "mine"), ("/tune", "band", "your schedule")]
)
def test_the_other_pages_follow_a_slider_as_well(open_page, url, chart, line):
    page = open_page(url, height=1400)
    page.evaluate(WATCH, chart)
    skew = drag(page, "Skew factor", 0.3, 0.6, 20, halfway="() => window.seen.length > 0")
    if url == "/tune":  # where the page runs while the slider moves
        page.wait_for_function("(text) => location.search.includes(text)", arg=f"skew={skew}")
        caught_up(page)
    else:
        figures_stand(page, plan_of(float(skew)))
        assert "skew" not in page.url
    page.wait_for_function("() => new Set(window.seen.map(([rev]) => rev)).size >= 2")
    assert {trace["name"]: trace["y"] for trace in traces(page, chart)}[line][0] == pytest.approx(float(skew))
    assert page.evaluate("() => window.blank") == 0
    page.mouse.up()
    caught_up(page)


def test_a_key_held_and_a_row_of_keys_are_followed_and_make_one_run_of_the_page_each(open_page):
    page = open_page("/?data=synthetic")
    page.evaluate(WATCH, "shares")
    page.get_by_role("slider", name="Skew factor", exact=True).first.focus()
    for _ in range(25):
        page.keyboard.down("ArrowRight")
        page.wait_for_timeout(33)
    figures_stand(page, plan_of(0.5))  # before it is let go, and without a message to the server
    are_the_core_s(page, plan_of(0.5))
    assert page.evaluate("() => window.messages") == 0
    page.keyboard.up("ArrowRight")
    page.wait_for_function("() => location.search.includes('skew=0.5')")
    caught_up(page)
    page.evaluate("() => { window.messages = 0; }")
    for _ in range(25):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(33)
    page.wait_for_function("() => location.search.includes('skew=1')")
    caught_up(page)
    assert boxes(page)["Skew factor"] == "1"
    assert page.evaluate("() => window.messages") < 10  # one, unless the machine made pauses
    are_the_core_s(page, plan_of(1.0))


def test_playing_shows_the_real_draws_of_each_epoch_without_the_server(open_page):
    page = open_page("/?scheme=stratified&epochs=400&increment=0.03")  # not over before all is seen, however late
    page.get_by_label("Speed").select_option("0.25")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(f"() => window.skewlab.frames && ({EPOCH})() > 3")
    page.wait_for_function("() => document.querySelector('[data-test-script-state=\"notRunning\"]')")
    page.evaluate(WATCH, "batches")
    page.wait_for_function("() => new Set(window.seen.map(([rev]) => rev)).size >= 8")
    seen, messages = page.evaluate("() => [window.seen, window.messages]")
    assert messages == 0
    plan = SamplingPlan(target=PowerSkew(Linear(0.0, 0.03)), epochs=400, batch_size=128, drawing="stratified")
    for rev, starts in seen:
        drawn = plan.preview(COUNTS, int(rev.removeprefix("playing-")), 0, 1).batch_class_counts
        assert starts == drawn[0].tolist()
    epoch, said = page.evaluate(f"() => [({EPOCH})(), document.querySelector('[data-takeaway]').dataset.takeaway]")
    assert said.startswith(f"In epoch {epoch} the mix is ")
    assert page.evaluate(OPACITY) == "1"
    page.evaluate("(skew) => { window.run = skewlab.frames.run; }")
    page.locator(".st-key-skew input").first.fill("0.5")
    page.locator(".st-key-skew input").first.press("Enter")
    page.wait_for_function("() => skewlab.frames && skewlab.frames.run !== window.run")  # goes on with the new plan
    page.get_by_role("button", name="Pause").click()
    caught_up(page)
    epoch = int(boxes(page)["Epoch"])
    plan = SamplingPlan(target=PowerSkew(Linear(0.5, 0.03)), epochs=400, batch_size=128, drawing="stratified")
    are_the_core_s(page, plan, epoch)
    assert f"epoch {epoch}" in page.locator('[data-frame="weights"]').inner_text()
    assert page.locator(".epoch-line, .stands-still").count() == 0


def test_play_stops_at_the_last_epoch_and_begins_at_the_first_again(open_page):
    page = open_page("/?epochs=3&epoch=1")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => location.search.includes('epoch=2')")
    caught_up(page)
    assert page.get_by_role("button", name="Play").count() == 1
    assert "In epoch 2" in page.locator(".st-key-page-text-first").inner_text()
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(f"() => ({EPOCH})() === 0")


def test_space_plays_and_arrows_step_through_the_epochs(open_page):
    page = open_page("/?epoch=5")
    says = "(word) => document.querySelector('.player button').textContent === word"
    page.evaluate("() => document.activeElement.blur()")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => location.search.includes('epoch=6')")
    caught_up(page)
    assert boxes(page)["Epoch"] == "6"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")  # before the step has come to rest
    page.wait_for_function(says, arg="Pause")
    page.wait_for_function(f"() => ({EPOCH})() > 12")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(says, "Play")
    stepped = page.evaluate(EPOCH)
    page.wait_for_function("(epoch) => location.search.includes(`epoch=${epoch}`)", arg=stepped)
    caught_up(page)
    assert boxes(page)["Epoch"] == str(stepped)
    page.evaluate("""() => {  // how many players ask for the next frame
      window.players = 0;
      const ask = window.requestAnimationFrame;
      window.requestAnimationFrame = (draw) => { if (draw.name === 'frame') window.players += 1; return ask(draw); };
    }""")
    for _ in range(3):  # play, pause, play: one player, and one only
        page.keyboard.press("Space")
    players_a_frame = """() => new Promise((done) => {
      let frames = players = 0;
      const frame_of_test = () => {
        frames += 1;
        frames < 20 ? requestAnimationFrame(frame_of_test) : done(players / frames);
      };
      requestAnimationFrame(frame_of_test);
    })"""
    assert page.evaluate(players_a_frame) <= 1.1
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    caught_up(page)


def test_a_click_on_a_class_follows_it_and_a_second_click_lets_it_go(open_page):
    page = open_page("/?data=published&table=isic2019")
    widths = "() => document.querySelector('[data-chart=\"shares\"]')._fullData.map((t) => t.line.width)"
    second = page.locator('[data-chart="weights"] .barlayer .trace').first.locator("path").nth(1)
    second.click(force=True)
    page.wait_for_function("() => location.search.includes('followed=MEL')")
    settle(page)
    assert page.evaluate(widths) == [2, 4, 2, 2, 2, 2, 2, 2]
    second.click(force=True)
    page.wait_for_function("() => !location.search.includes('followed')")
    settle(page)
    assert page.evaluate(widths) == [2] * 8


def test_the_map_s_colours_and_numbers_are_python_s_and_all_figures_follow_a_change_of_the_viewer_s_theme(open_page):
    page = open_page("/?classes=40&ratio=1000")
    shown = page.evaluate("""() => {
      const [trace] = document.querySelector('[data-chart="map"]')._fullData;
      return [trace.z, trace.customdata].map((rows) => Array.from(rows, (row) => Array.from(row)));
    }""")
    counts = synthetic("exponential", 40, 20_000, 1000.0)
    wanted = figures.share_map(counts, plan_of().class_shares(counts), 0).spec["data"][0]
    np.testing.assert_allclose(shown[0], wanted["z"], rtol=1e-6)
    np.testing.assert_array_equal(np.float32(shown[1]), wanted["customdata"])
    inks = """() => [...document.querySelectorAll('.panel [data-chart]')].map((plot) => plot._fullLayout.font.color)"""
    light = page.evaluate(inks)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"(light) => ({inks})().every((ink, i) => ink !== light[i])", arg=light)
    assert len(set(page.evaluate(inks))) == 1
    set_number(page, "skew", 0.3)
    page.emulate_media(color_scheme="light")
    page.wait_for_function(f"(light) => ({inks})().every((ink, i) => ink === light[i])", arg=light)
