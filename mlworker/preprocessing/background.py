"""The colour of the glass between the cells, which depends on lamp, camera and stain batch, not on the disease."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

BRIGHT_QUANTILE = 0.90  # the brightest tenth of a field is background; cells rarely cover nine tenths
TARGET = 240.0  # level of the background in every channel afterwards, with room for brighter pixels


def background_colour(image: NDArray[Any]) -> NDArray[np.float32]:
    """Median RGB of the brightest tenth of `image` (H, W, 3) uint8, as (3,) float32 in [1, 255]."""
    pixels = image.reshape(-1, 3)
    luminance = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).ravel()
    rank = int(BRIGHT_QUANTILE * (len(luminance) - 1))
    bright = pixels[luminance >= np.partition(luminance, rank)[rank]]
    return np.asarray(np.maximum(np.median(bright, axis=0), 1.0), dtype=np.float32)


def whiten_background(image: NDArray[Any]) -> NDArray[np.uint8]:
    """`image` (H, W, 3) uint8 with each channel scaled so that the background becomes a light grey of 240.

    A gain is a shift in optical density, so the stain of the cells keeps its contrast to the glass.
    """
    gain = TARGET / background_colour(image)
    levels = np.arange(256, dtype=np.float32)
    table = np.clip(np.rint(levels[:, np.newaxis] * gain), 0, 255).astype(np.uint8)  # (256, 3): one column a channel
    return np.asarray(cv2.LUT(image, table[np.newaxis]))
