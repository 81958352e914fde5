"""Changed views of labelled cells: turned, restained, blurred, noisy, compressed, at another scale, on other glass.

What is drawn at random is everything that differs between hospitals and says nothing about the cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.cells.crops import SIDE
from mlworker.training.cells.stock import NO_CLASS, Stock
from mlworker.training.data.augment import Ranges, restain, soften

STAIN = Ranges(stain_strength=0.32, stain_colour=0.20, stain_mixing=0.09, brightness=0.16, blur_pixels=1.1)


@dataclass(frozen=True, slots=True)
class Changes:
    """How far a view may differ from its crop; shares are of the views."""

    zoom: float = 0.20  # of the logarithm of the scale, both ways
    shift_pixels: float = 7.0
    swaps: float = 0.25  # laid on another cell's background
    darkened: float = 0.10  # to 0.45 to 0.85 of the light
    noise: float = 6.0  # deviation in grey values, from 0 to this
    compressed: float = 0.4  # saved as JPEG of quality 35 to 95
    coarse: float = 0.25  # thinned out to a half to a quarter of the resolution, as a field at low magnification is


# How often a view is of each source; a source left out gives its share to the others.
SHARES = {
    "jhu-cellavision": 0.37,
    "mll-bone-marrow": 0.26,
    "pbc-barcelona": 0.12,
    "taleqani-all4": 0.12,
    "bccd": 0.05,
    "wbc-seg-zheng-1": 0.025,
    "wbc-seg-zheng-2": 0.025,
    "drawn": 0.03,
}


def draw_cells(stock: Stock, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw cell numbers (count,): sources by SHARES, classes of a source by the third root of their number of cells."""
    weights = np.zeros(len(stock.truth))
    for source, share in SHARES.items():
        inside = (stock.source == source) & (stock.truth != NO_CLASS)
        sizes = np.bincount(stock.truth[inside], minlength=1)
        if not inside.any():
            continue
        weight = sizes[stock.truth[inside]] ** (-2 / 3)
        weights[inside] = share * weight / weight.sum()
    return rng.choice(len(weights), size=count, p=weights / weights.sum())


def view(
    crop: NDArray[np.uint8],
    mask: NDArray[np.bool_] | None,
    donor: NDArray[np.uint8],
    rng: np.random.Generator,
    changes: Changes,
) -> NDArray[np.uint8]:
    """Return one changed view (SIDE, SIDE, 3) of a crop (S, S, 3), S >= SIDE.

    `mask` (S, S) is the cell of the crop, None where it is not known; `donor` (S, S, 3) lends its background.
    """
    picture = crop
    if mask is not None and rng.random() < changes.swaps:
        picture = on_background(crop, mask, donor, rng)
    picture = _moved(picture, rng, changes)
    picture = soften(restain(picture, rng, STAIN), rng, STAIN)
    if rng.random() < changes.coarse:
        picture = coarsened(picture, float(rng.uniform(0.25, 0.55)))
    if rng.random() < changes.darkened:
        picture = (picture * rng.uniform(0.45, 0.85)).astype(np.uint8)
    picture = np.clip(picture + rng.normal(0, rng.uniform(0, changes.noise), picture.shape), 0, 255).astype(np.uint8)
    return compressed(picture, int(rng.integers(35, 95))) if rng.random() < changes.compressed else picture


def on_background(
    crop: NDArray[np.uint8], mask: NDArray[np.bool_], donor: NDArray[np.uint8], rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Lay the cell of a crop on another crop's glass, whose own cell is rolled into the corners."""
    half = crop.shape[0] // 2
    glass = restain(np.roll(donor, (half, half), axis=(0, 1)), rng, STAIN)
    grown = cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), dtype=np.uint8))
    soft = cv2.GaussianBlur(grown.astype(np.float32), (0, 0), 1.5)[..., None]
    return np.asarray(crop * soft + glass * (1 - soft), dtype=np.uint8)


def coarsened(picture: NDArray[np.uint8], factor: float) -> NDArray[np.uint8]:
    """Thin a picture out and bring it back to its size."""
    side = picture.shape[0]
    small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (side, side), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


def compressed(picture: NDArray[Any], quality: int) -> NDArray[np.uint8]:
    """Save as JPEG of this quality, from 1 to 100, and read again."""
    _, data = cv2.imencode(".jpg", np.ascontiguousarray(picture[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), dtype=np.uint8)[..., ::-1].copy()


def plain(crops: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the middle (N, SIDE, SIDE, 3) of crops (N, S, S, 3): what is judged, unchanged."""
    edge = (crops.shape[1] - SIDE) // 2
    return crops[:, edge : edge + SIDE, edge : edge + SIDE]


def _moved(picture: NDArray[np.uint8], rng: np.random.Generator, changes: Changes) -> NDArray[np.uint8]:
    middle = (picture.shape[1] / 2 - 0.5, picture.shape[0] / 2 - 0.5)
    zoom = float(np.exp(rng.uniform(-changes.zoom, changes.zoom)))
    matrix = cv2.getRotationMatrix2D(middle, rng.uniform(0, 360), zoom)
    matrix[:, 2] += SIDE / 2 - 0.5 - middle[0] + rng.uniform(-changes.shift_pixels, changes.shift_pixels, 2)
    moved = cv2.warpAffine(picture, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(moved[:, ::-1] if rng.random() < 0.5 else moved, dtype=np.uint8)
