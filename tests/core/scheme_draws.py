"""One epoch of draws under a sampling scheme, for the tests of `sampler_core.draws`."""

import numpy as np
from scipy import stats

from sampler_core.draws import SCHEMES, ClassMembers, Epoch

COUNTS = np.array([5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50])  # CIFAR-10-LT 100
RARE = 1e-4  # a test that fails by chance once in 10,000 seeds; the seeds are fixed


def shares_at(skew, counts=COUNTS):
    shares = counts.astype(float) ** (1 - skew)
    return shares / shares.sum()


def epoch_of(shares, samples, batch_size=128, seed=3, epoch=0):
    return Epoch(np.asarray(shares, dtype=np.float64), seed, epoch, samples, batch_size)


def members_of(scheme, counts, start=None):
    first = np.cumsum(counts) - counts
    begin = np.zeros((counts.size, *SCHEMES[scheme].START), dtype=np.int64)
    return ClassMembers(counts.astype(np.int64), first.astype(np.int64), begin if start is None else start)


def classes_of(scheme, epoch, begin=0, end=None):
    positions = np.arange(begin, epoch.samples if end is None else end, dtype=np.uint64)
    return SCHEMES[scheme](epoch).classes(positions)


def drawn_of(scheme, epoch, counts, start=None):
    """(class, number of the member within its class) of every draw of an epoch."""
    members = members_of(scheme, counts, start)
    places = SCHEMES[scheme](epoch, members).places(np.arange(epoch.samples, dtype=np.uint64))
    drawn = np.searchsorted(members.first, places, side="right") - 1
    return drawn, places - members.first[drawn]


def p_value(observed, expected):
    return stats.chisquare(observed, expected * observed.sum() / expected.sum()).pvalue


def tenths(size):
    """How many of 0..size-1 are in each tenth."""
    return np.bincount(np.arange(size) * 10 // size, minlength=10).astype(float)
