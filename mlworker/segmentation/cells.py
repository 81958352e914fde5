"""What is measured of segmented cells, and how they are cut out."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.errors import NoCellsFound
from mlworker.segmentation.pipeline import Segmentation
from mlworker.types import Cell

BACKGROUND, CYTOPLASM, NUCLEUS = 0, 128, 255


def cells(segmentation: Segmentation) -> tuple[Cell, ...]:
    """Measure every cell, in the order of their labels. Empty when there is none."""
    labels, nucleus = segmentation.cell_labels, segmentation.nucleus_mask
    return tuple(_measured(label, *window, labels, nucleus) for label, window in enumerate(_boxes(labels), start=1))


def crops(image: NDArray[np.uint8], segmentation: Segmentation, *, side: int, margin: float) -> NDArray[np.uint8]:
    """Square cut-outs of the cells, (n, side, side, 3) uint8 RGB, in the order of their labels.

    Each shows its cell in the middle with `margin` times its longer side around it on all sides; beyond the picture the
    edge is repeated. Raises `NoCellsFound` if there is no cell.
    """
    if segmentation.count == 0:
        raise NoCellsFound(
            "No nucleated cell was found in this picture. Please choose a field that shows white blood cells or blasts."
        )
    return np.stack([_crop(image, *box, side=side, margin=margin) for box in _boxes(segmentation.cell_labels)])


def mask(segmentation: Segmentation) -> NDArray[np.uint8]:
    """Both regions in one picture, (H, W) uint8: 0 background, 128 cytoplasm, 255 nucleus."""
    regions = np.where(segmentation.cell_labels > 0, CYTOPLASM, BACKGROUND).astype(np.uint8)
    regions[segmentation.nucleus_mask] = NUCLEUS
    return regions


def _boxes(labels: NDArray[np.int32]) -> list[tuple[int, int, int, int]]:
    """(x, y, width, height) of the labels 1..n."""
    height, width = labels.shape
    count = int(labels.max(initial=0))
    where = np.flatnonzero(labels)
    values = labels.ravel()[where].astype(np.int64)
    rows, columns = np.divmod(where, width)
    in_row = np.bincount(values * height + rows, minlength=(count + 1) * height).reshape(-1, height) > 0
    in_column = np.bincount(values * width + columns, minlength=(count + 1) * width).reshape(-1, width) > 0
    boxes = []
    for label in range(1, count + 1):
        (top, bottom), (left, right) = (np.flatnonzero(line)[[0, -1]] for line in (in_row[label], in_column[label]))
        boxes.append((int(left), int(top), int(right - left + 1), int(bottom - top + 1)))
    return boxes


def _measured(
    label: int, x: int, y: int, width: int, height: int, labels: NDArray[np.int32], nucleus: NDArray[np.bool_]
) -> Cell:
    window = (slice(y, y + height), slice(x, x + width))
    cell = labels[window] == label
    inner = cell & nucleus[window]
    area, nucleus_area = int(np.count_nonzero(cell)), int(np.count_nonzero(inner))
    return Cell(
        label=label,
        x=x,
        y=y,
        width=width,
        height=height,
        area=area,
        nucleus_area=nucleus_area,
        nc_ratio=nucleus_area / area,
        circularity=_circularity(inner),
    )


def _circularity(mask: NDArray[np.bool_]) -> float:
    """4 pi A / P^2 over all parts of a nucleus: 1 for a disc, less the more it is lobed. In [0, 1]; 0 for nothing.

    Area and length are those of the polygon through the outer pixels' centres, widened by half a pixel on every side.
    """
    outlines, _ = cv2.findContours(mask.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return 0.0
    # Chain codes count a diagonal staircase too long; a polygon that may stray 0.5 px does not.
    length = sum(cv2.arcLength(cv2.approxPolyDP(outline, 0.5, True), True) + np.pi for outline in outlines)
    return float(min(1.0, 4 * np.pi * np.count_nonzero(mask) / length**2))


def _crop(
    image: NDArray[np.uint8], x: int, y: int, width: int, height: int, *, side: int, margin: float
) -> NDArray[np.uint8]:
    half = max(width, height) * (0.5 + margin)
    scale = side / (2 * half)
    shift = np.array([[scale, 0, side / 2 - scale * (x + width / 2)], [0, scale, side / 2 - scale * (y + height / 2)]])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    cut = cv2.warpAffine(image, shift, (side, side), flags=how, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, dtype=np.uint8)
