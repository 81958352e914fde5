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


CELLS = Region("cells", "lab-kmeans", lambda found: found.cell_labels > 0)  # nucleus and cytoplasm
NUCLEI = Region("nuclei", "hsv-nucleus", lambda found: found.nucleus_mask)  # without cytoplasm
