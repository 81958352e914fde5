"""The heat map: the model's evidence as warm colours over the picture."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

STRONGEST_OPACITY = 0.6  # at the hottest point, so that the cell underneath stays visible


def draw(image: NDArray[Any], evidence: NDArray[Any], *, is_for_leukemia: bool) -> NDArray[np.uint8]:
    """Blend the evidence for one side into the picture: for leukaemia if `is_for_leukemia`, else for benign.

    `image` is (H, W, 3) uint8 RGB. `evidence` is (h, w) float32, positive where a place of the last feature map speaks
    for leukaemia, negative where it speaks for benign (`mlworker.training.fit.evidence`). Only one side is drawn, as by
    the ReLU of Grad-CAM (Selvaraju et al., ICCV 2017). It is scaled to its own maximum, so colours compare places of
    one picture, not pictures. Without evidence for that side the picture stays unchanged.
    """
    heat = np.maximum(evidence if is_for_leukemia else -evidence, 0).astype(np.float32)
    peak = float(heat.max(initial=0.0))
    if peak <= 0:
        return image.astype(np.uint8, copy=True)
    height, width = image.shape[:2]
    level = cv2.resize(np.rint(heat * (255 / peak)).astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR)
    return _blend(image, level)


def _blend(image: NDArray[Any], level: NDArray[Any]) -> NDArray[np.uint8]:
    """Mix picture and colour scale by `level` (H, W) uint8, in integers because the picture may be large."""
    colours = cv2.cvtColor(cv2.applyColorMap(level, cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB)
    opacity = cv2.merge([level] * 3)
    added = cv2.multiply(colours, opacity, scale=STRONGEST_OPACITY / 255)
    removed = cv2.multiply(image, opacity, scale=STRONGEST_OPACITY / 255)
    blended: NDArray[np.uint8] = cv2.add(cv2.subtract(image, removed), added)
    return blended
