"""The picture with the outlines of the segmented cells and nuclei."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.segmentation import Segmentation
from mlworker.types import Cell

# The dark line shows on pale glass, its white border on dark stain; yellow is the complement of the violet nuclei.
CELL_COLOUR = (0, 105, 92)
BORDER_COLOUR = (255, 255, 255)
NUCLEUS_COLOUR = (255, 214, 0)
_PIXELS_PER_LINE = 900  # of the picture's longer side, for one pixel of line width


def draw(image: NDArray[np.uint8], segmentation: Segmentation, cells: Sequence[Cell]) -> NDArray[np.uint8]:
    """Outline cells and nuclei on a copy of the picture, (H, W, 3) uint8 RGB. `cells` are those of the segmentation.

    Raises `ValueError` if picture and segmentation differ in size.
    """
    if image.shape[:2] != segmentation.cell_labels.shape:
        raise ValueError(f"Picture {image.shape[:2]} and segmentation {segmentation.cell_labels.shape} differ in size")
    canvas = image.copy()
    line = max(1, round(max(image.shape[:2]) / _PIXELS_PER_LINE))
    outlines, nuclei = [], []
    for cell in cells:
        window = slice(cell.y, cell.y + cell.height), slice(cell.x, cell.x + cell.width)
        inside = segmentation.cell_labels[window] == cell.label
        outlines.append(_outline(inside, cell))
        nuclei.append(_outline(segmentation.nucleus_mask[window] & inside, cell))
    for found, colour, width in (
        (nuclei, NUCLEUS_COLOUR, line),
        (outlines, BORDER_COLOUR, line + 2),
        (outlines, CELL_COLOUR, line),
    ):
        for outline in found:
            cv2.drawContours(canvas, outline, -1, colour, width, cv2.LINE_8)
    return canvas


def _outline(mask: NDArray[np.bool_], cell: Cell) -> Sequence[NDArray[np.int32]]:
    """Outer contours of a mask on the cell's box, in pixels of the picture."""
    contours, _ = cv2.findContours(
        mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE, offset=(cell.x, cell.y)
    )
    return [np.asarray(contour, dtype=np.int32) for contour in contours]
