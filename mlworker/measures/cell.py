"""All measures of one cell."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.cell_types import CellMeasures
from mlworker.measures import shape, stain


def measure(
    image: NDArray[np.uint8],
    cell: NDArray[np.bool_],
    nucleus: NDArray[np.bool_],
    *,
    glass: NDArray[Any],
    um_per_pixel: float | None,
) -> CellMeasures:
    """Measure one cell of a window (H, W, 3) uint8 RGB by its masks (H, W); `glass` (3,) is the empty slide's light.

    Raises `ValueError` for an empty cell.
    """
    if not cell.any():
        raise ValueError("A cell has at least one pixel.")
    nucleus = nucleus & cell
    cytoplasm = cell & ~nucleus
    dense = stain.density(image, glass)
    areas = shape.area(cell), shape.area(nucleus)
    square = None if um_per_pixel is None else um_per_pixel**2
    return CellMeasures(
        cell_area=areas[0],
        nucleus_area=areas[1],
        cell_area_um2=None if square is None else areas[0] * square,
        nucleus_area_um2=None if square is None else areas[1] * square,
        nc_ratio=areas[1] / areas[0],
        cell_roundness=shape.roundness(cell),
        nucleus_roundness=shape.roundness(nucleus),
        nucleus_convexity=shape.convexity(nucleus),
        nucleus_elongation=shape.elongation(nucleus),
        lobes=shape.lobes(nucleus),
        chromatin_coarseness=stain.coarseness(dense, nucleus),
        granularity=None if um_per_pixel is None else stain.granularity(dense, cytoplasm, um_per_pixel),
        nucleus_density=_mean(dense, nucleus),
        cytoplasm_density=_mean(dense, cytoplasm),
        nucleus_hue=stain.hue(dense, nucleus),
        cytoplasm_hue=stain.hue(dense, cytoplasm),
    )


def _mean(dense: NDArray[np.float32], region: NDArray[np.bool_]) -> float:
    return float(dense[region].mean()) if region.any() else 0.0
