"""From labels to single cells: their boxes, outlines and measures."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.cell_types import Body, Points
from mlworker.cells.outlines import Outlines
from mlworker.cells.places import Place
from mlworker.measures import shape
from mlworker.measures.cell import measure


def edge(size: tuple[int, int], aside: NDArray[np.uint8] | None) -> NDArray[np.bool_]:
    """Mark the outermost pixels of a picture of `size` (H, W), and those next to what was painted over."""
    mask = np.zeros(size, dtype=np.bool_)
    mask[[0, -1]] = mask[:, [0, -1]] = True
    return mask if aside is None else mask | (cv2.dilate(aside, np.ones((5, 5), dtype=np.uint8)) > 0)


def of(
    image: NDArray[np.uint8], outlined: Outlines, places: list[Place], um_per_pixel: float, at_edge: NDArray[np.bool_]
) -> Iterator[Body]:
    """Yield the body of each cell of (H, W, 3) uint8 RGB; a cell with a pixel of `at_edge` (H, W) is cut."""
    glass = np.percentile(image.reshape(-1, 3)[:: max(1, image.size // 60_000)], 95, axis=0)
    for label, (x, y, width, height) in places:
        window = (slice(y, y + height), slice(x, x + width))
        cell = outlined.labels[window] == label
        nucleus = outlined.nucleus[window] & cell
        yield Body(
            box=(x, y, width, height),
            outline=_shifted(shape.polygon(cell), x, y),
            nucleus_outline=_shifted(shape.polygon(nucleus), x, y),
            at_border=bool((at_edge[window] & cell).any()),
            measures=measure(image[window], cell, nucleus, glass=glass, um_per_pixel=um_per_pixel),
        )


def _shifted(points: Points, x: int, y: int) -> Points:
    return tuple((x + px, y + py) for px, py in points)
