"""A row whose network stays as it was: its features are computed once, and every fold trains a head on them."""

from __future__ import annotations

import time
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.calibration.temperature import fit_temperature
from mlworker.training.compare.outcome import Cost, Outcome
from mlworker.training.compare.rows import Row
from mlworker.training.data.copies import Copy, Kind
from mlworker.training.data.folds import Fold, one_hot
from mlworker.training.data.stock import Stock
from mlworker.training.fit import features
from mlworker.training.fit.frozen import Frozen, Heads
from mlworker.training.fit.head import HeadPlan, TrainedHead

_TIMED = 15  # pictures


def _cross_fitted(heads: Heads, fold: Fold) -> dict[str, Any]:
    """The held-out answers, where there are more of them than those on the validation part."""
    if len(heads.places) == len(fold.validation):
        return {}
    return {"held_out": heads.places, "held_out_logits": heads.held_out_logits}


class Runner:
    """Runs the folds of one row. The network is built and exported once."""

    def __init__(self, row: Row, stock: Stock) -> None:
        self.row, self.stock = row, stock
        self.network = Frozen(row.architecture, stock)

    def run(self, fold: Fold) -> Outcome:
        row = self.row
        plan = HeadPlan(
            epochs=row.epochs,
            patience=row.patience,
            batch=row.batch,
            learning_rate=row.learning_rate,
            weight_decay=row.weight_decay,
            balanced=row.balanced,
        )
        heads = self.network.train(fold, plan, chosen=row.copies, refit=row.refit)

        def answers(kind: Kind) -> NDArray[np.float32]:
            return heads.final.logits(self.network.features(Copy(kind), fold.among)[fold.test])

        return Outcome(
            validation=fold.validation,
            validation_logits=heads.validation_logits,
            test=fold.test,
            test_logits=answers(Kind.PLAIN),
            empty_logits=answers(Kind.EMPTY),
            swap_logits=answers(Kind.SWAP),
            temperature=fit_temperature(heads.held_out_logits, one_hot(self.stock, heads.places)),
            split_name=fold.split.name,
            split_sha256=fold.split.sha256,
            cost=self._cost(heads.final, fold),
            history=heads.first.losses,
            best_epoch=heads.first.best_epoch,
            **_cross_fitted(heads, fold),
        )

    def _cost(self, trained: TrainedHead, fold: Fold) -> Cost:
        numbers = sum(kernel.size + bias.size for kernel, bias in trained.layers)
        times = []
        for place in fold.test[:_TIMED]:
            start = time.process_time()
            trained.logits(self.network.trunk.of_picture(self.stock.images[place], None)[np.newaxis])
            times.append(1000 * (time.process_time() - start))
        return Cost(
            parameters=int(self.network.model.count_params()),
            file_bytes=(self.network.trunk.folder / features.TRUNK_FILE).stat().st_size + 4 * numbers,
            milliseconds=median(times),
        )
