"""Features as a frozen backbone gives them: digits, moved and noisy, through a network of fixed random weights."""

from __future__ import annotations

import numpy as np

from sampler_core.training import LabelledFeatures, load_features

SIDE, HIDDEN, NOISE = 8, 1024, 0.15  # pixels, units, of a pixel's largest value


def embeddings(rows: int = 25_000, columns: int = 768, classes: int = 8, seed: int = 0) -> LabelledFeatures:
    """The first digits of optdigits, each class half as frequent as the one before; each image moved by up to a pixel,
    with noise of its own."""
    digits, generator = load_features("optdigits"), np.random.default_rng(seed)
    labels = generator.choice(classes, rows, p=2.0 ** -np.arange(1, classes + 1) / (1 - 2.0**-classes))
    images = np.empty((rows, SIDE, SIDE), dtype=np.float32)
    for c in range(classes):
        drawn = generator.choice(np.flatnonzero(digits.y == c), int((labels == c).sum()))
        images[labels == c] = digits.X[drawn].reshape(-1, SIDE, SIDE) / digits.X.max()
    for shift in range(9):
        some = generator.integers(9, size=rows) == shift
        images[some] = np.roll(images[some], (shift // 3 - 1, shift % 3 - 1), axis=(1, 2))
    images += NOISE * generator.standard_normal(images.shape, dtype=np.float32)
    inputs = images.reshape(rows, -1)
    for units in (HIDDEN, columns):
        weights = generator.standard_normal((inputs.shape[1], units), dtype=np.float32)
        inputs = np.maximum(inputs @ weights * np.sqrt(2 / inputs.shape[1]), 0.0)
    return LabelledFeatures(inputs.astype(np.float32), np.array([f"digit {c}" for c in range(classes)])[labels])
