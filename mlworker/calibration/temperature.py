"""Temperature scaling: one number that makes a network's confidence match how often it is right.

Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", ICML 2017. The caller's duty: fit on
pictures that the network was not trained on.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

SEARCH_RANGE = (0.25, 10.0)  # a temperature outside of this means that the network, not its scale, is wrong
_GOLDEN = (5**0.5 - 1) / 2
_STEPS = 60


def softmax(logits: NDArray[Any], *, temperature: float) -> NDArray[np.float64]:
    """Probabilities (..., C) that sum to 1, from logits (..., C) divided by `temperature` > 0."""
    scaled = np.asarray(logits, dtype=np.float64) / temperature
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    probabilities: NDArray[np.float64] = powers / powers.sum(axis=-1, keepdims=True)
    return probabilities


def fit_temperature(logits: NDArray[Any], targets: NDArray[Any]) -> float:
    """The temperature with the least mean cross-entropy on logits (N, C) and targets (N, C), rows summing to 1.

    The cross-entropy is convex in 1/T, hence has one minimum along log T: a golden-section search finds it.
    """
    if len(logits) == 0:
        raise ValueError("No picture to fit a temperature on. Give the validation part of the split.")
    low, high = np.log(SEARCH_RANGE[0]), np.log(SEARCH_RANGE[1])
    for _ in range(_STEPS):
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        if _cross_entropy(logits, targets, np.exp(left)) <= _cross_entropy(logits, targets, np.exp(right)):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2))


def _cross_entropy(logits: NDArray[Any], targets: NDArray[Any], temperature: float) -> float:
    probabilities = softmax(logits, temperature=temperature)
    return float(-(targets * np.log(np.maximum(probabilities, 1e-12))).sum(axis=-1).mean())
