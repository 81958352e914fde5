"""How far one gets without looking at a cell: models of colour alone, on the very split of the network.

A network that is no better than these has not been shown to read cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker import segmentation
from mlworker.preprocessing.scale_bar import CORNER_HEIGHT, CORNER_WIDTH

TREES = 300
BINS = 8


def colour_controls(
    training: NDArray[Any], training_labels: Sequence[str], held_out: NDArray[Any], held_out_labels: Sequence[str]
) -> dict[str, float]:
    """Accuracy on held-out pictures (N, S, S, 3) uint8 of forests on three features that tell no cell from another.

    `colour_histogram`: of the whole picture; `background_colour`: of what lies outside the segmented cells;
    `scale_bar_corner`: the pixels of the lower right corner.
    """
    features = {
        "colour_histogram": _histogram,
        "background_colour": _background,
        "scale_bar_corner": _corner,
    }
    return {
        name: _forest_accuracy(
            np.stack([feature(image) for image in training]),
            training_labels,
            np.stack([feature(image) for image in held_out]),
            held_out_labels,
        )
        for name, feature in features.items()
    }


def _forest_accuracy(
    known: NDArray[Any], known_labels: Sequence[str], unknown: NDArray[Any], unknown_labels: Sequence[str]
) -> float:
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(n_estimators=TREES, random_state=0, n_jobs=1)
    forest.fit(known, list(known_labels))
    return float((forest.predict(unknown) == np.array(list(unknown_labels))).mean())


def _histogram(image: NDArray[Any]) -> NDArray[np.float32]:
    counts = cv2.calcHist([image], [0, 1, 2], None, [BINS] * 3, [0, 256] * 3).ravel()
    shares: NDArray[np.float32] = counts / counts.sum()
    return shares


def _background(image: NDArray[Any]) -> NDArray[np.float32]:
    """Quartiles of each channel where no cell lies; (9,)."""
    outside = image[segmentation.segment(image).cell_labels == 0]
    pixels = outside if len(outside) else image.reshape(-1, 3)
    quartiles = np.quantile(pixels, [0.25, 0.5, 0.75], axis=0)
    return np.asarray(quartiles, dtype=np.float32).ravel()


def _corner(image: NDArray[Any]) -> NDArray[np.float32]:
    height, width = image.shape[:2]
    corner = image[height - round(height * CORNER_HEIGHT) :, width - round(width * CORNER_WIDTH) :]
    pixels: NDArray[np.float32] = corner.ravel().astype(np.float32)
    return pixels
