"""From nuclei to whole cells, and to the nucleus within each cell."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.segmentation.lab_kmeans import two_means
from mlworker.segmentation.morphology import Mask, closed, disc, filled, opened
from mlworker.segmentation.stain import FloatArray, residual_stain

# Cytoplasm reaches at most this many nuclear radii beyond the nucleus
_REACH = 1.2
# and has at least this share of the nuclei's stain (found on drawn fields and on bccd and wbc-seg-zheng:
# 0.08 floods red cells, 0.25 loses the pale cytoplasm of neutrophils).
_SHARE_OF_NUCLEUS = 0.11
# The colour of red cells is learned at more than this many nuclear radii from the nuclei. With less, the cytoplasm of
# lobed cells counts as red cells; with more, a dense field leaves nothing to learn from.
_FAR = 1.2
# A cell has a darker nucleus and a lighter cytoplasm if their green densities differ by this share of the darker one,
# and if neither part is a mere rim or speck.
_CONTRAST = 0.38
_LEAST_PART = 0.10
_GREEN_LEVELS = 100.0  # histogram bins per unit of density


def add_cytoplasm(density: FloatArray, core: Mask, radius: float) -> Mask:
    """Whole cells (H, W) bool: the nuclei `core`, and the stained pixels near them that are not red cells.

    `density` is (H, W, 3), `radius` that of a typical nucleus in pixels. Objects without a nucleus may remain.
    """
    distance = cv2.distanceTransform((~core).view(np.uint8), cv2.DIST_L2, 3)
    rest, noise = residual_stain(density, distance > _FAR * radius)
    least = max(_SHARE_OF_NUCLEUS * float(np.median(rest[core])), noise)
    stained = core | ((rest > least) & (distance < _REACH * radius))
    smooth = opened(closed(stained, 1), max(1, round(0.3 * radius))) | core
    return filled(smooth, 0.5 * np.pi * radius**2)


def nucleus_within(labels: NDArray[np.int32], core: Mask, density: FloatArray) -> Mask:
    """The nucleus of every labelled cell, (H, W) bool.

    `core` (H, W) bool is stained like a nucleus, but strongly stained cytoplasm is, too: if the core of a cell has a
    dark and a light part in green, only the dark part is its nucleus. `labels` is (H, W), `density` (H, W, 3).
    """
    green = np.clip(density[..., 1] * _GREEN_LEVELS, 0, 255).astype(np.uint8)
    nucleus = core & (labels > 0)
    areas = np.bincount(labels[nucleus], minlength=int(labels.max()) + 1)
    levels = np.bincount(labels[nucleus].astype(np.int64) * 256 + green[nucleus], minlength=256 * len(areas)).reshape(
        -1, 256
    )
    cuts = np.full(len(areas), -1, dtype=np.int16)
    for label in np.flatnonzero(areas):
        cut, light, dark = two_means(levels[label])
        part = levels[label][: cut + 1].sum() / areas[label]
        if label and dark - light > _CONTRAST * dark and _LEAST_PART < part < 1 - _LEAST_PART:
            cuts[label] = cut
    nucleus &= green > cuts[labels]
    smooth = cv2.morphologyEx(nucleus.view(np.uint8), cv2.MORPH_CLOSE, disc(1)) > 0
    return np.asarray(filled(opened(smooth, 1), 0.0005 * labels.size) & (labels > 0))
