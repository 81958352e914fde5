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
from mlworker.training import classical, copies
from mlworker.training.bench.outcome import Cost, Outcome
from mlworker.training.bench.rows import Row
from mlworker.training.copies import Copy, Kind
from mlworker.training.pieces import Fold, one_hot
from mlworker.training.stock import Stock, filled

_TIMED = 15  # pictures


class Runner:
    """Runs the folds of `svm` or `xgboost`."""

    def __init__(self, row: Row, stock: Stock) -> None:
        self.row, self.stock = row, stock

    def run(self, fold: Fold) -> Outcome:
        plain = self._features(Copy(Kind.PLAIN), fold)
        fitted = classical.fit(
            self.row.model, plain[fold.train], one_hot(self.stock, fold.train), balanced=self.row.balanced
        )

        def logits(values: NDArray[Any]) -> NDArray[np.float32]:
            return classical.logits(fitted, values)

        validation_logits = logits(plain[fold.validation])
        return Outcome(
            validation=fold.validation,
            validation_logits=validation_logits,
            test=fold.test,
            test_logits=logits(plain[fold.test]),
            empty_logits=logits(self._features(Copy(Kind.EMPTY), fold)[fold.test]),
            swap_logits=logits(self._features(Copy(Kind.SWAP), fold)[fold.test]),
            temperature=fit_temperature(validation_logits, one_hot(self.stock, fold.validation)),
            split_name=fold.split.name,
            split_sha256=fold.split.sha256,
            cost=self._cost(fitted, fold),
            history=(),
            best_epoch=0,
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
