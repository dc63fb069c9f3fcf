"""The sidebar without a browser: the first data, what stands in sight, groups, wrong entries, presets."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.server.page_files import page_style
from pages.parts.sidebar.page_parameters import PARAMETERS
from pages.parts.sidebar.sidebar import MAIN_SLIDERS
from pages.parts.sidebar.wrong_entries import typed_entry_rules
from sampler_core.datasets import load
from sampler_core.plans.parameters import RUN_ROWS
from sampler_core.plans.presets import PRESETS, PURPOSES
from tests.app.test_explore import is_sound, opened, opened_without_url, values_of

MAIN = ("ratio", "skew", "increment")


def counts_of(at):
    return at.session_state["scenario"].counts


def sliders_in_sight(at):
    return [parameter.key for parameter in at.session_state[MAIN_SLIDERS]]


def texts(at):
    return [re.sub(r"\\", "", said.value) for said in at.sidebar.markdown]


# --- the first data --------------------------------------------------------------------------------------------------


def test_without_a_url_the_first_data_is_cifar_10_with_its_class_names_and_imbalance_slider():
    at = opened_without_url()
    is_sound(at)
    assert counts_of(at) == load("cifar10_lt_if100")
    assert counts_of(at).names[0] == "airplane"
    assert dict(at.query_params) == {"data": "published"}
    at.number_input(key="ratio").set_value(10.0).run()
    assert counts_of(at).counts.tolist() == [int(5000 * 0.1 ** (c / 9)) for c in range(10)]
    assert counts_of(at).names == load("cifar10_lt_if100").names


def test_a_link_names_its_data_and_reset_goes_to_the_first_data():
    at = opened(skew="0.5")
    assert counts_of(at).num_samples == 20_000
    assert at.query_params["data"] == "synthetic"
    at.button(key="reset").click().run()
    is_sound(at)
    assert counts_of(at) == load("cifar10_lt_if100")
    again = opened(**dict(at.query_params))
    assert counts_of(again) == counts_of(at)


def test_data_of_its_own_counts_has_words_in_the_place_of_the_imbalance_slider():
    at = opened(data="published", table="ISIC 2019 skin lesions")
    assert "ratio" not in values_of(at)
    assert sliders_in_sight(at) == ["skew", "increment"]
    assert any(said.startswith("Class imbalance: 53.9, fixed") for said in texts(at))
    at = opened(data="my labels")
    assert any(said.startswith("Class imbalance: that of your labels") for said in texts(at))


# --- what stands in sight, and the groups ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "in_sight"),
    [
        ({}, MAIN),
        ({"shape": "cosine"}, ("ratio", "skew", "end")),
        ({"shape": "step"}, ("ratio", "at_epoch", "skew", "end")),
        ({"target": "effective number"}, ("ratio",)),
    ],
)
def test_the_main_sliders_are_the_imbalance_and_the_schedule_s_first_parameters(url, in_sight):
    at = opened(data="published", **url)
    is_sound(at)
    assert tuple(sliders_in_sight(at)) == in_sight


def test_every_parameter_of_the_run_has_its_place_from_its_row():
    assert {row.key for row in RUN_ROWS if row.group == "main"} == {"epochs", "batch"}
    assert {row.group for row in PARAMETERS.values()} == {"main", "data", "schedule", "limits", "draws"}


def test_a_closed_group_tells_what_it_holds_where_that_is_not_the_default():
    at = opened(data="published", max_repeats="10", min_per_batch="1", scheme="stratified", limit="1", seed="3")
    assert "cap 10 repeats, floor 1 a batch" in texts(at)
    assert "stratified, seed 3" in texts(at)
    assert "linear, skew at most 1" in texts(at)
    assert "**CIFAR-10-LT**  \n12,406 images" in texts(at)
    assert "independent" in texts(opened())


# --- wrong entries ---------------------------------------------------------------------------------------------------


def test_a_wrong_number_of_the_url_is_told_beside_its_box_until_it_is_mended_or_cleared():
    sentence = "Batch size must be a whole number from 1 to 65,536, got 0"
    for mend in (
        lambda at: at.number_input(key="batch").set_value(64),
        lambda at: at.button(key="reset").click(),
        lambda at: at.button(key="undo").click(),
    ):
        at = opened(batch="0", seed="5")
        assert any(sentence in said for said in texts(at))
        at.number_input(key="epochs").set_value(50).run()
        assert any(sentence in said for said in texts(at))
        mend(at).run()
        assert not any(sentence in said for said in texts(at))


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ({"shape": "piecewise", "points": "0:0, 5"}, "points must be pairs"),
        ({"data": "published", "table": "CIFAR-100-LT", "ratio": "900"}, "Class imbalance must be from 1 to"),
    ],
)
def test_an_entry_that_does_not_fit_the_others_is_told_beside_its_box_too(url, sentence):
    at = opened(**url)
    assert any(sentence in said for said in texts(at))
    assert sentence in at.error[0].value.replace("\\", "")


def test_each_number_box_of_the_url_has_its_sentence_for_numbers_out_of_range():
    rules = typed_entry_rules()
    assert '.st-key-epochs:has([aria-invalid="true"])' in rules
    assert '"Epochs must be a whole number from 1 to 1,000."' in rules
    of_sources = rules.count(".stApp:has(.st-key-said-temperature)")
    assert rules.count("{") == sum(row.kind in ("number", "integer") for row in PARAMETERS.values()) + of_sources
    assert '"Cap on passes must be a number from 0 to 100,000."' in rules
    assert rules in page_style()
    assert "<" not in rules


def test_redo_makes_a_change_again_that_undo_took_back_until_something_else_changes():
    at = opened()
    assert at.button(key="redo").disabled
    at.number_input(key="skew").set_value(0.5).run()
    at.button(key="undo").click().run()
    assert values_of(at)["skew"] == 0.0
    at.button(key="redo").click().run()
    assert values_of(at)["skew"] == 0.5
    at.button(key="undo").click().run()
    at.number_input(key="batch").set_value(64).run()
    assert at.button(key="redo").disabled


# --- presets ---------------------------------------------------------------------------------------------------------


def test_the_menu_of_presets_shows_each_with_source_curve_and_other_names_by_purpose():
    at = opened(epochs="50")
    at.button(key="presets").click().run()
    said = "\n".join(re.sub(r"\\", "", one.value) for one in (*at.markdown, *at.caption))
    assert all(purpose in said for purpose in PURPOSES)
    assert all(p.title in said and p.source in said and p.other_names in said for p in PRESETS.values())
    assert len(at.get("image")) == len(PRESETS)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_of_the_menu_sets_the_sidebar_and_its_source_is_told(name):
    at = opened(epochs="50")
    at.button(key="presets").click().run()
    at.button(key=f"use-{name}").click().run()
    is_sound(at)
    assert at.session_state["scenario"].plan.target == PRESETS[name].rule(50)
    (told,) = [caption.value for caption in at.sidebar.caption if caption.value.startswith("Preset")]
    assert told.replace("\\", "") == f"Preset {PRESETS[name].title}. {PRESETS[name].source}."


def sent_after_its_page_was_left():
    import streamlit as st

    from pages.parts.live.browser_component import sent

    st.text(repr(sent("phone-sliders", "moved")))


def test_what_a_component_sends_after_its_page_was_left_is_nothing():
    at = AppTest.from_function(sent_after_its_page_was_left).run()
    assert not at.exception and at.text[0].value == "None"


# --- messages of callbacks -------------------------------------------------------------------------------------------


def test_what_a_callback_tells_the_next_run_of_the_page_shows_and_no_other():
    def page() -> None:
        import streamlit as st

        from pages.parts.sidebar.toasts import show_what_was_told, tell

        show_what_was_told()
        st.button("Go", on_click=tell, args=("It went.", ":material/info:"))

    at = AppTest.from_function(page).run()
    assert not at.toast
    at.button[0].click().run()
    assert [(toast.value, toast.icon) for toast in at.toast] == [("It went.", ":material/info:")]
    assert not at.run().toast
