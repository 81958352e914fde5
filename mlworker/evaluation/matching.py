"""Quality of a segmentation: the objects of two label arrays, matched by intersection over union."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class Matching:
    """Counts and scores at one IoU threshold. A score with denominator zero is 1: nothing to find, nothing found."""

    threshold: float
    tp: int  # true objects with a partner
    fp: int  # predicted objects without one
    fn: int  # true objects without one
    precision: float  # tp / (tp + fp)
    recall: float  # tp / (tp + fn)
    f1: float  # 2 tp / (2 tp + fp + fn)
    accuracy: float  # tp / (tp + fp + fn)
    mean_matched_iou: float  # over the matched pairs; NaN if there are none


def matching(true: Labels, predicted: Labels, threshold: float = 0.5) -> Matching:
    """Match the objects of two label arrays of the same shape (H, W), where 0 is background.

    A pair counts if its intersection over union is at least `threshold`, in [0.5, 1]. So an object has at most one
    partner, except for exact halves, where the first counts, and no assignment problem is left to solve. After
    `matching` of stardist (Schmidt et al., MICCAI 2018), which follows the 2018 Data Science Bowl. Raises `ValueError`
    for different shapes or another threshold.

    >>> true = np.array([[1, 1, 0, 2]])
    >>> matching(true, np.array([[7, 7, 7, 0]])).tp  # object 1 found with IoU 2/3, object 2 missed
    1
    """
    if true.shape != predicted.shape:
        raise ValueError(f"Label arrays differ in shape: {true.shape} and {predicted.shape}")
    if not 0.5 <= threshold <= 1:
        raise ValueError(f"The threshold must lie in [0.5, 1], not {threshold}")
    iou = intersection_over_union(true, predicted)
    pairs = _pairs(iou, threshold)
    mean = float(np.mean([iou[pair] for pair in pairs])) if pairs else float("nan")
    return _scored(threshold, len(pairs), iou.shape[1] - len(pairs), iou.shape[0] - len(pairs), mean)


def pooled(matchings: list[Matching]) -> Matching:
    """The matching of several pictures together: counts add up, so a crowded picture weighs more.

    Raises `ValueError` unless all have the same threshold.
    """
    thresholds = {one.threshold for one in matchings}
    if len(thresholds) != 1:
        raise ValueError(f"Only matchings at one threshold can be pooled, not {sorted(thresholds)}")
    tp, fp, fn = (sum(getattr(one, name) for one in matchings) for name in ("tp", "fp", "fn"))
    summed = sum(one.mean_matched_iou * one.tp for one in matchings if one.tp)
    return _scored(thresholds.pop(), tp, fp, fn, summed / tp if tp else float("nan"))


def _scored(threshold: float, tp: int, fp: int, fn: int, mean_matched_iou: float) -> Matching:
    return Matching(
        threshold=threshold,
        tp=tp,
        fp=fp,
        fn=fn,
        precision=_ratio(tp, tp + fp),
        recall=_ratio(tp, tp + fn),
        f1=_ratio(2 * tp, 2 * tp + fp + fn),
        accuracy=_ratio(tp, tp + fp + fn),
        mean_matched_iou=mean_matched_iou,
    )


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


def _pairs(iou: NDArray[np.float64], threshold: float) -> list[tuple[int, int]]:
    """One-to-one pairs with at least the threshold, the best first."""
    rows, columns = np.nonzero(iou >= threshold)
    taken_rows: set[int] = set()
    taken_columns: set[int] = set()
    pairs = []
    for index in np.argsort(-iou[rows, columns], kind="stable"):
        row, column = int(rows[index]), int(columns[index])
        if row in taken_rows or column in taken_columns:
            continue
        taken_rows.add(row)
        taken_columns.add(column)
        pairs.append((row, column))
    return pairs


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
