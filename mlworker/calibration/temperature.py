"""Temperature scaling: one number that makes a network's confidence match how often it is right.

Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", ICML 2017. The caller's duty: fit on
pictures that the network was not trained on.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

SEARCH_RANGE = (0.25, 10.0)  # a temperature outside of this means that the network, not its scale, is wrong
SMALLEST = 1e-12  # no probability counts as less in a cross-entropy


def softmax(logits: NDArray[Any], *, temperature: float = 1.0) -> NDArray[np.float64]:
    """Probabilities (..., C) that sum to 1, from logits (..., C) divided by `temperature` > 0."""
    scaled = np.asarray(logits, dtype=np.float64) / temperature
    powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def fit_temperature(logits: NDArray[Any], targets: NDArray[Any]) -> float:
    """The temperature with the least mean cross-entropy on logits (N, C) and targets (N, C), rows summing to 1.

    The cross-entropy is convex in 1/T, hence it has one minimum along log T. Needs SciPy, which serving does without.
    Raises `ValueError` when there is no picture.
    """
    if len(logits) == 0:
        raise ValueError("No picture to fit a temperature on. Give the validation part of the split.")
    from scipy.optimize import minimize_scalar

    found = minimize_scalar(
        lambda place: cross_entropy(logits, targets, temperature=np.exp(place)),
        bounds=np.log(SEARCH_RANGE),
        method="bounded",
        options={"xatol": 1e-6},
    )
    return float(np.exp(found.x))


def cross_entropy(logits: NDArray[Any], targets: NDArray[Any], *, temperature: float = 1.0) -> float:
    """Mean cross-entropy of logits (N, C) divided by `temperature`, against targets (N, C) whose rows sum to 1."""
    probabilities = softmax(logits, temperature=temperature)
    return float(-(targets * np.log(np.maximum(probabilities, SMALLEST))).sum(axis=-1).mean())
