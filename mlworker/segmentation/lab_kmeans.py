"""Nuclei by k-means with K = 2 on the A channel of CIE LAB."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.segmentation.morphology import Mask

# CIE LAB as OpenCV writes it in 8 bits; "magenta" is a minus the glass's, "blue" the glass's b minus b.
#
# The upper cluster holds red cells besides the nuclei if the lower part of it is less than this share as blue as the
# upper one. Over 40 real pictures the share was 0.50 or less for red cells, 0.70 or more for cytoplasm and nuclei.
_BLUE_SHARE_OF_CYTOPLASM = 0.6
# A cluster is stained like nuclei if its means are at least this magenta and this blue: grey-blue red cells fail the
# first, pink ones the second. The palest real nuclei had 28 and 32, the strongest red cells of nucleus-free drawn
# fields 16 and 12 (platelets, stained like nuclei, have more and are removed by their size).
_MIN_MAGENTA = 14
_MIN_BLUE = 18
_PALE_MAGENTA, _PALE_BLUE = 23, 27  # the strongest real red cells had 22 and 25
_OFFSET = 256  # histograms have no negative places


def two_means(histogram: NDArray[np.integer]) -> tuple[int, float, float]:
    """Exact k-means with K = 2 of integers given as a histogram: (highest value of the lower cluster, both means).

    In one dimension the clusters are intervals, so trying every cut finds the optimum that Lloyd's iterations only
    approach: the cut with the largest variance between the clusters (Otsu, IEEE Trans. SMC 9 (1979) 62-66, eq. 18).
    A histogram of one value gives that value and it as both means.
    """
    counts = histogram.astype(np.float64)
    weight = np.cumsum(counts)
    moment = np.cumsum(counts * np.arange(len(counts)))
    total, whole = weight[-1], moment[-1]
    inside = (weight > 0) & (weight < total)
    if not inside.any():
        value = float(whole / total) if total else 0.0
        return int(value), value, value
    lower, upper = weight[inside], total - weight[inside]
    between = (moment[inside] * total - weight[inside] * whole) ** 2 / (lower * upper)
    cut = int(np.flatnonzero(inside)[np.argmax(between)])
    return cut, float(moment[cut] / weight[cut]), float((whole - moment[cut]) / (total - weight[cut]))


def nuclei(image: NDArray[np.uint8], glass: NDArray[np.float32]) -> Mask:
    """What is stained like a nucleus, (H, W) bool, from (H, W, 3) uint8 RGB and the colour of its empty glass.

    Nothing in a field without nuclei.
    """
    magenta, blue = stain_axes(image, glass)
    histogram = np.bincount(magenta.ravel().astype(np.int64) + _OFFSET, minlength=2 * _OFFSET)
    cut, _, _ = two_means(histogram)
    histogram[: cut + 1] = 0
    if not histogram.any():
        return np.zeros(image.shape[:2], dtype=bool)
    second, _, _ = two_means(histogram)
    upper = magenta > second - _OFFSET
    lower = (magenta > cut - _OFFSET) & ~upper
    holds_red_cells = _is_far_paler(lower, upper, blue) and not _is_pale_nuclei(lower, magenta, blue)
    stained = upper if holds_red_cells else lower | upper
    if not is_nuclear_stain(stained, magenta, blue):
        return np.zeros(image.shape[:2], dtype=bool)
    return np.asarray(stained & (blue > _MIN_BLUE // 2))


def _is_far_paler(lower: Mask, upper: Mask, blue: NDArray[np.int16]) -> bool:
    return bool(upper.any() and blue[lower].mean() < _BLUE_SHARE_OF_CYTOPLASM * blue[upper].mean())


def _is_pale_nuclei(lower: Mask, magenta: NDArray[np.int16], blue: NDArray[np.int16]) -> bool:
    """Pale nuclei beside one dark one: no red cell is so magenta and so blue at once."""
    return bool(magenta[lower].mean() >= _PALE_MAGENTA and blue[lower].mean() >= _PALE_BLUE)


def stain_axes(image: NDArray[np.uint8], glass: NDArray[np.float32]) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """How much more magenta (a) and blue (-b) than the glass every pixel is, two (H, W) int16 in units of CIE LAB."""
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB)
    base = cv2.cvtColor(glass.round().astype(np.uint8)[None, None], cv2.COLOR_RGB2LAB)[0, 0].astype(np.int16)
    return lab[..., 1] - base[1], base[2] - lab[..., 2]


def is_nuclear_stain(mask: Mask, magenta: NDArray[np.int16], blue: NDArray[np.int16]) -> bool:
    """Whether a cluster of pixels has, in the mean, the colour of nuclei."""
    if not mask.any():
        return False
    return bool(magenta[mask].mean() >= _MIN_MAGENTA and blue[mask].mean() >= _MIN_BLUE)
