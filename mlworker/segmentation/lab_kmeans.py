"""Nuclei by k-means with K = 2 on the A channel of CIE LAB."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.segmentation.morphology import Mask

# CIE LAB as OpenCV writes it in 8 bits; "magenta" is a minus the glass's, "blue" the glass's b minus b.
#
# The upper cluster holds red cells besides nuclei if its lower part has less than this share of the blue of its upper
# part. In 40 real pictures the share was at most 0.50 for red cells and at least 0.70 for cytoplasm and nuclei.
_BLUE_SHARE_OF_CYTOPLASM = 0.6
# A cluster is stained like nuclei if its means are at least this magenta and this blue: grey-blue red cells fail the
# first test, pink ones the second. The palest real nuclei had 28 and 32, the strongest red cells of drawn fields
# without nuclei 16 and 12. Platelets are stained like nuclei and are removed by their size.
_MIN_MAGENTA = 14
_MIN_BLUE = 18
_PALE_MAGENTA, _PALE_BLUE = 23, 27  # the strongest real red cells had 22 and 25
_OFFSET = 256  # makes negative values fit into a histogram


def two_means(histogram: NDArray[np.integer]) -> tuple[int, float, float]:
    """Exact k-means with K = 2 of integers given as a histogram: (highest value of the lower cluster, both means).

    In one dimension the clusters are intervals, so trying every cut finds the optimum, which Lloyd's iterations only
    approach: the cut with the largest variance between the clusters (Otsu, IEEE Trans. SMC 9 (1979) 62-66, eq. 18).
    A histogram of a single value gives that value three times.
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
    """The pixels stained like a nucleus, (H, W) bool, of (H, W, 3) uint8 RGB with the colour (3,) of its empty glass.

    The mask is empty in a field without nuclei.
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
    """True for pale nuclei beside a dark one: no red cell is that magenta and that blue at once."""
    return bool(magenta[lower].mean() >= _PALE_MAGENTA and blue[lower].mean() >= _PALE_BLUE)


def stain_axes(image: NDArray[np.uint8], glass: NDArray[np.float32]) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """Magenta (a) and blue (-b) of every pixel relative to the glass, two (H, W) int16 in units of CIE LAB."""
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB)
    base = cv2.cvtColor(glass.round().astype(np.uint8)[None, None], cv2.COLOR_RGB2LAB)[0, 0].astype(np.int16)
    return lab[..., 1] - base[1], base[2] - lab[..., 2]


def is_nuclear_stain(mask: Mask, magenta: NDArray[np.int16], blue: NDArray[np.int16]) -> bool:
    """True if the mean colour of a cluster of pixels is that of nuclei."""
    if not mask.any():
        return False
    return bool(magenta[mask].mean() >= _MIN_MAGENTA and blue[mask].mean() >= _MIN_BLUE)
