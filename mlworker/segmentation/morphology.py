"""Operations on binary masks (H, W) bool that every method needs."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


def disc(radius: int) -> NDArray[np.uint8]:
    """A round structuring element, (2 r + 1, 2 r + 1)."""
    side = 2 * max(radius, 0) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), dtype=np.uint8)


def opened(mask: Mask, radius: int) -> Mask:
    return np.asarray(cv2.morphologyEx(mask.view(np.uint8), cv2.MORPH_OPEN, disc(radius)) > 0)


def closed(mask: Mask, radius: int) -> Mask:
    return np.asarray(cv2.morphologyEx(mask.view(np.uint8), cv2.MORPH_CLOSE, disc(radius)) > 0)


def without_small(mask: Mask, min_area: float, min_share: float) -> tuple[Mask, float]:
    """The mask without its small 8-connected objects, and the area of its typical object (0 if none is left).

    Small is under `min_area` pixels, or under `min_share` of the typical area, which is the area of the object that
    contains the median object pixel: specks hardly count in it.
    """
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=8)
    areas = stats[:, cv2.CC_STAT_AREA]
    typical = weighted_median(areas[1:][areas[1:] >= min_area])
    keep = areas >= max(min_area, min_share * typical)
    keep[0] = False
    return np.asarray(keep[labels]), typical


def filled(mask: Mask, max_area: float) -> Mask:
    """The mask with its holes of at most `max_area` pixels closed. A hole does not touch the edge of the picture."""
    height, width = mask.shape
    _, labels, stats, _ = cv2.connectedComponentsWithStats((~mask).view(np.uint8), connectivity=4)
    left, top = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
    right, bottom = left + stats[:, cv2.CC_STAT_WIDTH], top + stats[:, cv2.CC_STAT_HEIGHT]
    hole = (left > 0) & (top > 0) & (right < width) & (bottom < height) & (stats[:, cv2.CC_STAT_AREA] <= max_area)
    hole[0] = False  # label 0 is the mask itself
    return np.asarray(mask | hole[labels])


def weighted_median(areas: NDArray[np.integer]) -> float:
    """Median of areas, each weighted by its pixels; 0 if there are none."""
    if areas.size == 0:
        return 0.0
    ordered = np.sort(areas)
    half = np.searchsorted(np.cumsum(ordered), ordered.sum() / 2)
    return float(ordered[half])
