"""The answers of one run on the pictures that were held out, kept so that a stopped comparison goes on."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.calibration.temperature import softmax
from mlworker.training.fit.fitted import Cost

_ARRAYS = ("validation", "validation_logits", "test", "test_logits", "empty_logits", "swap_logits")
_OPTIONAL = ("held_out", "held_out_logits")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One row on one fold of one split. Numbers are places in the manifest; logits are (n, C), not yet calibrated."""

    validation: NDArray[np.intp]
    validation_logits: NDArray[np.float32]
    test: NDArray[np.intp]
    test_logits: NDArray[np.float32]
    empty_logits: NDArray[np.float32]  # the test pictures with their cells painted over
    swap_logits: NDArray[np.float32]  # the test pictures' cells on the background of another class
    temperature: float
    split_name: str
    split_sha256: str
    cost: Cost
    history: tuple[tuple[float, float], ...]  # loss of each epoch: training, validation
    best_epoch: int
    # All pictures outside the test part, with answers of models that had not seen them, where cross-fitting gave them.
    held_out: NDArray[np.intp] | None = None
    held_out_logits: NDArray[np.float32] | None = None

    def probabilities(self, logits: NDArray[Any]) -> NDArray[np.float64]:
        """Calibrated probabilities (n, C)."""
        return softmax(logits, temperature=self.temperature)

    def write(self, path: Path) -> None:
        """Beside each other: `path`.npz and `path`.json, the second last."""
        path.parent.mkdir(parents=True, exist_ok=True)
        arrays = {name: getattr(self, name) for name in (*_ARRAYS, *_OPTIONAL)}
        np.savez(path.with_suffix(".npz"), **{name: array for name, array in arrays.items() if array is not None})
        rest = {name: value for name, value in asdict(self).items() if name not in arrays}
        path.with_suffix(".json").write_text(json.dumps(rest, indent=2), encoding="utf-8")


def read(path: Path) -> Outcome | None:
    """The outcome that `Outcome.write` left behind, or None if that run was not finished."""
    try:
        rest = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    with np.load(path.with_suffix(".npz"), allow_pickle=False) as arrays:
        kept = {name: arrays[name] for name in (*_ARRAYS, *_OPTIONAL) if name in arrays or name in _ARRAYS}
    history = tuple((train, held_out) for train, held_out in rest.pop("history"))
    return Outcome(**kept, **{**rest, "cost": Cost(**rest["cost"])}, history=history)
