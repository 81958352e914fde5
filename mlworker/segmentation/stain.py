"""Optical density, and the part of it that is not haemoglobin: it tells cytoplasm from a red cell that touches it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.segmentation.morphology import Mask

FloatArray = NDArray[np.float32]

# A pixel counts as stained above this optical density; the pale middle of a red cell has about 0.1 to 0.2.
_STAINED = 0.12
# With a smaller share of stained pixels away from the nuclei there are no red cells to learn the colour from.
_MIN_RED_SHARE = 0.01

# Uneven light stays below this density and is smooth enough to be sampled at this distance in pixels.
_SHADING = 0.12
_SHADING_STEP = 6
# In a larger picture every fourth pixel is enough to find the glass.
_MANY_PIXELS = 60_000


def background(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Median colour (3,) of the empty glass in (H, W, 3) uint8 RGB.

    Glass is what has the most frequent green level above the 30th percentile.
    """
    if image.shape[0] * image.shape[1] > _MANY_PIXELS:
        image = image[::2, ::2]
    green = image[..., 1]
    counts = np.bincount(green.ravel(), minlength=256)
    smooth = np.convolve(counts, np.ones(7), mode="same")
    low = int(np.searchsorted(np.cumsum(counts), 0.3 * green.size))
    mode = low + int(np.argmax(smooth[low:]))
    glass = image[(green >= max(mode - 4, 0)) & (green <= mode + 8)]
    return np.asarray(np.median(glass[:: max(1, len(glass) // 20_000)], axis=0), dtype=np.float32)


def optical_density(image: NDArray[np.uint8], glass: NDArray[np.float32]) -> FloatArray:
    """Density (H, W, 3) per channel relative to the glass, -log(I / I0) (Beer and Lambert): 0 is glass."""
    levels = np.arange(256, dtype=np.float32)[:, None]
    table = -np.log((levels + 2) / (glass + 2)).astype(np.float32)
    return np.asarray(cv2.LUT(image, table[None]), dtype=np.float32)


def without_shading(density: FloatArray) -> FloatArray:
    """The density (H, W, 3) minus uneven light: a quadratic surface through the glass, per channel.

    Unchanged if too little glass is visible to fit the surface.
    """
    height, width = density.shape[:2]
    coarse = (max(width // _SHADING_STEP, 4), max(height // _SHADING_STEP, 4))
    seen = cv2.resize(density, coarse, interpolation=cv2.INTER_NEAREST)
    y, x = np.mgrid[-1 : 1 : seen.shape[0] * 1j, -1 : 1 : seen.shape[1] * 1j]
    basis = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)
    glass = np.abs(seen).max(axis=2) < _SHADING
    if np.count_nonzero(glass) < max(0.1 * glass.size, 30):
        return density
    # OpenCV's solver: that of NumPy starts the threads of BLAS, which cost more than these six unknowns.
    _, surface = cv2.solve(basis[glass], seen[glass].astype(np.float64), flags=cv2.DECOMP_NORMAL | cv2.DECOMP_CHOLESKY)
    fitted = cv2.gemm(basis.reshape(-1, 6), surface, 1.0, None, 0.0).reshape(*glass.shape, 3).astype(np.float32)
    shading = cv2.resize(fitted, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.subtract(density, shading), dtype=np.float32)


def residual_stain(density: FloatArray, away: Mask) -> tuple[FloatArray, float]:
    """Density (H, W) that haemoglobin does not explain, and the noise level below which it means nothing.

    The direction of haemoglobin in density space is the median direction of the stained pixels `away` (H, W) bool from
    all nuclei: thicker or overlapping red cells lie along the same direction, cytoplasm does not. The noise level is
    the larger of two 90th percentiles of the remainder: over those red cells, and over all pixels away from the nuclei
    (uneven light raises it). It is 0 without red cells to learn from.
    """
    strength = cv2.sqrt(cv2.transform(density * density, np.ones((1, 3), dtype=np.float32)))
    red = away & (strength > _STAINED)
    if np.count_nonzero(red) < _MIN_RED_SHARE * red.size:
        return np.asarray(strength, dtype=np.float32), 0.0
    sample = density[red]
    sample = sample[:: max(1, len(sample) // 8_000)]
    direction = np.clip(np.median(sample / np.linalg.norm(sample, axis=1, keepdims=True), axis=0), 0, None)
    direction /= max(float(np.linalg.norm(direction)), 1e-6)
    along = cv2.max(cv2.transform(density, direction.astype(np.float32)[None]), 0.0)
    rest = cv2.sqrt(cv2.max(strength * strength - along * along, 0.0))
    return np.asarray(rest, dtype=np.float32), max(_percentile(rest[red], 90), _percentile(rest[away], 90))


def _percentile(values: FloatArray, share: float) -> float:
    """Percentile of a sample of the values; 0 if there are none."""
    sample = values[:: max(1, len(values) // 8_000)]
    return float(np.percentile(sample, share)) if len(sample) else 0.0
