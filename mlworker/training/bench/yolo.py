"""A row of the YOLO classifiers, whose code is ultralytics' and under the AGPL-3.0.

An optional extra: `requirements-yolo.txt`, in an environment of its own. It is imported here only, when such a row is
run; nothing that comes of it is released. Only the network is theirs, the loop is the bench's: same pictures, same
augmentation, same stopping.
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mlworker.calibration.temperature import fit_temperature
from mlworker.preprocessing.field import field_rgb_v1
from mlworker.training import copies
from mlworker.training.augment import augment, switched_on
from mlworker.training.bench.outcome import Cost, Outcome
from mlworker.training.bench.rows import CannotRun, Row
from mlworker.training.copies import Copy, Kind
from mlworker.training.data import CLASS_NAMES, SIDE
from mlworker.training.pieces import Fold, one_hot
from mlworker.training.stock import Stock

WEIGHTS = Path(__file__).parents[4] / "shared" / "weights"
SEED = 1
_AT_ONCE = 64  # pictures in one prediction
_TIMED = 15  # pictures


class Runner:
    """Runs the folds of one row. Raises `CannotRun` where torch or ultralytics is missing."""

    def __init__(self, row: Row, stock: Stock) -> None:
        try:
            import torch
            from ultralytics.nn.tasks import ClassificationModel
        except (ImportError, RuntimeError) as error:  # torchvision without its compiled operators raises the latter
            raise CannotRun(
                f"{error}. ultralytics (AGPL-3.0) is an optional extra: install requirements-yolo.txt."
            ) from error
        self.row, self.stock, self.torch, self.network = row, stock, torch, ClassificationModel

    def run(self, fold: Fold) -> Outcome:
        torch = self.torch
        torch.manual_seed(SEED)
        torch.set_num_threads(2)
        model = self._built()
        history = self._train(model, fold)
        validation_logits = self._logits(model, self._inputs(Copy(Kind.PLAIN), fold, fold.validation))
        return Outcome(
            validation=fold.validation,
            validation_logits=validation_logits,
            test=fold.test,
            test_logits=self._logits(model, self._inputs(Copy(Kind.PLAIN), fold, fold.test)),
            empty_logits=self._logits(model, self._inputs(Copy(Kind.EMPTY), fold, fold.test)),
            swap_logits=self._logits(model, self._inputs(Copy(Kind.SWAP), fold, fold.test)),
            temperature=fit_temperature(validation_logits, one_hot(self.stock, fold.validation)),
            split_name=fold.split.name,
            split_sha256=fold.split.sha256,
            cost=self._cost(model, fold),
            history=tuple(history),
            best_epoch=int(np.argmin([loss for _, loss in history])) + 1,
        )

    def _built(self) -> Any:
        """The network with four outputs, and the pretrained weights of every layer that fits, where there are any."""
        model = self.network(f"{self.row.model}.yaml", nc=len(CLASS_NAMES), verbose=False)
        path = WEIGHTS / f"{self.row.model}.state.pt"
        if path.exists():
            kept = self.torch.load(path, weights_only=True)
            own = model.state_dict()
            fitting = {name: value for name, value in kept.items() if name in own and own[name].shape == value.shape}
            model.load_state_dict({**own, **fitting})
        for parameter in model.parameters():
            parameter.requires_grad = True
        return model

    def _train(self, model: Any, fold: Fold) -> list[tuple[float, float]]:
        torch, row = self.torch, self.row
        ranges = switched_on(row.augment)
        ranges = replace(ranges, blur_pixels=ranges.blur_pixels * row.side / SIDE)
        images = np.stack([self._shrunk(self.stock.images[place]) for place in fold.train])
        targets = torch.from_numpy(one_hot(self.stock, fold.train))
        held_out = self._inputs(Copy(Kind.PLAIN), fold, fold.validation)
        truth = one_hot(self.stock, fold.validation)
        optimizer = torch.optim.AdamW(model.parameters(), lr=row.learning_rate, weight_decay=row.weight_decay)
        batches = -(-len(images) // row.batch)
        falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, row.epochs * batches)
        history: list[tuple[float, float]] = []
        best: dict[str, Any] = {}
        for number in range(1, row.epochs + 1):
            rng = np.random.default_rng([SEED, number])
            order = rng.permutation(len(images))
            model.train()
            losses = []
            for start in range(0, len(order), row.batch):
                chosen = order[start : start + row.batch]
                inputs = np.stack([self._prepared(augment(images[place], rng, ranges)) for place in chosen])
                loss = torch.nn.functional.cross_entropy(model(torch.from_numpy(inputs)), targets[chosen])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                falling.step()
                losses.append(float(loss))
            logits = self._logits(model, held_out)
            shifted = logits - logits.max(axis=1, keepdims=True)
            held_out_loss = -(truth * (shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))).sum(axis=1).mean()
            if not history or held_out_loss < min(value for _, value in history):
                best = {name: value.clone() for name, value in model.state_dict().items()}
            history.append((float(np.mean(losses)), float(held_out_loss)))
            if len(history) - int(np.argmin([value for _, value in history])) > row.patience:
                break
        model.load_state_dict(best)
        return history

    def _logits(self, model: Any, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Its answer is (probabilities, logits) when it does not train."""
        model.eval()
        parts = []
        with self.torch.no_grad():
            for start in range(0, len(inputs), _AT_ONCE):
                parts.append(model(self.torch.from_numpy(inputs[start : start + _AT_ONCE]))[1].numpy())
        return np.concatenate(parts)

    def _inputs(self, copy: Copy, fold: Fold, places: NDArray[np.intp]) -> NDArray[np.float32]:
        pictures = (copies.make(self.stock, copy, int(place), fold.among)[0] for place in places)
        return np.stack([self._prepared(picture) for picture in pictures])

    def _prepared(self, image: NDArray[Any]) -> NDArray[np.float32]:
        """(3, side, side) in [0, 1], as these networks expect, from the bench's own recipe."""
        field = field_rgb_v1(image, self.row.side, self.row.side)
        return np.ascontiguousarray(((field + 1) / 2).transpose(2, 0, 1), dtype=np.float32)

    def _shrunk(self, image: NDArray[Any]) -> NDArray[Any]:
        shrunk: NDArray[Any] = cv2.resize(image, (self.row.side, self.row.side), interpolation=cv2.INTER_AREA)
        return shrunk

    def _cost(self, model: Any, fold: Fold) -> Cost:
        numbers = sum(parameter.numel() for parameter in model.parameters())
        self.torch.set_num_threads(1)
        times = []
        for place in fold.test[:_TIMED]:
            start = time.process_time()
            self._logits(model, self._prepared(self.stock.images[place])[np.newaxis])
            times.append(1000 * (time.process_time() - start))
        return Cost(parameters=numbers, file_bytes=4 * numbers, milliseconds=median(times))
