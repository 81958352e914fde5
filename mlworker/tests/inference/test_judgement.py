from dataclasses import replace

import numpy as np
import pytest

from mlworker.calibration.conformal import ConformalRule
from mlworker.inference import judgement
from mlworker.types import Novelty, Severity, Verdict
from mlworker.zoo import artifact


@pytest.fixture
def card(tiny_folder):
    return artifact.read(tiny_folder).card


def _with_quantile(card, quantile):
    return replace(card, conformal=ConformalRule(coverage=0.95, quantile=quantile, clusters=40, pictures=900))


def test_temperature_and_thresholds_come_from_the_card(card):
    logits = np.array([0.0, 0.5, 0.5, 0.5])
    sure = judgement.classify(logits, card)
    unsure = judgement.classify(logits, replace(card, thresholds=replace(card.thresholds, leukemia_above=0.95)))
    assert (sure.verdict, unsure.verdict) == (Verdict.LEUKEMIA, Verdict.UNCERTAIN)
    warmer = judgement.classify(logits, replace(card, temperature=5.0))
    assert warmer.probabilities["Benign"] > sure.probabilities["Benign"]


@pytest.mark.parametrize(
    ("quantile", "members", "verdict", "code"),
    [
        (0.70, ("Early", "Pre"), Verdict.LEUKEMIA, None),  # which subtype is open, which side is not
        (0.92, ("Benign", "Early", "Pre"), Verdict.UNCERTAIN, judgement.OPEN_SET),
        (0.20, (), Verdict.LEUKEMIA, judgement.EMPTY_SET),
    ],
)
def test_the_prediction_set_decides_if_there_is_a_verdict(card, quantile, members, verdict, code):
    card = _with_quantile(card, quantile)
    answer = judgement.classify(np.log([0.10, 0.45, 0.40, 0.05]), card)
    assert (answer.prediction_set, answer.verdict) == (members, verdict)
    notes = judgement.doubts(answer, None, card)
    assert [note.code for note in notes] == ([code] if code else [])
    for name in members if code else ():
        assert name in notes[0].message


def test_without_a_stated_coverage_there_is_no_set_and_the_score_decides(card):
    card = replace(card, conformal=None)
    answer = judgement.classify(np.log([0.10, 0.45, 0.40, 0.05]), card)
    assert (answer.prediction_set, answer.verdict) == (None, Verdict.LEUKEMIA)
    assert judgement.doubts(answer, None, card) == ()


@pytest.mark.parametrize(
    ("score", "verdict", "is_told"),
    [
        (0.49, Verdict.LEUKEMIA, False),
        (0.50, Verdict.UNCERTAIN, True),
        (0.74, Verdict.UNCERTAIN, True),
        (0.75, None, True),
    ],
)
def test_an_unfamiliar_picture_is_uncertain_and_a_very_unfamiliar_one_not_classified(card, score, verdict, is_told):
    answer = judgement.classify(np.array([0.0, 4.0, 0.0, 0.0]), _with_quantile(card, 0.5))
    novelty = Novelty(score, warning_above=0.5, unsuitable_above=0.75)
    shown = judgement.weigh(answer, novelty)
    assert (shown.verdict if shown else None) == verdict
    notes = judgement.doubts(answer, novelty, card)
    assert [(note.code, note.severity) for note in notes] == [(judgement.UNFAMILIAR, Severity.INFO)] * is_told
    if is_told:
        assert f"{score:.2f}" in notes[0].message
