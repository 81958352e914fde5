"""Measures of a classifier, from class numbers and scores. NumPy alone, so that a serving machine can evaluate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

BINS = 15  # of confidence
_SCORES = ("precision", "recall", "f1")


@dataclass(frozen=True, slots=True)
class ClassMeasures:
    """Measures of one class, each in [0, 1]; `precision` is None if it is never predicted, `recall` if never true."""

    precision: float | None
    recall: float | None
    f1: float | None
    pictures: int


def accuracy(truth: NDArray[Any], predicted: NDArray[Any]) -> float:
    """Share of class numbers (N,) that agree, in [0, 1]."""
    return float((truth == predicted).mean())


def confusion(truth: NDArray[Any], predicted: NDArray[Any], *, classes: int) -> NDArray[np.int64]:
    """Counts (classes, classes): row is the truth, column the prediction."""
    matrix = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(matrix, (truth, predicted), 1)
    return matrix


def by_class(matrix: NDArray[np.int64], names: Sequence[str]) -> dict[str, ClassMeasures]:
    """Precision, recall and F1 of each class of a confusion matrix."""
    return {name: _of_class(matrix, number) for number, name in enumerate(names)}


def macro(matrix: NDArray[np.int64]) -> dict[str, float]:
    """Mean precision, recall and F1 of the classes in the truth; a class that is never predicted counts 0."""
    found = [measure for number in range(len(matrix)) if (measure := _of_class(matrix, number)).pictures]
    return {name: float(np.mean([getattr(each, name) or 0.0 for each in found])) for name in _SCORES}


def auroc(is_positive: NDArray[Any], scores: NDArray[Any]) -> float:
    """Area under the ROC curve: the chance that a positive scores above a negative; ties count half.

    `is_positive` is (N,) bool, `scores` (N,).

    It is computed from ranks (U of Mann and Whitney). Raises `ValueError` without positives or negatives.
    """
    positives, negatives = scores[is_positive], np.sort(scores[~is_positive])
    if len(positives) == 0 or len(negatives) == 0:
        raise ValueError("A ROC curve needs pictures with leukaemia and pictures without.")
    below = np.searchsorted(negatives, positives, side="left")
    not_above = np.searchsorted(negatives, positives, side="right")
    return float((below + not_above).mean() / 2 / len(negatives))


def expected_calibration_error(probabilities: NDArray[Any], labels: NDArray[Any]) -> float:
    """Expected calibration error in [0, 1] of probabilities (N, C) against class numbers (N,).

    Mean of |accuracy - confidence| over the bins of `reliability`, weighted by the number of pictures in each. Naeini,
    Cooper and Hauskrecht, AAAI 2015.
    """
    confidence, accuracy, counts = reliability(probabilities, labels)
    return float((np.abs(accuracy - confidence) * counts).sum() / len(labels))


def reliability(
    probabilities: NDArray[Any], labels: NDArray[Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Mean confidence, accuracy and number of pictures of each non-empty bin. Arguments are (N, C) and (N,).

    Confidence is the probability of the predicted class. Its bins are of equal width, as in Guo et al., ICML 2017.
    """
    confidence = probabilities.max(axis=1)
    is_right = probabilities.argmax(axis=1) == labels
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    counts = np.bincount(place, minlength=BINS)
    used = counts > 0
    sums, right = (np.bincount(place, weights=values, minlength=BINS)[used] for values in (confidence, is_right))
    return sums / counts[used], right / counts[used], counts[used]


def _of_class(matrix: NDArray[np.int64], number: int) -> ClassMeasures:
    hits, predicted, true = matrix[number, number], matrix[:, number].sum(), matrix[number].sum()
    return ClassMeasures(
        precision=float(hits / predicted) if predicted else None,
        recall=float(hits / true) if true else None,
        f1=float(2 * hits / (predicted + true)) if predicted + true else None,
        pictures=int(true),
    )
