"""Quality of a segmentation: the objects of two label arrays, matched by intersection over union."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class Matching:
    """Counts of objects. A score with denominator zero is 1: nothing to find, nothing found."""

    tp: int  # true objects with a partner
    fp: int  # predicted objects without one
    fn: int  # true objects without one

    @property
    def precision(self) -> float:
        return _ratio(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> float:
        return _ratio(self.tp, self.tp + self.fn)

    @property
    def f1(self) -> float:
        return _ratio(2 * self.tp, 2 * self.tp + self.fp + self.fn)


def matching(true: Labels, predicted: Labels) -> Matching:
    """Match the objects of two label arrays of the same shape (H, W), where 0 is background.

    A pair counts if its intersection over union is at least a half. So an object has at most one partner, except for
    exact halves, where one counts, and no assignment problem is left to solve. After `matching` of stardist (Schmidt et
    al., MICCAI 2018), which follows the 2018 Data Science Bowl. Raises `ValueError` for different shapes.

    >>> true = np.array([[1, 1, 0, 2]])
    >>> matching(true, np.array([[7, 7, 7, 0]])).tp  # object 1 found with IoU 2/3, object 2 missed
    1
    """
    if true.shape != predicted.shape:
        raise ValueError(f"Label arrays differ in shape: {true.shape} and {predicted.shape}")
    iou = intersection_over_union(true, predicted)
    rows, columns = np.nonzero(iou >= 0.5)
    tp = len(np.unique(rows)) + len(np.unique(columns)) - len(rows)  # two halves of one object count once
    return Matching(tp, iou.shape[1] - tp, iou.shape[0] - tp)


def pooled(matchings: Sequence[Matching]) -> Matching:
    """The matching of several pictures together: counts add up, so a crowded picture weighs more."""
    return Matching(*(sum(getattr(one, name) for one in matchings) for name in ("tp", "fp", "fn")))


def intersection_over_union(true: Labels, predicted: Labels) -> NDArray[np.float64]:
    """IoU of every true with every predicted object, (n true, n predicted), in the order of the labels."""
    _, true_index = np.unique(np.append(0, true), return_inverse=True)
    _, predicted_index = np.unique(np.append(0, predicted), return_inverse=True)
    shape = (int(true_index.max()) + 1, int(predicted_index.max()) + 1)
    overlap = np.bincount(true_index[1:] * shape[1] + predicted_index[1:], minlength=shape[0] * shape[1])
    overlap = overlap.reshape(shape)
    areas_true, areas_predicted = overlap.sum(axis=1, keepdims=True), overlap.sum(axis=0, keepdims=True)
    union = areas_true + areas_predicted - overlap
    return np.asarray((overlap / np.maximum(union, 1))[1:, 1:], dtype=np.float64)


def dice(true: NDArray[np.bool_], predicted: NDArray[np.bool_]) -> float:
    """2 |A and B| / (|A| + |B|) of two masks, in [0, 1]; 1 if both are empty (Dice, Ecology 1945;26:297-302)."""
    return _ratio(
        2 * int(np.count_nonzero(true & predicted)), int(np.count_nonzero(true) + np.count_nonzero(predicted))
    )


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
