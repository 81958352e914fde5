"""One random patch after another for the outline network."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.training.cells.outline_data import SIDE, Labelled
from mlworker.training.cells.outline_data import targets as targets_of
from mlworker.training.data.augment import Ranges, restain, soften

_STAIN = Ranges(stain_strength=0.45, stain_colour=0.35, stain_mixing=0.15, brightness=0.2, blur_pixels=0.9)
_CELL_STAIN = Ranges(stain_strength=0.2, stain_colour=0.12, stain_mixing=0.05, brightness=0.0)
_REAL_SHARE, _CLUMPED_SHARE = 0.6, 0.45  # of patches: cut from masked pictures, not drawn ones; with cells pasted in
_WINDOW = 64  # pixels at the patch's scale around a pasted cell: 26 micrometres


class Patches:
    """Draws patches at random from masked pictures and drawn fields; a seed fixes the sequence."""

    def __init__(self, real: Sequence[Labelled], drawn: Sequence[Labelled], rng: np.random.Generator) -> None:
        self._real, self._drawn, self._rng = real, drawn, rng
        self._cells = [found for found in real if found.cells.max(initial=0) == 1 and _is_whole(found.cells)]

    def batch(self, size: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return inputs (size, SIDE, SIDE, 3) float32 in [-1, 1] and targets (size, SIDE, SIDE, 5)."""
        pairs = [self._patch() for _ in range(size)]
        images = np.stack([image for image, _ in pairs]).astype(np.float32) / 127.5 - 1
        return images, np.stack([target for _, target in pairs])

    def _patch(self) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        rng = self._rng
        kind = rng.random()
        if kind < _REAL_SHARE:
            found = self._moved(self._any_of(self._real), is_centred=rng.random() < 0.7)
        else:
            found = self._moved(self._any_of(self._drawn), is_centred=rng.random() < 0.5)
        if rng.random() < _CLUMPED_SHARE:
            found = self._clump(found, int(rng.choice([1, 2, 3, 4, 5], p=[0.2, 0.3, 0.2, 0.2, 0.1])))
        image = soften(restain(found.image, rng, _STAIN), rng, _STAIN)
        noise = rng.normal(0, rng.uniform(0, 5), image.shape)
        image = np.clip(image + noise, 0, 255).astype(np.uint8)
        if rng.random() < 0.15:  # an underexposed camera, as in some laboratories
            image = (image * rng.uniform(0.45, 0.8)).astype(np.uint8)
        return image, targets_of(found.cells, found.nucleus)

    def _any_of(self, found: Sequence[Labelled]) -> Labelled:
        return found[int(self._rng.integers(len(found)))]

    def _moved(self, found: Labelled, *, is_centred: bool, side: int = SIDE) -> Labelled:
        """Turn, mirror and scale a picture, and cut a patch around a cell or anywhere."""
        rng = self._rng
        height, width = found.cells.shape
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        if is_centred and found.cells.any():
            label = rng.integers(1, found.cells.max() + 1)
            places = np.argwhere(found.cells == label)
            if len(places):
                y, x = places.mean(axis=0)
        matrix = cv2.getRotationMatrix2D(
            (float(x), float(y)), rng.uniform(0, 360), float(np.exp(rng.uniform(-0.3, 0.3)))
        )
        reach = 0.0 if side != SIDE else 0.3 * side
        matrix[:, 2] += side / 2 - np.array([x, y]) + rng.uniform(-reach, reach, 2)
        if rng.random() < 0.5:
            matrix[0] *= -1
            matrix[0, 2] += side - 1
        size = (side, side)
        border = cv2.BORDER_REFLECT_101
        cells = cv2.warpAffine(found.cells.astype(np.float32), matrix, size, flags=cv2.INTER_NEAREST, borderMode=border)
        nucleus = cv2.warpAffine(
            found.nucleus.astype(np.float32), matrix, size, flags=cv2.INTER_LINEAR, borderMode=border
        )
        image = cv2.warpAffine(found.image, matrix, size, flags=cv2.INTER_LINEAR, borderMode=border)
        return Labelled(image.astype(np.uint8), _separate(cells.astype(np.int32)), (nucleus > 0.5) & (cells > 0))

    def _clump(self, base: Labelled, count: int) -> Labelled:
        """Paste cells onto a patch: the first anywhere, each further one so that it touches or overlaps the last."""
        rng = self._rng
        image, cells, nucleus = base.image.astype(np.float32), base.cells.copy(), base.nucleus.copy()
        last: tuple[float, float, float] | None = None
        for _ in range(count):
            piece = self._moved(self._any_of(self._cells), is_centred=True, side=_WINDOW)
            mask = piece.cells == piece.cells[_WINDOW // 2, _WINDOW // 2]
            if not piece.cells[_WINDOW // 2, _WINDOW // 2]:
                continue
            radius = float((mask.sum() / np.pi) ** 0.5)
            x, y = rng.uniform(18, SIDE - 18, 2)
            if last is not None:
                angle, apart = rng.uniform(0, 2 * np.pi), (radius + last[2]) * rng.uniform(0.62, 1.08)
                x, y = last[0] + apart * np.cos(angle), last[1] + apart * np.sin(angle)
            last = (float(x), float(y), radius)
            stained = restain(piece.image, rng, _CELL_STAIN) if rng.random() < 0.5 else piece.image
            _paste(image, cells, nucleus, Labelled(stained, mask.astype(np.int32), piece.nucleus & mask), (x, y))
        return Labelled(np.clip(image, 0, 255).astype(np.uint8), cells, nucleus)


def _paste(
    image: NDArray[np.float32],
    cells: NDArray[np.int32],
    nucleus: NDArray[np.bool_],
    piece: Labelled,
    place: tuple[float, float],
) -> None:
    """Lay a cell over a patch, in place, with a soft edge; what it covers is gone, or shines through a little."""
    left, top = round(place[0]) - _WINDOW // 2, round(place[1]) - _WINDOW // 2
    rows = slice(max(0, top), min(SIDE, top + _WINDOW))
    columns = slice(max(0, left), min(SIDE, left + _WINDOW))
    if rows.stop <= rows.start or columns.stop <= columns.start:
        return
    inner = (slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left))
    mask = piece.cells[inner] > 0
    soft = cv2.GaussianBlur(piece.cells.astype(np.float32), (0, 0), 0.7)[inner][..., None]
    image[rows, columns] = image[rows, columns] * (1 - soft) + piece.image[inner] * soft
    cells[rows, columns][mask] = cells.max() + 1
    nucleus[rows, columns] = np.where(mask, piece.nucleus[inner], nucleus[rows, columns])


def _is_whole(cells: NDArray[np.int32]) -> bool:
    """Tell whether no cell is cut by the border: a cut cell pasted elsewhere would have a straight side."""
    return not (cells[0].any() or cells[-1].any() or cells[:, 0].any() or cells[:, -1].any())


def _separate(cells: NDArray[np.int32]) -> NDArray[np.int32]:
    """Number anew what a mirrored border repeated under one label."""
    result, following = np.zeros_like(cells), 1
    for label in np.unique(cells[cells > 0]):
        count, parts = cv2.connectedComponents((cells == label).astype(np.uint8))
        for part in range(1, count):
            result[parts == part] = following
            following += 1
    return result
