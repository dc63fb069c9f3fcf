"""How much of the long tests runs: each day a part in which every value has its turn, all where FULL_STATISTICS is set.

The nightly job sets it. READING_FUZZ and TUNING_EXAMPLES are numbers of examples, for a search by hand.
"""

import os

FULL = os.environ.get("FULL_STATISTICS", "").lower() not in ("", "0", "false")


def in_turn(*places: int) -> bool:
    """Whether the case at these places of its lists runs: all of them, or those of one third.

    Of any two lists, each value meets each of the other's where a third list has three values.
    """
    return FULL or sum(places) % 3 == 0


def examples(name: str, everyday: int, full: int) -> int:
    """How many examples to try: what the environment variable says, if it is set."""
    return int(os.environ.get(name, full if FULL else everyday))
