"""What a training leaves behind after every epoch, so that it can go on after it was stopped."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_LAST, _BEST, _STATE = "last.weights.h5", "best.weights.h5", "state.json"


class CannotResume(Exception):
    """The checkpoint is of another training. The text says what to do."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """What one epoch came to."""

    number: int
    train_loss: float
    validation_loss: float
    validation_accuracy: float


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A folder for one training. `plan` is its settings: a checkpoint of other settings is not gone on from."""

    folder: Path
    plan: str

    def save(self, model: Any, history: tuple[Epoch, ...], *, is_best: bool) -> None:
        """Weights with the optimizer's state, and the history last: without it the folder holds nothing."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if is_best:
            model.save_weights(self.folder / _BEST)
        model.save_weights(self.folder / _LAST)
        state = {"plan": self._digest(), "history": [asdict(epoch) for epoch in history]}
        unfinished = self.folder / f"{_STATE}.part"
        unfinished.write_text(json.dumps(state), encoding="utf-8")
        unfinished.replace(self.folder / _STATE)

    def history(self) -> tuple[Epoch, ...]:
        """The epochs that are done; none if there is no checkpoint. Raises `CannotResume` for one of other settings."""
        try:
            state = json.loads((self.folder / _STATE).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return ()
        if state["plan"] != self._digest():
            raise CannotResume(
                f"The checkpoint in {self.folder} is of a training with other settings or pictures. Leave out --resume "
                "to begin anew."
            )
        return tuple(Epoch(**epoch) for epoch in state["history"])

    def load_last(self, model: Any) -> None:
        """The weights of the last epoch and the optimizer's state into a model compiled as it was."""
        model.load_weights(self.folder / _LAST)

    def load_best(self, model: Any) -> None:
        """The weights of the epoch with the least validation loss."""
        model.load_weights(self.folder / _BEST)

    def clear(self) -> None:
        """Forget what is there: a training begins anew."""
        for name in (_STATE, _LAST, _BEST):
            (self.folder / name).unlink(missing_ok=True)

    def _digest(self) -> str:
        return hashlib.sha256(self.plan.encode()).hexdigest()
