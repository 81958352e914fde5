"""Measures of how a region is stained: optical density, its texture, granules, colour. All without a unit."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

_DARKEST = 1 / 255


def density(image: NDArray[np.uint8], glass: NDArray[Any]) -> NDArray[np.float32]:
    """Return natural optical densities (H, W, 3) of (H, W, 3) uint8 RGB against the light of `glass` (3,)."""
    light = np.maximum(np.asarray(glass, dtype=np.float32), 1.0)
    return np.asarray(-np.log(np.maximum(image / light, _DARKEST)), dtype=np.float32)


def coarseness(dense: NDArray[np.float32], region: NDArray[np.bool_]) -> float:
    """Return the deviation of the density over its mean within a region: 0 for evenly stained, 0 for an empty region.

    Fine blast chromatin lies low, clumped lymphocyte chromatin high. The outermost pixel is left out: it is half glass.
    """
    inner = cv2.erode(region.astype(np.uint8), np.ones((3, 3), dtype=np.uint8)) > 0
    values = dense.mean(axis=2)[inner]
    mean = float(values.mean()) if len(values) else 0.0
    return float(values.std() / mean) if mean > 0 else 0.0


def granularity(dense: NDArray[np.float32], region: NDArray[np.bool_], um_per_pixel: float) -> float:
    """Return the share of a region's density that stands out in grains under about one micrometre, in [0, 1].

    The white top-hat by a disc of one micrometre across, summed over the region, over the summed density.
    """
    side = max(3, 2 * round(0.5 / um_per_pixel) + 1)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    grey = np.ascontiguousarray(dense.mean(axis=2))
    inner = cv2.erode(region.astype(np.uint8), np.ones((3, 3), dtype=np.uint8)) > 0
    total = float(grey[inner].sum())
    standing = float(cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, disc)[inner].sum())
    return float(np.clip(standing / total, 0.0, 1.0)) if total > 0 else 0.0


def hue(dense: NDArray[np.float32], region: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Return the shares of red, green and blue in a region's mean density, which sum to 1; thirds for an empty region.

    Shares do not change with the strength of the stain: blue cytoplasm takes red light, orange granules take blue.
    """
    values = np.maximum(dense[region], 0).mean(axis=0) if region.any() else np.ones(3)
    total = float(values.sum())
    red, green, blue = (values / total).tolist() if total > 0 else (1 / 3, 1 / 3, 1 / 3)
    return float(red), float(green), float(blue)
