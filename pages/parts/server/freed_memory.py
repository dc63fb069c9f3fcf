"""Memory of what was freed goes back to the system, and does not stay with the C library (glibc; others do it alone).

NOTE one-heap: each run of a page is a thread, and glibc gives threads heaps of their own, in which large arrays that
come and go leave gaps: 45 MB after twenty sessions. One heap has fewer. (Large arrays outside of it leave none, but
then each is new memory for the system: a change at 1000 classes takes twice the time.)

NOTE gaps: in use the heap grew to 108 MB within twenty minutes of random use, 43 of them gaps, which glibc gives back
only where nothing in use lies above them.
"""

from __future__ import annotations

import ctypes

ONE_HEAP = (-8, 1)  # an option of mallopt: M_ARENA_MAX


def keep_memory_whole() -> None:
    """Before any threads start: what is freed lies in one heap."""
    getattr(ctypes.CDLL(None), "mallopt", lambda *_: None)(*ONE_HEAP)


def give_freed_memory_back() -> None:
    """The pages of all gaps; takes some 0.5 ms for each MB that goes back."""
    getattr(ctypes.CDLL(None), "malloc_trim", lambda _: None)(0)
