"""Memory of what was freed goes back to the system, and does not stay with the C library (glibc; others do it alone).

NOTE few-heaps: each run of a page is a thread, and glibc gives threads heaps of their own, in which large arrays that
come and go leave gaps: 45 MB after twenty sessions. So they share those that Streamlit has made before it loads the
app. (Large arrays outside of any heap leave no gaps, but then each is new memory for the system: a change at 1000
classes takes twice the time.)

NOTE gaps: in use the heap grew to 108 MB within twenty minutes of random use, 43 of them gaps, which glibc gives back
only where nothing in use lies above them.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any

FEW_HEAPS = (-8, 1)  # an option of mallopt: M_ARENA_MAX


def share_heaps() -> None:
    """From now on no thread gets a new heap; as early as can be."""
    _call_if_there("mallopt", *FEW_HEAPS)


def give_freed_memory_back() -> None:
    """The pages of all gaps; takes some 0.5 ms for each MB that goes back."""
    _call_if_there("malloc_trim", 0)


def _call_if_there(function: str, *arguments: int) -> None:
    library: Any = ctypes.CDLL(None) if sys.platform == "linux" else None
    getattr(library, function, lambda *_: None)(*arguments)
