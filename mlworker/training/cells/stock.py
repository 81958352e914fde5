"""The labelled cells as arrays, decoded once and kept in a folder outside the repository."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.cells import classes
from mlworker.training.cells import protocol, sources

NO_CLASS = -1
_CROPS, _NAMES = "crops.npy", "names.npz"


@dataclass(frozen=True, slots=True)
class Stock:
    """N cells: `crops` (N, S, S, 3) uint8, class numbers `truth` (N,) with -1 for none, and names (N,) of each kind."""

    crops: NDArray[np.uint8]
    truth: NDArray[np.int64]
    source: NDArray[np.str_]
    label: NDArray[np.str_]
    group: NDArray[np.str_]
    path: NDArray[np.str_]
    part: NDArray[np.str_]

    def where(self, mask: NDArray[Any]) -> Stock:
        """Return the cells of a mask (N,) bool or of numbers (M,)."""
        return Stock(**{field.name: getattr(self, field.name)[mask] for field in fields(self)})


def build(data: Path, cache: Path) -> Stock:
    """Read the cells from `cache`, or decode them from `data` into it."""
    if not (cache / _NAMES).exists():
        _decode(data, cache)
    with np.load(cache / _NAMES, allow_pickle=False) as names:
        columns = {name: names[name] for name in ("truth", "source", "label", "group", "path")}
    keys = list(zip(columns["source"].tolist(), columns["group"].tolist(), strict=True))
    parts = protocol.split(keys)
    part = np.array([parts[key] for key in keys])
    return Stock(crops=np.load(cache / _CROPS, mmap_mode="r"), part=part, **columns)


def _decode(data: Path, cache: Path) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    found = list(sources.read(data))
    table = classes.table()
    numbers = [table.index_of(cell.source, cell.label) for cell in found]
    np.save(cache / _CROPS, np.stack([cell.crop for cell in found]))
    np.savez(
        cache / _NAMES,
        truth=np.array([NO_CLASS if number is None else number for number in numbers]),
        source=np.array([cell.source for cell in found]),
        label=np.array([cell.label for cell in found]),
        group=np.array([cell.group for cell in found]),
        path=np.array([cell.path for cell in found]),
    )
