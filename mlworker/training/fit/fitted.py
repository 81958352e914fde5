"""The result of every training, whatever library it was made with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mlworker.errors import CommandRefused
from mlworker.training.data.copies import Copy
from mlworker.training.data.split import GROUPED, Fold, Logits, Places, cross_fitted
from mlworker.training.data.stock import Stock
from mlworker.training.fit.settings import Settings


class CannotResume(CommandRefused):
    """The folder is of another training. The text says what to do."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Drawn fields that are mixed in: `training` of them train; those of `validation` decide when to stop."""

    training: int
    validation: int
    cache: Path


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Logits (n, C) of pictures by models that were not trained on them, photographs first, with targets (n, C).

    `places` (m,) are those of the photographs in the stock; drawn fields, which come from no slide, follow.
    """

    places: Places
    logits: Logits
    targets: NDArray[np.float32]
    is_cross_fitted: bool = False  # all photographs outside the test part, each by a model of the other folds


@dataclass(frozen=True, slots=True)
class Network:
    """A model that is ready to serve: the graph, and the library's own answer to the same inputs, for the parity check.

    `probabilities` answers prepared inputs (n, height, width, channels) with (n, C).
    """

    graph: bytes
    probabilities: Callable[[NDArray[np.float32]], NDArray[Any]]
    weights: bytes | None = None  # to train on from; only Keras has them apart from the graph


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of keeping a model and of asking it."""

    parameters: int
    file_bytes: int
    milliseconds: float  # of one core, from the decoded picture to the answer, median


@dataclass(frozen=True, slots=True)
class Fitted:
    """A trained model that is not calibrated yet."""

    answers: Callable[[Copy, Places], Logits]  # logits (n, C) of a copy of the pictures at these places
    ask: Callable[[NDArray[np.uint8]], object]  # answers one picture (S, S, 3), as it is timed
    network: Callable[[], Network]  # exports it, which may take a minute
    validation_logits: Logits  # of the first model, which has not seen the validation part
    held_out: HeldOut  # everything is calibrated on these
    parameters: int
    file_bytes: int
    losses: tuple[tuple[float, float], ...] = ()  # of each epoch: training, validation
    best_epoch: int = 0
    is_refitted: bool = False  # the validation part was trained on in the end
    has_learned_features: bool = True  # from the photographs it was trained on
    record: Mapping[str, Any] = field(default_factory=dict)  # for the card, besides the settings
    limits: tuple[str, ...] = ()  # for the card


class Trainer(Protocol):
    """Trains one model by its settings on any fold of one stock."""

    def fit(self, fold: Fold, drawn: Drawn | None = None, *, resume: Path | None = None) -> Fitted:
        """Train on one fold. A training that was stopped goes on from what it left in the folder `resume`."""
        ...


def held_out_of(
    settings: Settings,
    stock: Stock,
    fold: Fold,
    validation_logits: Logits,
    answer: Callable[[Places, Places], Logits],
) -> HeldOut:
    """The answers that a head or a classifier is calibrated on: by cross-fitting, or `validation_logits` of the first.

    Only grouped folds can be cross-fitted, and only a model that was fitted again needs it. `answer` is as in
    `cross_fitted`.
    """
    if settings.refit and fold.among.name == GROUPED:
        places = fold.outside_test
        return HeldOut(places, cross_fitted(fold, answer), stock.targets[places], is_cross_fitted=True)
    return HeldOut(fold.validation, validation_logits, stock.targets[fold.validation])


def weights_of(targets: NDArray[Any], *, balanced: bool = True) -> NDArray[np.float32]:
    """A weight for each row (n,), of mean 1: with `balanced` every class weighs the same, else every row."""
    if not balanced:
        return np.ones(len(targets), dtype=np.float32)
    sizes = targets.sum(axis=0)
    per_class = np.divide(len(targets) / len(sizes), sizes, out=np.zeros(len(sizes)), where=sizes > 0)
    weights: NDArray[np.float32] = (targets @ per_class).astype(np.float32)
    weights /= weights.mean()
    return weights


class Patience:
    """Early stopping, for the libraries that have none: over once `patience` losses in a row were not the lowest."""

    def __init__(self, patience: int, losses: Iterable[float] = ()) -> None:
        self.patience, self.losses = patience, list(losses)

    def add(self, loss: float) -> None:
        self.losses.append(loss)

    @property
    def best_epoch(self) -> int:
        return int(np.argmin(self.losses)) + 1

    @property
    def is_best(self) -> bool:
        """True if the last loss is the lowest."""
        return self.best_epoch == len(self.losses)

    @property
    def is_over(self) -> bool:
        return len(self.losses) - self.best_epoch >= self.patience
