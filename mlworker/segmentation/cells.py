"""Measures of segmented cells, and their mask as a picture."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.segmentation.pipeline import Segmentation
from mlworker.types import Cell

BACKGROUND, CYTOPLASM, NUCLEUS = 0, 128, 255


def cells(segmentation: Segmentation) -> tuple[Cell, ...]:
    """Measure every cell, in the order of the labels; empty if there is none."""
    labels, nucleus = segmentation.cell_labels, segmentation.nucleus_mask
    return tuple(_measured(label, *window, labels, nucleus) for label, window in enumerate(_boxes(labels), start=1))


def mask(segmentation: Segmentation) -> NDArray[np.uint8]:
    """Cells and nuclei in one picture, (H, W) uint8: 0 background, 128 cytoplasm, 255 nucleus."""
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
    """4 pi A / P^2 over all parts of a nucleus, in [0, 1]: 1 for a disc, less for lobes, 0 for an empty mask.

    A counts pixels. P is the length of the polygon through the centres of the outer pixels, widened by half a pixel on
    every side.
    """
    outlines, _ = cv2.findContours(mask.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return 0.0
    # A polygon within 0.5 px of the outline does not count the steps of a diagonal, as the outline itself would.
    length = sum(cv2.arcLength(cv2.approxPolyDP(outline, 0.5, True), True) + np.pi for outline in outlines)
    return float(min(1.0, 4 * np.pi * np.count_nonzero(mask) / length**2))
