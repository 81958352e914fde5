"""Recipes with the segmented cells: alone on an even background, or beside the whole field.

`cells` (H, W) bool are the cells of the picture, or its nuclei. The mask is made at the picture's own size, where cells
are clearest, and resized here.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.preprocessing.background import TARGET
from mlworker.preprocessing.field import field_rgb_v1

_GROUND = np.float32(TARGET / 127.5 - 1.0)  # the background of `field_rgb_v1`


def cells_rgb_v1(image: NDArray[Any], height: int, width: int, cells: NDArray[np.bool_]) -> NDArray[np.float32]:
    """`field_rgb_v1` with the pixels outside the cells at the level of its background: (height, width, 3)."""
    share = _coverage(cells, height, width)
    mixed: NDArray[np.float32] = field_rgb_v1(image, height, width) * share + _GROUND * (1 - share)
    return mixed.astype(np.float32)


def field_and_cells_v1(image: NDArray[Any], height: int, width: int, cells: NDArray[np.bool_]) -> NDArray[np.float32]:
    """`field_rgb_v1` in channels 0-2 and `cells_rgb_v1` in channels 3-5: (height, width, 6)."""
    return np.concatenate([field_rgb_v1(image, height, width), cells_rgb_v1(image, height, width, cells)], axis=2)


def field_and_mask_v1(image: NDArray[Any], height: int, width: int, cells: NDArray[np.bool_]) -> NDArray[np.float32]:
    """`field_rgb_v1` in channels 0-2, and in channel 3 the cells: 1 inside, -1 outside; (height, width, 4)."""
    return np.concatenate([field_rgb_v1(image, height, width), _coverage(cells, height, width) * 2 - 1], axis=2)


def _coverage(cells: NDArray[np.bool_], height: int, width: int) -> NDArray[np.float32]:
    """The share of cells in each pixel, (height, width, 1) in [0, 1]."""
    share: NDArray[np.float32] = cv2.resize(cells.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
    return share[..., None]
