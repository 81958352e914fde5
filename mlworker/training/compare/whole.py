"""A row of which every weight is trained, at once or in stages. For a small side, pictures are shrunk beforehand."""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from mlworker.calibration.temperature import fit_temperature
from mlworker.preprocessing import recipes
from mlworker.training.compare.outcome import Cost, Outcome
from mlworker.training.compare.rows import Method, Row
from mlworker.training.data import copies
from mlworker.training.data.augment import switched_on
from mlworker.training.data.copies import Copy, Kind
from mlworker.training.data.folds import Fold, one_hot
from mlworker.training.data.pictures import SIDE, Pictures
from mlworker.training.data.stock import Stock
from mlworker.training.fit import export, loop

SEED = 1
_TIMED = 15  # pictures


class Runner:
    """Runs the folds of one row."""

    def __init__(self, row: Row, stock: Stock) -> None:
        self.row, self.stock, self.architecture = row, stock, row.architecture

    def run(self, fold: Fold) -> Outcome:
        scale = min(1.0, self.row.side / SIDE)
        ranges = switched_on(self.row.augment)
        plan = loop.Plan(
            epochs=self.row.epochs,
            patience=self.row.patience,
            batch=self.row.batch,
            learning_rate=self.row.learning_rate,
            seed=SEED,
            ranges=replace(ranges, blur_pixels=ranges.blur_pixels * scale),
            balanced=self.row.balanced,
            stages=self._stages(),
        )
        model, history = loop.train(
            self.architecture,
            self._pictures(fold.train),
            self._pictures(fold.validation),
            plan,
            checkpoints=self.stock.folder / "checkpoints" / f"{self.row.digest}-{fold.split.sha256[:8]}",
            resume=True,
        )
        served = _Served(model, self)
        validation_logits = served.of_copy(Copy(Kind.PLAIN), fold, fold.validation)
        return Outcome(
            validation=fold.validation,
            validation_logits=validation_logits,
            test=fold.test,
            test_logits=served.of_copy(Copy(Kind.PLAIN), fold, fold.test),
            empty_logits=served.of_copy(Copy(Kind.EMPTY), fold, fold.test),
            swap_logits=served.of_copy(Copy(Kind.SWAP), fold, fold.test),
            temperature=fit_temperature(validation_logits, one_hot(self.stock, fold.validation)),
            split_name=fold.split.name,
            split_sha256=fold.split.sha256,
            cost=served.cost(fold),
            history=tuple((epoch.train_loss, epoch.validation_loss) for epoch in history),
            best_epoch=min(history, key=lambda epoch: epoch.validation_loss).number,
        )

    def _stages(self) -> tuple[int, ...]:
        """The head, then each stage of the architecture; none for a row that trains whole."""
        return tuple(range(len(self.architecture.stages) + 1)) if self.row.method is Method.STAGES else ()

    def _pictures(self, places: NDArray[np.intp]) -> Pictures:
        needs_cells = recipes.needs_cells(self.architecture.recipe)
        return Pictures(
            images=np.stack([self._shrunk(self.stock.images[place], cv2.INTER_AREA) for place in places]),
            targets=one_hot(self.stock, places),
            cells=np.stack([self._shrunk_mask(self.stock.cells[place]) for place in places]) if needs_cells else None,
        )

    def _shrunk(self, image: NDArray[Any], interpolation: int) -> NDArray[Any]:
        side = self.row.side
        if side >= image.shape[0]:
            return image
        shrunk: NDArray[Any] = cv2.resize(image, (side, side), interpolation=interpolation)
        return shrunk

    def _shrunk_mask(self, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return np.asarray(self._shrunk(mask.astype(np.uint8), cv2.INTER_NEAREST) > 0)


class _Served:
    """The trained network as it would be served: exported, and run by ONNX Runtime."""

    def __init__(self, model: Any, runner: Runner) -> None:
        import keras

        self.runner, self.parameters = runner, int(model.count_params())
        logits = model.get_layer(runner.architecture.head.dense[-1]).output
        graph = export.trunk_to_onnx(keras.Model(model.input, logits))
        self.bytes = len(graph)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.onnx"
            path.write_bytes(graph)
            self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def of_copy(self, copy: Copy, fold: Fold, places: NDArray[np.intp]) -> NDArray[np.float32]:
        knows = copies.knows_its_cells(copy)
        answers = []
        for place in places:
            image, cells = copies.make(self.runner.stock, copy, int(place), fold.among)
            answers.append(self._of_picture(image, cells if knows else None))
        return np.stack(answers)

    def cost(self, fold: Fold) -> Cost:
        times = []
        for place in fold.test[:_TIMED]:
            start = time.process_time()
            self._of_picture(self.runner.stock.images[place], None)
            times.append(1000 * (time.process_time() - start))
        return Cost(parameters=self.parameters, file_bytes=self.bytes, milliseconds=median(times))

    def _of_picture(self, image: NDArray[Any], cells: NDArray[np.bool_] | None) -> NDArray[np.float32]:
        architecture = self.runner.architecture
        height, width = architecture.input_height, architecture.input_width
        inputs = recipes.apply(architecture.recipe, image, height=height, width=width, cells=cells)
        answer: NDArray[np.float32] = self.session.run(["features"], {"image": inputs[np.newaxis]})[0][0]
        return answer
