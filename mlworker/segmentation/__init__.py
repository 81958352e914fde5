"""From a picture to its nucleated cells: label array, nucleus mask, measures, crops.

`segment` finds them, `cells` measures them, `crops` cuts them out, `mask` writes both regions into one picture.
"""

from mlworker.segmentation.cells import cells, crops, mask
from mlworker.segmentation.pipeline import DEFAULT_METHOD, METHODS, Segmentation, segment

__all__ = ["DEFAULT_METHOD", "METHODS", "Segmentation", "cells", "crops", "mask", "segment"]
