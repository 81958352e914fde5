"""Cut-outs of cells at one physical scale."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

UM_PER_PIXEL = 0.2  # of every crop that the class network sees
SIDE = 112  # pixels: 22.4 micrometres, room for a large blast


def crop(
    image: NDArray[np.uint8], centre: tuple[float, float], um_per_pixel: float, *, side: int = SIDE
) -> NDArray[np.uint8]:
    """Cut (side, side, 3) uint8 at `UM_PER_PIXEL` around `centre` = (x, y) in pixels of `image` (H, W, 3) RGB.

    Beyond the picture its border is mirrored. Raises `ValueError` for a scale that is not positive.
    """
    return _cut(_softened(image, um_per_pixel), centre, um_per_pixel, side)


def crops(image: NDArray[np.uint8], centres: Sequence[tuple[float, float]], um_per_pixel: float) -> NDArray[np.uint8]:
    """Cut one crop for each centre, (n, SIDE, SIDE, 3) uint8; n may be 0."""
    if not centres:
        return np.zeros((0, SIDE, SIDE, 3), dtype=np.uint8)
    softened = _softened(image, um_per_pixel)
    return np.stack([_cut(softened, centre, um_per_pixel, SIDE) for centre in centres])


def _softened(image: NDArray[np.uint8], um_per_pixel: float) -> NDArray[np.uint8]:
    """Blur what will be thinned out, else chromatin turns into noise."""
    if um_per_pixel <= 0:
        raise ValueError(f"A scale is positive, not {um_per_pixel}")
    factor = um_per_pixel / UM_PER_PIXEL
    if factor > 0.75:
        return image
    return np.asarray(cv2.GaussianBlur(image, (0, 0), 0.42 / factor), dtype=np.uint8)


def _cut(image: NDArray[np.uint8], centre: tuple[float, float], um_per_pixel: float, side: int) -> NDArray[np.uint8]:
    factor = um_per_pixel / UM_PER_PIXEL
    x, y = centre
    shift = side / 2 - 0.5  # the middle of an even number of pixels lies between two of them
    matrix = np.array([[factor, 0, shift - factor * x], [0, factor, shift - factor * y]])
    cut = cv2.warpAffine(image, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(cut, dtype=np.uint8)
