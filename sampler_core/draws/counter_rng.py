"""Counter-based random numbers: hashes of (key, position) instead of a generator with a state.

The one contract here: the same key and position give the same number on every machine, in any order and any chunk.
The mixer is the finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014, figure 16).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

U64Array = NDArray[np.uint64]

GOLDEN, M1, M2 = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_KEY_MASK = (1 << 64) - 1
_U = np.uint64


def key_of(*parts: int) -> int:
    """One 64-bit key from any integers; it depends on their order and number."""
    key = 0
    for part in parts:
        key = mixed_int(key + GOLDEN + mixed_int(part & _KEY_MASK))
    return key


def uniform(key: int) -> float:
    """A number in [0, 1) from a 64-bit key: a multiple of 2**-53."""
    return (key >> 11) * 2.0**-53


def uniforms(keys: U64Array) -> NDArray[np.float64]:
    """`uniform` of each key; float64, same shape."""
    return (keys >> _U(11)).astype(np.float64) * 2.0**-53


def keys_of(key: int, numbers: U64Array) -> U64Array:
    """One key per number, for example one per batch; uint64, same shape."""
    return mix(numbers * _U(GOLDEN) + _U(key))


def mix(x: U64Array) -> U64Array:
    """Mixes each 64-bit integer in place; returns the same array."""
    t = x >> _U(30)
    x ^= t
    x *= _U(M1)
    np.right_shift(x, _U(27), out=t)
    x ^= t
    x *= _U(M2)
    np.right_shift(x, _U(31), out=t)
    x ^= t
    return x


def mixed_int(v: int) -> int:
    """`mix` for one integer."""
    v &= _KEY_MASK
    v = ((v ^ v >> 30) * M1) & _KEY_MASK
    v = ((v ^ v >> 27) * M2) & _KEY_MASK
    return v ^ v >> 31
