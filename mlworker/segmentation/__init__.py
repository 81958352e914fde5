"""From a picture to its nucleated cells: `segment` finds them, `cells` measures them, `mask` draws them."""

from mlworker.segmentation.cells import cells, mask
from mlworker.segmentation.pipeline import DEFAULT_METHOD, METHODS, Segmentation, segment

__all__ = ["DEFAULT_METHOD", "METHODS", "Segmentation", "cells", "mask", "segment"]
