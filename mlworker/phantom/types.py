"""What a drawn smear is made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class FieldKind(StrEnum):
    """What a drawn field shows."""

    BENIGN = "BENIGN"  # normal or reactive: small lymphocytes (haematogones), neutrophils, monocytes, eosinophils
    LEUKEMIA = "LEUKEMIA"  # mostly blasts
    EMPTY = "EMPTY"  # red cells and platelets, no nucleated cell


class CellClass(StrEnum):
    RED_CELL = "RED_CELL"
    PLATELET = "PLATELET"
    BLAST = "BLAST"
    LYMPHOCYTE = "LYMPHOCYTE"
    NEUTROPHIL = "NEUTROPHIL"
    MONOCYTE = "MONOCYTE"
    EOSINOPHIL = "EOSINOPHIL"


@dataclass(frozen=True, slots=True)
class DrawnField:
    """A drawn picture with its truth.

    `image` is (H, W, 3) uint8 RGB. `cell_labels` and `nucleus_labels` are (H, W) int32, 0 is background; label i + 1
    is a nucleated cell of class `classes[i]`, and its nucleus carries the same label. A cell that later ones cover
    wholly keeps its class and has no pixel. Red cells and platelets are only counted.
    """

    image: NDArray[np.uint8]
    cell_labels: NDArray[np.int32]
    nucleus_labels: NDArray[np.int32]
    classes: tuple[CellClass, ...]
    red_cells: int
    platelets: int
