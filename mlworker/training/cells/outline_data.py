"""Patches with known outlines for the outline network: masked pictures, drawn fields, and cells pasted into clumps.

Everything lies at `outlines.UM_PER_PIXEL`. Held-out files never enter, neither whole nor as pasted cells.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.cells import classes, outlines
from mlworker.phantom.field import draw_field
from mlworker.phantom.types import FieldKind
from mlworker.training.cells.protocol import every_fifth

SIDE = 96  # pixels of a patch: 38 micrometres
_DRAWN_SIDE = (264, 198)  # of a drawn field, so that its red cells are 7.2 micrometres
_KINDS = (FieldKind.BENIGN, FieldKind.LEUKEMIA, FieldKind.LEUKEMIA, FieldKind.EMPTY)


@dataclass(frozen=True, slots=True)
class Labelled:
    """`image` (H, W, 3) uint8 RGB; `cells` (H, W) int32, 0 background, 1..n the cells; `nucleus` (H, W) bool."""

    image: NDArray[np.uint8]
    cells: NDArray[np.int32]
    nucleus: NDArray[np.bool_]


def masked(folder: Path, *, is_held_out: bool) -> Iterator[tuple[str, Labelled]]:
    """Yield (source, picture) of `bccd` and `wbc-seg-zheng` at their own size; every fifth file, or the others."""
    for name in ("bccd", "wbc-seg-zheng"):
        files = sorted((folder / name / "images").iterdir())
        held = every_fifth(path.name for path in files)
        for path in files:
            mask = cv2.imread(str(folder / name / "masks" / f"{path.stem}.png"), cv2.IMREAD_GRAYSCALE)
            if mask is None or (path.name in held) != is_held_out:
                continue
            image = read_image(path)
            source = name if name == "bccd" else f"{name}-{path.name[1]}"
            yield source, of_mask(image, mask)


def read_image(path: Path) -> NDArray[np.uint8]:
    """Read a picture as (H, W, 3) uint8 RGB. Raises `FileNotFoundError` when it cannot be read."""
    image = cv2.imread(str(path))
    if image is None:
        raise FileNotFoundError(path)
    return np.ascontiguousarray(image[:, :, ::-1])


def of_mask(image: NDArray[np.uint8], mask: NDArray[Any]) -> Labelled:
    """Number the cells of a mask (H, W) of 0, 128 (cytoplasm) and 255 (nucleus); specks are dropped."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((mask > 64).astype(np.uint8), ltype=cv2.CV_32S)
    largest = int(stats[1:, cv2.CC_STAT_AREA].max(initial=0))
    keep = [n for n in range(1, count) if stats[n, cv2.CC_STAT_AREA] > largest / 12]
    renumber = np.zeros(count, dtype=np.int32)
    renumber[keep] = np.arange(1, len(keep) + 1)
    cells = renumber[labels]
    return Labelled(image, cells, np.asarray((mask > 192) & (cells > 0)))


def scaled(found: Labelled, um_per_pixel: float) -> Labelled:
    """Bring a labelled picture to the scale of the outline network."""
    factor = um_per_pixel / outlines.UM_PER_PIXEL
    size = (max(8, round(found.image.shape[1] * factor)), max(8, round(found.image.shape[0] * factor)))
    image = cv2.resize(found.image, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)
    cells = cv2.resize(found.cells.astype(np.uint16), size, interpolation=cv2.INTER_NEAREST).astype(np.int32)
    nucleus = cv2.resize(found.nucleus.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA) > 127
    return Labelled(np.asarray(image, dtype=np.uint8), cells, np.asarray(nucleus & (cells > 0)))


def stock(folder: Path, *, drawn: int) -> tuple[list[Labelled], list[Labelled]]:
    """Return what may be trained on: masked pictures, and `drawn` drawn fields."""
    table = classes.table()
    real = [scaled(found, table.sources[source].um_per_pixel) for source, found in masked(folder, is_held_out=False)]
    return real, [_drawn(seed) for seed in range(drawn)]


def _drawn(seed: int) -> Labelled:
    field = draw_field(seed, kind=_KINDS[seed % 4], width=_DRAWN_SIDE[0], height=_DRAWN_SIDE[1])
    return Labelled(field.image, field.cell_labels, field.nucleus_labels > 0)


def targets(cells: NDArray[np.int32], nucleus: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the targets of a patch, (H, W, 5): nucleus, cell, centres, and the way to the centre (dy, dx).

    Centres are Gaussians of a third of the cell's radius; the way is in units of `outlines.REACH` pixels.
    """
    height, width = cells.shape
    result = np.zeros((height, width, 5), dtype=np.float32)
    result[..., 0], result[..., 1] = nucleus, cells > 0
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    for label in np.unique(cells[cells > 0]):
        inside = cells == label
        area = int(inside.sum())
        if area < 12:
            continue
        y, x = float(rows[inside].mean()), float(columns[inside].mean())
        spread = max(1.5, 0.3 * (area / np.pi) ** 0.5)
        peak = np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / (2 * spread**2))
        result[..., 2] = np.maximum(result[..., 2], peak * inside)
        result[inside, 3], result[inside, 4] = (
            (y - rows[inside]) / outlines.REACH,
            (x - columns[inside]) / outlines.REACH,
        )
    return result
