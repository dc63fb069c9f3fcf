"""Explore follows the hand: while a slider moves, while keys are held, while the epochs play."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from sampler_core import Linear, PowerSkew, SamplingPlan, figures
from sampler_core.datasets import load, synthetic
from sampler_core.formatting import percent
from tests.browser.conftest import boxes, set_number, settle, tiles, traces

COUNTS = synthetic("exponential", 10, 20_000, 100.0)
WATCH = """() => {
  window.seen = []; window.moved = []; window.blank = 0;
  const chart = document.querySelector('[data-chart="shares"]');
  window.node = chart;
  document.addEventListener('skewlab:move', ({ detail }) => {
    if (detail.key) window.moved.push([performance.now(), detail.value]);  // else figures that were asked for came
  });
  let last = chart.dataset.rev;
  const lists = { f4: Float32Array, f8: Float64Array };
  const starts = () => chart.shown.data.map(({ y }) => (y.bdata
    ? new lists[y.dtype](Uint8Array.from(atob(y.bdata), (sign) => sign.charCodeAt(0)).buffer) : y)[0]);
  const look = () => {
    if (!chart.isConnected || !chart.querySelector('.main-svg')) window.blank += 1;
    if (chart.dataset.rev !== last) {
      last = chart.dataset.rev;
      window.seen.push([performance.now(), last, starts()]);
    }
    requestAnimationFrame(look);
  };
  look();
}"""

# What stands on the canvases while the hand moves, measured in pixels and said in the axes' numbers.
PIXELS = """() => {
  const plot = (id) => document.querySelector(`[data-chart="${id}"]`);
  const bytes = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  const along = (id, x, y, width, height) => {  // colour -> where in this strip of pixels it is found
    const canvas = plot(id).querySelector('canvas.sketch');
    const scale = canvas.width / canvas.clientWidth;
    const strip = [x, y, width, height].map((part) => Math.round(part * scale));
    const copy = Object.assign(document.createElement('canvas'), { width: canvas.width, height: canvas.height })
      .getContext('2d', { willReadFrequently: true });
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(...strip);
    return (colour) => {
      const wanted = bytes(colour), found = [];
      for (let i = 0; i < data.length; i += 4) {
        if (data[i + 3] > 200 && wanted.every((byte, k) => Math.abs(byte - data[i + k]) < 8)) found.push(i / 4 / scale);
      }
      return found;
    };
  };
  const middle = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
  const unit = ({ range, _length }) => (range[1] - range[0]) / _length;
  const lines = (id, epoch) => {
    const { xaxis, yaxis } = plot(id)._fullLayout;
    const found = along(id, xaxis._offset + xaxis.c2p(epoch), yaxis._offset, 1, yaxis._length);
    return plot(id)._fullData.filter(({ line }) => line).map(({ line }) => yaxis.p2c(middle(found(line.color))));
  };
  const stacked = (batch) => {
    const { xaxis, yaxis } = plot('batches')._fullLayout;
    const found = along('batches', xaxis._offset + xaxis.c2p(batch), yaxis._offset, 1, yaxis._length);
    return plot('batches')._fullData.map(({ marker }) => found(marker.color).length * unit(yaxis));
  };
  const lying = (trace) => {
    const { [trace ? 'xaxis2' : 'xaxis']: xaxis, yaxis } = plot('weights')._fullLayout;
    return plot('weights')._fullData[trace].marker.color.map((colour, rank) => {
      const found = along('weights', xaxis._offset, yaxis._offset + yaxis.c2p(rank - 0.3), xaxis._length, 1);
      return found(colour).length * unit(xaxis);
    });
  };
  const sketched = (id, measured) => (plot(id).querySelector('canvas.sketch') ? measured() : null);
  return { tag: plot('batches').dataset.rev, batch: sketched('batches', () => stacked(3)),
    shares: sketched('shares', () => lines('shares', 2)), skew: sketched('skew', () => lines('skew', 2)),
    weights: sketched('weights', () => lying(0)), share: sketched('weights', () => lying(1)) };
}"""


SHOWN_SHARES = "() => document.querySelector('[data-chart=\"shares\"]').shown.data.map(({ y }) => y[0])"


def plan_of(skew=0.0, increment=0.01, epochs=100, batch_size=128, **settings):
    target = PowerSkew(Linear(skew, increment))
    return SamplingPlan(target=target, epochs=epochs, batch_size=batch_size, **settings)


def shares_at_start(skew, increment=0.01):
    return plan_of(skew, increment).class_shares(COUNTS)[0]


def without_answers(page):
    """As where the server does not know the session any more: the previews alone follow the hand."""
    page.route("**/figures/*", lambda route: route.fulfill(status=204))


# Each figure as Python made it; a map as the closed form has it where the hand is.
STAND = """(mark) => {
  const hand = Object.entries(window.skewlabHand.values).map(([key, value]) => `${key}=${value}`);
  return [...document.querySelectorAll('.panel [data-chart]')].every((plot) => plot.dataset.rev.startsWith(mark)
    ? plot.dataset.rev === plot.closest('.panel').dataset.wanted
    : plot.dataset.chart === 'map' && plot.dataset.rev === `preview:${hand}`);
}"""


def python_s_stand(page, plan):
    """Wait until every figure is that of this plan, told to the server or not."""
    page.wait_for_function(STAND, arg=f"{plan.fingerprint}-")


OPACITY = "() => getComputedStyle(document.querySelector('.st-key-said-first')).opacity"


def pause(page):
    page.get_by_role("button", name="Pause").click()
    caught_up(page)


def caught_up(page):
    """Wait until the server knows where the hand is, and its figures stand."""
    page.wait_for_function("() => !Object.keys(window.skewlabHand.values).length")
    settle(page)


def drag(page, name, start, end, steps):
    box = page.get_by_role("slider", name=name, exact=True).first.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + start * box["width"], y)
    page.mouse.down()
    for step in range(steps):
        page.mouse.move(box["x"] + (start + (end - start) * (step + 1) / steps) * box["width"], y)
        page.wait_for_timeout(40)


RANGE_OF_SHARES = "() => document.querySelector('[data-chart=\"shares\"]')._fullLayout.xaxis.range.slice()"


def zoom_into_shares(page):
    area = page.locator('[data-chart="shares"] .nsewdrag').bounding_box()
    page.mouse.move(area["x"] + 0.3 * area["width"], area["y"] + 80)
    page.mouse.down()
    page.mouse.move(area["x"] + 0.6 * area["width"], area["y"] + 82, steps=8)
    page.mouse.up()
    page.wait_for_function(f"() => ({RANGE_OF_SHARES})()[0] > 0")
    return page.evaluate(RANGE_OF_SHARES)


def test_the_panel_s_closed_form_is_python_s_to_a_millionth(open_page):
    for address in ("/", "/?skew=50&increment=0", "/?skew=-50", "/?data=known&table=nsl_kdd_train", "/?classes=1000"):
        page = open_page(address)
        found = page.eval_on_selector_all(".panel", "panels => panels.map((panel) => Number(panel.dataset.maxdiff))")
        assert len(found) == 2
        assert max(found) < 1e-6
        if address == "/?classes=1000":
            without_answers(page)
            what_lies_between_two_rows_of_a_table_is_called_so(page)
        page.context.close()


def what_lies_between_two_rows_of_a_table_is_called_so(page):
    """A thousand classes have a row for every other imbalance ratio: 1.2 has one, 1.1 has none."""
    shares = {}
    for ratio, note in ((1.2, "The chance that"), (1.1, "Between two computed values")):
        page.evaluate(
            """(value) => {
              Object.assign(window.skewlabHand, { dragging: true, at: performance.now() }).values.ratio = value;
              document.dispatchEvent(new CustomEvent('skewlab:move', { detail: { key: 'ratio', value } }));
            }""",
            ratio,
        )
        shown = "(tag) => document.querySelector('[data-chart=\"shares\"]').dataset.rev === tag"
        page.wait_for_function(shown, arg=f"preview:ratio={ratio}")
        assert page.locator('[data-frame="shares"] figcaption span').inner_text().startswith(note)
        shares[ratio] = page.evaluate(SHOWN_SHARES)
        bands = np.array_split(plan_of().class_shares(synthetic("exponential", 1000, 20_000, ratio))[0], 3)
        assert shares[ratio] == pytest.approx([band.sum() for band in bands], rel=1e-6 if ratio == 1.2 else 1e-2)


def test_figures_follow_the_slider_while_it_is_dragged_and_python_s_come_when_it_rests(open_page):
    page = open_page()
    page.evaluate(WATCH)
    zoomed = zoom_into_shares(page)
    drag(page, "Skew factor", 0.34, 0.9, 30)
    skew = page.evaluate("() => window.moved.at(-1)[1]")
    python_s_stand(page, plan_of(skew))  # though the hand has not let go
    moved, seen = page.evaluate("() => [window.moved, window.seen]")
    marks = {mark: value for _, value in moved for mark in (f"preview:skew={value:g}", plan_of(value).fingerprint)}
    shown = [(marks[mark if "preview" in mark else mark.split("-")[0]], shares) for _, mark, shares in seen]
    assert len({value for _, value in moved}) >= 25
    assert len({value for value, _ in shown}) >= 10
    for value, shares in shown:  # what was on the screen meanwhile is what Python says of that skew
        assert shares == pytest.approx(shares_at_start(value).tolist(), rel=1e-6)
    assert page.evaluate(RANGE_OF_SHARES) == zoomed
    assert "skew" not in page.url
    page.mouse.up()
    page.wait_for_function("() => location.search.includes('skew=')")
    settle(page)
    last = moved[-1][1]
    assert float(boxes(page)["Skew factor"]) == last
    shown = [trace["y"][0] for trace in traces(page, "shares")]
    assert shown == pytest.approx(shares_at_start(last).tolist(), rel=1e-5)
    assert page.evaluate(RANGE_OF_SHARES) == zoomed
    assert page.evaluate("() => window.blank") == 0
    assert page.evaluate("() => window.node === document.querySelector('[data-chart=\"shares\"]')")


def test_batches_are_called_expected_while_the_hand_moves(open_page):
    page = open_page()
    without_answers(page)
    drag(page, "Skew factor", 0.34, 0.7, 12)
    page.wait_for_function(
        "() => document.querySelector('[data-frame=\"batches\"]').innerText.includes('Expected while')"
    )
    seen = page.evaluate(PIXELS)
    skew = float(seen["tag"].split("=")[1])
    assert seen["batch"] == pytest.approx((128 * shares_at_start(skew)).tolist(), abs=1.0)  # a pixel is 0.4 samples
    page.mouse.up()
    page.wait_for_function("() => location.search.includes('skew=')")
    settle(page)
    assert "Expected while" not in page.locator('[data-frame="batches"]').inner_text()
    skew = float(boxes(page)["Skew factor"])
    drawn = plan_of(skew).preview(COUNTS, 0, 0, 50).batch_class_counts
    assert [trace["y"] for trace in traces(page, "batches")] == drawn.T.tolist()


def test_the_pixels_that_follow_the_hand_are_the_numbers_of_the_core(open_page):
    page = open_page("/?skew=0.3")
    without_answers(page)
    drag(page, "Skew factor", 0.44, 0.441, 1)
    page.wait_for_function("""() => ['shares', 'skew', 'weights', 'batches'].every((id) => {
      const plot = document.querySelector(`[data-chart="${id}"]`);
      const tag = `preview:skew=${window.skewlabHand.values.skew}`;
      return plot.querySelector('canvas.sketch') && plot.dataset.rev === tag;
    })""")
    seen = page.evaluate(PIXELS)
    skew = float(seen["tag"].split("=")[1])
    assert skew != 0.3
    shares = plan_of(skew).class_shares(COUNTS)
    weights = plan_of(skew).class_weights(COUNTS)[0]
    assert seen["shares"][:6] == pytest.approx(
        shares[2, :6].tolist(), abs=0.004
    )  # a pixel is 0.3 %; the rest is dashed
    assert seen["skew"][0] == pytest.approx(skew + 0.02, abs=0.01)
    assert seen["weights"] == pytest.approx(weights.tolist(), abs=0.002)
    assert seen["share"] == pytest.approx(shares[0].tolist(), abs=0.003)
    assert seen["batch"] == pytest.approx((128 * shares[0]).tolist(), abs=1.0)
    page.mouse.up()
    page.wait_for_function("() => !location.search.includes('skew=0.3&')")
    settle(page)


def test_the_class_imbalance_can_be_dragged_too(open_page):
    page = open_page()
    without_answers(page)
    page.evaluate(WATCH)
    drag(page, "Class imbalance", 0.66, 0.2, 10)
    tag = page.evaluate("() => window.seen.at(-1)[1]")
    shares = page.evaluate("() => window.seen.at(-1)[2]")
    ratio = float(tag.removeprefix("preview:ratio="))
    counts = synthetic("exponential", 10, 20_000, ratio)
    assert shares == pytest.approx(plan_of().class_shares(counts)[0].tolist(), rel=1e-6)
    page.mouse.up()
    page.wait_for_function("() => location.search.includes('ratio=')")
    settle(page)


@pytest.mark.parametrize(
    ("address", "name", "key", "plan"),
    [
        ("/?max_repeats=5", "Skew factor", "skew", lambda skew: plan_of(float(skew), max_repeats=5)),
        ("/?skew=0.5", "Batch size", "batch", lambda size: plan_of(0.5, batch_size=int(size))),
        ("/", "Skew factor", "skew", lambda skew: plan_of(float(skew))),
    ],
)
def test_python_s_figures_follow_the_hand_before_it_lets_go(open_page, address, name, key, plan):
    page = open_page(address, height=1400)
    page.evaluate(WATCH)
    drag(page, name, 0.3, 0.6, 20)
    value = page.get_by_role("slider", name=name, exact=True).first.get_attribute("aria-valuetext").replace(",", "")
    python_s_stand(page, plan(value))
    settle(page)
    assert key not in page.url.removeprefix(address)
    share = plan(value).class_shares(COUNTS)[0, 9]
    assert tiles(page)["Share of the rarest class"] == percent(share)
    assert page.evaluate(OPACITY) == "0.45"  # what is said waits for the page to run
    assert len({rev for _, rev, _ in page.evaluate("() => window.seen")}) >= 3
    shown = np.array([trace["y"] for trace in traces(page, "shares")])
    np.testing.assert_allclose(shown.T, plan(value).class_shares(COUNTS), rtol=1e-5)
    drawn = plan(value).preview(COUNTS, 0, 0, 50).batch_class_counts
    assert [trace["y"] for trace in traces(page, "batches")] == drawn.T.tolist()
    assert page.evaluate("() => window.blank") == 0
    page.mouse.up()
    page.wait_for_function("(said) => location.search.includes(said)", arg=f"{key}={value}")
    settle(page)
    assert page.get_by_role("slider", name=name, exact=True).first.get_attribute("aria-valuetext") == value
    page.wait_for_function(f"() => ({OPACITY})() === '1'")
    assert percent(share) in page.locator(".st-key-said-first").inner_text().replace("\xa0", " ")
    assert [trace["y"] for trace in traces(page, "batches")] == drawn.T.tolist()


@pytest.mark.parametrize(
    ("address", "chart", "line"), [("/compare", "plan-skews", "mine"), ("/tune", "band", "your schedule")]
)
def test_the_other_pages_follow_the_hand_as_well(open_page, address, chart, line):
    page = open_page(address, height=1400)
    page.evaluate(WATCH.replace("shares", chart).replace("chart.shown.data", "[]"))
    drag(page, "Skew factor", 0.3, 0.6, 20)
    skew = page.get_by_role("slider", name="Skew factor", exact=True).first.get_attribute("aria-valuetext")
    if address == "/tune":  # where the page runs while the hand moves
        caught_up(page)
        assert f"skew={skew}" in page.url
    else:
        python_s_stand(page, plan_of(float(skew)))
        settle(page)
        assert "skew" not in page.url
    assert len({rev for _, rev, _ in page.evaluate("() => window.seen")}) >= 3
    assert {trace["name"]: trace["y"] for trace in traces(page, chart)}[line][0] == pytest.approx(float(skew))
    assert page.evaluate("() => window.blank") == 0
    page.mouse.up()
    settle(page)


def test_what_a_key_showed_at_once_is_left_standing_where_python_says_the_same(open_page):
    page = open_page()
    page.evaluate("""() => {
      window.drawn = [];
      const react = Plotly.react;
      Plotly.react = (plot, ...rest) => { window.drawn.push(plot.dataset.chart); return react(plot, ...rest); };
    }""")
    for skew in ("0.02", "0.04"):
        page.get_by_role("slider", name="Skew factor", exact=True).first.press("ArrowRight")
        page.wait_for_function("(skew) => location.search.includes(`skew=${skew}`)", arg=skew)
        settle(page)
        drawn = sorted(page.evaluate("() => window.drawn.splice(0)"))
        assert drawn == ["batches", "drawn", "shares", "skew", "weights"]  # each once
    assert traces(page, "skew")[1]["x"] == [96]  # 0.04 + 96 * 0.01: the first epoch with a skew of 1


def test_a_key_held_for_forty_steps_is_followed_and_told_to_the_server_once(open_page):
    page = open_page()
    page.evaluate(WATCH)
    page.get_by_role("slider", name="Skew factor", exact=True).first.focus()
    for _ in range(40):
        page.keyboard.down("ArrowRight")
        page.wait_for_timeout(33)
    assert page.evaluate("() => window.moved.at(-1)[1]") == 0.8
    python_s_stand(page, plan_of(0.8))  # before it is let go
    before = page.url
    page.keyboard.up("ArrowRight")
    page.wait_for_function("() => location.search.includes('skew=0.8')")
    assert "skew" not in before
    settle(page)
    assert boxes(page)["Skew factor"] == "0.8"
    drawn = plan_of(0.8).preview(COUNTS, 0, 0, 50).batch_class_counts
    assert [trace["y"] for trace in traces(page, "batches")] == drawn.T.tolist()


def test_after_forty_keys_the_newest_value_stands_and_nothing_queued_up(open_page):
    page = open_page()
    page.evaluate("""() => {
      Object.assign(window, { runs: 0, interrupted: 0 });
      const send = WebSocket.prototype.send;
      WebSocket.prototype.send = function (data) {
        window.runs += 1;
        window.interrupted += document.querySelector('[data-test-script-state="running"]') ? 1 : 0;
        return send.call(this, data);
      };
    }""")
    slider = page.get_by_role("slider", name="Skew factor", exact=True).first
    slider.focus()
    for _ in range(40):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(60)
    page.wait_for_function("() => location.search.includes('skew=0.8')")
    settle(page, 500)
    runs, interrupted = page.evaluate("() => [window.runs, window.interrupted]")
    assert 1 <= runs < 10  # one for all of them, unless the machine made pauses
    assert interrupted == 0
    assert boxes(page)["Skew factor"] == "0.8"
    shown = np.array([trace["y"] for trace in traces(page, "shares")])
    np.testing.assert_allclose(shown.T, plan_of(0.8).class_shares(COUNTS), rtol=1e-5)
    drawn = plan_of(0.8).preview(COUNTS, 0, 0, 50).batch_class_counts
    assert [trace["y"] for trace in traces(page, "batches")] == drawn.T.tolist()


def test_playing_shows_the_real_draws_of_each_epoch_without_the_server(open_page):
    page = open_page("/?scheme=stratified&epochs=40&increment=0.03")
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
    pause(page)
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


HOLD_FRAMES = """() => {  // the player's own frames wait here for the test to show them
  window.held = new Map();
  const { requestAnimationFrame: ask, cancelAnimationFrame: drop } = window;
  window.requestAnimationFrame = (draw) => {
    const id = ask(draw.name === 'frame' ? () => {} : draw);
    if (draw.name === 'frame') window.held.set(id, draw);
    return id;
  };
  window.cancelAnimationFrame = (id) => { window.held.delete(id); drop(id); };
}"""
EPOCHS_IN_A_TENTH_OF_A_SECOND = """() => {
  const { player } = document.querySelector('.player');
  const [[id, frame]] = window.held;
  window.held.delete(id);
  Object.assign(player, { last: 0, epoch: 30 });
  frame(100);
  return player.epoch - 30;
}"""


def test_space_plays_and_arrows_step_through_the_epochs(open_page):
    page = open_page("/?epoch=5")
    says = "(word) => document.querySelector('.player button').textContent === word"
    page.evaluate("() => document.activeElement.blur()")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => location.search.includes('epoch=6')")
    settle(page)
    assert boxes(page)["Epoch"] == "6"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")  # before the step has come to rest
    page.wait_for_function(says, arg="Pause")
    page.wait_for_function("() => window.skewlabHand.values.epoch > 12")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(says, "Play")
    stepped = page.evaluate("() => window.skewlabHand.values.epoch")
    page.wait_for_function("(epoch) => location.search.includes(`epoch=${epoch}`)", arg=stepped)
    caught_up(page)
    assert boxes(page)["Epoch"] == str(stepped)
    page.evaluate(HOLD_FRAMES)
    for _ in range(3):  # play, pause, play: one player, and one only
        page.keyboard.press("Space")
    assert page.evaluate("() => window.held.size") == 1
    passed = []
    for speed in ("5", "10", "20", "40"):
        page.get_by_label("Epochs a second").select_option(speed)
        passed.append(page.evaluate(EPOCHS_IN_A_TENTH_OF_A_SECOND))
    assert passed == [0, 1, 2, 3]  # three at most: no frame leaps further
    pause(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    caught_up(page)  # though the server is not asked where the hand comes back to where it was


def test_scrubbing_the_epoch_moves_tiles_markers_and_weights_at_once(open_page):
    page = open_page("/?max_repeats=5")  # no closed form holds
    without_answers(page)
    before = tiles(page)
    drag(page, "Epoch", 0.01, 0.8, 6)
    value = page.evaluate("() => window.skewlabHand.values.epoch")
    plan = plan_of(max_repeats=5)
    assert tiles(page) != before
    assert tiles(page)["Share of the rarest class"] == percent(plan.class_shares(COUNTS)[value, 9])
    page.wait_for_function("() => document.querySelector('[data-chart=\"weights\"]').dataset.rev.startsWith('preview')")
    weights, shares = page.evaluate(
        "() => document.querySelector('[data-chart=\"weights\"]').shown.data.map(({ x }) => [...x])"
    )
    assert weights == pytest.approx(plan.class_weights(COUNTS)[value].tolist(), rel=1e-6)
    assert shares == pytest.approx(plan.class_shares(COUNTS)[value].tolist(), rel=1e-6)
    assert "epoch" not in page.url
    page.mouse.up()
    page.wait_for_function("() => location.search.includes('epoch=')")
    settle(page)


def test_a_click_on_a_class_follows_it_and_a_second_click_lets_it_go(open_page):
    page = open_page("/?data=known&table=isic2019")
    widths = "() => document.querySelector('[data-chart=\"shares\"]')._fullData.map((t) => t.line.width)"
    second = page.locator('[data-chart="weights"] .barlayer .trace').first.locator("path").nth(1)
    second.click(force=True)
    page.wait_for_function("() => location.search.includes('followed=MEL')")
    settle(page)
    assert page.evaluate(widths) == [2, 4, 2, 2, 2, 2, 2, 2]
    assert page.get_by_test_id("stDataFrame").count() == 1
    second.click(force=True)
    page.wait_for_function("() => !location.search.includes('followed')")
    settle(page)
    assert page.evaluate(widths) == [2] * 8
    assert page.get_by_test_id("stDataFrame").count() == 0


def test_many_classes_can_be_looked_up_by_name_and_pinned(open_page):
    page = open_page("/?data=known&table=coco2017_train_instances&followed=toaster")
    names = [trace["name"] for trace in traces(page, "shares")]
    assert names[-1] == "toaster"
    counts = load("coco2017_train_instances")
    shares = plan_of().class_shares(counts)[:, counts.position("toaster")]
    assert traces(page, "shares")[-1]["y"] == pytest.approx(shares.tolist(), rel=1e-5)


def test_the_map_s_colours_and_numbers_are_python_s(open_page):
    page = open_page("/?classes=40&ratio=1000")
    shown = page.evaluate("""() => {
      const [trace] = document.querySelector('[data-chart="map"]')._fullData;
      return [trace.z, trace.customdata].map((rows) => Array.from(rows, (row) => Array.from(row)));
    }""")
    counts = synthetic("exponential", 40, 20_000, 1000.0)
    wanted = figures.share_map(counts, plan_of().class_shares(counts), 0).spec["data"][0]
    np.testing.assert_allclose(shown[0], wanted["z"], rtol=1e-6)
    np.testing.assert_array_equal(np.float32(shown[1]), wanted["customdata"])


def test_the_scheme_is_switched_on_the_spot(open_page):
    page = open_page()
    page.get_by_role("button", name="Stratified").click()
    page.wait_for_function("() => location.search.includes('scheme=stratified')")
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
    pause(page)
    epoch = (int(boxes(page)["Epoch"]) + 3) % 30
    set_number(page, "epoch", epoch)
    drawn = plan_of(0.5, epochs=30).preview(COUNTS, epoch, 0, 50).batch_class_counts
    assert [trace["y"] for trace in traces(page, "batches")] == drawn.T.tolist()


def test_all_figures_follow_a_change_of_the_viewer_s_theme(open_page):
    page = open_page()
    inks = """() => [...document.querySelectorAll('.panel [data-chart]')].map((plot) => plot._fullLayout.font.color)"""
    light = page.evaluate(inks)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"(light) => ({inks})().every((ink, i) => ink !== light[i])", arg=light)
    settle(page)
    assert len(set(page.evaluate(inks))) == 1
    page.emulate_media(color_scheme="light")
    page.wait_for_function(f"(light) => ({inks})().every((ink, i) => ink === light[i])", arg=light)
    settle(page)


@pytest.mark.parametrize(
    ("name", "key", "plan", "epoch"),
    [("Skew factor", "skew", plan_of(0.02), 0), ("Epoch", "epoch", plan_of(), 8)],
)
def test_a_key_shows_the_real_draws_before_the_page_runs(open_page, name, key, plan, epoch):
    page = open_page()
    if key == "epoch":
        set_number(page, "epoch", 7)
    page.evaluate("() => { WebSocket.prototype.send = () => {}; }")
    page.get_by_role("slider", name=name, exact=True).first.press("ArrowRight")
    counts = page.locator(".panel").first.get_attribute("data-wanted").split("-")[1]
    page.wait_for_function(STAND, arg=f"{plan.fingerprint}-{counts}-{epoch}-")
    shown = page.evaluate("() => document.querySelector('[data-chart=\"batches\"]').shown.data.map(({ y }) => y)")
    drawn = plan.preview(COUNTS, epoch, 0, 50).batch_class_counts
    assert [unpacked(numbers).tolist() for numbers in shown] == drawn.T.tolist()
    assert "Expected while" not in page.locator('[data-frame="batches"]').inner_text()
    assert not page.locator("figure.waiting").count()


def test_a_key_shows_the_map_of_the_core_s_numbers_without_plotly(open_page):
    page = open_page("/?classes=200")
    page.evaluate("""() => {
      Object.assign(window, { drawn: [] });
      const react = Plotly.react;
      Plotly.react = (plot, ...rest) => { window.drawn.push(plot.dataset.chart); return react(plot, ...rest); };
      WebSocket.prototype.send = () => {};
      setInterval(() => { window.skewlabHand.at = performance.now(); }, 20);  // it never rests
    }""")
    counts = synthetic("exponential", 200, 20_000, 100.0)
    for skew in (0.02, 0.04, 0.06):
        page.get_by_role("slider", name="Skew factor", exact=True).first.press("ArrowRight")
        python_s_stand(page, plan_of(skew))
        cells = page.evaluate("""() => {
          const [{ customdata }] = document.querySelector('[data-chart="map"]').shown.data;
          return customdata.map((row) => [...row]);
        }""")
        np.testing.assert_allclose(np.transpose(cells), plan_of(skew).class_shares(counts), rtol=1e-6)
    assert "map" not in page.evaluate("() => window.drawn")


def unpacked(numbers):
    return np.frombuffer(base64.b64decode(numbers["bdata"]), dtype=numbers["dtype"])


@pytest.mark.parametrize("classes", [10, 1000])
def test_a_sketch_looks_as_plotly_draws_the_same_figure(open_page, classes):
    address = f"/?classes={classes}&samples=1000000&increment=0.02"
    page = open_page(f"{address}&skew=0.3", height=2800)
    page.evaluate("() => { WebSocket.prototype.send = () => {}; }")
    page.evaluate("() => setInterval(() => { window.skewlabHand.at = performance.now(); }, 20)")  # it never rests
    page.get_by_role("slider", name="Skew factor", exact=True).first.press("ArrowRight")
    charts = page.locator(".panel [data-chart]")
    python_s_stand(page, plan_of(0.32, 0.02))
    page.wait_for_function(
        "() => [...document.querySelectorAll('.panel [data-chart]')].every((it) => it.querySelector('canvas.sketch'))"
    )
    page.mouse.move(0, 0)
    sketches = [(axes(chart), pixels(chart)) for chart in charts.all()]
    drawn = open_page(f"{address}&skew=0.32", height=2800)
    alike = []
    for (standing, sketch), chart in zip(sketches, drawn.locator(".panel [data-chart]").all(), strict=True):
        which = chart.get_attribute("data-chart")
        if standing != axes(chart):  # a sketch keeps the axes that stand there
            continue
        off = np.abs(sketch - pixels(chart)).max(axis=2) > 60
        assert off.mean() < (0.1 if which == "batches" else 0.02), which  # plotly puts the edges of its bars on pixels
        alike.append(which)
    assert {"skew", "batches"} | ({"map"} if classes == 1000 else set()) <= set(alike)


def axes(chart):
    return chart.evaluate(
        """({ _fullLayout: full }) => ['xaxis', 'yaxis', 'xaxis2', 'yaxis2'].map((axis) =>
             full[axis]?.range.map((end) => Number(end.toPrecision(6))))"""
    )


def pixels(chart):
    chart.scroll_into_view_if_needed()
    return np.asarray(Image.open(io.BytesIO(chart.screenshot())).convert("RGB")).astype(int)
