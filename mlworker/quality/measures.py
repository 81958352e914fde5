"""Measures of picture quality: numbers without units, taken on a reduced copy."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

# Every picture is judged at this length of its longer side, about the size that a classifier sees.
WORKING_SIDE = 320
# A nucleus is at least this wide then (that of a small lymphocyte about 17); platelets are at most 8.
_NUCLEUS_WIDTH = 9
# A stained nucleus is at least this much more magenta and more blue than the glass, in CIE LAB.
_NUCLEUS_MAGENTA, _NUCLEUS_BLUE = 12.0, 14.0
# Optical densities: glass at most, a stained pixel at least, black at least in every channel; the lead of blue in
# yellow and green, and of red in cyan.
_GLASSY, _STAINED, _BLACK, _LEADS, _CYAN = 0.15, 0.25, 1.3, 0.12, 0.35

FloatArray = NDArray[np.float32]


def measure(image: NDArray[np.uint8]) -> dict[str, float]:
    """Measures of (H, W, 3) uint8 RGB by name, for `QualityReport.measures`; each is explained where it is computed."""
    small = _reduced(image)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    glass, focus = _glass(small, grey), _focus(grey)
    return {
        "shorter_side": float(min(image.shape[:2])),
        **_light(grey),
        "focus": focus,
        "sharpness": focus * _object_width(grey),
        "grain": _grain(grey),
        **_colour(small, glass),
        "nuclear_share": _nuclear_share(small, glass),
    }


def _light(grey: NDArray[np.uint8]) -> dict[str, float]:
    """Brightness in [0, 1]: glass (95th percentile), darkest parts (2nd), their difference, and the mean."""
    dark, bright = (float(value) / 255 for value in np.percentile(grey, (2, 95)))
    return {
        "mean_luminance": float(grey.mean()) / 255,
        "glass_luminance": bright,
        "dark_luminance": dark,
        "contrast": bright - dark,
    }


def _focus(grey: NDArray[np.uint8]) -> float:
    """Steepness of the steepest edges: 99.5th percentile of the gradient over the contrast, per pixel at 320 px.

    A step seen through a lens of spread s has the steepness 1 / (s sqrt(2 pi)), whatever its height.
    """
    smooth = cv2.GaussianBlur(grey, (0, 0), 1.0).astype(np.float32)
    dx, dy = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=1 / 8)
    low, high = np.percentile(smooth, (0.5, 99.5))
    return float(np.percentile(cv2.magnitude(dx, dy), 99.5) / max(float(high - low), 8.0))


def _object_width(grey: NDArray[np.uint8]) -> float:
    """Mean width of the dark objects in pixels: 4 area / perimeter, the diameter if they are discs."""
    threshold, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    dark = cv2.medianBlur((grey <= threshold).astype(np.uint8), 5)
    area = int(dark.sum())
    inner = int(cv2.erode(dark, np.ones((3, 3), np.uint8)).sum())
    return 4.0 * area / max(area - inner, 1)


def _grain(grey: NDArray[np.uint8]) -> float:
    """Share of the variance that a slight blur removes: near 0 in a picture of objects, near 1 in noise."""
    values = grey.astype(np.float32)
    spread = float(values.var())
    if spread < 1e-6:
        return 0.0
    return float((values - cv2.GaussianBlur(values, (0, 0), 1.5)).var()) / spread


def _colour(small: NDArray[np.uint8], glass: FloatArray) -> dict[str, float]:
    """Measures that tell stained cells on glass from other pictures.

    `glass_share`: share of pixels within 0.15 of the glass in optical density. `stained_share`: beyond 0.25.
    `foreign_share`: share of the stained pixels in a colour that no stain of blood gives: yellow or green, cyan, black.
    `chroma`: mean distance of the stained pixels from the glass's hue, in units of CIE LAB; 0 for a grey picture.
    """
    levels = np.arange(256, dtype=np.float32)[:, None]
    table = (-np.log((levels + 4) / (glass + 4))).astype(np.float32)
    red, green, blue = cv2.split(cv2.LUT(small, table[None]))
    densest, thinnest = cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue)
    stained = densest > _STAINED
    shares = {
        "glass_share": float(((densest < _GLASSY) & (thinnest > -_GLASSY)).mean()),
        "stained_share": float(stained.mean()),
    }
    if not stained.any():
        return {**shares, "foreign_share": 0.0, "chroma": 0.0}
    yellow_or_green = (blue > cv2.max(red, green) + _LEADS) | (green < cv2.min(red, blue) - _LEADS / 2)
    foreign = yellow_or_green | (red > green + _CYAN) | (thinnest > _BLACK)
    magenta, yellow = _relative_hue(small, glass)
    return {
        **shares,
        "foreign_share": float(foreign[stained].mean()),
        "chroma": float(cv2.magnitude(magenta, yellow)[stained].mean()),
    }


def _relative_hue(small: NDArray[np.uint8], glass: FloatArray) -> tuple[FloatArray, FloatArray]:
    """CIE LAB a and b minus those of the glass, two (H, W) float32."""
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB)
    base = cv2.cvtColor(glass.round().astype(np.uint8)[None, None], cv2.COLOR_RGB2LAB)[0, 0].astype(np.float32)
    return lab[..., 1].astype(np.float32) - base[1], lab[..., 2].astype(np.float32) - base[2]


def _nuclear_share(small: NDArray[np.uint8], glass: FloatArray) -> float:
    """Share of pixels stained like a nucleus, in patches at least as wide as a nucleus."""
    magenta, yellow = _relative_hue(np.asarray(cv2.GaussianBlur(small, (0, 0), 0.8), dtype=np.uint8), glass)
    violet = (magenta > _NUCLEUS_MAGENTA) & (yellow < -_NUCLEUS_BLUE)
    width = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_NUCLEUS_WIDTH, _NUCLEUS_WIDTH))
    return float(cv2.morphologyEx(violet.astype(np.uint8), cv2.MORPH_OPEN, width).mean())


def _glass(small: NDArray[np.uint8], grey: NDArray[np.uint8]) -> FloatArray:
    """Median colour (3,) of the pixels of the most frequent brightness in the upper two thirds: the empty glass."""
    counts = np.bincount(grey.ravel(), minlength=256)
    smooth = np.convolve(counts, np.ones(7), mode="same")
    low = int(np.searchsorted(np.cumsum(counts), grey.size / 3))
    mode = low + int(np.argmax(smooth[low:]))
    near = np.abs(grey.astype(np.int16) - mode) <= 5
    return np.asarray(np.median(small[near], axis=0), dtype=np.float32)


def _reduced(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    while max(image.shape[:2]) >= 2 * WORKING_SIDE and min(image.shape[:2]) >= 2:
        half = (image.shape[1] // 2, image.shape[0] // 2)
        image = np.asarray(cv2.resize(image, half, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    scale = WORKING_SIDE / max(image.shape[:2])
    if scale >= 1:
        return image
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
