"""Those measurements of Explore's benchmark that no test of Explore repeats, in a short form: memory, messages."""

import sys

from tests.benchmarks.explore import process_of, rows_of_moves, rows_of_play


def test_playing_asks_the_server_for_nothing_and_neither_playing_nor_many_moves_take_memory(browser, server):
    rows = [*rows_of_play(browser, server, 3), *rows_of_moves(browser, server, process_of(server), 10)]
    sys.stdout.write("".join(f"{row}\n" for row in rows))
    untimed = [row for row in rows if not row.timed]
    assert (len(rows), len(untimed)) == (6, 5)
    assert [str(row) for row in untimed if not row.holds] == []
