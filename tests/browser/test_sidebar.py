"""The sidebar in Chromium: what stands in sight, how far the keyboard has to go, numbers out of range."""

from tests.browser.conftest import settle, stands_on

MAIN = ("Class imbalance", "Skew factor", "Epoch increment")
SENTENCE = "() => getComputedStyle(document.querySelector('.st-key-epochs'), '::after').content"


def test_the_three_main_sliders_are_in_sight_and_within_fifteen_stops_of_the_skip_link(open_page):
    page = open_page(width=1280, height=720)
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.textContent") == "Skip to main content"
    stops = 0
    for name in MAIN:
        slider = page.get_by_role("slider", name=name, exact=True).first
        box = slider.bounding_box()
        assert box["y"] + box["height"] < 720
        while not slider.evaluate("(slider) => slider === document.activeElement"):
            page.keyboard.press("Tab")
            stops += 1
            assert stops < 15, name


def test_a_number_out_of_range_is_told_until_undo_clears_it_and_a_preset_is_chosen_with_the_keyboard(open_page):
    page = open_page()
    box = page.locator(".st-key-epochs input[type=number]")
    box.fill("99999")
    box.press("Enter")
    page.wait_for_function(f"() => ({SENTENCE})() === '\"Epochs must be a whole number from 1 to 1,000.\"'")
    page.get_by_role("button", name="Undo").click()
    page.wait_for_function("() => document.querySelector('.st-key-epochs input[type=number]').value === '100'")
    settle(page)
    assert page.evaluate(SENTENCE) == "none"
    page.get_by_role("button", name="Presets").press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_alt_text("Skew 0 in the first epoch, 1 in the last").nth(3).wait_for()
    stands_on(page, dialog.locator(".st-key-use-deferred button"))
    page.keyboard.press("Enter")
    dialog.wait_for(state="detached")
    page.wait_for_function("() => location.search.includes('at_epoch=80')")
    settle(page)
