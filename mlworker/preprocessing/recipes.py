"""The table of recipes. The card of a model stores the name; what a name does never changes, a new name is added."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.errors import ArtifactError
from mlworker.preprocessing.cells import cells_rgb_v1, field_and_cells_v1, field_and_mask_v1
from mlworker.preprocessing.field import field_rgb_v1, plain_rgb_v1

Recipe = Callable[[NDArray[Any], int, int], NDArray[np.float32]]

RECIPES: dict[str, Recipe] = {
    "field-rgb-v1": field_rgb_v1,
    "plain-rgb-v1": plain_rgb_v1,
    "cells-rgb-v1": cells_rgb_v1,
    "field-and-cells-v1": field_and_cells_v1,
    "field-and-mask-v1": field_and_mask_v1,
}


def apply(name: str, image: NDArray[Any], *, height: int, width: int) -> NDArray[np.float32]:
    """Prepare one picture by the recipe `name`.

    `image` is (H, W, 3) uint8 RGB; the answer is (height, width, 3) float32 in [-1, 1], or with
    four or six channels where the recipe says so.
    Raises `ArtifactError` when no recipe has this name.
    """
    return find(name)(image, height, width)


def find(name: str) -> Recipe:
    """The recipe of this name; `ArtifactError` when there is none."""
    try:
        return RECIPES[name]
    except KeyError:
        known = ", ".join(sorted(RECIPES))
        raise ArtifactError(f"Unknown preprocessing recipe {name!r}. This version knows: {known}.") from None
