"""The parts of a picture that recipes show, and how they are found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker import segmentation
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


def _cells(found: Segmentation) -> NDArray[np.bool_]:
    return np.asarray(found.cell_labels > 0)


def _nuclei(found: Segmentation) -> NDArray[np.bool_]:
    return found.nucleus_mask


CELLS = Region("cells", "lab-kmeans", _cells)  # nucleus and cytoplasm
NUCLEI = Region("nuclei", "hsv-nucleus", _nuclei)  # without cytoplasm
