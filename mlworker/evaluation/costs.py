"""The cost of mistakes: calling a leukaemia benign costs more than mixing up two of its forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

COST_CLASSES = ("Benign", "Early", "Pre", "Pro")
COST_MATRIX = ((0, 10, 20, 30), (10, 0, 15, 25), (20, 15, 0, 10), (30, 25, 10, 0))  # row truth, column prediction


@dataclass(frozen=True, slots=True)
class Cost:
    """Cost of all mistakes on a set of pictures, in the units of COST_MATRIX."""

    total: int
    per_picture: float
    sensitive_accuracy: float  # 1 - total / the cost if every picture got its most expensive wrong answer


def misclassification_cost(matrix: NDArray[Any]) -> Cost:
    """Cost of a confusion matrix (4, 4) whose classes are COST_CLASSES in order."""
    costs = np.array(COST_MATRIX)
    total = int((matrix * costs).sum())
    worst = int((matrix.sum(axis=1) * costs.max(axis=1)).sum())
    return Cost(total=total, per_picture=total / int(matrix.sum()), sensitive_accuracy=1 - total / worst)
