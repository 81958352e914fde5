"""Random textures, made once for a field; every cell gets random pieces of them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
_SIDE = 384


class Textures:
    """Sheets of filtered noise, zero mean and unit variance: fine (chromatin threads), medium, coarse (clumps)."""

    def __init__(self, rng: np.random.Generator, scale: float) -> None:
        """`scale` is the length of one pixel of a 1024x768 field in pixels of this one."""
        self._rng = rng
        self._sheets = {name: _sheet(rng, sigma * scale) for name, sigma in _SIGMAS.items()}

    def cut(self, name: str, shape: tuple[int, int]) -> FloatArray:
        """A random window (h, w) float32 of the sheet, which repeats if the window is larger."""
        sheet = self._sheets[name]
        top, left = self._rng.integers(0, _SIDE, 2)
        rows = np.arange(top, top + shape[0]) % _SIDE
        columns = np.arange(left, left + shape[1]) % _SIDE
        return np.asarray(sheet[np.ix_(rows, columns)], dtype=np.float32)


_SIGMAS = {"fine": 1.3, "medium": 2.6, "coarse": 5.0}


def _sheet(rng: np.random.Generator, sigma: float) -> FloatArray:
    noise = rng.standard_normal((_SIDE, _SIDE), dtype=np.float32)
    margin = 4 * int(np.ceil(sigma)) + 1
    wrapped = cv2.copyMakeBorder(noise, margin, margin, margin, margin, cv2.BORDER_WRAP)  # so that the sheet tiles
    smooth = cv2.GaussianBlur(wrapped, (0, 0), max(sigma, 0.3))[margin:-margin, margin:-margin]
    return np.asarray((smooth - smooth.mean()) / smooth.std(), dtype=np.float32)
