"""The gap between stated confidence and observed accuracy."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def expected_calibration_error(probabilities: NDArray[Any], labels: NDArray[Any], *, bins: int = 15) -> float:
    """Expected calibration error in [0, 1] of probabilities (N, C) against class numbers (N,).

    Mean of |accuracy - confidence| over equal-width bins of the predicted class's confidence, weighted by the number of
    pictures in each. Naeini, Cooper and Hauskrecht, AAAI 2015; 15 bins as in Guo et al., ICML 2017.
    """
    confidence = probabilities.max(axis=1)
    is_right = probabilities.argmax(axis=1) == labels
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    count = np.bincount(place, minlength=bins)
    gap = np.bincount(place, weights=is_right - confidence, minlength=bins)
    return float(np.abs(gap[count > 0]).sum() / len(labels))
