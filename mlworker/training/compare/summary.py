"""One row on one split, its folds put together: every measure that the table holds, as plain values for JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.calibration import conformal
from mlworker.calibration.conformal import COVERAGE
from mlworker.evaluation.controls import SwapOutcome, swap_outcome
from mlworker.training.compare.outcome import Outcome
from mlworker.training.compare.rows import Row
from mlworker.training.data import copies
from mlworker.training.data.copies import Partition
from mlworker.training.data.pictures import CLASS_NAMES, MALIGNANT_CLASSES
from mlworker.training.data.split import FOLDS, GROUPED
from mlworker.training.data.stock import Stock
from mlworker.training.judge import assess


def summarise(row: Row, split_name: str, stock: Stock, outcomes: Mapping[int, Outcome]) -> dict[str, Any]:
    """The folds' answers pooled: every test picture counts once, calibrated by the temperature of its fold."""
    among = copies.partition(stock, split_name)
    folds = sorted(outcomes)
    places = np.concatenate([outcomes[fold].test for fold in folds])
    probabilities = _pooled(outcomes, folds, "test_logits")
    return {
        "row": row.name,
        "settings": _settings(row),
        "digest": row.digest,
        "split": split_name,
        "folds": {
            str(fold): {
                "split_name": outcomes[fold].split_name,
                "split_sha256": outcomes[fold].split_sha256,
                "test_pictures": len(outcomes[fold].test),
                "accuracy": float((outcomes[fold].test_logits.argmax(1) == stock.labels[outcomes[fold].test]).mean()),
                "validation_accuracy": _validation_accuracy(outcomes[fold], stock),
                "temperature": outcomes[fold].temperature,
                "best_epoch": outcomes[fold].best_epoch,
                "losses": [[round(float(loss), 4) for loss in pair] for pair in outcomes[fold].history],
            }
            for fold in folds
        },
        "is_complete": split_name != GROUPED or len(folds) == FOLDS,
        "test": assess.measure(
            probabilities,
            _entries(stock, places, split_name),
            class_names=CLASS_NAMES,
            malignant_classes=MALIGNANT_CLASSES,
            thresholds=None,
        ),
        "prediction_sets": prediction_sets(outcomes, folds, stock),
        "controls": {
            "own_answer_without_cells": float(
                (_pooled(outcomes, folds, "empty_logits").argmax(axis=1) == stock.labels[places]).mean()
            ),
            "background_swap": asdict(_swap(_pooled(outcomes, folds, "swap_logits"), places, stock, among)),
        },
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
        clusters = stock.clusters[outcome.held_out].tolist()
        if not conformal.can_state(COVERAGE, len(set(clusters))):
            return None
        known = outcome.probabilities(outcome.held_out_logits)
        rule = conformal.fit(known, stock.labels[outcome.held_out], clusters, coverage=COVERAGE)
        members.append(conformal.sets(outcome.probabilities(outcome.test_logits), rule))
        places.append(outcome.test)
        quantiles.append(rule.quantile)
    tested = np.concatenate(places)
    quality = conformal.judge(np.concatenate(members), stock.labels[tested], stock.clusters[tested].tolist())
    return {"stated": COVERAGE, "quantiles": quantiles, **asdict(quality)}


def _pooled(outcomes: Mapping[int, Outcome], folds: Sequence[int], name: str) -> NDArray[np.float64]:
    return np.concatenate([outcomes[fold].probabilities(getattr(outcomes[fold], name)) for fold in folds])


def _settings(row: Row) -> dict[str, Any]:
    return {key: value for key, value in asdict(row).items() if key not in ("name", "splits")}


def _entries(stock: Stock, places: NDArray[np.intp], split_name: str) -> list[Any]:
    """The test pictures. A random split knows no slides, so there each picture is drawn again by itself."""
    entries = [stock.entries[place] for place in places]
    return entries if split_name == GROUPED else [replace(entry, cluster=entry.path) for entry in entries]


def _validation_accuracy(outcome: Outcome, stock: Stock) -> float:
    return float((outcome.validation_logits.argmax(axis=1) == stock.labels[outcome.validation]).mean())


def _swap(probabilities: NDArray[np.float64], places: NDArray[np.intp], stock: Stock, among: Partition) -> SwapOutcome:
    partners = copies.swap_partners(stock, among)[places]
    return swap_outcome(probabilities.argmax(axis=1), stock.labels[places], stock.labels[partners])
