"""Explore follows the hand: while a slider moves, while keys are held, while the epochs play."""

import numpy as np
import pytest

from sampler_core import Linear, PowerSkew, SamplingPlan
from sampler_core.datasets import load, synthetic
from tests.browser.conftest import boxes, set_number, settle, tiles, traces

COUNTS = synthetic("exponential", 10, 20_000, 100.0)
WATCH = """() => {
  window.seen = []; window.moved = []; window.blank = 0;
  const chart = document.querySelector('[data-chart="shares"]');
  window.node = chart;
  document.addEventListener('skewlab:move', ({ detail }) => window.moved.push([performance.now(), detail.value]));
  let last = chart.dataset.rev;
  const look = () => {
    if (!chart.isConnected || !chart.querySelector('.main-svg')) window.blank += 1;
    if (chart.dataset.rev !== last) {
      last = chart.dataset.rev;
      window.seen.push([performance.now(), last, chart._fullData.map((trace) => trace.y[0])]);
    }
    requestAnimationFrame(look);
  };
  look();
}"""


def plan_of(skew=0.0, increment=0.01, epochs=100, batch_size=128, **settings):
    target = PowerSkew(Linear(skew, increment))
    return SamplingPlan(target=target, epochs=epochs, batch_size=batch_size, **settings)


def shares_at_start(skew, increment=0.01):
    return plan_of(skew, increment).class_shares(COUNTS)[0]


def drag(page, name, start, end, steps):
    box = page.get_by_role("slider", name=name, exact=True).first.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + start * box["width"], y)
    page.mouse.down()
    for step in range(steps):
        page.mouse.move(box["x"] + (start + (end - start) * (step + 1) / steps) * box["width"], y)
        page.wait_for_timeout(40)


def test_the_panel_s_closed_form_is_python_s_to_a_millionth(open_page):
    for address in ("/", "/?skew=50&increment=0", "/?skew=-50", "/?data=known&table=nsl_kdd_train", "/?classes=1000"):
        page = open_page(address)
        found = page.eval_on_selector_all(".panel", "panels => panels.map((panel) => Number(panel.dataset.maxdiff))")
        assert len(found) == 2
        assert max(found) < 1e-6
        page.context.close()


def test_figures_follow_the_slider_while_it_is_dragged_and_python_s_come_when_it_rests(open_page):
    page = open_page()
    page.evaluate(WATCH)
    drag(page, "Skew factor", 0.34, 0.9, 30)
    moved, seen = page.evaluate("() => [window.moved, window.seen]")
    previews = {float(tag.split("=")[1]): shares for _, tag, shares in seen if tag.startswith("preview")}
    assert len({value for _, value in moved}) >= 25
    assert len(previews) >= 10
    for skew, shares in previews.items():  # what was on the screen meanwhile is what Python says of that skew
        assert shares == pytest.approx(shares_at_start(skew).tolist(), rel=2e-5)
    assert "skew" not in page.url
    page.mouse.up()
    page.wait_for_function("() => location.search.includes('skew=')")
    settle(page)
    last = moved[-1][1]
    assert float(boxes(page)["Skew factor"]) == last
    shown = [trace["y"][0] for trace in traces(page, "shares")]
    assert shown == pytest.approx(shares_at_start(last).tolist(), rel=1e-5)
    assert page.evaluate("() => window.blank") == 0
    assert page.evaluate("() => window.node === document.querySelector('[data-chart=\"shares\"]')")


def test_batches_are_called_expected_while_the_hand_moves(open_page):
    page = open_page()
    drag(page, "Skew factor", 0.34, 0.7, 12)
    page.wait_for_function(
        "() => document.querySelector('[data-frame=\"batches\"]').innerText.includes('Expected while')"
    )
    expected = [trace["y"][3] for trace in traces(page, "batches")]
    skew = float(page.evaluate("() => document.querySelector('[data-chart=\"batches\"]').dataset.rev").split("=")[1])
    assert expected == pytest.approx((128 * shares_at_start(skew)).tolist(), rel=1e-4)
    page.mouse.up()
    page.wait_for_function("() => location.search.includes('skew=')")
    settle(page)
    assert "Expected while" not in page.locator('[data-frame="batches"]').inner_text()
    skew = float(boxes(page)["Skew factor"])
    drawn = plan_of(skew).preview(COUNTS, 0, 0, 50).batch_class_counts
    assert [trace["y"] for trace in traces(page, "batches")] == drawn.T.tolist()


def test_the_class_imbalance_can_be_dragged_too(open_page):
    page = open_page()
    page.evaluate(WATCH)
    drag(page, "Class imbalance", 0.66, 0.2, 10)
    tag = page.evaluate("() => window.seen.at(-1)[1]")
    shares = page.evaluate("() => window.seen.at(-1)[2]")
    ratio = float(tag.removeprefix("preview:ratio="))
    counts = synthetic("exponential", 10, 20_000, ratio)
    assert shares == pytest.approx(plan_of().class_shares(counts)[0].tolist(), rel=1e-4)
    page.mouse.up()
    page.wait_for_function("() => location.search.includes('ratio=')")
    settle(page)


def test_after_forty_keys_the_newest_value_stands(open_page):
    page = open_page()
    slider = page.get_by_role("slider", name="Skew factor", exact=True).first
    slider.focus()
    for _ in range(40):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("() => location.search.includes('skew=0.8')")
    settle(page, 500)
    assert boxes(page)["Skew factor"] == "0.8"
    shown = np.array([trace["y"] for trace in traces(page, "shares")])
    np.testing.assert_allclose(shown.T, plan_of(0.8).class_shares(COUNTS), rtol=1e-5)
    drawn = plan_of(0.8).preview(COUNTS, 0, 0, 50).batch_class_counts
    assert [trace["y"] for trace in traces(page, "batches")] == drawn.T.tolist()


def test_playing_shows_the_real_draws_of_each_epoch_without_the_server(open_page):
    page = open_page("/?law=stratified&epochs=40&increment=0.03")
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda _: sent.append(1)))
    page.reload()
    settle(page)
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => window.skewlabFramesOf && Number(window.skewlabHand.values.epoch) > 3")
    page.wait_for_timeout(300)
    before = len(sent)
    page.evaluate(
        "() => { window.epochs = new Set();"
        " document.addEventListener('skewlab:move', ({detail}) => window.epochs.add(detail.value)); }"
    )
    page.wait_for_timeout(1500)
    assert len(sent) == before
    assert page.evaluate("() => window.epochs.size") >= 8
    page.get_by_role("button", name="Pause").click()
    page.wait_for_function("() => location.search.includes('epoch=')")
    settle(page)
    epoch = int(boxes(page)["Epoch"])
    plan = SamplingPlan(target=PowerSkew(Linear(0.0, 0.03)), epochs=40, batch_size=128, drawing="stratified")
    drawn = plan.preview(COUNTS, epoch, 0, 50).batch_class_counts
    assert [trace["y"] for trace in traces(page, "batches")] == drawn.T.tolist()
    assert f"epoch {epoch}" in page.locator('[data-frame="weights"]').inner_text()


def test_the_frames_of_playing_are_the_draws_of_the_plan(open_page):
    page = open_page("/?epochs=20")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => window.skewlabFramesOf")
    page.get_by_role("button", name="Pause").click()
    frames = page.evaluate(
        """() => { const panel = [...document.querySelectorAll('.panel')].at(-1).panel;
             return panel.frames.map((epoch) => epoch.map((row) => [...row])); }"""
    )
    plan = plan_of(epochs=20)
    for epoch in (0, 7, 19):
        drawn = plan.preview(COUNTS, epoch, 0, 50).batch_class_counts
        assert frames[epoch] == drawn.T.tolist()


def test_space_plays_and_arrows_step_through_the_epochs(open_page):
    page = open_page("/?epoch=5")
    page.evaluate("() => document.activeElement.blur()")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => location.search.includes('epoch=6')")
    settle(page)
    assert boxes(page)["Epoch"] == "6"
    page.keyboard.press("Space")
    page.wait_for_function("() => document.querySelector('.player button').textContent === 'Pause'")
    page.wait_for_function("() => window.skewlabHand.values.epoch > 6")
    page.keyboard.press("Space")
    page.wait_for_function("() => document.querySelector('.player button').textContent === 'Play'")
    settle(page)


def test_scrubbing_the_epoch_moves_tiles_and_markers_at_once(open_page):
    page = open_page()
    before = tiles(page)
    drag(page, "Epoch", 0.01, 0.8, 6)
    value = page.evaluate("() => window.skewlabHand.values.epoch")
    shares = plan_of().class_shares(COUNTS)
    assert tiles(page) != before
    assert tiles(page)["Share of the rarest class"] == f"{100 * shares[value, 9]:.3g} %"
    assert "epoch" not in page.url
    page.mouse.up()
    page.wait_for_function("() => location.search.includes('epoch=')")
    settle(page)


def test_a_click_on_a_class_follows_it_and_a_second_click_lets_it_go(open_page):
    page = open_page("/?data=known&table=isic2019")
    bar = page.locator('[data-chart="weights"] .barlayer .trace').first.locator("path").nth(1)
    bar.click(force=True)
    page.wait_for_function("() => location.search.includes('followed=MEL')")
    settle(page)
    assert (
        "MEL" in page.get_by_test_id("stDataFrame").first.inner_text()
        or page.get_by_test_id("stDataFrame").count() == 1
    )
    widths = page.evaluate("() => document.querySelector('[data-chart=\"shares\"]')._fullData.map((t) => t.line.width)")
    assert widths == [2, 4, 2, 2, 2, 2, 2, 2]


def test_many_classes_can_be_looked_up_by_name_and_pinned(open_page):
    page = open_page("/?data=known&table=coco2017_train_instances&followed=toaster")
    names = [trace["name"] for trace in traces(page, "shares")]
    assert names[-1] == "toaster"
    counts = load("coco2017_train_instances")
    shares = plan_of().class_shares(counts)[:, counts.position("toaster")]
    assert traces(page, "shares")[-1]["y"] == pytest.approx(shares.tolist(), rel=1e-5)


def test_the_law_is_switched_on_the_spot(open_page):
    page = open_page()
    page.get_by_role("button", name="Stratified").click()
    page.wait_for_function("() => location.search.includes('law=stratified')")
    settle(page)
    drawn = plan_of(drawing="stratified").preview(COUNTS, 0, 0, 50).batch_class_counts
    assert [trace["y"] for trace in traces(page, "batches")] == drawn.T.tolist()


def test_a_change_while_playing_goes_on_playing_with_the_new_plan(open_page):
    page = open_page("/?epochs=30")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => window.skewlabFramesOf")
    run = page.evaluate("() => window.skewlabFramesOf")
    page.locator(".st-key-skew input").fill("0.5")
    page.locator(".st-key-skew input").press("Enter")
    page.wait_for_function("(run) => window.skewlabFramesOf && window.skewlabFramesOf !== run", arg=run)
    page.get_by_role("button", name="Pause").click()
    settle(page)  # the epoch of the pause is on its way to the server
    set_number(page, "epoch", 3)
    page.wait_for_function("() => document.querySelector('[data-chart=\"batches\"]').dataset.rev.split('-')[2] === '3'")
    settle(page)
    drawn = plan_of(0.5, epochs=30).preview(COUNTS, 3, 0, 50).batch_class_counts
    assert [trace["y"] for trace in traces(page, "batches")] == drawn.T.tolist()
