"""The table of recipes by name. Cards store the names, so a recipe never changes; a change gets a new name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker import segmentation
from mlworker.errors import ArtifactError
from mlworker.preprocessing.field import (
    cells_rgb_v1,
    field_and_cells_v1,
    field_and_mask_v1,
    field_rgb_v1,
    plain_rgb_v1,
)
from mlworker.preprocessing.measures import cell_measures_v1
from mlworker.segmentation import Segmentation


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a picture, taken from its segmentation by `method`."""

    name: str
    method: str  # of mlworker.segmentation
    of: Callable[[Segmentation], NDArray[np.bool_]]  # (H, W)

    def find(self, image: NDArray[Any]) -> NDArray[np.bool_]:
        """The region (H, W) bool of (H, W, 3) uint8 RGB."""
        return self.of(segmentation.segment(image, method=self.method))


CELLS = Region("cells", "lab-kmeans", lambda found: found.cell_labels > 0)  # nucleus and cytoplasm
NUCLEI = Region("nuclei", "hsv-nucleus", lambda found: found.nucleus_mask)  # without cytoplasm


@dataclass(frozen=True, slots=True)
class Recipe:
    """A function that prepares a picture (H, W, 3) for a height and a width, and the region that it reads as cells."""

    prepare: Callable[..., NDArray[np.float32]]
    region: Region = CELLS
    needs_cells: bool = False  # `prepare` takes the mask (H, W) bool of the region, too


RECIPES = {
    "field-rgb-v1": Recipe(field_rgb_v1),
    "plain-rgb-v1": Recipe(plain_rgb_v1),
    "cell-measures-v1": Recipe(cell_measures_v1),
    "cells-rgb-v1": Recipe(cells_rgb_v1, needs_cells=True),
    "field-and-cells-v1": Recipe(field_and_cells_v1, needs_cells=True),
    "field-and-mask-v1": Recipe(field_and_mask_v1, needs_cells=True),
    "nuclei-rgb-v1": Recipe(cells_rgb_v1, NUCLEI, needs_cells=True),
    "field-and-nuclei-v1": Recipe(field_and_cells_v1, NUCLEI, needs_cells=True),
    "field-and-nucleus-mask-v1": Recipe(field_and_mask_v1, NUCLEI, needs_cells=True),
}


def apply(
    name: str, image: NDArray[Any], *, height: int, width: int, cells: NDArray[np.bool_] | None = None
) -> NDArray[np.float32]:
    """Prepare one picture by the recipe `name`.

    `image` is (H, W, 3) uint8 RGB. The result is (height, width, 3, 4 or 6) float32 in [-1, 1], or (1, 1, n) measures
    in units of their own. `cells` (H, W) bool is the mask of `region_of` the recipe, if known; otherwise a recipe that
    needs it segments the picture. Raises `ArtifactError` for an unknown name.
    """
    recipe = find(name)
    if not recipe.needs_cells:
        return recipe.prepare(image, height, width)
    return recipe.prepare(image, height, width, recipe.region.find(image) if cells is None else cells)


def needs_cells(name: str) -> bool:
    """True if the recipe needs the cells. Raises `ArtifactError` for an unknown name."""
    return find(name).needs_cells


def region_of(name: str) -> Region:
    """The region that the recipe takes as cells. Raises `ArtifactError` for an unknown name."""
    return find(name).region


def find(name: str) -> Recipe:
    """The recipe of this name. Raises `ArtifactError` for an unknown name."""
    try:
        return RECIPES[name]
    except KeyError:
        known = ", ".join(sorted(RECIPES))
        raise ArtifactError(f"Unknown preprocessing recipe {name!r}. This version knows: {known}.") from None
