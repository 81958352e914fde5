"""One row on one split, its folds put together: every measure of the table, as plain values for JSON.

The answers of each fold are kept, so that a stopped comparison goes on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.calibration import conformal
from mlworker.calibration.conformal import COVERAGE
from mlworker.calibration.temperature import softmax
from mlworker.training.compare.rows import Row, read_json
from mlworker.training.data import copies, split
from mlworker.training.data.manifest import Entry
from mlworker.training.data.pictures import CLASS_NAMES, MALIGNANT_CLASSES
from mlworker.training.data.split import FOLDS, GROUPED
from mlworker.training.data.stock import Stock
from mlworker.training.fit import calibrate
from mlworker.training.fit.fitted import Cost
from mlworker.training.judge import assess, controls


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
        values = asdict(self)
        arrays: dict[str, Any] = {name: value for name, value in values.items() if isinstance(value, np.ndarray)}
        np.savez(path.with_suffix(".npz"), **arrays)
        rest = {name: value for name, value in values.items() if name not in arrays}
        path.with_suffix(".json").write_text(json.dumps(rest, indent=2), encoding="utf-8")


def read(path: Path) -> Outcome | None:
    """The outcome that `Outcome.write` left behind, or None if that run was not finished."""
    rest = read_json(path.with_suffix(".json"))
    if rest is None:
        return None
    with np.load(path.with_suffix(".npz"), allow_pickle=False) as arrays:
        history = tuple((train, held_out) for train, held_out in rest.pop("history"))
        return Outcome(**{**rest, **arrays, "cost": Cost(**rest["cost"]), "history": history})


def summarise(row: Row, split_name: str, stock: Stock, outcomes: Mapping[int, Outcome]) -> dict[str, Any]:
    """The folds' answers pooled: every test picture counts once, calibrated by the temperature of its fold."""
    folds = sorted(outcomes)
    places = np.concatenate([outcomes[fold].test for fold in folds])
    partners = copies.swap_partners(stock, split.partition(stock, split_name))[places]
    empty, swapped = (_pooled(outcomes, folds, name).argmax(axis=1) for name in ("empty_logits", "swap_logits"))
    return {
        "row": row.name,
        "settings": row.shown,
        "digest": row.digest,
        "split": split_name,
        "folds": {str(fold): _of_fold(outcomes[fold], stock) for fold in folds},
        "is_complete": split_name != GROUPED or len(folds) == FOLDS,
        "test": assess.measure(
            _pooled(outcomes, folds, "test_logits"),
            _entries(stock, places, split_name),
            class_names=CLASS_NAMES,
            malignant_classes=MALIGNANT_CLASSES,
            thresholds=None,
        ),
        "prediction_sets": prediction_sets(outcomes, folds, stock),
        "controls": controls.of_answers(empty, swapped, stock.labels[places], stock.labels[partners]),
        "cost": asdict(outcomes[folds[0]].cost),
    }


def prediction_sets(outcomes: Mapping[int, Outcome], folds: Sequence[int], stock: Stock) -> dict[str, Any] | None:
    """Coverage and size of the sets on the test pictures, each fold's rule fitted on the other folds' answers.

    None where these were not kept, or are of too few slides to state the coverage.
    """
    members, places, quantiles = [], [], []
    for outcome in (outcomes[fold] for fold in folds):
        if outcome.held_out is None or outcome.held_out_logits is None:
            return None
        rule = calibrate.rule(outcome.probabilities(outcome.held_out_logits), stock, outcome.held_out)
        if rule is None or rule.coverage != COVERAGE:
            return None
        members.append(conformal.sets(outcome.probabilities(outcome.test_logits), rule))
        places.append(outcome.test)
        quantiles.append(rule.quantile)
    tested = np.concatenate(places)
    quality = conformal.judge(np.concatenate(members), stock.labels[tested], stock.clusters[tested].tolist())
    return {"stated": COVERAGE, "quantiles": quantiles, **asdict(quality)}


def _of_fold(outcome: Outcome, stock: Stock) -> dict[str, Any]:
    return {
        "split_name": outcome.split_name,
        "split_sha256": outcome.split_sha256,
        "test_pictures": len(outcome.test),
        "accuracy": _accuracy(outcome.test_logits, stock.labels[outcome.test]),
        "validation_accuracy": _accuracy(outcome.validation_logits, stock.labels[outcome.validation]),
        "temperature": outcome.temperature,
        "best_epoch": outcome.best_epoch,
        "losses": [[round(float(loss), 4) for loss in pair] for pair in outcome.history],
    }


def _accuracy(logits: NDArray[np.float32], labels: NDArray[np.intp]) -> float:
    return float((logits.argmax(axis=1) == labels).mean())


def _pooled(outcomes: Mapping[int, Outcome], folds: Sequence[int], name: str) -> NDArray[np.float64]:
    return np.concatenate([outcomes[fold].probabilities(getattr(outcomes[fold], name)) for fold in folds])


def _entries(stock: Stock, places: NDArray[np.intp], split_name: str) -> list[Entry]:
    """The test pictures. A random split knows no slides, so there each picture is drawn again by itself."""
    entries = [stock.entries[place] for place in places]
    return entries if split_name == GROUPED else [replace(entry, cluster=entry.path) for entry in entries]
