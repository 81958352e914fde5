"""The scale of a picture by a network that has seen pictures of known scale at every magnification.

Red cells, nuclei and the sharpness of edges all tell it; what it looks at is not known, so its error is taken from
hospitals that it was not trained on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.cell_types import UNKNOWN_SCALE, Scale, ScaleSource
from mlworker.file_scale import PLAUSIBLE

SIDE = 224  # pixels of the longer side of what the network sees
_PART_FROM = 320  # pixels of the shorter side from which parts are looked at, too
_QUANTILE = 1.645  # of a normal error: a 90 % interval


class ScaleNetwork(Protocol):
    """Answers (N, h, w, 3) float32 in [-1, 1] by (N, 2): logarithm of micrometres a pixel, and its expected error."""

    def __call__(self, image: NDArray[np.float32]) -> NDArray[np.float32]: ...


def estimate(image: NDArray[np.uint8], network: ScaleNetwork, *, error: float) -> Scale:
    """Estimate the scale of (H, W, 3) uint8 RGB from the whole picture and, if it is large, from its quarters.

    `error` is the deviation of the logarithm on hospitals that were not trained on. The answers of the parts count by
    the error that the network expects of each; their spread widens the interval.
    """
    logs, errors = [], []
    for part in _parts(image):
        factor = SIDE / max(part.shape[:2])
        size = (max(8, round(part.shape[1] * factor)), max(8, round(part.shape[0] * factor)))
        small = cv2.resize(part, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)
        found = network((small.astype(np.float32) / 127.5 - 1)[None])[0]
        logs.append(float(found[0]) + np.log(factor))
        errors.append(float(found[1]))
    weights = 1 / np.square(errors)
    middle = float(np.average(logs, weights=weights))
    spread = float(np.sqrt(np.average(np.square(np.array(logs) - middle), weights=weights)))
    half = _QUANTILE * float(np.hypot(error, spread))
    scale = float(np.exp(middle))
    if not PLAUSIBLE[0] <= scale <= PLAUSIBLE[1]:
        return UNKNOWN_SCALE
    confidence = float(np.clip(1 - half, 0.1, 0.9))
    return Scale(scale, scale * float(np.exp(-half)), scale * float(np.exp(half)), ScaleSource.NETWORK, confidence)


def _parts(image: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    height, width = image.shape[:2]
    yield image
    if min(height, width) >= _PART_FROM:
        rows, columns = height // 2, width // 2
        yield image[:rows, :columns]
        yield image[:rows, columns:]
        yield image[rows:, :columns]
        yield image[rows:, columns:]
