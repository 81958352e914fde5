"""The picture with the outlines of what was segmented."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.segmentation import Segmentation
from mlworker.types import Cell

# On pale glass the dark line is seen, on dark stain its white border; yellow is the complement of the nuclei's violet.
CELL_COLOUR = (0, 105, 92)
BORDER_COLOUR = (255, 255, 255)
NUCLEUS_COLOUR = (255, 214, 0)
# One pixel of line for every so many of the picture's longer side.
_PIXELS_PER_LINE = 900


def draw(
    image: NDArray[np.uint8], segmentation: Segmentation, cells: Sequence[Cell], *, numbers: bool = False
) -> NDArray[np.uint8]:
    """Outline cells and nuclei on a copy of the picture, (H, W, 3) uint8 RGB.

    `cells` are those of `segmentation.cells`; with `numbers` each carries its label beside its box.
    """
    if image.shape[:2] != segmentation.cell_labels.shape:
        raise ValueError(f"Picture {image.shape[:2]} and segmentation {segmentation.cell_labels.shape} differ in size")
    canvas = image.copy()
    line = max(1, round(max(image.shape[:2]) / _PIXELS_PER_LINE))
    outlines = [_outline(segmentation.cell_labels[_window(cell)] == cell.label, cell) for cell in cells]
    nuclei = [
        _outline(
            segmentation.nucleus_mask[_window(cell)] & (segmentation.cell_labels[_window(cell)] == cell.label), cell
        )
        for cell in cells
    ]
    for outline in nuclei:
        cv2.drawContours(canvas, outline, -1, NUCLEUS_COLOUR, line, cv2.LINE_8)
    for outline in outlines:
        cv2.drawContours(canvas, outline, -1, BORDER_COLOUR, line + 2, cv2.LINE_8)
    for outline in outlines:
        cv2.drawContours(canvas, outline, -1, CELL_COLOUR, line, cv2.LINE_8)
    if numbers:
        for cell in cells:
            _write(canvas, str(cell.label), cell, line)
    return canvas


def _window(cell: Cell) -> tuple[slice, slice]:
    return slice(cell.y, cell.y + cell.height), slice(cell.x, cell.x + cell.width)


def _outline(mask: NDArray[np.bool_], cell: Cell) -> Sequence[NDArray[np.int32]]:
    """Outer contours of a mask on the cell's box, in pixels of the picture."""
    contours, _ = cv2.findContours(
        mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE, offset=(cell.x, cell.y)
    )
    return [np.asarray(contour, dtype=np.int32) for contour in contours]


def _write(canvas: NDArray[np.uint8], text: str, cell: Cell, line: int) -> None:
    """The number at the upper right of the box, moved into the picture where it would be cut."""
    font, scale = cv2.FONT_HERSHEY_SIMPLEX, 0.45 * line
    (width, height), _ = cv2.getTextSize(text, font, scale, line)
    x = int(np.clip(cell.x + cell.width - width, 2, max(canvas.shape[1] - width - 2, 2)))
    y = int(np.clip(cell.y - 3 * line, height + 2, max(canvas.shape[0] - 2, height + 2)))
    cv2.putText(canvas, text, (x, y), font, scale, BORDER_COLOUR, line + 2, cv2.LINE_AA)
    cv2.putText(canvas, text, (x, y), font, scale, CELL_COLOUR, line, cv2.LINE_AA)
