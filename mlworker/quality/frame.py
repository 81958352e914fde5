"""What is not blood in a picture: strips, the dark outside of an eyepiece's circle, frames of a screen, ink, lettering.

Found by colour, never by what a cell looks like: stains of blood give neither black in all three channels nor the pure
colours of ink, and no camera gives the same value to most of a row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

BORDER, INK = "FRAME_LEFT_OUT", "INK_LEFT_OUT"
_WORKING_SIDE = 640
_BLACK_LIGHT = 0.20  # of the glass's light in every channel; the darkest nuclei keep a third in blue
_FLAT_SHARE = 0.60  # of a row in one colour: a frame of a screen
_PLAIN_SHARE = 0.97  # of a row without lettering
_UNLIKE_REST, _OF_REST = 12, 0.03  # grey values in every channel; share of the rest in the colour of a strip, at most
_LEAST_BORDER, _LEAST_INK = 0.003, 0.0002  # of the picture's area
_LONGEST_INK = 0.03  # of the picture's longer side, at least
_SOFT_BORDER = 0.008  # of the longer side: what lies so near to a strip or circle belongs to its edge
_LEAST_VIEW = 0.15  # of the picture: with less left nothing is set aside


@dataclass(frozen=True, slots=True)
class View:
    """`blood` (H, W) bool is what shows the smear; `codes` say what was set aside, none if nothing was."""

    blood: NDArray[np.bool_]
    codes: tuple[str, ...]


def find(image: NDArray[np.uint8]) -> View:
    """Find what of (H, W, 3) uint8 RGB shows the smear."""
    height, width = image.shape[:2]
    factor = min(1.0, _WORKING_SIDE / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA) if factor < 1 else image)
    border = _strips(small)
    border |= _dark_outside(small, border)
    glass = _glass(small, ~border)
    ink = _ink(small, glass) & ~_grown(border, _SOFT_BORDER)
    found = tuple(code for code, mask in ((BORDER, border), (INK, ink)) if mask.any())
    aside = _grown(border, _SOFT_BORDER) | _grown(ink, 0.006)
    if not found or aside.mean() > 1 - _LEAST_VIEW:
        return View(np.ones((height, width), dtype=np.bool_), ())
    large = cv2.resize(aside.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST) > 0
    return View(np.asarray(~large), found)


def painted(image: NDArray[np.uint8], view: View) -> NDArray[np.uint8]:
    """Return a copy of the picture with what was set aside in the colour of its glass."""
    if not view.codes:
        return image
    result = image.copy()
    result[~view.blood] = _glass(image, view.blood).round().astype(np.uint8)
    return result


def cropped(image: NDArray[np.uint8], view: View) -> NDArray[np.uint8]:
    """Return the box around what shows the smear."""
    if not view.codes:
        return image
    rows, columns = np.flatnonzero(view.blood.any(axis=1)), np.flatnonzero(view.blood.any(axis=0))
    return np.ascontiguousarray(image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def _glass(image: NDArray[np.uint8], where: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The light of the glass (3,): the 90th percentile of what shows the smear."""
    values = image[where]
    return np.percentile(values[:: max(1, len(values) // 40_000)], 90, axis=0) if len(values) else np.full(3, 255.0)


def _strips(image: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Rows and columns at the border of which most has one colour that hardly occurs in the rest of the picture."""
    mask = np.zeros(image.shape[:2], dtype=np.bool_)
    rows, columns = _shares(image), _shares(image.swapaxes(0, 1))
    plain = (rows >= _PLAIN_SHARE)[:, None] | (columns >= _PLAIN_SHARE)[None]  # a frame has up to four sides
    for turned, shares, is_plain, marked in (
        (image, rows, plain, mask),
        (image.swapaxes(0, 1), columns, plain.T, mask.T),
    ):
        is_flat = shares >= _FLAT_SHARE
        for length, side in ((_run(is_flat), slice(None)), (_run(is_flat[::-1]), slice(None, None, -1))):
            if length and _is_foreign(turned[side], length, is_plain[side]):
                marked[side][:length] = True
    return mask


def _shares(image: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The share of each row (H,) that has the row's own colour."""
    colours = np.median(image, axis=1).astype(np.int16)
    return np.asarray((np.abs(image.astype(np.int16) - colours[:, None]) <= 3).all(axis=2).mean(axis=1))


def _is_foreign(image: NDArray[np.uint8], length: int, is_plain: NDArray[np.bool_]) -> bool:
    """Tell whether the colour of the first lines hardly occurs in the others: glass would.

    `is_plain` (H, W) are further lines in one colour, which may be the frame's other sides.
    """
    colour = np.median(image[:length].reshape(-1, 3), axis=0)
    rest = image[length:][~is_plain[length:]]
    if not len(rest):
        return False
    return float((np.abs(rest.astype(np.int16) - colour) <= _UNLIKE_REST).all(axis=1).mean()) < _OF_REST


def _run(is_flat: NDArray[np.bool_]) -> int:
    """Length of the flat lines from the border inwards; up to two that are not flat (lettering) may lie between."""
    flat = np.flatnonzero(is_flat[: len(is_flat) // 2])
    end = 0
    for line in flat.tolist():
        if line - end > 2:
            break
        end = line + 1
    return end


def _dark_outside(image: NDArray[np.uint8], strips: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Black that reaches the border of the picture or a strip: the outside of an eyepiece's circle."""
    glass = _glass(image, ~strips) if (~strips).any() else np.full(3, 255.0)
    black = ((image < _BLACK_LIGHT * glass).all(axis=2) | strips).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(black)
    edge = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    large = [n for n in edge if n and n < count and stats[n, cv2.CC_STAT_AREA] >= _LEAST_BORDER * labels.size]
    return np.asarray(np.isin(labels, large))


def _ink(image: NDArray[np.uint8], glass: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Strokes in black, white or a pure colour that no stain gives, long enough to be drawn or lettered."""
    density = -np.log((image.astype(np.float32) + 4) / (glass.astype(np.float32) + 4))
    red, green, blue = (density[..., n] for n in range(3))
    densest, thinnest = density.max(axis=2), density.min(axis=2)
    vivid = 1.1
    is_ink = (
        ((thinnest > 1.2) & (densest - thinnest < 0.5))  # black: nuclei, however dark, let more blue light through
        | ((blue > vivid) & (green > vivid) & (red < 0.45))  # red
        | ((blue > red + 0.25) & (blue > green + 0.25) & (blue > 0.5))  # yellow
        | ((red > green + 0.25) & (blue > green + 0.15) & (densest > 0.5))  # green
        | ((red > vivid) & (green < red - 0.4))  # cyan
        | ((green > 1.5) & (red < 0.3) & (blue < 0.5))  # magenta
        | ((red > 1.6) & (green > 1.6) & (blue < 0.35) & (np.abs(red - green) < 0.6))  # blue
    )
    if glass.min() < 238:
        is_ink |= (image >= 252).all(axis=2)  # white, brighter than the glass
    return _strokes(is_ink)


def _strokes(mask: NDArray[Any]) -> NDArray[np.bool_]:
    joined = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), dtype=np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    longest = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    is_stroke = (stats[:, cv2.CC_STAT_AREA] >= _LEAST_INK * mask.size) & (longest >= _LONGEST_INK * max(mask.shape))
    is_stroke[0] = False
    return np.asarray(is_stroke[labels])


def _grown(mask: NDArray[np.bool_], share: float) -> NDArray[np.bool_]:
    """Spread a mask by a share of the longer side: edges of strokes and circles are soft."""
    if not mask.any():
        return mask
    side = 2 * max(1, round(share * max(mask.shape))) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.asarray(cv2.dilate(mask.astype(np.uint8), disc) > 0)
