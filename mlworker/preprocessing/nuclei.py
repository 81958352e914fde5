"""The recipes of `cells` for the nuclei that a threshold in HSV finds, without cytoplasm.

Each segments the picture unless `cells`, here its nuclei (H, W) bool, is given.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.preprocessing.cells import Cells, cells_rgb_v1, field_and_cells_v1, field_and_mask_v1
from mlworker.preprocessing.regions import NUCLEI


def nuclei_rgb_v1(image: NDArray[Any], height: int, width: int, cells: Cells = None) -> NDArray[np.float32]:
    """`field_rgb_v1` with the pixels outside the nuclei at the level of its background: (height, width, 3)."""
    return cells_rgb_v1(image, height, width, _known(image, cells))


def field_and_nuclei_v1(image: NDArray[Any], height: int, width: int, cells: Cells = None) -> NDArray[np.float32]:
    """`field_rgb_v1` in channels 0-2 and `nuclei_rgb_v1` in channels 3-5: (height, width, 6)."""
    return field_and_cells_v1(image, height, width, _known(image, cells))


def field_and_nucleus_mask_v1(image: NDArray[Any], height: int, width: int, cells: Cells = None) -> NDArray[np.float32]:
    """`field_rgb_v1` in channels 0-2, and in channel 3 the nuclei: 1 inside, -1 outside; (height, width, 4)."""
    return field_and_mask_v1(image, height, width, _known(image, cells))


def _known(image: NDArray[Any], nuclei: Cells) -> NDArray[np.bool_]:
    return NUCLEI.find(image) if nuclei is None else nuclei
