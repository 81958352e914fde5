"""Recipes with the segmented cells: alone on an even background, or beside the whole field.

Each segments the picture unless `cells` (H, W) bool is given.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.preprocessing.background import TARGET
from mlworker.preprocessing.field import field_rgb_v1
from mlworker.preprocessing.regions import CELLS

Cells = NDArray[np.bool_] | None
_GROUND = np.float32(TARGET / 127.5 - 1.0)  # the background of `field_rgb_v1`


def cells_rgb_v1(image: NDArray[Any], height: int, width: int, cells: Cells = None) -> NDArray[np.float32]:
    """`field_rgb_v1` with the pixels outside the cells at the level of its background: (height, width, 3).

    A picture without cells becomes an even background.
    """
    return _alone(field_rgb_v1(image, height, width), _coverage(image, height, width, cells))


def field_and_cells_v1(image: NDArray[Any], height: int, width: int, cells: Cells = None) -> NDArray[np.float32]:
    """`field_rgb_v1` in channels 0-2 and `cells_rgb_v1` in channels 3-5: (height, width, 6)."""
    field = field_rgb_v1(image, height, width)
    return np.concatenate([field, _alone(field, _coverage(image, height, width, cells))], axis=2)


def field_and_mask_v1(image: NDArray[Any], height: int, width: int, cells: Cells = None) -> NDArray[np.float32]:
    """`field_rgb_v1` in channels 0-2, and in channel 3 the cells: 1 inside, -1 outside; (height, width, 4)."""
    mask = _coverage(image, height, width, cells) * 2 - 1
    return np.concatenate([field_rgb_v1(image, height, width), mask], axis=2)


def _alone(field: NDArray[np.float32], share: NDArray[np.float32]) -> NDArray[np.float32]:
    mixed: NDArray[np.float32] = field * share + _GROUND * (1 - share)
    return mixed.astype(np.float32)


def _coverage(image: NDArray[Any], height: int, width: int, cells: Cells) -> NDArray[np.float32]:
    """The share of cells in each pixel, (height, width, 1) in [0, 1].

    The picture is segmented at its own size, where cells are clearest; the mask is then resized.
    """
    found = CELLS.find(image) if cells is None else cells
    share = found.astype(np.float32)
    coverage: NDArray[np.float32] = cv2.resize(share, (width, height), interpolation=cv2.INTER_AREA)[..., None]
    return coverage
