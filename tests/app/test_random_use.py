"""Random use of all pages, in small: `random_actions` as a command goes on for as long as wanted."""

import pytest

from pages.parts.server import study_line
from tests.app import random_actions


@pytest.fixture
def no_processes(monkeypatch):
    monkeypatch.setattr(study_line, "_studies", {})
    for module, name, instead in random_actions.INSTEAD:
        monkeypatch.setattr(module, name, instead)


@pytest.mark.parametrize("seed", range(4))
def test_nothing_that_a_page_offers_ends_it_with_an_error(seed, no_processes):
    assert random_actions.errors_of(seed, actions=20) == []
