"""Micrometres a pixel: stated, computed from the camera, or measured on red cells; with source and interval."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.cell_types import UNKNOWN_SCALE, Scale, ScaleSource
from mlworker.file_scale import PLAUSIBLE

RED_CELL_UM = 7.2  # across, on a dried smear
# The disc inscribed into a real red cell, which is seldom round, is smaller than the disc of its area: about 0.86 of it
# in 75 pictures of three sources (bccd, pbc-barcelona, taleqani-all4), 1 for drawn discs. 0.90 lies between them, and
# the interval covers both. Not yet measured on pictures of a scale that is stated by their source.
_INSCRIBED = 0.90
_FEWEST_RED_CELLS = 4
_NUCLEUS_LIGHT = 0.55  # of the glass's light in green: nuclei and basophilic cytoplasm are darker
_LEAST_CONTRAST = 0.06  # of the glass's light, between red cells and glass
_WORKING_SIDE = 900


def stated(um_per_pixel: float) -> Scale:
    """Take a scale as the doctor, the microscope's record or the file states it. Raises `ValueError` if implausible."""
    if not PLAUSIBLE[0] <= um_per_pixel <= PLAUSIBLE[1]:
        raise ValueError(f"A scale of {um_per_pixel} micrometres a pixel is not that of a microscope's camera.")
    return taken(um_per_pixel)


def taken(um_per_pixel: float) -> Scale:
    """Take a stated scale as it is, for a picture that was reduced and may be coarser than any camera's."""
    return Scale(um_per_pixel, um_per_pixel * 0.98, um_per_pixel * 1.02, ScaleSource.STATED, 1.0)


def of_camera(pixel_um: float, objective: float, adapter: float = 1.0) -> Scale:
    """Compute the scale from the camera's pixel in micrometres, the objective's magnification and the adapter's."""
    if min(pixel_um, objective, adapter) <= 0:
        raise ValueError("Pixel, objective and adapter are positive numbers.")
    return stated(pixel_um / (objective * adapter))


def from_red_cells(image: NDArray[np.uint8], nucleated: NDArray[np.bool_] | None = None) -> Scale:
    """Estimate the scale of (H, W, 3) uint8 RGB from single red cells; `nucleated` (H, W) is left out where known.

    The median of inscribed discs of one size; UNKNOWN with fewer than four. The interval is that of the median,
    widened by 10 % for red cells that are neither round nor 7.2 micrometres across in every patient.
    """
    shrink = min(1.0, _WORKING_SIDE / max(image.shape[:2]))
    small = cv2.resize(image, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA) if shrink < 1 else image
    mask = _red_cells(np.asarray(small, dtype=np.uint8))
    if nucleated is not None:
        size = (small.shape[1], small.shape[0])
        grown = cv2.resize(nucleated.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
        mask &= cv2.dilate(grown, np.ones((5, 5), dtype=np.uint8)) == 0
    diameters = _of_one_size(_diameters(mask)) / shrink
    if len(diameters) < _FEWEST_RED_CELLS:
        return UNKNOWN_SCALE
    middle = float(np.median(diameters))
    error = float(np.hypot(0.10, 1.65 * 1.25 * diameters.std() / middle / len(diameters) ** 0.5))
    scale = RED_CELL_UM * _INSCRIBED / middle
    confidence = float(np.clip(len(diameters) / 12, 0.3, 0.95))
    return _believed(Scale(scale, scale * (1 - error), scale * (1 + error), ScaleSource.RED_CELLS, confidence))


def _believed(scale: Scale) -> Scale:
    is_plausible = scale.um_per_pixel is not None and PLAUSIBLE[0] <= scale.um_per_pixel <= PLAUSIBLE[1]
    return scale if is_plausible else UNKNOWN_SCALE


def _red_cells(image: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Tell red cells from glass in green light, which they take most; nuclei left out, pale middles filled."""
    green = cv2.medianBlur(np.ascontiguousarray(image[..., 1]), 5)
    glass = float(np.percentile(green, 95))
    dark = cv2.dilate((green < _NUCLEUS_LIGHT * glass).astype(np.uint8), np.ones((5, 5), dtype=np.uint8)) > 0
    rest = green[~dark]
    nothing = np.zeros(green.shape, dtype=np.bool_)
    if rest.size < 0.1 * green.size:
        return nothing
    threshold, _ = cv2.threshold(rest.reshape(1, -1), 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    mask = (green <= threshold) & ~dark
    if not mask.any() or green[~mask & ~dark].mean() - green[mask].mean() < _LEAST_CONTRAST * glass:
        return nothing
    cleaned = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), dtype=np.uint8))
    return np.asarray(_filled(cleaned) & ~dark)


def _filled(mask: NDArray[Any]) -> NDArray[np.bool_]:
    """Fill holes that are smaller than the typical object: the pale middle of a red cell, not the glass among many."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask)
    largest = float(np.median(stats[1:, cv2.CC_STAT_AREA])) if count > 1 else 0.0
    holes, labels, hole_stats, _ = cv2.connectedComponentsWithStats((mask == 0).astype(np.uint8), connectivity=4)
    is_pale = hole_stats[:, cv2.CC_STAT_AREA] < max(largest * 0.5, 9)
    is_pale[0] = False
    return np.asarray((mask > 0) | (is_pale[labels] if holes > 1 else False))


def _diameters(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Diameters in pixels of the discs inscribed at the peaks of the distance map: touching cells count one by one."""
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    distance = cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1]
    smooth = cv2.GaussianBlur(distance, (0, 0), 1.0)
    window = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))
    is_peak = (smooth >= cv2.dilate(smooth, window) - 1e-6) & (distance > 3)
    rows, columns = np.nonzero(is_peak)
    radii = distance[rows, columns]
    height, width = mask.shape
    # A disc cut by the border is only known to be as large as the part that is seen.
    inside = np.minimum(np.minimum(rows, height - 1 - rows), np.minimum(columns, width - 1 - columns)) >= 0.6 * radii
    return np.asarray(2 * radii[inside] - 1, dtype=np.float64)


def _of_one_size(diameters: NDArray[np.float64]) -> NDArray[np.float64]:
    """Keep the most numerous size, within 15 %, counted by area: platelets are many, and small."""
    if not len(diameters):
        return diameters
    near = np.abs(np.log(diameters[:, None] / diameters[None])) < 0.15
    votes = near.sum(axis=1) * diameters**2
    return np.asarray(diameters[near[int(votes.argmax())]])
