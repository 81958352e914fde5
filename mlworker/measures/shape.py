"""Measures of the form of one mask. Lengths in pixels, areas in pixels, ratios without a unit."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.segmentation.watershed import split_touching

_LEAST_LOBE = 0.08  # of the nucleus: a smaller piece is a bud, not a lobe


def area(mask: NDArray[np.bool_]) -> int:
    """Return the pixels of a mask (H, W)."""
    return int(np.count_nonzero(mask))


def perimeter(mask: NDArray[np.bool_]) -> float:
    """Return the length of all outer outlines in pixels, half a pixel outside of the outermost pixels' centres.

    By the numbers of straight and diagonal steps and of corners: Vossepoel and Smeulders, Computer Graphics and Image
    Processing 1982;20:347-364. Right within 3 % for discs of 8 pixels and more,
    where a plain sum of steps is up to 10 % too long.
    """
    return float(sum(_length(outline[:, 0]) + np.pi for outline in _outlines(mask)))


def _length(points: NDArray[Any]) -> float:
    steps = np.roll(points, -1, axis=0) - points
    if len(points) < 3:
        return float(np.abs(steps).max(axis=1).sum())
    is_diagonal = np.abs(steps).sum(axis=1) == 2
    corners = np.count_nonzero((steps != np.roll(steps, 1, axis=0)).any(axis=1))
    return float(0.980 * np.count_nonzero(~is_diagonal) + 1.406 * np.count_nonzero(is_diagonal) - 0.091 * corners)


def roundness(mask: NDArray[np.bool_]) -> float:
    """Return 4 pi area / perimeter^2 in [0, 1]: 1 for a disc, 0.785 for a square, 0 for an empty mask."""
    length = perimeter(mask)
    return float(min(1.0, 4 * np.pi * area(mask) / length**2)) if length else 0.0


def convexity(mask: NDArray[np.bool_]) -> float:
    """Return the area over that of the convex hull, in [0, 1]: 1 for a disc, less for a kidney; 0 for an empty mask."""
    outlines = _outlines(mask)
    if not outlines:
        return 0.0
    hull = cv2.convexHull(np.concatenate(outlines))
    # The hull runs through pixel centres: half its length makes up for the half pixel outside.
    around = cv2.contourArea(hull) + cv2.arcLength(hull, True) / 2 + 1
    return float(min(1.0, area(mask) / around))


def elongation(mask: NDArray[np.bool_]) -> float:
    """Return the long over the short axis of the ellipse with the same second moments, at least 1; 1 if empty."""
    rows, columns = np.nonzero(mask)
    if len(rows) < 3:
        return 1.0
    spread = np.linalg.eigvalsh(np.cov(np.stack([rows, columns])) + np.eye(2) / 12)
    return float(np.sqrt(spread[1] / spread[0]))


def lobes(nucleus: NDArray[np.bool_]) -> int:
    """Count the lobes of a nucleus (H, W): parts that its distance map separates; 0 for an empty mask."""
    if not nucleus.any():
        return 0
    sizes = np.bincount(split_touching(np.pad(nucleus, 1)).ravel())[1:]
    return int(np.count_nonzero(sizes >= _LEAST_LOBE * sizes.sum()))


def polygon(mask: NDArray[np.bool_], *, tolerance: float = 0.75) -> tuple[tuple[int, int], ...]:
    """Return the largest outer outline as (x, y) points in pixels, straying at most `tolerance`; empty if none."""
    outlines = _outlines(mask)
    if not outlines:
        return ()
    points = cv2.approxPolyDP(max(outlines, key=cv2.contourArea), tolerance, True)[:, 0]
    return tuple((int(x), int(y)) for x, y in points)


def _outlines(mask: NDArray[np.bool_]) -> tuple[NDArray[Any], ...]:
    found, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return tuple(found)
