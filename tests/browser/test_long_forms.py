"""The long measurements of Explore's benchmark in a short form, whatever the times are.

What does not depend on the machine's load is asserted: which figures stand, blank frames, messages, memory.
"""

import sys

from tests.benchmarks.explore import rows_of_long_ones


def test_the_short_form_leaves_no_stale_figure_asks_the_server_for_nothing_while_playing_and_keeps_its_memory(
    browser, server
):
    rows = list(rows_of_long_ones(browser, server, 0.03))
    sys.stdout.write("".join(f"{row}\n" for row in rows))
    untimed = [row for row in rows if not row.timed]
    assert (len(rows), len(untimed)) == (14, 8)
    assert [str(row) for row in untimed if not row.holds] == []
