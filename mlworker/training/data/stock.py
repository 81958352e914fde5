"""All pictures of a manifest with their cells and their empty backgrounds, made once and kept under the cache folder.

Segmenting and painting over take a hundred times as long as reading. Every model, fold and split takes from here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from mlworker import segmentation
from mlworker.evaluation.controls import paint_over_cells
from mlworker.training.data import pictures
from mlworker.training.data.manifest import Entry
from mlworker.training.data.pictures import CLASS_NAMES, SIDE

_CHUNK = 100  # pictures between two savings


@dataclass(frozen=True, slots=True)
class Stock:
    """N pictures in the manifest's order. The arrays are read from disk as they are used."""

    key: str  # the name of what is in it, for caches of what is derived from it
    folder: Path
    entries: tuple[Entry, ...]
    labels: NDArray[np.intp]  # class numbers (N,)
    clusters: NDArray[np.str_]  # names of the appearance clusters (N,)
    images: NDArray[np.uint8]  # (N, SIDE, SIDE, 3) RGB
    cells: NDArray[np.bool_]  # (N, SIDE, SIDE): where a cell was found
    grounds: NDArray[np.uint8]  # (N, SIDE, SIDE, 3): the picture with its cells painted over

    def __len__(self) -> int:
        return len(self.entries)


def load(entries: Sequence[Entry], *, root: Path, cache: Path) -> Stock:
    """The stock of a manifest whose folder is `root`. Raises `ImageRejected` for a damaged file."""
    entries = tuple(entries)
    key = pictures.key("stock-2", SIDE, root.resolve(), *(entry.path for entry in entries))
    folder = cache / key
    images = pictures.photographed(entries, root=root, cache=cache).images
    cells, grounds = cells_and_grounds(images, folder)
    return Stock(
        key=key,
        folder=folder,
        entries=entries,
        labels=np.array([CLASS_NAMES.index(entry.label) for entry in entries], dtype=np.intp),
        clusters=np.array([entry.cluster for entry in entries]),
        images=images,
        cells=cells,
        grounds=grounds,
    )


def cells_and_grounds(images: NDArray[np.uint8], folder: Path) -> tuple[NDArray[np.bool_], NDArray[np.uint8]]:
    """Where the cells of pictures (N, S, S, 3) are, and the pictures with them painted over; kept in `folder`."""
    shape = images.shape[:3]
    cells = filled(folder / "cells.npy", shape, np.bool_, lambda i: _cells(images[i]), "Finding cells")
    grounds = filled(
        folder / "grounds.npy", (*shape, 3), np.uint8, lambda i: paint_over_cells(images[i], cells[i]), "Painting over"
    )
    return cells, grounds


def filled(
    path: Path,
    shape: tuple[int, ...],
    dtype: Any,
    make: Callable[[int], NDArray[Any]],
    what: str,
    *,
    only: NDArray[np.bool_] | None = None,
) -> NDArray[Any]:
    """An array on disk whose first axis is filled one item at a time; a stopped run goes on where it was.

    Items that are not among `only` (N,) stay zero. `path` appears when all is done; until then the items lie beside
    it, with their count.
    """
    if path.exists():
        return np.asarray(np.load(path, mmap_mode="r"))
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished, progress = path.with_name(f"{path.stem}.part.npy"), path.with_name(f"{path.stem}.part.txt")
    done = int(progress.read_text()) if progress.exists() and unfinished.exists() else 0
    array = np.lib.format.open_memmap(unfinished, mode="r+" if done else "w+", dtype=dtype, shape=shape)
    for number in tqdm(range(done, shape[0]), desc=what, unit="picture", initial=done, total=shape[0]):
        if only is None or only[number]:
            array[number] = make(number)
        if (number + 1) % _CHUNK == 0:
            array.flush()
            progress.write_text(str(number + 1))
    array.flush()
    del array
    unfinished.replace(path)
    progress.unlink(missing_ok=True)
    return np.asarray(np.load(path, mmap_mode="r"))


def _cells(image: NDArray[np.uint8]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = segmentation.segment(image).cell_labels > 0
    return found
