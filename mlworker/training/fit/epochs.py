"""One stage of a Keras training: its batches, and the callbacks that stop it early and let it go on later."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from mlworker.training.fit.batches import Batch, Pictures, Plan
from mlworker.training.fit.fitted import Patience

logger = logging.getLogger(__name__)
BEST, _HISTORY = "best.weights.h5", "history.jsonl"
AT_ONCE = 64  # pictures in one prediction


@dataclass(frozen=True, slots=True)
class Epoch:
    """The losses of one epoch, and the share of the validation pictures that was right."""

    number: int
    train_loss: float
    validation_loss: float
    validation_accuracy: float


class Stage:
    """One stage of a training: up to `epochs` epochs with the same layers open."""

    def __init__(self, plan: Plan, model: Any, folder: Path, stage: int | None, before: Sequence[Epoch]) -> None:
        self.settings, self.plan, self.model = plan.settings, plan, model
        self.best, self.folder = folder / BEST, folder / f"stage-{stage or 0}"
        self.first = len(before)  # epochs before this stage
        self.best_before = min((epoch.validation_loss for epoch in before), default=np.inf)

    def run(self, training: Pictures, validation: Pictures) -> tuple[Epoch, ...]:
        """Train, or go on; a stage that is over loads its last weights."""
        self.folder.mkdir(parents=True, exist_ok=True)
        done = [epoch.validation_loss for epoch in self._history()]
        patience = Patience(self.settings.patience, [self.best_before, *done])
        last = self.first + (len(done) if patience.is_over else self.settings.epochs)
        epochs = _Epochs(self.plan, training)
        self.model._initial_epoch = None
        self.model.fit(
            epochs,
            validation_data=(self.plan.prepared(validation), validation.targets),
            validation_batch_size=AT_ONCE,
            initial_epoch=self.first,
            epochs=last,
            shuffle=False,
            verbose=0,
            callbacks=[
                _Bookkeeping(self.settings.seed, epochs, self.folder / _HISTORY),
                keras.callbacks.ModelCheckpoint(
                    self.best,
                    save_best_only=True,
                    save_weights_only=True,
                    monitor="val_loss",
                    initial_value_threshold=min([self.best_before, *done]),
                ),
                keras.callbacks.BackupAndRestore(self.folder, delete_checkpoint=False),
                _Stopping(self.settings.patience, self.best_before, self.first, done),
            ],
        )
        return self._history()

    def _history(self) -> tuple[Epoch, ...]:
        """The epochs of this stage. One that was run twice, because the training was stopped within, counts once."""
        path = self.folder / _HISTORY
        if not path.exists():
            return ()
        epochs = (Epoch(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines())
        return tuple({epoch.number: epoch for epoch in epochs}.values())


class _Epochs(keras.utils.PyDataset):  # type: ignore[misc]
    """The batches of one epoch after the other; `number` is that of the next one."""

    def __init__(self, plan: Plan, pictures: Pictures) -> None:
        super().__init__()
        self.plan, self.pictures, self.number = plan, pictures, 1
        self.batches: Iterator[Batch] = iter(())

    def __len__(self) -> int:
        return self.plan.batch_count(self.pictures)

    def __getitem__(self, index: int) -> Batch:
        if index == 0:
            self.batches = self.plan.batches(self.pictures, self.number)
        return next(self.batches)


class _Bookkeeping(keras.callbacks.Callback):  # type: ignore[misc]
    """Seeds each epoch by its number, and writes down its losses at the end.

    Weights are kept between two epochs, the state of the dropout is not.
    """

    def __init__(self, seed: int, epochs: _Epochs, path: Path) -> None:
        super().__init__()
        self.seed, self.epochs, self.path = seed, epochs, path

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.epochs.number = number = epoch + 1
        keras.utils.set_random_seed(self.seed + number)
        states = [variable for variable in self.model.variables if variable.name == "seed_generator_state"]
        for place, state in enumerate(states):
            seeds = np.random.SeedSequence([self.seed, number, place]).generate_state(2)
            state.assign(seeds.astype(state.dtype))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        values = {name: float(value) for name, value in (logs or {}).items()}
        done = Epoch(epoch + 1, values["loss"], values["val_loss"], values["val_accuracy"])
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(done)) + "\n")
        logger.info("%s", done)


class _Stopping(keras.callbacks.EarlyStopping):  # type: ignore[misc]
    """Early stopping that takes up the losses of the epochs that were run before the training was stopped."""

    def __init__(self, patience: int, best_before: float, first: int, done: Sequence[float]) -> None:
        super().__init__(monitor="val_loss", patience=patience, mode="min", baseline=best_before)
        self.first, self.done = first, done

    def on_train_begin(self, logs: Any = None) -> None:
        super().on_train_begin(logs)
        for number in range(self.first, self.model._initial_epoch or self.first):
            super().on_epoch_end(number, {"val_loss": self.done[number - self.first]})
