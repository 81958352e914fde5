"""Fixed copies of every picture of a stock: changed ones to train a head on, altered ones to put a model to the test.

A frozen network gives the same features for the same copy, so they are computed once for all folds and heads. What a
copy looks like depends on its name and on the picture's number alone. Backgrounds are taken only from pictures of the
same part of the data (`Partition`), so that no held-out background is ever trained on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.evaluation.controls import lay_cells_on
from mlworker.training.data import pictures
from mlworker.training.data.augment import BEYOND, FIELD, Ranges, augment_with_cells, switched_on
from mlworker.training.data.split import FOLDS, GROUPED, Part, by_name
from mlworker.training.data.stock import Stock


class Kind(StrEnum):
    PLAIN = "plain"  # as it is
    FIELD = "field"  # augmented as in the literature
    STAIN = "stain"  # turned and stained anew
    BACKGROUND = "background"  # the cells on another picture's background, turned, some stained anew
    EMPTY = "empty"  # control: the cells painted over
    SWAP = "swap"  # control: the cells on the background of a picture of another class
    FOUND = "found"  # the cells on another picture's background, turned; a model has to find them there


NEEDS_PARTITION = (Kind.BACKGROUND, Kind.SWAP, Kind.FOUND)
_RANGES = {Kind.FIELD: switched_on(FIELD), Kind.STAIN: switched_on(BEYOND)}


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy of each picture; several of one kind differ by their number. Written `stain-2`."""

    kind: Kind
    number: int = 1

    def __str__(self) -> str:
        return f"{self.kind}-{self.number}"


@dataclass(frozen=True, slots=True)
class Partition:
    """Which piece of a split each picture lies in: of `grouped` the fold, of a random split the part; (N,)."""

    name: str
    pieces: NDArray[np.intp]


def parse(text: str) -> Copy:
    """`stain-2` or `plain`. Raises `ValueError` for what is no copy."""
    kind, _, number = text.partition("-")
    return Copy(Kind(kind), int(number or 1))


def partition(stock: Stock, split_name: str) -> Partition:
    """The pieces of a split between which no background may pass."""
    if split_name == GROUPED:
        pieces = np.zeros(len(stock), dtype=np.intp)
        for fold in range(FOLDS):
            pieces[_where(by_name(stock.entries, split_name, fold=fold).parts, Part.TEST)] = fold
        return Partition(split_name, pieces)
    parts = by_name(stock.entries, split_name).parts
    order = tuple(Part)
    return Partition(split_name, np.array([order.index(part) for part in parts], dtype=np.intp))


def make(stock: Stock, copy: Copy, number: int, among: Partition) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """The copy of picture `number`, (S, S, 3) uint8 RGB, and where its cells are, (S, S) bool.

    The cells are those of the untouched picture, carried along. Whether a model is told of them is another matter, see
    `knows_its_cells`.
    """
    image, cells = stock.images[number], stock.cells[number]
    rng = _rng(copy, number)
    if copy.kind is Kind.PLAIN:
        return image, cells
    if copy.kind is Kind.EMPTY:
        return stock.grounds[number], np.zeros_like(cells)
    if copy.kind is Kind.SWAP:
        return _on_ground(stock, number, _donor(stock, number, among, rng, of_another_class=True)), cells
    if copy.kind in (Kind.BACKGROUND, Kind.FOUND):
        image = _on_ground(stock, number, _donor(stock, number, among, rng, of_another_class=False))
        is_stained = copy.kind is Kind.BACKGROUND and copy.number % 2 == 0
        return _changed(image, cells, rng, _RANGES[Kind.STAIN if is_stained else Kind.FIELD])
    return _changed(image, cells, rng, _RANGES[copy.kind])


def knows_its_cells(copy: Copy) -> bool:
    """Whether a model may be told where the cells are. In a control it has to look for them itself, and it learns what
    comes of that, red cells taken for cells and cells overlooked, from `found` copies alone."""
    return copy.kind not in (Kind.EMPTY, Kind.SWAP, Kind.FOUND)


def cache_name(copy: Copy, among: Partition) -> str:
    """The name of what is computed from a copy; copies that take no background are the same in every partition."""
    if copy.kind not in NEEDS_PARTITION:
        return str(copy)
    return f"{copy}-{pictures.key(among.name, *among.pieces.tolist())[:8]}"


def needed(copy: Copy, among: Partition) -> NDArray[np.bool_]:
    """Of which pictures the copy is ever looked at, (N,): in a random split only the test part is swapped, and only
    the others are trained on."""
    everything: NDArray[np.bool_] = np.ones(len(among.pieces), dtype=np.bool_)
    if among.name == GROUPED or copy.kind not in NEEDS_PARTITION:
        return everything
    is_test = np.asarray(among.pieces == tuple(Part).index(Part.TEST))
    return is_test if copy.kind is Kind.SWAP else ~is_test


def swap_partners(stock: Stock, among: Partition) -> NDArray[np.intp]:
    """Whose background each picture of the control `swap` got; (N,)."""
    copy = Copy(Kind.SWAP)
    return np.array([_donor(stock, i, among, _rng(copy, i), of_another_class=True) for i in range(len(stock))])


def _on_ground(stock: Stock, number: int, donor: int) -> NDArray[np.uint8]:
    return lay_cells_on(stock.images[number], stock.cells[number], stock.grounds[donor])


def _changed(
    image: NDArray[Any], cells: NDArray[np.bool_], rng: np.random.Generator, ranges: Ranges
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    changed, carried = augment_with_cells(image, cells, rng, ranges)
    return changed, cells if carried is None else carried


def _donor(stock: Stock, number: int, among: Partition, rng: np.random.Generator, *, of_another_class: bool) -> int:
    """A picture of the same piece: of another cluster, or of another class."""
    near = among.pieces == among.pieces[number]
    if of_another_class:
        near &= stock.labels != stock.labels[number]
    else:
        near &= stock.clusters != stock.clusters[number]
    candidates = np.flatnonzero(near)
    return int(rng.choice(candidates)) if len(candidates) else number


def _where(parts: Sequence[Part], part: Part) -> NDArray[np.intp]:
    return np.flatnonzero(np.array([its_part is part for its_part in parts]))


def _rng(copy: Copy, number: int) -> np.random.Generator:
    return np.random.default_rng([tuple(Kind).index(copy.kind), copy.number, number])
