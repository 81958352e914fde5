"""Nuclei by a threshold in HSV: violet hue, high saturation."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.segmentation.lab_kmeans import is_nuclear_stain, stain_axes, two_means
from mlworker.segmentation.morphology import Mask

# OpenCV's hue in 8 bits is degrees / 2. Nuclei are violet to magenta whatever the stain; red cells lie outside (pink
# to brown) or, grey-blue, at its lower end with little saturation.
_HUES = (114, 172)
_MIN_SATURATION = 50


def nuclei(image: NDArray[np.uint8], glass: NDArray[np.float32]) -> Mask:
    """What is stained like a nucleus, (H, W) bool, from (H, W, 3) uint8 RGB and the colour of its empty glass.

    The saturation threshold is the two-means cut over the whole picture, but at least _MIN_SATURATION. Nothing in a
    field without nuclei: what passes the threshold must in the mean be coloured like them.
    """
    hsv = cv2.cvtColor(image, cv2.COLOR_RGB2HSV)
    hue, saturation = hsv[..., 0], hsv[..., 1]
    cut, _, _ = two_means(np.bincount(saturation.ravel(), minlength=256))
    stained = (hue >= _HUES[0]) & (hue <= _HUES[1]) & (saturation > max(cut, _MIN_SATURATION))
    if not is_nuclear_stain(stained, *stain_axes(image, glass)):
        return np.zeros(image.shape[:2], dtype=bool)
    return np.asarray(stained)
