"""Micrometres a pixel: stated, else from red cells, else from nuclei; with source, interval and confidence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

RED_CELL_UM = 7.2  # across, on a dried smear
NUCLEUS_UM = 9.0  # across, the median of nucleated cells of blood and marrow
_NUCLEI_SPREAD = 1.35  # a field of small lymphocytes or of large blasts lies so far from NUCLEUS_UM
_FEWEST_RED_CELLS = 4
_LEAST_ROUND = 0.90  # share of the circumscribed ellipse that a single red cell fills
_LONGEST = 1.35  # long over short axis of a red cell that is believed
_PLAUSIBLE = (0.02, 1.5)  # micrometres a pixel, from an oil objective with a fine camera to a 10x objective
_WORKING_SIDE = 900


class ScaleSource(StrEnum):
    STATED = "stated"
    RED_CELLS = "red_cells"
    NUCLEI = "nuclei"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Scale:
    """`um_per_pixel` with its 90 % interval `low` to `high`, where it is from, and the confidence in [0, 1].

    All three lengths are None when the source is UNKNOWN.
    """

    um_per_pixel: float | None
    low: float | None
    high: float | None
    source: ScaleSource
    confidence: float


UNKNOWN = Scale(None, None, None, ScaleSource.UNKNOWN, 0.0)


def stated(um_per_pixel: float) -> Scale:
    """Take a scale as the doctor, the microscope's record or the file states it. Raises `ValueError` if implausible."""
    if not _PLAUSIBLE[0] <= um_per_pixel <= _PLAUSIBLE[1]:
        raise ValueError(f"A scale of {um_per_pixel} micrometres a pixel is not that of a microscope's camera.")
    return Scale(um_per_pixel, um_per_pixel * 0.98, um_per_pixel * 1.02, ScaleSource.STATED, 1.0)


def of_camera(pixel_um: float, objective: float, adapter: float = 1.0) -> Scale:
    """Compute the scale from the camera's pixel in micrometres, the objective's magnification and the adapter's."""
    if min(pixel_um, objective, adapter) <= 0:
        raise ValueError("Pixel, objective and adapter are positive numbers.")
    return stated(pixel_um / (objective * adapter))


def from_red_cells(image: NDArray[np.uint8], nucleated: NDArray[np.bool_] | None = None) -> Scale:
    """Estimate the scale of (H, W, 3) uint8 RGB from single red cells; `nucleated` (H, W) is left out where known.

    The median diameter of round objects of one size; UNKNOWN with fewer than four. The interval is that of the median,
    widened by 6 % for red cells that are not 7.2 micrometres across in every patient.
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
        return UNKNOWN
    middle = float(np.median(diameters))
    error = float(np.hypot(0.06, 1.65 * 1.25 * diameters.std() / middle / len(diameters) ** 0.5))
    scale = RED_CELL_UM / middle
    confidence = float(np.clip(len(diameters) / 12, 0.3, 0.95))
    return _believed(Scale(scale, scale * (1 - error), scale * (1 + error), ScaleSource.RED_CELLS, confidence))


def from_nuclei(areas: NDArray[Any]) -> Scale:
    """Estimate the scale from nuclear areas (n,) in pixels; UNKNOWN without any.

    A wide interval on purpose: nuclei alone cannot tell a small blast from a large lymphocyte.
    """
    if not len(areas):
        return UNKNOWN
    scale = NUCLEUS_UM / float(2 * (np.median(areas) / np.pi) ** 0.5)
    return _believed(Scale(scale, scale / _NUCLEI_SPREAD, scale * _NUCLEI_SPREAD, ScaleSource.NUCLEI, 0.3))


def _believed(scale: Scale) -> Scale:
    is_plausible = scale.um_per_pixel is not None and _PLAUSIBLE[0] <= scale.um_per_pixel <= _PLAUSIBLE[1]
    return scale if is_plausible else UNKNOWN


def _red_cells(image: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Everything denser than glass in the channel that red cells and nuclei take most: green; holes filled."""
    green = cv2.GaussianBlur(image[..., 1], (0, 0), 1.0)
    threshold, mask = cv2.threshold(green, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    glass = float(np.percentile(green, 97))
    # Otsu parts nuclei from the rest where these are many: then red cells lie between its threshold and the glass.
    mask = (green < max(threshold, glass - max(12.0, 0.10 * glass))).astype(np.uint8)
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros_like(mask)
    cv2.drawContours(filled, outlines, -1, 1, cv2.FILLED)
    dark = green < 0.45 * glass  # nuclei
    return np.asarray((filled > 0) & ~(cv2.dilate(dark.astype(np.uint8), np.ones((3, 3), dtype=np.uint8)) > 0))


def _diameters(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Diameters in pixels of the single round objects that no border cuts."""
    height, width = mask.shape
    found = []
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    for outline in outlines:
        x, y, w, h = cv2.boundingRect(outline)
        if len(outline) < 16 or min(x, y, width - x - w, height - y - h) < 1:
            continue
        _, axes, _ = cv2.fitEllipse(outline)
        short, long = sorted(axes)
        area = cv2.contourArea(outline) + cv2.arcLength(outline, True) / 2
        is_filled = short > 0 and _LEAST_ROUND <= area / (np.pi * (short + 1) * (long + 1) / 4) <= 1.12
        if is_filled and long / short <= _LONGEST:
            found.append(2 * (area / np.pi) ** 0.5)
    return np.array(found, dtype=np.float64)


def _of_one_size(diameters: NDArray[np.float64]) -> NDArray[np.float64]:
    """The largest number of objects within 15 % of one diameter; bigger ones win a tie, specks are the smaller."""
    if not len(diameters):
        return diameters
    near = np.abs(np.log(diameters[:, None] / diameters[None])) < 0.15
    # Area weighs in, else a dozen platelets outvote ten red cells.
    votes = near.sum(axis=1) * diameters
    return diameters[near[int(votes.argmax())]]
