"""The heat map: the model's evidence as warm colours over the picture."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

STRONGEST_OPACITY = 0.6  # the cell underneath stays visible at the hottest point


def draw(image: NDArray[Any], evidence: NDArray[Any], *, is_for_leukemia: bool) -> NDArray[np.uint8]:
    """Blend the evidence for the answer given into the picture.

    `image` is (H, W, 3) uint8 RGB, `evidence` (h, w) float32: positive where a place of the last feature map speaks
    for leukaemia, negative where it speaks for benign (see `mlworker.training.fit.evidence`). Only the side of
    the answer is drawn, as Grad-CAM's ReLU does (Selvaraju et al., ICCV 2017), scaled to its own maximum: colours
    compare places within one picture, not pictures. Without evidence for that side the picture is returned unchanged.
    """
    heat = np.maximum(evidence if is_for_leukemia else -evidence, 0).astype(np.float32)
    peak = float(heat.max(initial=0.0))
    if peak <= 0:
        return image.astype(np.uint8, copy=True)
    height, width = image.shape[:2]
    level = cv2.resize(np.rint(heat * (255 / peak)).astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR)
    return _blend(image, level)


def _blend(image: NDArray[Any], level: NDArray[Any]) -> NDArray[np.uint8]:
    """Mix picture and colour scale by `level` (H, W) uint8, in whole numbers because the picture may be large."""
    colours = cv2.cvtColor(cv2.applyColorMap(level, cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB)
    opacity = cv2.merge([level] * 3)
    added = cv2.multiply(colours, opacity, scale=STRONGEST_OPACITY / 255)
    removed = cv2.multiply(image, opacity, scale=STRONGEST_OPACITY / 255)
    blended: NDArray[np.uint8] = cv2.add(cv2.subtract(image, removed), added)
    return blended
