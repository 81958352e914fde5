"""From the maps of the outline network to single cells: touching cells apart, nuclei in their cells, polygons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.cells.places import boxes

UM_PER_PIXEL = 0.4  # of what the network sees
REACH = 16.0  # pixels: the unit of the way to a cell's centre
MULTIPLE = 8  # both sides of the network's input are multiples of it
MOST_PIXELS = 3_200_000  # of what the network sees: a coarser picture is enlarged no further
TILE, MARGIN = 512, 64  # pixels of what the network sees at once, with what it looks at around them
_AT_ONCE = 4096  # pixels whose centre is sought together
_PEAK = 0.30  # the least height of a centre
_SMALLEST_UM2 = 12.0  # of a cell: under 4 micrometres across it is a platelet or debris
_SMALLEST_NUCLEUS_UM2 = 5.0


class MapsNetwork(Protocol):
    """Answers (1, H, W, 3) float32 in [-1, 1] by (1, H, W, 5): see `mlworker.training.cells.outline_network`."""

    def __call__(self, image: NDArray[np.float32]) -> NDArray[np.float32]: ...


@dataclass(frozen=True, slots=True)
class Outlines:
    """Cells of one picture in its own size: `labels` (H, W) int32, 0 background, 1..n; `nucleus` (H, W) bool."""

    labels: NDArray[np.int32]
    nucleus: NDArray[np.bool_]

    @property
    def count(self) -> int:
        return int(self.labels.max(initial=0))


def find(image: NDArray[np.uint8], um_per_pixel: float, network: MapsNetwork) -> Outlines:
    """Find the nucleated cells of (H, W, 3) uint8 RGB whose scale is known."""
    height, width = image.shape[:2]
    factor = min(um_per_pixel / UM_PER_PIXEL, (MOST_PIXELS / (width * height)) ** 0.5)
    size = (max(MULTIPLE, round(width * factor)), max(MULTIPLE, round(height * factor)))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)
    maps = _run(np.asarray(small, dtype=np.uint8), network)
    labels = instances(maps)
    # Regions are decided at the picture's own size, so that their edge is not a staircase.
    large = np.asarray(cv2.resize(maps[..., :2], (width, height), interpolation=cv2.INTER_LINEAR))
    grown = _grown(labels)
    labels = cv2.resize(grown.astype(np.uint16), (width, height), interpolation=cv2.INTER_NEAREST).astype(np.int32)
    labels[large[..., 1] <= 0] = 0
    return Outlines(labels, np.asarray((large[..., 0] > 0) & (labels > 0)))


def _run(image: NDArray[np.uint8], network: MapsNetwork) -> NDArray[np.float32]:
    height, width = image.shape[:2]
    below, right = -height % MULTIPLE, -width % MULTIPLE
    padded = cv2.copyMakeBorder(image, 0, below, 0, right, cv2.BORDER_REPLICATE)
    maps = np.empty((*padded.shape[:2], 5), dtype=np.float32)
    for top in range(0, padded.shape[0], TILE):
        for left in range(0, padded.shape[1], TILE):
            _fill(maps, padded, top, left, network)
    return np.ascontiguousarray(maps[:height, :width])


def _fill(maps: NDArray[np.float32], image: NDArray[np.uint8], top: int, left: int, network: MapsNetwork) -> None:
    """Write one tile of the maps, in place, from the picture with a margin, so that no seam is seen."""
    above, before = max(0, top - MARGIN), max(0, left - MARGIN)
    seen = image[above : top + TILE + MARGIN, before : left + TILE + MARGIN]
    found = network((seen.astype(np.float32) / 127.5 - 1)[None])[0]
    inner = found[top - above :, left - before :][:TILE, :TILE]
    maps[top : top + inner.shape[0], left : left + inner.shape[1]] = inner


def instances(maps: NDArray[np.float32]) -> NDArray[np.int32]:
    """Number the cells of the network's maps (H, W, 5), in its own scale: (H, W) int32, 1..n by size of their centre.

    Every pixel of a cell follows its way and goes to the centre nearest to where it arrives.
    """
    inside = maps[..., 1] > 0
    centres = _centres(_sigmoid(maps[..., 2]), inside)
    labels = np.zeros(inside.shape, dtype=np.int32)
    if not len(centres):
        return labels
    rows, columns = np.nonzero(inside)
    arrived = np.stack([rows, columns], axis=1) + REACH * maps[rows, columns, 3:5]
    for start in range(0, len(arrived), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        distance = ((arrived[part, None, :] - centres[None].astype(np.float32)) ** 2).sum(axis=2)
        labels[rows[part], columns[part]] = distance.argmin(axis=1) + 1
    return _kept(labels, maps[..., 0] > 0)


def _centres(heights: NDArray[np.float32], inside: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Rows and columns (n, 2) of the peaks, the highest first."""
    smooth = cv2.GaussianBlur(heights, (0, 0), 1.0)
    window = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))
    is_peak = (smooth >= cv2.dilate(smooth, window) - 1e-6) & (smooth > _PEAK) & inside
    places = np.argwhere(is_peak)
    return np.asarray(places[np.argsort(-smooth[is_peak], kind="stable")][:1000])


def _kept(labels: NDArray[np.int32], nucleus: NDArray[Any]) -> NDArray[np.int32]:
    """Keep of each cell its largest piece; drop cells too small or without a nucleus; number the rest anew."""
    result, following = np.zeros_like(labels), 1
    for label, (x, y, width, height) in boxes(labels):
        window = (slice(y, y + height), slice(x, x + width))
        mask = (labels[window] == label).astype(np.uint8)
        _, parts, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
        piece = parts == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
        area, nuclear = (float(n) * UM_PER_PIXEL**2 for n in (piece.sum(), (piece & nucleus[window]).sum()))
        if area >= _SMALLEST_UM2 and nuclear >= _SMALLEST_NUCLEUS_UM2:
            result[window][piece] = following
            following += 1
    return result


def _grown(labels: NDArray[np.int32]) -> NDArray[np.int32]:
    """Spread every label by two pixels into the background, so that the finer edge lies within."""
    grown = labels.astype(np.uint16)
    for _ in range(2):
        spread = cv2.dilate(grown, np.ones((3, 3), dtype=np.uint8))
        grown = np.where(grown == 0, spread, grown)
    return np.asarray(grown, dtype=np.int32)


def _sigmoid(x: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -30, 30))), dtype=np.float32)
