"""The cell in the middle of every crop, by the outline network: what a changed background leaves standing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

_LEAST, _MOST = 0.03, 0.75  # of the crop's area; outside of this the outline is not believed


def central(
    crops: NDArray[np.uint8], maps_of: Callable[[NDArray[np.float32]], NDArray[np.float32]], *, batch: int = 64
) -> NDArray[np.bool_]:
    """Return masks (N, S, S) of the middle cell of crops (N, S, S, 3) at twice the outline network's resolution.

    `maps_of` answers (n, S/2, S/2, 3) float32 in [-1, 1] by maps (n, S/2, S/2, 5). A crop without a believable cell in
    its middle has an empty mask.
    """
    found = [_of_batch(np.asarray(crops[start : start + batch]), maps_of) for start in range(0, len(crops), batch)]
    return np.concatenate(found)


def _of_batch(
    crops: NDArray[np.uint8], maps_of: Callable[[NDArray[np.float32]], NDArray[np.float32]]
) -> NDArray[np.bool_]:
    halved = crops.reshape(len(crops), crops.shape[1] // 2, 2, crops.shape[2] // 2, 2, 3).mean(axis=(2, 4))
    maps = maps_of((halved / 127.5 - 1).astype(np.float32))
    side = crops.shape[1]
    return np.stack([_middle_cell(logits[..., 1], side) for logits in maps])


def _middle_cell(logit: NDArray[Any], side: int) -> NDArray[np.bool_]:
    large = cv2.resize(np.ascontiguousarray(logit), (side, side), interpolation=cv2.INTER_LINEAR)
    _, labels = cv2.connectedComponents((large > 0).astype(np.uint8))
    core = labels[side // 2 - 6 : side // 2 + 6, side // 2 - 6 : side // 2 + 6]
    numbers = np.bincount(core[core > 0], minlength=1)
    mask = labels == int(numbers.argmax()) if numbers.any() else np.zeros(labels.shape, dtype=np.bool_)
    return np.asarray(mask if _LEAST < mask.mean() < _MOST else np.zeros_like(mask))
