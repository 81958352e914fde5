"""All pictures of a manifest with their cells and empty backgrounds, made once and kept in the cache folder.

Segmenting and painting over take a hundred times as long as reading. Every model, fold and split reads from here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from mlworker import imageio
from mlworker.evaluation.controls import paint_over_cells
from mlworker.preprocessing.recipes import CELLS, Region
from mlworker.training.data import pictures
from mlworker.training.data.manifest import Entry
from mlworker.training.data.pictures import CLASS_NAMES, DRAWN_SIZE, DRAWN_TARGETS, SIDE, key, squeeze

_CHUNK = 100  # pictures between two savings


@dataclass(frozen=True, eq=False)
class Stock:
    """N pictures of one size S. The arrays are read from disk as they are used; cells and grounds are made when asked.

    Drawn fields have no entries.
    """

    folder: Path  # keeps what is derived from these pictures; its name tells them from all others
    images: NDArray[np.uint8]  # (N, S, S, 3) RGB
    targets: NDArray[np.float32]  # (N, C), rows sum to 1
    entries: tuple[Entry, ...] = ()
    region: Region = CELLS  # the region that models are told

    def __len__(self) -> int:
        return len(self.images)

    @cached_property
    def labels(self) -> NDArray[np.intp]:
        """Class numbers (N,)."""
        return np.asarray(self.targets.argmax(axis=1))

    @cached_property
    def clusters(self) -> NDArray[np.str_]:
        """Names of the appearance clusters (N,)."""
        return np.array([entry.cluster for entry in self.entries])

    @cached_property
    def cells(self) -> NDArray[np.bool_]:
        """The places where a whole cell was found, (N, S, S)."""
        shape, images = self.images.shape[:3], self.images
        return filled(self.folder / "cells.npy", shape, np.bool_, lambda i: CELLS.find(images[i]), "Finding cells")

    @cached_property
    def told(self) -> NDArray[np.bool_]:
        """The region that models are told, (N, S, S): the cells, or their nuclei."""
        if self.region is CELLS:
            return self.cells
        path, shape, images = self.folder / f"{self.region.name}.npy", self.images.shape[:3], self.images
        return filled(path, shape, np.bool_, lambda i: self.region.find(images[i]), "Finding nuclei")

    @cached_property
    def grounds(self) -> NDArray[np.uint8]:
        """The pictures with their cells painted over, (N, S, S, 3)."""
        shape, images, cells = self.images.shape, self.images, self.cells
        path = self.folder / "grounds.npy"
        return filled(path, shape, np.uint8, lambda i: paint_over_cells(images[i], cells[i]), "Painting over")


def load(
    entries: Sequence[Entry],
    *,
    root: Path,
    cache: Path,
    side: int = SIDE,
    is_turned: bool = True,
    region: Region = CELLS,
) -> Stock:
    """The pictures of a manifest whose folder is `root`, at side x side. Raises `ImageRejected` for a damaged file.

    Photographs are turned as their EXIF orientation says, unless `is_turned` is false.
    """
    paths = [entry.path for entry in entries]
    stored = () if is_turned else ("as stored",)

    def read(number: int) -> NDArray[np.uint8]:
        return squeeze(imageio.decode((root / paths[number]).read_bytes(), is_turned=is_turned), side)

    kept = cache / f"{key('photographed', side, root.resolve(), *stored, *paths)}.npy"
    images = filled(kept, (len(paths), side, side, 3), np.uint8, read, "Reading pictures")
    labels = [CLASS_NAMES.index(entry.label) for entry in entries]
    return Stock(
        folder=cache / key("stock-2", side, root.resolve(), *stored, *paths),
        images=images,
        targets=np.eye(len(CLASS_NAMES), dtype=np.float32)[labels],
        entries=tuple(entries),
        region=region,
    )


def drawn(count: int, *, first_seed: int, cache: Path, side: int = SIDE, region: Region = CELLS) -> Stock:
    """`count` drawn fields with seeds from `first_seed` on, benign and leukaemic in turn."""
    folder = cache / key("drawn", side, *DRAWN_SIZE, count, first_seed, pictures.phantom_version())

    def make(number: int) -> NDArray[np.uint8]:
        return squeeze(pictures.draw(first_seed, number), side)

    images = filled(folder.with_suffix(".npy"), (count, side, side, 3), np.uint8, make, "Drawing smears")
    return Stock(folder=folder, images=images, targets=DRAWN_TARGETS[np.arange(count) % 2], region=region)


def filled(
    path: Path,
    shape: tuple[int, ...],
    dtype: Any,
    make: Callable[[int], NDArray[Any]],
    what: str,
    *,
    only: NDArray[np.bool_] | None = None,
) -> NDArray[Any]:
    """An array on disk, filled one item of its first axis at a time; a run that was stopped goes on where it was.

    Items outside `only` (N,) stay zero. The items lie beside `path` with their count until all are done.
    """
    if path.exists():
        return np.asarray(np.load(path, mmap_mode="r"))
    if not shape[0]:
        return np.empty(shape, dtype)
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
