"""A picture as numbers: colour, texture and shape of its segmented cells, as mean and spread over the field.

Measured are area, share of the nucleus and roundness; colour of nucleus and cytoplasm in CIE LAB relative to the glass;
texture of the nucleus: spread, mean gradient and minimum of its lightness, and uniform local binary patterns (Ojala,
Pietikäinen and Mäenpää, IEEE TPAMI 2002;24:971-987).
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker import segmentation
from mlworker.preprocessing.field import resize
from mlworker.segmentation import Segmentation

_SIDE = 224  # pixels; areas are counted in a picture squeezed to this, like the training pictures
_PATTERNS = 10  # uniform patterns of eight neighbours, and one for all others
_OF_CELL = 4 + 6 + 3 + _PATTERNS
WIDTH = 1 + 2 * _OF_CELL  # number of cells, then mean and spread of each measure


def cell_measures_v1(image: NDArray[Any], height: int, width: int) -> NDArray[np.float32]:
    """The measures of a picture as (1, 1, WIDTH). Raises `ValueError` for another height or width.

    The squeezed picture is segmented, even if the cells of the original are known: the measures must not depend on the
    pixels of the camera.
    """
    if (height, width) != (1, 1):
        raise ValueError(f"Measures of cells have one place, not {height}x{width}.")
    small = resize(image, _SIDE, _SIDE)
    return of_cells(small, segmentation.segment(small))[np.newaxis, np.newaxis]


def of_cells(image: NDArray[np.uint8], found: Segmentation) -> NDArray[np.float32]:
    """The measures (WIDTH,) of (H, W, 3) uint8 RGB and its cells; zeros without cells."""
    if found.count == 0:
        return np.zeros(WIDTH, dtype=np.float32)
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB).astype(np.float32)
    lab -= np.median(lab[found.cell_labels == 0], axis=0) if (found.cell_labels == 0).any() else 0
    patterns = _local_patterns(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))
    gradient = np.hypot(cv2.Sobel(lab[..., 0], cv2.CV_32F, 1, 0), cv2.Sobel(lab[..., 0], cv2.CV_32F, 0, 1))
    rows = [
        _of_cell(cell.label, found, (cell.area, cell.nc_ratio, cell.circularity), lab, gradient, patterns)
        for cell in segmentation.cells(found)
    ]
    table = np.array(rows, dtype=np.float32)
    return np.concatenate([[len(table)], table.mean(axis=0), table.std(axis=0)]).astype(np.float32)


def _of_cell(
    label: int,
    found: Segmentation,
    shape: tuple[float, float, float],
    lab: NDArray[np.float32],
    gradient: NDArray[np.float32],
    patterns: NDArray[np.uint8],
) -> NDArray[np.float32]:
    cell = found.cell_labels == label
    nucleus, cytoplasm = cell & found.nucleus_mask, cell & ~found.nucleus_mask
    inner = nucleus if nucleus.any() else cell
    outer = cytoplasm if cytoplasm.any() else cell
    lightness = lab[..., 0][inner]
    histogram = np.bincount(patterns[inner], minlength=_PATTERNS) / np.count_nonzero(inner)
    return np.concatenate(
        [
            [shape[0], np.count_nonzero(inner), shape[1], shape[2]],
            lab[inner].mean(axis=0),
            lab[outer].mean(axis=0),
            [lightness.std(), gradient[inner].mean(), lightness.min()],
            histogram,
        ]
    ).astype(np.float32)


def _local_patterns(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Uniform, rotation-invariant local binary patterns of radius 1, (H, W) in 0..9; the border is repeated."""
    height, width = grey.shape
    padded = cv2.copyMakeBorder(grey, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    around = [(0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0)]
    bits = np.stack([padded[y : y + height, x : x + width] >= grey for y, x in around])
    changes = (bits != np.roll(bits, 1, axis=0)).sum(axis=0)
    return np.where(changes <= 2, bits.sum(axis=0), _PATTERNS - 1).astype(np.uint8)
