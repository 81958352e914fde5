"""A row without a network: a classifier on what `mlworker.preprocessing.measures` gives of the segmented cells."""

from __future__ import annotations

import pickle
import time
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.calibration.temperature import fit_temperature
from mlworker.preprocessing.measures import WIDTH, cell_measures_v1
from mlworker.training.compare.outcome import Cost, Outcome
from mlworker.training.compare.rows import Row
from mlworker.training.data import copies, folds
from mlworker.training.data.copies import Copy, Kind
from mlworker.training.data.folds import Fold, one_hot
from mlworker.training.data.split import GROUPED
from mlworker.training.data.stock import Stock, filled
from mlworker.training.fit import classical

_TIMED = 15  # pictures


class Runner:
    """Runs the folds of `svm` or `xgboost`."""

    def __init__(self, row: Row, stock: Stock) -> None:
        self.row, self.stock = row, stock

    def run(self, fold: Fold) -> Outcome:
        plain = self._features(Copy(Kind.PLAIN), fold)

        def fitted(places: NDArray[np.intp]) -> Any:
            targets = one_hot(self.stock, places)
            return classical.fit(self.row.model, plain[places], targets, balanced=self.row.balanced)

        first = fitted(fold.train)
        validation_logits = classical.logits(first, plain[fold.validation])
        known = fold.outside_test
        final = fitted(known) if self.row.refit else first
        places, held_out = fold.validation, validation_logits
        if self.row.refit and fold.among.name == GROUPED:
            places, held_out = (
                known,
                folds.cross_fitted(fold, known, lambda others, asked: classical.logits(fitted(others), plain[asked])),
            )

        def answers(kind: Kind) -> NDArray[np.float32]:
            return classical.logits(final, self._features(Copy(kind), fold)[fold.test])

        return Outcome(
            validation=fold.validation,
            validation_logits=validation_logits,
            test=fold.test,
            test_logits=answers(Kind.PLAIN),
            empty_logits=answers(Kind.EMPTY),
            swap_logits=answers(Kind.SWAP),
            temperature=fit_temperature(held_out, one_hot(self.stock, places)),
            split_name=fold.split.name,
            split_sha256=fold.split.sha256,
            cost=self._cost(final, fold),
            history=(),
            best_epoch=0,
            held_out=None if places is fold.validation else places,
            held_out_logits=None if places is fold.validation else held_out,
        )

    def _features(self, copy: Copy, fold: Fold) -> NDArray[np.float32]:
        """Of a control the cells are looked for anew, as in a picture that is served."""

        def make(number: int) -> NDArray[np.float32]:
            image, _ = copies.make(self.stock, copy, number, fold.among)
            measures: NDArray[np.float32] = cell_measures_v1(image, 1, 1)[0, 0]
            return measures

        return filled(
            self.stock.folder / "classical-1" / f"{copies.cache_name(copy, fold.among)}.npy",
            (len(self.stock), WIDTH),
            np.float32,
            make,
            f"classical {copy}",
            only=copies.needed(copy, fold.among),
        )

    def _cost(self, fitted: Any, fold: Fold) -> Cost:
        times = []
        for place in fold.test[:_TIMED]:
            image = self.stock.images[place]
            start = time.process_time()
            fitted.predict_proba(cell_measures_v1(image, 1, 1)[0])
            times.append(1000 * (time.process_time() - start))
        size = len(pickle.dumps(fitted))  # measured, never read back
        return Cost(parameters=classical.numbers(fitted), file_bytes=size, milliseconds=median(times))
