"""One of the eight ways to turn and mirror a picture, chosen by the picture itself.

A network answers a turned picture a little differently. Read in an orientation of its own, a picture gets the same
answer however the camera was mounted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mlworker.cell_types import Points

M = TypeVar("M", np.bool_, np.int32)
Box = tuple[int, int, int, int]  # x, y, width, height


@dataclass(frozen=True, slots=True)
class Turn:
    """`quarters` turns by 90 degrees counterclockwise, then rows and columns exchanged if `is_mirrored`.

    `width` and `height` are those of the picture as it was.
    """

    quarters: int
    is_mirrored: bool
    width: int
    height: int

    def of(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Turn a picture (H, W, ...)."""
        turned = np.rot90(image, self.quarters)
        return np.ascontiguousarray(np.swapaxes(turned, 0, 1) if self.is_mirrored else turned)

    def mask_back(self, mask: NDArray[M]) -> NDArray[M]:
        """Turn a mask or labels (H', W') of the turned picture back."""
        upright = np.swapaxes(mask, 0, 1) if self.is_mirrored else mask
        return np.ascontiguousarray(np.rot90(upright, -self.quarters))

    def points_back(self, points: Points) -> Points:
        """Bring points (x, y) of the turned picture back to the picture as it was."""
        return tuple(self._back(x, y) for x, y in points)

    def box_back(self, box: Box) -> Box:
        """Bring a box of the turned picture back to the picture as it was."""
        x, y, width, height = box
        (x0, y0), (x1, y1) = self._back(x, y), self._back(x + width - 1, y + height - 1)
        return min(x0, x1), min(y0, y1), abs(x1 - x0) + 1, abs(y1 - y0) + 1

    def _back(self, x: int, y: int) -> tuple[int, int]:
        x, y = (y, x) if self.is_mirrored else (x, y)
        right, bottom = self.width - 1, self.height - 1
        return ((x, y), (right - y, x), (right - x, bottom - y), (y, bottom - x))[self.quarters]


def own(image: NDArray[np.uint8]) -> Turn:
    """Choose the turn of (H, W, 3) uint8 after which the darkest quarter is top left, its darker neighbour top right.

    Quarters leave out the middle row and column of an odd side, so that they are the same in every orientation.
    """
    height, width = image.shape[:2]
    rows, columns = height // 2, width // 2
    grey = image.sum(axis=2, dtype=np.int64)
    light = np.array(
        [
            [grey[:rows, :columns].sum(), grey[:rows, width - columns :].sum()],
            [grey[height - rows :, :columns].sum(), grey[height - rows :, width - columns :].sum()],
        ]
    )
    quarters = next(n for n in range(4) if np.rot90(light, n)[0, 0] == light.min())
    turned = np.rot90(light, quarters)
    return Turn(quarters, bool(turned[1, 0] < turned[0, 1]), width, height)
