"""Nuclei by a threshold in HSV: violet hue, high saturation."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.segmentation.lab_kmeans import is_nuclear_stain, stain_axes, two_means
from mlworker.segmentation.morphology import Mask

# OpenCV's 8-bit hue is degrees / 2. Nuclei are violet to magenta in every stain. Red cells lie outside (pink to brown)
# or, if grey-blue, at the lower end with little saturation.
_HUES = (114, 172)
_MIN_SATURATION = 50


def nuclei(image: NDArray[np.uint8], glass: NDArray[np.float32]) -> Mask:
    """The pixels stained like a nucleus, (H, W) bool, of (H, W, 3) uint8 RGB with the colour (3,) of its empty glass.

    The saturation threshold is the two-means cut over the whole picture, but at least _MIN_SATURATION. The mask is
    empty if its mean colour is not that of nuclei, as in a field without any.
    """
    hsv = cv2.cvtColor(image, cv2.COLOR_RGB2HSV)
    hue, saturation = hsv[..., 0], hsv[..., 1]
    cut, _, _ = two_means(np.bincount(saturation.ravel(), minlength=256))
    stained = (hue >= _HUES[0]) & (hue <= _HUES[1]) & (saturation > max(cut, _MIN_SATURATION))
    if not is_nuclear_stain(stained, *stain_axes(image, glass)):
        return np.zeros(image.shape[:2], dtype=bool)
    return np.asarray(stained)
