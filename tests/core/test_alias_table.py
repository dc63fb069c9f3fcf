"""Alias tables: masses are conserved."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sampler_core.draws.alias_table import alias_table


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=70))
def test_an_alias_table_conserves_every_mass_exactly(masses):
    masses = np.array(masses, dtype=np.int64)
    columns = masses.size
    heights = (int(masses.sum()) - np.arange(columns) + columns - 1) // columns
    own, other = alias_table(masses, heights)
    assert (own >= 0).all()
    assert (own <= heights).all()
    found = own.copy()
    np.add.at(found, other, heights - own)
    assert found.tolist() == masses.tolist()


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=70), st.integers(0, 50))
def test_with_slack_an_alias_table_conserves_the_whole_and_each_mass_to_within_the_slack(masses, slack):
    masses = np.array(masses, dtype=np.int64) * 1000
    columns = masses.size
    heights = (int(masses.sum()) - np.arange(columns) + columns - 1) // columns
    own, other = alias_table(masses, heights, slack)
    assert (own >= 0).all()
    assert (own <= heights).all()
    found = own.copy()
    np.add.at(found, other, heights - own)
    assert found.sum() == masses.sum()
    assert np.abs(found - masses).max() <= slack
