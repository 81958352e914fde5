"""How far one gets without looking at a cell: models of colour alone, on the very split of the network.

A network that is no better than these has not been shown to read cells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    known, unknown = (
        colours(images, [segmentation.segment(image).cell_labels > 0 for image in images])
        for images in (training, held_out)
    )
    return forests(known, training_labels, unknown, held_out_labels)


def colours(images: NDArray[Any], cells: Sequence[NDArray[np.bool_]] | NDArray[np.bool_]) -> dict[str, NDArray[Any]]:
    """The features of `colour_controls`, each (N, d), of pictures whose cells (S, S) bool are known."""
    return {
        "colour_histogram": np.stack([_histogram(image) for image in images]),
        "background_colour": np.stack([_background(image, mask) for image, mask in zip(images, cells, strict=True)]),
        "scale_bar_corner": np.stack([_corner(image) for image in images]),
    }


def forests(
    known: Mapping[str, NDArray[Any]],
    known_labels: Sequence[str],
    unknown: Mapping[str, NDArray[Any]],
    unknown_labels: Sequence[str],
) -> dict[str, float]:
    """Accuracy of a random forest on each of the features, from the known pictures to the unknown ones."""
    from sklearn.ensemble import RandomForestClassifier

    accuracies = {}
    for name, features in known.items():
        forest = RandomForestClassifier(n_estimators=TREES, random_state=0, n_jobs=1)
        forest.fit(features, list(known_labels))
        accuracies[name] = float((forest.predict(unknown[name]) == np.array(list(unknown_labels))).mean())
    return accuracies


def _histogram(image: NDArray[Any]) -> NDArray[np.float32]:
    counts = cv2.calcHist([image], [0, 1, 2], None, [BINS] * 3, [0, 256] * 3).ravel()
    shares: NDArray[np.float32] = counts / counts.sum()
    return shares


def _background(image: NDArray[Any], cells: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Quartiles of each channel where no cell lies; (9,)."""
    outside = image[~cells]
    pixels = outside if len(outside) else image.reshape(-1, 3)
    quartiles = np.quantile(pixels, [0.25, 0.5, 0.75], axis=0)
    return np.asarray(quartiles, dtype=np.float32).ravel()


def _corner(image: NDArray[Any]) -> NDArray[np.float32]:
    height, width = image.shape[:2]
    corner = image[height - round(height * CORNER_HEIGHT) :, width - round(width * CORNER_WIDTH) :]
    pixels: NDArray[np.float32] = corner.ravel().astype(np.float32)
    return pixels
