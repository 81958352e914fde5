"""One fold of one split as places in the stock."""

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


@dataclass(frozen=True, slots=True)
class Fold:
    """Places in the stock of what trains, what decides when to stop, and what is read once."""

    split: Split
    among: Partition
    train: NDArray[np.intp]
    validation: NDArray[np.intp]
    test: NDArray[np.intp]

    @property
    def outside_test(self) -> NDArray[np.intp]:
        """All places but the test part's, in the order of the stock."""
        return np.sort(np.concatenate([self.train, self.validation]))


def fold_of(stock: Stock, split_name: str, number: int) -> Fold:
    """Fold `number` of a split; of a random split there is only fold 0."""
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


def cross_fitted(
    fold: Fold, places: NDArray[np.intp], answer: Callable[[NDArray[np.intp], NDArray[np.intp]], NDArray[np.float32]]
) -> NDArray[np.float32]:
    """Answers (n, C) to the pictures at `places`, each by what was fitted to the pictures of the other grouped folds.

    `answer(others, asked)` fits to the places `others` and gives the logits (m, C) of the places `asked`.
    """
    its_piece = fold.among.pieces[places]
    answers = np.empty((len(places), len(CLASS_NAMES)), dtype=np.float32)
    for piece in np.unique(its_piece):
        answers[its_piece == piece] = answer(places[its_piece != piece], places[its_piece == piece])
    return answers


def one_hot(stock: Stock, places: NDArray[np.intp]) -> NDArray[np.float32]:
    """Targets (n, C) of the pictures at `places`."""
    targets: NDArray[np.float32] = np.eye(len(CLASS_NAMES), dtype=np.float32)[stock.labels[places]]
    return targets
