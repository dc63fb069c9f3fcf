"""Explore's benchmark in its short form: it measures every row, whatever the times are.

What does not depend on the machine's load is asserted: which figures stand, blank frames, messages, memory.
"""

import sys

from tests.benchmarks.explore import measured


def test_the_short_form_leaves_no_stale_figure_asks_the_server_for_nothing_while_playing_and_keeps_its_memory(chromium):
    rows = list(measured(chromium, 0.1))
    sys.stdout.write("".join(f"{row}\n" for row in rows))
    untimed = [row for row in rows if not row.timed]
    assert (len(rows), len(untimed)) == (22, 8)
    assert [str(row) for row in untimed if not row.holds] == []
