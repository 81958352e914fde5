"""The figures of outlines: Dice of nuclei and cells on every fifth file, and cells counted right in pasted clumps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.cells import classes
from mlworker.evaluation.bootstrap import interval
from mlworker.training.cells.outline_data import Labelled, masked

OVERLAP = 0.30  # of the smaller cell's area
_STEPS = 40
# From a picture (H, W, 3) and its scale to labels (H, W) int32 and nucleus (H, W) bool.
Finder = Callable[[NDArray[np.uint8], float], tuple[NDArray[np.int32], NDArray[np.bool_]]]


@dataclass(frozen=True, slots=True)
class Clump:
    """A picture of pasted held-out cells, how many they are, and its scale."""

    image: NDArray[np.uint8]
    count: int
    um_per_pixel: float


def dice(first: NDArray[Any], second: NDArray[Any]) -> float:
    """Return 2 |A and B| / (|A| + |B|) of two masks; 1 when both are empty."""
    total = np.count_nonzero(first) + np.count_nonzero(second)
    return 2 * np.count_nonzero(first.astype(bool) & second.astype(bool)) / total if total else 1.0


def dices(folder: Path, find: Finder) -> dict[str, dict[str, Any]]:
    """Return mean Dice of nucleus and cell for each source of masks on its every fifth file, with interval by file."""
    found: dict[str, list[tuple[float, float]]] = {}
    for source, truth in masked(folder, is_held_out=True):
        labels, nucleus = find(truth.image, classes.table().sources[source].um_per_pixel)
        values = dice(nucleus, truth.nucleus), dice(labels > 0, truth.cells > 0)
        found.setdefault(source, []).append(values)
    found["all"] = [pair for pairs in list(found.values()) for pair in pairs]
    return {source: _summary(np.array(pairs)) for source, pairs in found.items()}


def _summary(values: NDArray[np.float64]) -> dict[str, Any]:
    names = [str(n) for n in range(len(values))]
    summary: dict[str, Any] = {"files": len(values)}
    for number, region in enumerate(("nucleus", "cell")):
        column = values[:, number]
        found = interval(lambda n, c=column: float(c[n].mean()), names, strata=["all"] * len(names))  # type: ignore[misc]
        summary[region] = {"value": found.value, "low": found.low, "high": found.high}
        summary[f"{region}_median"] = float(np.median(column))
    return summary


def counted_right(clumps: Sequence[Clump], find: Finder) -> dict[str, Any]:
    """Return the share of clumps in which exactly the right number of cells is found, with how many were found."""
    counts = [int(find(clump.image, clump.um_per_pixel)[0].max(initial=0)) for clump in clumps]
    hits = sum(count == clump.count for count, clump in zip(counts, clumps, strict=True))
    return {"right": hits, "of": len(clumps), "share": hits / len(clumps), "found": counts}


def clumps(folder: Path, count: int, number: int, *, seed: int = 5) -> list[Clump]:
    """Paste `count` held-out cells of `wbc-seg-zheng` together, `number` times, each overlapping another by OVERLAP."""
    rng = np.random.default_rng(seed)
    cells = [(s, cell) for s, cell in masked(folder, is_held_out=True) if s != "bccd" and cell.cells.max() == 1]
    made: list[Clump] = []
    while len(made) < number:
        source = ("wbc-seg-zheng-1", "wbc-seg-zheng-2")[len(made) % 2]
        pool = [cell for s, cell in cells if s == source]
        chosen = [pool[n] for n in rng.choice(len(pool), count, replace=False)]
        made.append(Clump(_pasted(chosen, rng), count, classes.table().sources[source].um_per_pixel))
    return made


def _pasted(cells: Sequence[Labelled], rng: np.random.Generator) -> NDArray[np.uint8]:
    pieces = list(_cut(cells))
    reach = max(mask.shape[0] for _, mask in pieces)
    side = 4 * reach
    glass = np.median(np.concatenate([cell.image[cell.cells == 0] for cell in cells]), axis=0)
    canvas = np.full((side, side, 3), glass, dtype=np.float32)
    taken = np.zeros((side, side), dtype=np.uint8)
    for number, (image, mask) in enumerate(pieces):
        place = (side // 2, side // 2) if number == 0 else _touching(taken, mask, rng)
        top, left = place[0] - mask.shape[0] // 2, place[1] - mask.shape[1] // 2
        window = (slice(top, top + mask.shape[0]), slice(left, left + mask.shape[1]))
        soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.01 * reach + 0.5)[..., None]
        canvas[window] = canvas[window] * (1 - soft) + image * soft
        taken[window] |= mask
    noise = rng.normal(0, 2.0, canvas.shape)
    return np.clip(canvas + noise, 0, 255).astype(np.uint8)


def _cut(cells: Sequence[Labelled]) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    """Square cut-outs around each cell, with its mask."""
    for cell in cells:
        rows, columns = np.nonzero(cell.cells)
        half = max(int(np.ptp(rows)), int(np.ptp(columns))) // 2 + 3
        y, x = (int(rows.min()) + int(rows.max())) // 2, (int(columns.min()) + int(columns.max())) // 2
        image = cv2.copyMakeBorder(cell.image, half, half, half, half, cv2.BORDER_REPLICATE)
        mask = cv2.copyMakeBorder((cell.cells > 0).astype(np.uint8), half, half, half, half, cv2.BORDER_CONSTANT)
        yield image[y : y + 2 * half, x : x + 2 * half], mask[y : y + 2 * half, x : x + 2 * half]


def _touching(taken: NDArray[np.uint8], mask: NDArray[np.uint8], rng: np.random.Generator) -> tuple[int, int]:
    """The place on a ray from the middle at which a mask overlaps what is there by OVERLAP of its own area."""
    angle, side, wanted = rng.uniform(0, 2 * np.pi), taken.shape[0], OVERLAP * int(mask.sum())
    half_rows, half_columns = mask.shape[0] // 2, mask.shape[1] // 2
    place = (side // 2, side // 2)
    for distance in np.linspace(0, side / 2 - max(mask.shape) / 2 - 1, _STEPS * 2):
        y, x = round(side / 2 + distance * np.sin(angle)), round(side / 2 + distance * np.cos(angle))
        top, left = y - half_rows, x - half_columns
        part = taken[top : top + mask.shape[0], left : left + mask.shape[1]]
        place = (y, x)
        if int((part & mask).sum()) <= wanted:
            break
    return place
