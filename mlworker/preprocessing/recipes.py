"""The table of recipes by name. Cards store the names, so a recipe never changes; a change gets a new name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mlworker.errors import ArtifactError
from mlworker.preprocessing.cells import cells_rgb_v1, field_and_cells_v1, field_and_mask_v1
from mlworker.preprocessing.field import field_rgb_v1, plain_rgb_v1
from mlworker.preprocessing.measures import cell_measures_v1
from mlworker.preprocessing.nuclei import field_and_nuclei_v1, field_and_nucleus_mask_v1, nuclei_rgb_v1
from mlworker.preprocessing.regions import CELLS, NUCLEI, Region


class CellRecipe(Protocol):
    """A recipe with cells, which it segments unless they are given."""

    def __call__(
        self, image: NDArray[Any], height: int, width: int, cells: NDArray[np.bool_] | None = None
    ) -> NDArray[np.float32]: ...


Recipe = Callable[[NDArray[Any], int, int], NDArray[np.float32]]

_OF_FIELDS: dict[str, Recipe] = {
    "field-rgb-v1": field_rgb_v1,
    "plain-rgb-v1": plain_rgb_v1,
    "cell-measures-v1": cell_measures_v1,
}
_OF_CELLS: dict[str, CellRecipe] = {
    "cells-rgb-v1": cells_rgb_v1,
    "field-and-cells-v1": field_and_cells_v1,
    "field-and-mask-v1": field_and_mask_v1,
}
_OF_NUCLEI: dict[str, CellRecipe] = {
    "nuclei-rgb-v1": nuclei_rgb_v1,
    "field-and-nuclei-v1": field_and_nuclei_v1,
    "field-and-nucleus-mask-v1": field_and_nucleus_mask_v1,
}
_OF_REGIONS = {**_OF_CELLS, **_OF_NUCLEI}
RECIPES: dict[str, Recipe] = {**_OF_FIELDS, **_OF_REGIONS}


def apply(
    name: str, image: NDArray[Any], *, height: int, width: int, cells: NDArray[np.bool_] | None = None
) -> NDArray[np.float32]:
    """Prepare one picture by the recipe `name`.

    `image` is (H, W, 3) uint8 RGB. The result is (height, width, 3, 4 or 6) float32 in [-1, 1], or (1, 1, n) measures
    in units of their own. `cells` (H, W) bool is the mask of `region_of` the recipe, if known; otherwise a recipe that
    needs it segments the picture. Raises `ArtifactError` for an unknown name.
    """
    if name in _OF_REGIONS:
        return _OF_REGIONS[name](image, height, width, cells)
    return find(name)(image, height, width)


def needs_cells(name: str) -> bool:
    """True if the recipe needs the cells. Raises `ArtifactError` for an unknown name."""
    find(name)
    return name in _OF_REGIONS


def region_of(name: str) -> Region:
    """The region that the recipe takes as cells. Raises `ArtifactError` for an unknown name."""
    find(name)
    return NUCLEI if name in _OF_NUCLEI else CELLS


def find(name: str) -> Recipe:
    """The recipe of this name. Raises `ArtifactError` for an unknown name."""
    try:
        return RECIPES[name]
    except KeyError:
        known = ", ".join(sorted(RECIPES))
        raise ArtifactError(f"Unknown preprocessing recipe {name!r}. This version knows: {known}.") from None
