"""From a network's raw answer to what is said: probabilities, prediction set, novelty, verdict, what is in doubt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlworker.calibration import conformal
from mlworker.calibration.novelty import Statistics, describe
from mlworker.calibration.temperature import softmax
from mlworker.calibration.thresholds import decide
from mlworker.types import Cell, Classification, Novelty, QualityNote, QualityReport, Severity, Verdict
from mlworker.zoo.card import ModelCard

OPEN_SET, EMPTY_SET, UNFAMILIAR = "OPEN_SET", "EMPTY_SET", "UNFAMILIAR"
_JUDGE_IT = "Judge the cells yourself, and add further fields of the same smear."


def classify(logits: NDArray[Any], card: ModelCard) -> Classification:
    """The calibrated answer for one picture's logits (C,), by temperature, thresholds and coverage of the card.

    A prediction set with classes of both sides leaves the verdict UNCERTAIN whatever the score says. One with none says
    that no single class stands out, which several malignant ones may do together: then the score decides.
    """
    probabilities = softmax(logits, temperature=card.temperature)
    by_class = {name: float(value) for name, value in zip(card.class_names, probabilities, strict=True)}
    score = min(1.0, sum(by_class[name] for name in card.malignant_classes))
    chosen = _prediction_set(probabilities, card)
    is_open = bool(chosen) and not is_one_sided(chosen or (), card.malignant_classes)
    return Classification(
        verdict=Verdict.UNCERTAIN if is_open else decide(score, card.thresholds),
        leukemia_score=score,
        probabilities=by_class,
        predicted_class=max(by_class, key=by_class.__getitem__),
        prediction_set=chosen,
    )


def is_one_sided(names: Sequence[str], malignant: Sequence[str]) -> bool:
    """Whether the classes are all malignant or all benign; none at all is neither."""
    return len({name in malignant for name in names}) == 1


def novelty(
    features: NDArray[Any],
    cells: Sequence[Cell],
    measures: Mapping[str, float],
    *,
    area: int,
    statistics: Statistics,
    card: ModelCard,
) -> Novelty | None:
    """How unlike the training material a picture of `area` pixels is; None when the card knows no novelty."""
    if card.novelty is None:
        return None
    vector = describe(features, cells, measures, area=area)
    distance = float(statistics.distances(vector[np.newaxis])[0])
    return Novelty(card.novelty.score(distance), card.novelty.warning_above, card.novelty.unsuitable_above)


def utterly_new(card: ModelCard) -> Novelty | None:
    """The novelty of what is no smear with cells, which no picture of the training material was."""
    if card.novelty is None:
        return None
    return Novelty(1.0, card.novelty.warning_above, card.novelty.unsuitable_above)


def weigh(classification: Classification, novelty: Novelty | None) -> Classification | None:
    """The classification as it may be shown: undecided for an unfamiliar picture, None for one far beyond."""
    if novelty is None or novelty.score < novelty.warning_above:
        return classification
    if novelty.score >= novelty.unsuitable_above:
        return None
    return replace(classification, verdict=Verdict.UNCERTAIN)


def explain(
    report: QualityReport, classification: Classification, novelty: Novelty | None, card: ModelCard
) -> QualityReport:
    """The report with notes on what keeps the model from deciding, if anything does."""
    notes = [*_on_novelty(novelty), *_on_set(classification, card)]
    is_usable = report.is_usable and all(note.severity is not Severity.UNSUITABLE for note in notes)
    return replace(report, is_usable=is_usable, notes=(*report.notes, *notes))


def _prediction_set(probabilities: NDArray[Any], card: ModelCard) -> tuple[str, ...] | None:
    if card.conformal is None:
        return None
    members = conformal.sets(probabilities, card.conformal)
    return tuple(name for name, is_in in zip(card.class_names, members, strict=True) if is_in)


def _on_novelty(novelty: Novelty | None) -> list[QualityNote]:
    if novelty is None or novelty.score < novelty.warning_above:
        return []
    if novelty.score >= novelty.unsuitable_above:
        message = (
            f"This picture is too unlike those the model was trained on: novelty {novelty.score:.2f}, and from "
            f"{novelty.unsuitable_above:.2f} on its answer is not shown."
        )
        advice = "Check that it is a stained smear at the usual magnification. If it is, judge it without the model."
        return [QualityNote(UNFAMILIAR, Severity.UNSUITABLE, message, advice)]
    message = (
        f"This picture is unlike those the model was trained on: novelty {novelty.score:.2f}, and from "
        f"{novelty.warning_above:.2f} on it does not decide."
    )
    advice = "Other cells, another stain or another microscope may be the reason. Judge the picture without the model."
    return [QualityNote(UNFAMILIAR, Severity.WARNING, message, advice)]


def _on_set(classification: Classification, card: ModelCard) -> list[QualityNote]:
    chosen = classification.prediction_set
    if card.conformal is None or chosen is None or is_one_sided(chosen, card.malignant_classes):
        return []
    coverage = f"{100 * card.conformal.coverage:.0f} %"
    if not chosen:
        message = f"No class of the model is likely enough for this picture to be named at {coverage} coverage."
        return [QualityNote(EMPTY_SET, Severity.WARNING, message, _JUDGE_IT)]
    message = f"At {coverage} coverage the model rules out neither side: {', '.join(chosen)} remain possible."
    return [QualityNote(OPEN_SET, Severity.WARNING, message, _JUDGE_IT)]
