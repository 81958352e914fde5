"""Covers the lower right corner, where microscope cameras print their scale bar."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# The bar of the training pictures fills 24x56 of 224x224 pixels; a small margin allows for resampling.
CORNER_HEIGHT = 26 / 224
CORNER_WIDTH = 60 / 224
BRIGHT_QUANTILE = 0.75  # the brightest quarter of the surroundings of the corner is background


def cover_scale_bar(image: NDArray[Any]) -> NDArray[Any]:
    """A copy of `image` (H, W, 3) uint8 with the lower right corner painted in the colour of the local background.

    Every picture is treated, with or without a bar; otherwise the painted corner itself would betray the source.
    """
    height, width = image.shape[:2]
    top = height - max(1, round(height * CORNER_HEIGHT))
    left = width - max(1, round(width * CORNER_WIDTH))
    covered = image.copy()
    covered[top:, left:] = _local_background(image, top, left)
    return covered


def _local_background(image: NDArray[Any], top: int, left: int) -> NDArray[Any]:
    """Median colour, (3,), of the brightest quarter of the pixels above and beside the corner."""
    height, width = image.shape[:2]
    above = image[max(0, 2 * top - height) : top, left:].reshape(-1, 3)
    beside = image[top:, max(0, 2 * left - width) : left].reshape(-1, 3)
    frame = np.concatenate([above, beside])
    luminance = frame.sum(axis=1, dtype=np.uint16)
    rank = int(BRIGHT_QUANTILE * (len(luminance) - 1))
    bright = frame[luminance >= np.partition(luminance, rank)[rank]]
    return np.asarray(np.median(bright, axis=0), dtype=image.dtype)
