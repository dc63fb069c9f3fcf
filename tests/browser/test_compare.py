"""Compare in Chromium: links, editing by hand, keyboard, phones, themes, accessibility."""

from tests.browser.conftest import fits_and_axe_finds_nothing, reaches_every_control, settle, stands_on, traces


def edit_toggle(page, place):
    return page.locator("[class*='st-key-plan-card-'] label", has_text="Edit").nth(place)


def test_a_copied_address_opens_the_same_plans_in_another_session(open_page):
    page = open_page("/compare?skew=0.3&epochs=40&follow=tail&figures_of=worst+epoch")
    edit_toggle(page, 2).click()  # the first is mine
    box = page.locator(".st-key-plan-1-skew input")
    box.fill("0.4")
    box.press("Enter")
    page.wait_for_function("() => location.search.includes('plans=')")
    settle(page)
    before, address = traces(page, "plan-shares"), page.url.split("?")[1]
    again = open_page(f"/compare?{address}")
    assert traces(again, "plan-shares") == before
    assert [trace["name"] for trace in before][1] == "square-root"


def test_by_keyboard_alone_every_control_is_reached_and_a_plan_is_moved(open_page):
    page = open_page("/compare", height=2400)
    reaches_every_control(page)
    page.get_by_test_id("stMain").get_by_role("button", name="Share", exact=True).focus()  # after the sidebar
    stands_on(page, edit_toggle(page, 1))  # the first is mine, which stays
    page.keyboard.press("Space")
    later = page.get_by_role("button", name="Later")
    later.wait_for()
    settle(page)
    stands_on(page, page.get_by_label("Name", exact=True), most=20)  # the editor comes right after the cards
    stands_on(page, later)
    page.keyboard.press("Enter")
    page.wait_for_function("() => location.search.includes('plans=')")
    settle(page)
    names = [trace["name"] for trace in traces(page, "plan-shares") if trace["name"] != "mine"]
    assert names[:2] == ["square-root", "natural"]


def test_wide_and_on_a_phone_nothing_is_wider_than_the_screen_and_axe_finds_nothing(open_page):
    page = open_page("/compare")
    page.get_by_text("The same numbers as tables").click()
    page.get_by_role("tab", name="Share over epochs").wait_for()
    edit_toggle(page, 0).click()
    page.get_by_role("button", name="Remove").wait_for()
    settle(page)
    texts = page.eval_on_selector_all("[data-chart]", "all => all.map((chart) => chart.getAttribute('aria-label'))")
    assert len(texts) == page.get_by_role("tab").count() == 8
    assert all(len(text) > 40 for text in texts)
    fits_and_axe_finds_nothing(page)
