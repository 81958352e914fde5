"""Recipes for whole fields of view: (H, W, 3) uint8 RGB in, (height, width, 3) float32 in [-1, 1] out."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.preprocessing.background import whiten_background
from mlworker.preprocessing.scale_bar import cover_scale_bar


def plain_rgb_v1(image: NDArray[Any], height: int, width: int) -> NDArray[np.float32]:
    """Resize and scale 0..255 to -1..1; nothing else."""
    return _to_unit_range(resize(image, height, width))


def field_rgb_v1(image: NDArray[Any], height: int, width: int) -> NDArray[np.float32]:
    """Resize, paint over the scale-bar corner, whiten the background, scale to -1..1.

    The field is squeezed to the model's shape, whatever its aspect, like the training pictures. The corner and the
    colour of the background betray the camera and the staining batch, and a model would read them. So both are removed
    from every picture, in training and in use.
    """
    small = resize(image, height, width)
    return _to_unit_range(whiten_background(cover_scale_bar(small)))


def resize(image: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    """`image` squeezed or stretched to (height, width, 3), by area averaging if it shrinks."""
    is_shrinking = image.shape[0] >= height and image.shape[1] >= width
    interpolation = cv2.INTER_AREA if is_shrinking else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (width, height), interpolation=interpolation))


def _to_unit_range(image: NDArray[Any]) -> NDArray[np.float32]:
    return image.astype(np.float32) / np.float32(127.5) - np.float32(1.0)
