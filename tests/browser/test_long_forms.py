"""That measurement of Explore's benchmark that no test of Explore repeats, in a short form: playing, its memory."""

import sys

from tests.benchmarks.explore import rows_of_play


def test_playing_asks_the_server_for_nothing_and_takes_no_memory(browser, server):
    rows = rows_of_play(browser, server, 3)
    sys.stdout.write("".join(f"{row}\n" for row in rows))
    untimed = [row for row in rows if not row.timed]
    assert (len(rows), len(untimed)) == (3, 2)
    assert [str(row) for row in untimed if not row.holds] == []
