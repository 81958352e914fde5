"""A row of the YOLO classifiers, an optional extra. Nothing that comes of it is released."""

from __future__ import annotations

import time
from dataclasses import replace
from statistics import median
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.calibration.temperature import fit_temperature
from mlworker.training.compare.outcome import Cost, Outcome
from mlworker.training.compare.rows import CannotRun, Row
from mlworker.training.data import copies
from mlworker.training.data.augment import switched_on
from mlworker.training.data.copies import Copy, Kind
from mlworker.training.data.folds import Fold, one_hot
from mlworker.training.data.pictures import SIDE, Pictures
from mlworker.training.data.stock import Stock
from mlworker.training.fit import loop, yolo
from mlworker.zoo.pretrained import PretrainedMissing
from mlworker.zoo.yolo import ExtraMissing, require

SEED = 1
_TIMED = 15  # pictures


class Runner:
    """Runs the folds of one row. Raises `CannotRun` where torch, ultralytics or the pretrained weights are missing."""

    def __init__(self, row: Row, stock: Stock) -> None:
        try:
            self.torch, _ = require()
        except ExtraMissing as error:
            raise CannotRun(str(error)) from error
        self.row, self.stock, self.architecture = row, stock, row.architecture

    def run(self, fold: Fold) -> Outcome:
        row, ranges = self.row, switched_on(self.row.augment)
        plan = loop.Plan(
            epochs=row.epochs,
            patience=row.patience,
            batch=row.batch,
            learning_rate=row.learning_rate,
            seed=SEED,
            ranges=replace(ranges, blur_pixels=ranges.blur_pixels * row.side / SIDE),
            balanced=row.balanced,
        )
        known = Pictures(
            images=np.stack([self._shrunk(self.stock.images[place]) for place in fold.train]),
            targets=one_hot(self.stock, fold.train),
        )
        held_out = Pictures(images=self.stock.images[fold.validation], targets=one_hot(self.stock, fold.validation))
        try:
            fitted = yolo.fit(self.architecture, known, held_out, plan, weight_decay=row.weight_decay)
        except PretrainedMissing as error:
            raise CannotRun(str(error)) from error

        def answers(kind: Kind, places: NDArray[np.intp]) -> NDArray[np.float32]:
            images = [copies.make(self.stock, Copy(kind), int(place), fold.among)[0] for place in places]
            return yolo.logits(fitted.model, loop.prepare(self.architecture, np.stack(images)))

        validation_logits = answers(Kind.PLAIN, fold.validation)
        return Outcome(
            validation=fold.validation,
            validation_logits=validation_logits,
            test=fold.test,
            test_logits=answers(Kind.PLAIN, fold.test),
            empty_logits=answers(Kind.EMPTY, fold.test),
            swap_logits=answers(Kind.SWAP, fold.test),
            temperature=fit_temperature(validation_logits, one_hot(self.stock, fold.validation)),
            split_name=fold.split.name,
            split_sha256=fold.split.sha256,
            cost=self._cost(fitted.model, fold),
            history=fitted.history,
            best_epoch=fitted.best_epoch,
        )

    def _shrunk(self, image: NDArray[Any]) -> NDArray[Any]:
        shrunk: NDArray[Any] = cv2.resize(image, (self.row.side, self.row.side), interpolation=cv2.INTER_AREA)
        return shrunk

    def _cost(self, model: Any, fold: Fold) -> Cost:
        numbers = sum(parameter.numel() for parameter in model.parameters())
        self.torch.set_num_threads(1)
        times = []
        for place in fold.test[:_TIMED]:
            start = time.process_time()
            yolo.logits(model, loop.prepare(self.architecture, self.stock.images[place][np.newaxis]))
            times.append(1000 * (time.process_time() - start))
        return Cost(parameters=numbers, file_bytes=4 * numbers, milliseconds=median(times))
