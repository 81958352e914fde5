from dataclasses import replace

import numpy as np
import pytest

from mlworker import imageio
from mlworker.calibration.conformal import ConformalRule
from mlworker.calibration.novelty import NoveltyRule, Statistics, describe
from mlworker.inference import engine as engines
from mlworker.inference import judgement, pipeline
from mlworker.phantom import FieldKind, draw_field
from mlworker.types import Novelty, QualityReport, Severity, Verdict
from mlworker.zoo import artifact

PERFECT = QualityReport(is_usable=True, notes=(), measures={})


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
    notes = judgement.explain(PERFECT, answer, None, card).notes
    assert [note.code for note in notes] == ([code] if code else [])
    for name in members if code else ():
        assert name in notes[0].message


def test_without_a_stated_coverage_there_is_no_set_and_the_score_decides(card):
    card = replace(card, conformal=None)
    answer = judgement.classify(np.log([0.10, 0.45, 0.40, 0.05]), card)
    assert (answer.prediction_set, answer.verdict) == (None, Verdict.LEUKEMIA)
    assert judgement.explain(PERFECT, answer, None, card) == PERFECT


@pytest.mark.parametrize(
    ("score", "verdict", "severity"),
    [
        (0.49, Verdict.LEUKEMIA, None),
        (0.50, Verdict.UNCERTAIN, Severity.WARNING),
        (0.74, Verdict.UNCERTAIN, Severity.WARNING),
        (0.75, None, Severity.UNSUITABLE),
    ],
)
def test_an_unfamiliar_picture_is_uncertain_and_a_very_unfamiliar_one_not_classified(card, score, verdict, severity):
    answer = judgement.classify(np.array([0.0, 4.0, 0.0, 0.0]), _with_quantile(card, 0.5))
    novelty = Novelty(score, warning_above=0.5, unsuitable_above=0.75)
    shown = judgement.weigh(answer, novelty)
    assert (shown.verdict if shown else None) == verdict
    report = judgement.explain(PERFECT, answer, novelty, card)
    assert [note.severity for note in report.notes] == ([severity] if severity else [])
    assert report.is_usable is (severity is not Severity.UNSUITABLE)


@pytest.fixture
def familiar(tiny_folder, tmp_path):
    """The tiny model, to which the drawn leukaemia of seed 8 is the only known picture."""
    field = draw_field(8, kind=FieldKind.LEUKEMIA).image
    engine = engines.load(tiny_folder)
    result = pipeline.analyse(imageio.encode_png(field), artifact=tiny_folder)
    session_features = _violet(engine, field)
    area = field.shape[0] * field.shape[1]
    mean = describe(session_features, result.cells, result.quality.measures, area=area)
    size = len(mean)
    data = Statistics(mean[np.newaxis], np.eye(size, dtype=np.float32)[np.newaxis], np.zeros(1, np.int32)).to_bytes()
    found = engine.artifact
    card = replace(
        found.card,
        novelty=NoveltyRule(scale=0.2, warning_above=0.5, unsuitable_above=0.75),
        novelty_sha256=artifact.sha256(data),
    )
    model = found.model_path.read_bytes()
    artifact.write(tmp_path / "familiar", card=card, model=model, weights=None, report="", novelty=data)
    return tmp_path / "familiar"


def _violet(engine, field):
    return engine._session.run(["features"], {"image": engine.prepare(field)[np.newaxis]})[0][0]


def _analyse(folder, image):
    return pipeline.analyse(imageio.encode_png(image), artifact=folder)


def test_only_an_unknown_picture_is_novel(familiar):
    known = _analyse(familiar, draw_field(8, kind=FieldKind.LEUKEMIA).image)
    assert known.novelty.score < 0.05
    assert known.verdict is Verdict.LEUKEMIA
    other = _analyse(familiar, draw_field(9, kind=FieldKind.BENIGN).image)
    assert other.novelty.score >= 0.75
    assert (other.verdict, other.classification, other.heatmap_png) == (Verdict.UNSUITABLE, None, None)
    assert other.cells
    assert other.overlay_png
    assert other.quality.notes[-1].code == judgement.UNFAMILIAR


def test_a_picture_that_is_not_a_smear_has_novelty_one(familiar):
    empty = _analyse(familiar, draw_field(8, kind=FieldKind.EMPTY).image)
    assert (empty.verdict, empty.novelty) == (Verdict.UNSUITABLE, Novelty(1.0, 0.5, 0.75))
