"""One fold of one split, as places in the stock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlworker.training.data import copies, split
from mlworker.training.data.copies import Partition
from mlworker.training.data.pictures import CLASS_NAMES
from mlworker.training.data.split import Part, Split
from mlworker.training.data.stock import Stock

Places = NDArray[np.intp]
Logits = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Fold:
    """The places in the stock that train, that decide when to stop, and that are read once."""

    split: Split
    among: Partition
    train: Places
    validation: Places
    test: Places

    def places(self, part: Part) -> Places:
        return {Part.TRAIN: self.train, Part.VALIDATION: self.validation, Part.TEST: self.test}[part]

    @property
    def outside_test(self) -> Places:
        """Return all places except those of the test part, in the order of the stock."""
        return np.sort(np.concatenate([self.train, self.validation]))


def fold_of(stock: Stock, split_name: str, number: int) -> Fold:
    """Fold `number` of a split; a random split has fold 0 alone."""
    parts = split.by_name(stock.entries, split_name, fold=number)
    places = {
        part: np.flatnonzero(np.array([its_part is part for its_part in parts.parts], dtype=np.bool_)) for part in Part
    }
    return Fold(
        split=parts,
        among=copies.partition(stock, split_name),
        train=places[Part.TRAIN],
        validation=places[Part.VALIDATION],
        test=places[Part.TEST],
    )


def cross_fitted(fold: Fold, answer: Callable[[Places, Places], Logits]) -> Logits:
    """Answers (n, C) to the pictures outside the test part, each by a model fitted to the other grouped folds.

    `answer(others, asked)` fits to the places `others` and gives the logits (m, C) of the places `asked`.
    """
    places = fold.outside_test
    pieces = fold.among.pieces[places]
    answers = np.empty((len(places), len(CLASS_NAMES)), dtype=np.float32)
    for piece in np.unique(pieces):
        answers[pieces == piece] = answer(places[pieces != piece], places[pieces == piece])
    return answers
