"""A head on a frozen network: its epoch chosen on the validation part, then trained again on all but the test part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.training.data import copies
from mlworker.training.data.copies import Copy, Kind, Partition
from mlworker.training.data.folds import Fold, cross_fitted, one_hot
from mlworker.training.data.split import GROUPED
from mlworker.training.data.stock import Stock
from mlworker.training.fit import features, head
from mlworker.training.fit.features import Trunk
from mlworker.training.fit.head import HeadPlan, Sample, TrainedHead
from mlworker.zoo.registry import Architecture


@dataclass(frozen=True, slots=True)
class Heads:
    """`first` has not seen the validation part: it chose the epoch.

    `final` is what is served and tested: trained on both parts for as many epochs, or `first` itself. Calibration is
    fitted on answers of heads that did not see the picture: of grouped folds each fold by a head of the others, else
    the validation part by `first`.
    """

    first: TrainedHead
    final: TrainedHead
    validation_logits: NDArray[np.float32]  # of `first`
    places: NDArray[np.intp]  # in the stock, of all photographs but the test part's
    held_out_logits: NDArray[np.float32]  # on these, each by a head that did not see the photograph


class Frozen:
    """One architecture with its pretrained weights, and its features of a stock."""

    def __init__(self, architecture: Architecture, stock: Stock, *, seed: int = 0) -> None:
        """`seed` is that of the weights no file holds: those of a partly pretrained network."""
        import keras

        from mlworker.zoo import networks

        keras.utils.set_random_seed(seed)
        self.architecture, self.stock = architecture, stock
        self.model: Any = networks.build(architecture, class_count=len(np.unique(stock.labels)))
        self.trunk: Trunk = features.trunk(architecture, self.model, stock)

    def features(self, copy: Copy, among: Partition) -> NDArray[Any]:
        """(N, d), see `features.of_copy`."""
        return features.of_copy(self.trunk, self.stock, copy, among)

    def train(
        self, fold: Fold, plan: HeadPlan, *, chosen: tuple[str, ...], refit: bool, drawn: Sample | None = None
    ) -> Heads:
        """Heads on `chosen` copies of the training photographs, and on features of drawn fields if there are any."""
        parsed = [copies.parse(text) for text in chosen]

        def sample(places: NDArray[np.intp]) -> Sample:
            stacked = np.concatenate([self.features(copy, fold.among)[places] for copy in parsed])
            targets = np.tile(one_hot(self.stock, places), (len(parsed), 1))
            if drawn is None:
                return Sample(stacked, targets)
            return Sample(np.concatenate([stacked, drawn.features]), np.concatenate([targets, drawn.targets]))

        shape = head.shape_of(self.model, self.architecture.head)
        plain = self.features(Copy(Kind.PLAIN), fold.among)
        validation = Sample(plain[fold.validation], one_hot(self.stock, fold.validation))
        first = head.train(shape, sample(fold.train), validation, plan)
        final = first
        if refit:
            everything = np.concatenate([fold.train, fold.validation])
            final = head.train(shape, sample(everything), None, plan, stop_after=first.best_epoch)
        on_validation = first.logits(plain[fold.validation])
        if not (refit and fold.among.name == GROUPED):
            return Heads(first, final, on_validation, fold.validation, on_validation)
        everything = fold.outside_test

        def answer(others: NDArray[np.intp], asked: NDArray[np.intp]) -> NDArray[np.float32]:
            trained = head.train(shape, sample(others), None, plan, stop_after=first.best_epoch)
            return trained.logits(plain[asked])

        answers = cross_fitted(fold, everything, answer)
        return Heads(first, final, on_validation, everything, answers)
