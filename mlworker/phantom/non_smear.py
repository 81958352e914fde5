"""Pictures that are not smears: a page of text, a photograph-like scene, noise, a blank frame, a chart."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

_LETTERS = np.array(list("abcdefghijklmnopqrstuvwxyz     "))


def non_smear(seed: int, *, width: int = 1024, height: int = 768) -> NDArray[np.uint8]:
    """A picture that must be refused, (H, W, 3) uint8 RGB, of the kind `seed % 5`."""
    rng = np.random.default_rng(seed)
    return _PAINTERS[seed % len(_PAINTERS)](rng, width, height)


def _text_page(rng: np.random.Generator, width: int, height: int) -> NDArray[np.uint8]:
    paper = int(rng.integers(225, 256))
    page = np.full((height, width, 3), paper, dtype=np.uint8)
    step = max(height // 32, 12)
    for y in range(2 * step, height - step, step):
        line = "".join(rng.choice(_LETTERS, size=int(rng.integers(20, 80))))
        cv2.putText(page, line, (width // 16, y), cv2.FONT_HERSHEY_SIMPLEX, step / 45, (20, 20, 25), 1, cv2.LINE_AA)
    return page


def _scene(rng: np.random.Generator, width: int, height: int) -> NDArray[np.uint8]:
    """Sky, ground and a few shaded boxes: the broad gradients and straight edges of a photograph."""
    top, bottom = rng.uniform(80, 255, 3), rng.uniform(0, 180, 3)
    slope = np.linspace(0, 1, height)[:, None, None]
    scene = np.repeat(top * (1 - slope) + bottom * slope, width, axis=1)
    for _ in range(int(rng.integers(4, 10))):
        x, y = int(rng.integers(0, width)), int(rng.integers(height // 3, height))
        w, h = int(rng.integers(width // 12, width // 3)), int(rng.integers(height // 8, height // 2))
        shade = np.linspace(0.7, 1.1, w)[None, :, None]
        part = scene[max(0, y - h) : y, x : x + w]
        part[:] = (rng.uniform(10, 230, 3) * shade)[:, : part.shape[1]]
    noise = rng.normal(0, 4, scene.shape)
    return np.asarray(np.clip(cv2.GaussianBlur(scene, (0, 0), 1.2) + noise, 0, 255), dtype=np.uint8)


def _noise(rng: np.random.Generator, width: int, height: int) -> NDArray[np.uint8]:
    return np.asarray(rng.integers(0, 256, (height, width, 3)), dtype=np.uint8)


def _blank(rng: np.random.Generator, width: int, height: int) -> NDArray[np.uint8]:
    colour = rng.uniform(0, 255, 3)
    return np.asarray(np.clip(colour + rng.normal(0, 1.5, (height, width, 3)), 0, 255), dtype=np.uint8)


def _chart(rng: np.random.Generator, width: int, height: int) -> NDArray[np.uint8]:
    chart = np.full((height, width, 3), 255, dtype=np.uint8)
    base, bars = height - height // 8, int(rng.integers(5, 12))
    room = width // (bars + 2)
    for bar in range(bars):
        left, tall = (bar + 1) * room, int(rng.integers(height // 10, height // 2))
        colour = tuple(int(value) for value in rng.integers(0, 256, 3))
        cv2.rectangle(chart, (left, base - tall), (left + room * 3 // 4, base), colour, -1)
    cv2.line(chart, (room // 2, base), (width - room // 2, base), (0, 0, 0), 2)
    return chart


_PAINTERS: tuple[Callable[[np.random.Generator, int, int], NDArray[np.uint8]], ...] = (
    _text_page,
    _scene,
    _noise,
    _blank,
    _chart,
)
