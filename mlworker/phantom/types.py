"""A drawn smear and its parts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class FieldKind(StrEnum):
    """The content of a drawn field."""

    BENIGN = "BENIGN"  # normal or reactive: small lymphocytes (haematogones), neutrophils, monocytes, eosinophils
    LEUKEMIA = "LEUKEMIA"  # mostly blasts
    EMPTY = "EMPTY"  # red cells and platelets, no nucleated cell


class CellClass(StrEnum):
    BLAST = "BLAST"
    LYMPHOCYTE = "LYMPHOCYTE"
    NEUTROPHIL = "NEUTROPHIL"
    MONOCYTE = "MONOCYTE"
    EOSINOPHIL = "EOSINOPHIL"


@dataclass(frozen=True, slots=True)
class DrawnField:
    """A drawn picture with its ground truth.

    `image` is (H, W, 3) uint8 RGB. `cell_labels` and `nucleus_labels` are (H, W) int32, 0 is background; label i + 1
    is a nucleated cell of class `classes[i]` and its nucleus. A cell that later ones cover completely keeps its class
    but has no pixels. Red cells and platelets are only counted.
    """

    image: NDArray[np.uint8]
    cell_labels: NDArray[np.int32]
    nucleus_labels: NDArray[np.int32]
    classes: tuple[CellClass, ...]
    red_cells: int
    platelets: int
