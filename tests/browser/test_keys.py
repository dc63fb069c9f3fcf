"""What lines, bars and rows mean is read in full on a phone: nothing cut, nothing to scroll, no text over another."""

import json
from urllib.parse import urlencode

import pytest

from tests.browser.conftest import at_width, nothing_scrolls_sideways, settle

# What is cut, hidden behind a scroll bar or out of the screen, in words.
FAULTS = """() => {
  const faults = [];
  const inside = ({ left, right, top, bottom }, box) => left >= box.left - 1 && right <= box.right + 1
    && top >= box.top - 1 && bottom <= box.bottom + 1;
  for (const chart of document.querySelectorAll('.panel [data-chart]')) {
    const figure = chart.getBoundingClientRect();
    const plot = chart.querySelector('.nsewdrag').getBoundingClientRect();
    const least = chart.querySelector('.legend') ? 130 : 0;
    if (plot.height < least) faults.push(`${chart.dataset.chart}: the key leaves ${plot.height} px`);
    for (const text of chart.querySelectorAll('.ytitle, .xtitle')) {
      if (!inside(text.getBoundingClientRect(), figure)) faults.push(`cut: ${text.textContent}`);
    }
    for (const legend of chart.querySelectorAll('.legend')) {
      const box = legend.querySelector('.bg').getBoundingClientRect();
      const texts = [...legend.querySelectorAll('.legendtext')]
        .map((text) => [text.textContent, text.getBoundingClientRect()]);
      texts.forEach(([text, one], i) => {
        if (!inside(one, figure) || !inside(one, box)) faults.push(`cut: ${text}`);
        if (texts.slice(i + 1).some(([, other]) => one.left < other.right - 1 && other.left < one.right - 1
          && one.top < other.bottom - 1 && other.top < one.bottom - 1)) faults.push(`covered: ${text}`);
      });
      if (box.bottom > plot.top + 1) faults.push(`${chart.dataset.chart}: the key lies over the plot`);
      const bar = legend.querySelector('.scrollbar').getBoundingClientRect();
      if (bar.height) faults.push(`${chart.dataset.chart}: scrolled`);
    }
  }
  for (const entry of document.querySelectorAll('.class-legend li')) {
    if (!inside(entry.getBoundingClientRect(), { left: 0, right: innerWidth, top: -Infinity, bottom: Infinity })
      || entry.scrollWidth > entry.clientWidth) faults.push(`cut: ${entry.textContent}`);
  }
  return faults;
}"""
# Texts that lie over each other, over a bar that is not theirs or out of their figure, and ticks that stand upright.
COLLISIONS = """() => {
  const TEXTS = ['x', 'x2', 'y', 'y2'].map((axis) => `.${axis}tick text, .${axis}title`).join();
  const faults = [];
  const boxed = (one) => [one.textContent, one.getBoundingClientRect(), one.closest('.point')];
  const touch = (one, other) => one.left < other.right - 1 && other.left < one.right - 1
    && one.top < other.bottom - 1 && other.top < one.bottom - 1;
  for (const chart of document.querySelectorAll('.panel [data-chart]')) {
    const figure = chart.getBoundingClientRect();
    const texts = [...chart.querySelectorAll(`${TEXTS}, .bartext, .cbaxis text, .cbtitle text`)].map(boxed);
    const bars = [...chart.querySelectorAll('.barlayer .point path')].map(boxed);
    texts.forEach(([text, box, bar], i) => {
      const of = `${chart.dataset.chart}: ${text}`;
      const across = box.left < figure.left - 1 || box.right > figure.right + 1;
      if (across || box.bottom > figure.bottom + 1) faults.push(`cut ${of}`);
      texts.slice(i + 1).forEach(([other, its]) => { if (touch(box, its)) faults.push(`${of} over ${other}`); });
      if (bar && bars.some(([, its, another]) => another !== bar && touch(box, its))) faults.push(`${of} over a bar`);
    });
    for (const tick of chart.querySelectorAll('.xtick text, .x2tick text')) {
      if (tick.getBoundingClientRect().height > 24) faults.push(`upright ${chart.dataset.chart}: ${tick.textContent}`);
    }
    const { height } = chart.querySelector('.nsewdrag').getBoundingClientRect();
    const least = chart.querySelector('.legend') ? 180 : 0;
    if (height < least) faults.push(`${chart.dataset.chart}: the key leaves ${height} px`);
  }
  return faults;
}"""
PLANS = [
    {"name": f"{sign * 34} no {place}", "preset": "deferred"} if place else "progressively_balanced"
    for place, sign in enumerate("aWx日L-")
]
REQUIREMENTS = [
    {"name": "share", "bound": 0.0001, "class_name": "Warezmaster".lower(), "first_epoch": 40, "last_epoch": 80},
    {"name": "share_ratio", "bound": 123456789.0, "first_epoch": 10, "last_epoch": 90},
    {"name": "repeats", "bound": 98765.0, "class_name": "buffer_overflow", "first_epoch": 10, "last_epoch": 90},
    {"name": "absence", "bound": 0.999, "group": "every", "first_epoch": 20, "last_epoch": 80},
    {"name": "coverage", "bound": 0.01, "per": "epoch", "class_name": "guess_passwd", "first_epoch": 5},
    {"name": "natural_mix", "num_epochs": 25, "end": "first", "bound": 0.25},
]
AGAINST = [{"name": "absence", "bound": 0.01}, {"name": "repeats", "bound": 1.5}, {"name": "share", "bound": 0.9}]
ADDRESSES = {
    "compare": ("/compare", {"classes": 12, "samples": 1_000_000}),
    "compare, long names of plans": ("/compare", {"plans": json.dumps(PLANS), "classes": 1000, "follow": "head"}),
    "tune, 12 requirements": (
        "/tune",
        {"requirements": json.dumps(2 * REQUIREMENTS), "data": "published", "table": "nsl_kdd_train"},
    ),
    "tune, 3 requirements that conflict": ("/tune", {"requirements": json.dumps(AGAINST), "classes": 1000}),
}
HEIGHT = 3400


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_entry_of_every_key_is_read_in_full(open_page, address):
    path, values = ADDRESSES[address]
    page = open_page(f"{path}?{urlencode(values)}", width=1280, height=HEIGHT)
    assert page.locator(".legendtext").count() >= 3
    for width in (1280, 360):
        assert at_width(page, width).evaluate(FAULTS) == [], width


def test_names_of_classes_wrap_where_they_must(open_page):
    names = [f"{(('W', 'n ', '日')[place % 3] * 40)[:36].strip()} {place:02d}" for place in range(12)]
    page = open_page("/compare?data=my+labels", width=390, height=HEIGHT)
    upload(page, names)
    page.wait_for_function(
        "(name) => document.querySelector('.class-legend')?.textContent.includes(name)", arg=names[3]
    )
    settle(page)
    assert page.locator(".class-legend li").all_inner_texts() == names[::-1]
    assert page.evaluate(FAULTS) == []


def upload(page, names):
    """Counts of classes with these names, the last the largest."""
    table = "class,count\n" + "".join(f'"{name}",{(place + 3) ** 2}\n' for place, name in enumerate(names))
    file = {"name": "names.csv", "mimeType": "text/csv", "buffer": table.encode()}
    page.set_input_files("[class*='st-key-own-file-'] input[type=file]", file)


def follow(page, *labels):
    box = page.locator(".st-key-followed input")
    for label in labels:
        box.click()
        box.fill(label)
        page.get_by_role("option", name=label, exact=True).click()
        settle(page, 0)
    page.keyboard.press("Escape")
    page.wait_for_function("() => !document.querySelector('[role=option]')")
    settle(page)


def is_read_in_full_with_and_without(page, *followed):
    """Wide and as on a phone: with no class followed, and with these."""
    for width in (360, 1280):
        assert at_width(page, width).evaluate(FAULTS) + page.evaluate(COLLISIONS) == [], width
        nothing_scrolls_sideways(page)
    follow(page, *followed)
    for width in (1280, 360):
        assert at_width(page, width).evaluate(FAULTS) + page.evaluate(COLLISIONS) == [], width
        entries = ["".join(text.split()) for text in page.locator(".legendtext").all_text_contents()]
        end = "".join(followed[-1].split())[-3:]
        assert sum(entry.endswith(end) for entry in entries) == 1  # one key for both first figures; long names are cut


def test_explore_s_figures_of_two_classes_are_read_in_full_with_and_without_a_followed_class(open_page):
    page = open_page("/?classes=2&samples=1000000", height=HEIGHT)
    is_read_in_full_with_and_without(page, "class 1", "class 0")


@pytest.mark.parametrize("classes", [12, 1000])
def test_explore_s_figures_are_read_in_full_where_names_are_long(open_page, classes):
    signs = ("W", "n ", "日", "snake_case_", "A class of forty signs, whose number is ")
    names = [f"{(signs[place % 5] * 40)[:36].strip()} {place:03d}" for place in range(classes)]
    page = open_page("/?data=my+labels", height=HEIGHT)
    upload(page, names)
    page.get_by_text(f"of {classes:,} classes").first.wait_for(state="attached")
    settle(page)
    is_read_in_full_with_and_without(page, *names[:1], *names[-1:])
