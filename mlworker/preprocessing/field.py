"""Recipes for fields of view: (H, W, 3) uint8 RGB in, (height, width, channels) float32 in [-1, 1] out.

Some of them read the segmented cells, alone on an even background or beside the whole field. Their `cells` (H, W) bool
are the cells of the picture, or its nuclei: a mask made at the picture's own size, where cells are clearest.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.preprocessing.scale_bar import cover_scale_bar

BRIGHT_QUANTILE = 0.90  # the brightest tenth of a field is background; cells rarely cover nine tenths
TARGET = 240.0  # level of the background in every channel afterwards, with room for brighter pixels
_GROUND = np.float32(TARGET / 127.5 - 1.0)  # the same in the units of a recipe


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


def cells_rgb_v1(image: NDArray[Any], height: int, width: int, cells: NDArray[np.bool_]) -> NDArray[np.float32]:
    """`field_rgb_v1` with the pixels outside the cells at the level of its background: (height, width, 3)."""
    share = _coverage(cells, height, width)
    mixed: NDArray[np.float32] = field_rgb_v1(image, height, width) * share + _GROUND * (1 - share)
    return mixed.astype(np.float32)


def field_and_cells_v1(image: NDArray[Any], height: int, width: int, cells: NDArray[np.bool_]) -> NDArray[np.float32]:
    """`field_rgb_v1` in channels 0-2 and `cells_rgb_v1` in channels 3-5: (height, width, 6)."""
    return np.concatenate([field_rgb_v1(image, height, width), cells_rgb_v1(image, height, width, cells)], axis=2)


def field_and_mask_v1(image: NDArray[Any], height: int, width: int, cells: NDArray[np.bool_]) -> NDArray[np.float32]:
    """`field_rgb_v1` in channels 0-2, and in channel 3 the cells: 1 inside, -1 outside; (height, width, 4)."""
    return np.concatenate([field_rgb_v1(image, height, width), _coverage(cells, height, width) * 2 - 1], axis=2)


def background_colour(image: NDArray[Any]) -> NDArray[np.float32]:
    """Median RGB of the brightest tenth of `image` (H, W, 3) uint8, as (3,) float32 in [1, 255].

    It is the colour of the glass, which depends on lamp, camera and stain batch, not on the disease.
    """
    pixels = image.reshape(-1, 3)
    luminance = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).ravel()
    rank = int(BRIGHT_QUANTILE * (len(luminance) - 1))
    bright = pixels[luminance >= np.partition(luminance, rank)[rank]]
    return np.asarray(np.maximum(np.median(bright, axis=0), 1.0), dtype=np.float32)


def whiten_background(image: NDArray[Any]) -> NDArray[np.uint8]:
    """`image` (H, W, 3) uint8 with each channel scaled so that the background becomes a light grey of 240.

    A gain is a shift in optical density, so the stain of the cells keeps its contrast to the glass.
    """
    gain = TARGET / background_colour(image)
    levels = np.arange(256, dtype=np.float32)
    table = np.clip(np.rint(levels[:, np.newaxis] * gain), 0, 255).astype(np.uint8)  # (256, 3): one column a channel
    return np.asarray(cv2.LUT(image, table[np.newaxis]))


def resize(image: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    """`image` squeezed or stretched to (height, width, 3), by area averaging if it shrinks."""
    is_shrinking = image.shape[0] >= height and image.shape[1] >= width
    interpolation = cv2.INTER_AREA if is_shrinking else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (width, height), interpolation=interpolation))


def _to_unit_range(image: NDArray[Any]) -> NDArray[np.float32]:
    return image.astype(np.float32) / np.float32(127.5) - np.float32(1.0)


def _coverage(cells: NDArray[np.bool_], height: int, width: int) -> NDArray[np.float32]:
    """The share of cells in each pixel, (height, width, 1) in [0, 1]."""
    share: NDArray[np.float32] = cv2.resize(cells.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
    return share[..., None]
