"""The figures of a row with every slide held out in turn, for the card of a model of one fold.

A model is trained with one fold held out, and one fold may be an easy one. The row is the same training five times.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mlworker.training.data.split import FOLDS, GROUPED
from mlworker.training.fit import settings as trainings
from mlworker.training.fit.settings import Method
from mlworker.zoo.card import ModelCard

NAME = "across_folds"  # among a card's metrics


class OtherTraining(ValueError):
    """The row is of another model or another training, so its figures are not this card's."""


def of_row(card: ModelCard, done: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a row's JSON that belongs on `card`, as plain values.

    Raises `OtherTraining` unless the row is complete, of the card's architecture, input and side, trained by the same
    settings, and one of its folds is the very split of the card. Drawn smears are the one difference allowed: rows have
    none.
    """
    _check(card, done)
    test, swap = done["test"], done["controls"]["background_swap"]
    return {
        "row": done["row"],
        "digest": done["digest"],
        "pictures": test["pictures"],
        "clusters": test["clusters"],
        "accuracy": test["accuracy"],
        "leukaemia_accuracy": test["leukaemia_accuracy"],
        "auroc": test["auroc"],
        "expected_calibration_error": test["expected_calibration_error"],
        "accuracy_by_fold": [done["folds"][str(fold)]["accuracy"] for fold in range(FOLDS)],
        "prediction_sets": done.get("prediction_sets"),
        "swap_follows_cells": swap["follows_cells"],
        "without_cells": done["controls"]["own_answer_without_cells"],
    }


def on_card(card: ModelCard, done: Mapping[str, Any]) -> ModelCard:
    """The card with the figures of a row among its metrics. Raises `OtherTraining`."""
    return replace(card, metrics={**card.metrics, NAME: of_row(card, done)})


def _check(card: ModelCard, done: Mapping[str, Any]) -> None:
    settings = done["settings"]
    if done["split"] != GROUPED or len(done["folds"]) != FOLDS:
        raise OtherTraining(f"Row {done['row']} is not of all {FOLDS} folds of {GROUPED}.")
    if settings["model"] != card.architecture:
        raise OtherTraining(f"Row {done['row']} is of {settings['model']}, the card of {card.architecture}.")
    if card.split_sha256 not in {fold["split_sha256"] for fold in done["folds"].values()}:
        raise OtherTraining(f"No fold of row {done['row']} is the split of the card: the manifests differ.")
    ours, theirs = _of_card(card), _of_row(settings)
    other = [name for name in theirs if theirs[name] != ours.get(name)]
    if other:
        raise OtherTraining(f"Row {done['row']} was trained with other {', '.join(other)} than the model of the card.")


def _of_card(card: ModelCard) -> dict[str, Any]:
    """The card's account of the training, by the names that rows use."""
    training = card.training
    method = Method.FROZEN if "copies" in training else Method.STAGES if training.get("stages") else Method.WHOLE
    refit = training.get("refitted")  # cards of earlier versions have neither method nor refit
    return {"method": method, "refit": refit, **training, "side": card.input_height, "recipe": card.recipe}


def _of_row(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that decide a training by the row's method, without those of other methods."""
    known = {key: value for key, value in settings.items() if key not in ("folds", "note")}
    chosen = trainings.completed(known)
    return {**json.loads(json.dumps(chosen.of_method)), "recipe": chosen.architecture.recipe}
