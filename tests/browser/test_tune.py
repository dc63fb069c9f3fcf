"""Tune in Chromium: a click on the map, links, phones, themes, accessibility."""

from urllib.parse import parse_qs, urlsplit

from tests.browser.conftest import fits_and_axe_finds_nothing, reaches_every_control, settle, stands_on, traces

REV = "document.querySelector('[data-chart=\"metric-map\"]').dataset.rev"


def test_a_click_on_the_map_sets_the_sidebar_and_says_so(open_page):
    page = open_page("/tune", height=2400)
    rev = page.evaluate(REV)
    area = page.locator("[data-chart='metric-map'] .nsewdrag").bounding_box()
    x, y = area["x"] + 0.6 * area["width"], area["y"] + 0.4 * area["height"]
    page.mouse.move(x, y - 9)
    page.mouse.move(x, y)
    page.wait_for_selector("[data-chart='metric-map'] .hoverlayer .hovertext")
    page.mouse.down()
    page.mouse.up()
    assert "skew factor from 0 to 0.7" in page.get_by_test_id("stToast").first.inner_text()  # before it goes again
    page.wait_for_function("() => location.search.includes('skew=0.7')")
    settle(page)
    increment = float(parse_qs(urlsplit(page.url).query)["increment"][0])
    assert abs(increment - 0.004) < 0.0015  # the point under the hand
    page.wait_for_function("() => document.querySelector('.st-key-skew input').value === '0.7'")
    page.wait_for_function(f"(rev) => {REV} !== rev", arg=rev)
    ring = next(trace for trace in traces(page, "metric-map") if trace["name"] == "your schedule")
    assert (ring["x"], ring["y"]) == ([0.7], [increment])


def test_by_keyboard_alone_a_plan_is_found_drawn_and_used_and_its_link_opens_it(open_page):
    page = open_page("/tune", height=2400)
    reaches_every_control(page)
    page.get_by_test_id("stMain").get_by_role("button", name="Share", exact=True).focus()  # after the sidebar
    stands_on(page, page.locator(".st-key-requirement-0-bound input"))
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("8")
    page.keyboard.press("Tab")
    page.wait_for_function("() => location.search.includes('0.08')")
    page.get_by_text("As drawn: the rarest class is missing from at most").wait_for()
    settle(page)
    stands_on(page, page.get_by_role("button", name="Use this", disabled=False), "Shift+Tab")
    below = page.locator(".st-key-requirement-form").bounding_box()["y"]
    page.keyboard.press("Enter")
    page.wait_for_function("() => location.search.includes('scheme=stratified')")
    page.get_by_text("Your plan meets all requirements as drawn.").wait_for()
    settle(page)
    assert "Violated" not in page.inner_text("body")
    assert page.locator(".st-key-requirement-form").bounding_box()["y"] == below, "nothing jumps"
    before, address = traces(page, "band"), page.url.split("?")[1]
    again = open_page(f"/tune?{address}")
    assert traces(again, "band") == before


def test_wide_and_on_a_phone_nothing_is_wider_than_the_screen_and_axe_finds_nothing(open_page):
    page = open_page("/tune")
    page.get_by_text("The same numbers as tables").click()
    page.get_by_role("tab", name="Skews that each epoch may have").wait_for()
    settle(page)
    texts = page.eval_on_selector_all("[data-chart]", "all => all.map((chart) => chart.getAttribute('aria-label'))")
    assert len(texts) == page.get_by_role("tab").count() == 2
    assert all(len(text) > 40 for text in texts)
    fits_and_axe_finds_nothing(page)


def test_a_map_that_takes_long_can_be_cancelled_and_asked_for_again(open_page):
    page = open_page("/?data=synthetic")
    page.add_init_script("""
      const cancel = setInterval(() => {
        if (document.querySelector('.st-key-sweep-again')) clearInterval(cancel);
        document.querySelector('.st-key-sweep-cancel button')?.click();  // again, where it was too new to hear it
      }, 50);
    """)
    cancelled = page.get_by_text("Map cancelled")
    drawn = page.locator("[data-chart='metric-map'][data-rev]")
    home = page.url.partition("?")[0]
    for more in range(10):  # maps are quick: one may be there before the press is heard, so others are asked for
        samples = 1_000_000 + more
        page.goto(
            f"{home}tune?classes=1000&samples={samples}&epochs=1000&metric=samples+seen+per+run&scheme=stratified"
            "&requirements=[]"
        )
        cancelled.or_(drawn).wait_for()
        if cancelled.is_visible():
            break
    assert cancelled.is_visible()
    assert drawn.count() == 0
    page.get_by_role("button", name="Compute map").click()
    drawn.wait_for()
    assert cancelled.count() == 0
