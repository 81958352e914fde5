"""From optical density to the picture of a camera: light, lens, sensor and processing."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.phantom.look import Look
from mlworker.phantom.shapes import FloatArray

_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)


def photograph(density: FloatArray, look: Look, rng: np.random.Generator, unit: float) -> NDArray[np.uint8]:
    """The picture (H, W, 3) uint8 RGB of a density (H, W, 3). Light that is too bright for the sensor is clipped.

    `unit` is the number of pixels of this field per pixel of a 1024x768 field.
    """
    seen = cv2.exp(-density)
    seen = cv2.GaussianBlur(seen, (0, 0), max(look.blur * unit, 0.25))
    seen *= _illumination(density.shape[:2], look)[..., None]
    seen *= np.asarray(look.light, dtype=np.float32)
    if look.sharpening > 0:
        wide = cv2.GaussianBlur(seen, (0, 0), 2.2 * unit)
        seen = cv2.addWeighted(seen, 1 + look.sharpening, wide, -look.sharpening, 0)
    if look.saturation != 1.0:
        grey = (seen @ _LUMA)[..., None]
        seen = grey + (seen - grey) * np.float32(look.saturation)
    noise = rng.standard_normal(seen.shape, dtype=np.float32)
    # Photon noise grows with the root of the light; a little read noise stays in the dark.
    seen += noise * (np.sqrt(np.clip(seen, 0.02, None)) * np.float32(look.noise))
    return np.asarray(np.clip(seen * 255 + 0.5, 0, 255), dtype=np.uint8)


def _illumination(shape: tuple[int, ...], look: Look) -> FloatArray:
    """Relative light over the field: 1 in the middle, less in the corners, plus a gradient."""
    y = np.linspace(-1, 1, shape[0], dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, shape[1], dtype=np.float32)[None, :]
    vignette = 1 - look.vignetting * (x**2 + y**2) / 2
    slope = 1 + look.gradient[0] * x / 2 + look.gradient[1] * y / 2
    return np.asarray(vignette * slope, dtype=np.float32)
