"""Prepared once for all trainings: masks of the cells, views of the train part, and their maps by the fixed half."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.training.cells import fit, masks, protocol, views
from mlworker.training.cells.stock import Stock

AT_ONCE = 500
MapsOf = Callable[[NDArray[np.float32]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Maps `plain` (N, s, s, 40) of every cell unchanged, `maps` (V, s, s, 40) of views, and `cells` (V,) of these."""

    plain: NDArray[np.float16]
    maps: NDArray[np.float16]
    cells: NDArray[np.int64]


def prepare(stock: Stock, cache: Path, lower: Any, outline_maps: MapsOf, plan: fit.Plan) -> Prepared:
    """Read what `cache` holds, make the rest. `lower` is the fixed half, `outline_maps` the outline network."""
    crops = np.asarray(stock.crops)
    regions = _kept(cache / "masks.npy", lambda: masks.central(crops, outline_maps))
    plain = _kept(cache / "plain.npy", lambda: fit.maps_of(lower, views.plain(crops)))
    rng = np.random.default_rng(plan.seed)
    train = np.flatnonzero(stock.part == protocol.TRAIN)
    cells = train[views.draw_cells(stock.where(train), plan.views, rng)]
    donors = rng.choice(train, plan.views)
    maps = _kept(cache / "views.npy", lambda: _maps_of_views(crops, regions, np.stack([cells, donors], 1), lower, rng))
    return Prepared(plain, maps, cells)


def _maps_of_views(
    crops: NDArray[np.uint8], regions: NDArray[np.bool_], pairs: NDArray[np.int64], lower: Any, rng: np.random.Generator
) -> NDArray[np.float16]:
    """Maps of one view for each pair (V, 2) of a cell and of the cell that may lend its background."""
    changes, parts = views.Changes(), []
    for start in range(0, len(pairs), AT_ONCE):
        pictures = [
            views.view(crops[cell], regions[cell] if regions[cell].any() else None, crops[donor], rng, changes)
            for cell, donor in pairs[start : start + AT_ONCE]
        ]
        parts.append(fit.maps_of(lower, np.stack(pictures)))
    return np.concatenate(parts)


def lesson(stock: Stock, prepared: Prepared, plan: fit.Plan, *, without: str | None) -> fit.Lesson:
    """Return what is trained on; `without` names a source that is left out altogether, as picture and as background."""
    kept = np.flatnonzero(stock.source[prepared.cells] != without)
    return fit.Lesson(prepared.maps[kept], fit.targets_of(stock, prepared.cells[kept], plan))


def _kept(path: Path, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
    if not path.exists():
        np.save(path, make())
    return np.asarray(np.load(path))
