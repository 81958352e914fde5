"""From the raw output of a network to its answer: probabilities, prediction set, novelty, verdict, notes on doubts."""

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
from mlworker.texts import N_
from mlworker.types import Cell, Classification, Novelty, QualityNote, Severity, Verdict
from mlworker.zoo.card import ModelCard

OPEN_SET, EMPTY_SET, UNFAMILIAR = "OPEN_SET", "EMPTY_SET", "UNFAMILIAR"
_JUDGE_IT = N_("Judge the cells yourself, and add further fields of the same smear.")


def classify(logits: NDArray[Any], card: ModelCard) -> Classification:
    """The calibrated answer for the logits (C,) of one picture, by temperature, thresholds and coverage of the card.

    A prediction set with malignant and benign classes makes the verdict UNCERTAIN, whatever the score. An empty set
    means that no single class stands out; several malignant ones may do so together, so the score decides.
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
    """True if the classes are all malignant or all benign; False for no class."""
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
    """Novelty of a picture of `area` pixels; None if the card has no novelty rule.

    `features` (F,) are those of the network, `measures` those of the quality check.
    """
    if card.novelty is None:
        return None
    vector = describe(features, cells, measures, area=area)
    distance = float(statistics.distances(vector[np.newaxis])[0])
    return Novelty(card.novelty.score(distance), card.novelty.warning_above, card.novelty.unsuitable_above)


def utterly_new(card: ModelCard) -> Novelty | None:
    """The novelty 1 of a picture without a smear or cells; None if the card has no novelty rule."""
    if card.novelty is None:
        return None
    return Novelty(1.0, card.novelty.warning_above, card.novelty.unsuitable_above)


def weigh(classification: Classification, novelty: Novelty | None) -> Classification | None:
    """The classification as it may be shown: UNCERTAIN for an unfamiliar picture, None for a very unfamiliar one."""
    if novelty is None or novelty.score < novelty.warning_above:
        return classification
    if novelty.score >= novelty.unsuitable_above:
        return None
    return replace(classification, verdict=Verdict.UNCERTAIN)


def doubts(classification: Classification, novelty: Novelty | None, card: ModelCard) -> tuple[QualityNote, ...]:
    """Say what keeps the model from suggesting a subtype, if anything does."""
    return (*_on_novelty(novelty), *_on_set(classification, card))


def _prediction_set(probabilities: NDArray[Any], card: ModelCard) -> tuple[str, ...] | None:
    if card.conformal is None:
        return None
    members = conformal.sets(probabilities, card.conformal)
    return tuple(name for name, is_in in zip(card.class_names, members, strict=True) if is_in)


def _on_novelty(novelty: Novelty | None) -> list[QualityNote]:
    if novelty is None or novelty.score < novelty.warning_above:
        return []
    if novelty.score >= novelty.unsuitable_above:
        message = N_(
            "This field is too unlike the training fields of the subtype model: its novelty is {score:.2f}, and from "
            "{limit:.2f} on no subtype is suggested."
        ).format(score=novelty.score, limit=novelty.unsuitable_above)
    else:
        message = N_(
            "This field is unlike the training fields of the subtype model: its novelty is {score:.2f}, and from "
            "{limit:.2f} on its suggestion is not sure."
        ).format(score=novelty.score, limit=novelty.warning_above)
    advice = N_("Another stain, microscope or kind of leukaemia may be the reason. The cells are read all the same.")
    return [QualityNote(UNFAMILIAR, Severity.INFO, message, advice)]


def _on_set(classification: Classification, card: ModelCard) -> list[QualityNote]:
    chosen = classification.prediction_set
    if card.conformal is None or chosen is None or is_one_sided(chosen, card.malignant_classes):
        return []
    coverage = f"{100 * card.conformal.coverage:.0f} %"
    if not chosen:
        message = N_("At {coverage} coverage no class of the subtype model is likely enough to be named.")
        return [QualityNote(EMPTY_SET, Severity.INFO, message.format(coverage=coverage), _JUDGE_IT)]
    message = N_("At {coverage} coverage the subtype model rules out neither side: {classes} remain possible.")
    message = message.format(coverage=coverage, classes=", ".join(chosen))
    return [QualityNote(OPEN_SET, Severity.INFO, message, _JUDGE_IT)]
