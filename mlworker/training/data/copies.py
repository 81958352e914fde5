"""Fixed copies of every picture of a stock: varied ones to train a head on, altered ones to put a model to the test.

A frozen network gives the same features for the same copy, so they are computed once for all folds and heads. A copy
depends on its name and on the picture's number alone. Backgrounds come only from pictures of the same part of the data
(`Partition`), so that no held-out background is ever trained on.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from mlworker.evaluation.controls import lay_cells_on
from mlworker.training.data.augment import BEYOND, FIELD, augment_with_cells, switched_on
from mlworker.training.data.pictures import key
from mlworker.training.data.split import GROUPED, Part, Partition
from mlworker.training.data.stock import Stock


class Kind(StrEnum):
    PLAIN = "plain"  # unchanged
    FIELD = "field"  # varied as in the literature
    STAIN = "stain"  # turned and stained anew
    BACKGROUND = "background"  # the cells on another picture's background, turned, some stained anew
    EMPTY = "empty"  # control: the cells painted over
    SWAP = "swap"  # control: the cells on the background of a picture of another class
    FOUND = "found"  # the cells on another picture's background, turned; a model has to find them there


TAKE_A_BACKGROUND = (Kind.BACKGROUND, Kind.SWAP, Kind.FOUND)
_RANGES = {Kind.FIELD: switched_on(FIELD), Kind.STAIN: switched_on(BEYOND)}


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy of each picture; several of one kind differ by their number. Written `stain-2`."""

    kind: Kind
    number: int = 1

    def __str__(self) -> str:
        return f"{self.kind}-{self.number}"

    @property
    def tells_its_cells(self) -> bool:
        """True if a model may be told where the cells are.

        In a control it has to find them itself. It learns from `found` copies alone to live with a wrong mask: red
        cells taken for cells, and cells overlooked.
        """
        return self.kind not in (Kind.EMPTY, Kind.SWAP, Kind.FOUND)


PLAIN, EMPTY, SWAP = Copy(Kind.PLAIN), Copy(Kind.EMPTY), Copy(Kind.SWAP)


def parse(text: str) -> Copy:
    """`stain-2` or `plain` as a copy. Raises `ValueError` for any other text."""
    kind, _, number = text.partition("-")
    return Copy(Kind(kind), int(number or 1))


def make(stock: Stock, copy: Copy, number: int, among: Partition) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """The copy of picture `number`, (S, S, 3) uint8 RGB, and the place of its cells, (S, S) bool.

    The cells are those of the untouched picture, carried along. `Copy.tells_its_cells` says if a model may be told.
    """
    image, cells = stock.images[number], stock.told[number]
    rng = _rng(copy, number)
    if copy.kind is Kind.PLAIN:
        return image, cells
    if copy.kind is Kind.EMPTY:
        return stock.grounds[number], np.zeros_like(cells)
    if copy.kind in TAKE_A_BACKGROUND:
        donor = _donor(stock, number, among, rng, of_another_class=copy.kind is Kind.SWAP)
        image = lay_cells_on(image, stock.cells[number], stock.grounds[donor])
    if copy.kind is Kind.SWAP:
        return image, cells
    is_stained = copy.kind is Kind.STAIN or (copy.kind is Kind.BACKGROUND and copy.number % 2 == 0)
    changed, carried = augment_with_cells(image, cells, rng, _RANGES[Kind.STAIN if is_stained else Kind.FIELD])
    return changed, cells if carried is None else carried


def cache_name(copy: Copy, among: Partition) -> str:
    """The name of what is computed from a copy; copies that take no background are the same in every partition."""
    if copy.kind not in TAKE_A_BACKGROUND:
        return str(copy)
    return f"{copy}-{key(among.name, *among.pieces.tolist())[:8]}"


def needed(copy: Copy, among: Partition) -> NDArray[np.bool_]:
    """True for the pictures whose copy is ever read, (N,).

    In a random split only the test part is swapped, and only the other parts are trained on.
    """
    everything: NDArray[np.bool_] = np.ones(len(among.pieces), dtype=np.bool_)
    if among.name == GROUPED or copy.kind not in TAKE_A_BACKGROUND:
        return everything
    is_test = np.asarray(among.pieces == tuple(Part).index(Part.TEST))
    return is_test if copy.kind is Kind.SWAP else ~is_test


def swap_partners(stock: Stock, among: Partition) -> NDArray[np.intp]:
    """The picture whose background each picture of the control `swap` got, (N,)."""
    return np.array([_donor(stock, i, among, _rng(SWAP, i), of_another_class=True) for i in range(len(stock))])


def _donor(stock: Stock, number: int, among: Partition, rng: np.random.Generator, *, of_another_class: bool) -> int:
    """A picture of the same piece: of another class, or else of another cluster."""
    names = stock.labels if of_another_class else stock.clusters
    candidates = np.flatnonzero((among.pieces == among.pieces[number]) & (names != names[number]))
    return int(rng.choice(candidates)) if len(candidates) else number


def _rng(copy: Copy, number: int) -> np.random.Generator:
    return np.random.default_rng([tuple(Kind).index(copy.kind), copy.number, number])
