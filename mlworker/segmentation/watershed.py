"""Splits touching cells where their distance map has a valley."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.segmentation.morphology import Mask

# A rounder object needs no cut; two touching discs have a solidity of at most 0.96.
_ROUND = 0.97
# Two peaks belong to two cells if the map between them falls below this share of the lower peak.
_SADDLE = 0.85
# A peak lower than this share of its object's highest is a bulge, not a cell.
_LOWEST_PEAK = 0.45
_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))


def split_touching(mask: Mask) -> NDArray[np.int32]:
    """Label the objects of a mask (H, W): int32 with 1..n, one label for each of several touching cells."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=8, ltype=cv2.CV_32S)
    result: NDArray[np.int32] = np.asarray(labels, dtype=np.int32)
    following = count
    for label in range(1, count):
        left, top, width, height, area = stats[label]
        window = (slice(top, top + height), slice(left, left + width))
        part = np.pad(labels[window] == label, 1)
        if area < 30 or _solidity(part, int(area)) > _ROUND:
            continue
        pieces = _flood(part)[1:-1, 1:-1]
        for piece in range(2, int(pieces.max()) + 1):
            result[window][pieces == piece] = following
            following += 1
    return result


def _solidity(mask: Mask, area: int) -> float:
    """Area over the area of the convex hull. The hull runs through pixel centres, so half its length is added to it."""
    outlines, _ = cv2.findContours(mask.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    hull = cv2.convexHull(np.concatenate(outlines))
    return area / (cv2.contourArea(hull) + cv2.arcLength(hull, True) / 2 + 1)


def _flood(mask: Mask) -> NDArray[np.int32]:
    """Watershed of the distance map of one object: from its peaks downhill, level by level."""
    distance = cv2.distanceTransform(mask.view(np.uint8), cv2.DIST_L2, 5)
    distance = cv2.GaussianBlur(distance, (0, 0), max(0.08 * float(distance.max()), 0.5)) * mask
    peaks = _peaks(distance)
    basins = np.zeros(mask.shape, dtype=np.uint8)
    for number, (y, x) in enumerate(peaks, start=1):
        basins[y, x] = number
    if len(peaks) > 1:
        for level in np.linspace(float(distance.max()), 0.0, 24, endpoint=False)[1:]:
            _grow(basins, distance >= level)
        _grow(basins, mask)
    return np.where(mask & (basins == 0), 1, basins).astype(np.int32)


def _grow(basins: NDArray[np.uint8], region: Mask) -> None:
    """Spread the basins over the region, in place, one ring of pixels at a time."""
    while True:
        spread = (basins == 0) & region
        if not spread.any():
            return
        grown = np.where(spread, cv2.dilate(basins, _CROSS), basins)
        if np.array_equal(grown, basins):
            return
        basins[:] = grown


def _peaks(distance: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Peaks that stand for one cell each, as (row, column), the highest first."""
    top = float(distance.max())
    reach = max(1, round(0.45 * top))
    window = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    local = (distance >= cv2.dilate(distance, window) - 1e-6) & (distance > _LOWEST_PEAK * top)
    places = np.argwhere(local)
    chosen: list[tuple[int, int]] = []
    for y, x in places[np.argsort(-distance[local], kind="stable")][:250]:
        if all(_is_apart(distance, (int(y), int(x)), other) for other in chosen):
            chosen.append((int(y), int(x)))
    return chosen


def _is_apart(distance: NDArray[np.float32], low: tuple[int, int], high: tuple[int, int]) -> bool:
    """True if the straight line between two peaks crosses a valley."""
    steps = max(abs(low[0] - high[0]), abs(low[1] - high[1]), 1) + 1
    rows = np.linspace(low[0], high[0], steps).round().astype(int)
    columns = np.linspace(low[1], high[1], steps).round().astype(int)
    return bool(distance[rows, columns].min() < _SADDLE * distance[low])
