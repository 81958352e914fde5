from dataclasses import replace

import numpy as np
import pytest

from mlworker import imageio, quality, segmentation
from mlworker.calibration.novelty import NoveltyRule, Statistics, describe
from mlworker.errors import ImageRejected
from mlworker.inference import engine as engines
from mlworker.inference import field, judgement
from mlworker.inference.stopwatch import Stopwatch
from mlworker.phantom import FieldKind, draw_field
from mlworker.types import Novelty, Verdict
from mlworker.zoo import artifact


def _drawn(kind, seed=8):
    return draw_field(seed, kind=kind, width=640, height=480).image


def _answer(folder, image):
    return field.of_file(engines.load(folder), imageio.encode_png(image))


@pytest.fixture(scope="module")
def answer(tiny_folder):
    return _answer(tiny_folder, _drawn(FieldKind.LEUKEMIA))


def test_a_drawn_leukaemia_is_called_leukaemia(answer):
    assert answer.verdict is answer.classification.verdict is Verdict.LEUKEMIA
    assert answer.novelty is None  # the card of the tiny model has no novelty rule


def test_the_probabilities_are_a_distribution_in_the_order_of_the_card(answer):
    found = answer.classification
    assert list(found.probabilities) == ["Benign", "Early", "Pre", "Pro"]
    assert sum(found.probabilities.values()) == pytest.approx(1)
    assert found.leukemia_score == pytest.approx(1 - found.probabilities["Benign"])
    assert found.probabilities[found.predicted_class] == max(found.probabilities.values())


def test_the_heat_grid_has_a_value_for_every_part_and_its_strongest_is_one(answer):
    grid = answer.heat
    assert len(grid.values) == grid.rows * grid.columns > 0
    assert max(map(abs, grid.values)) == 1
    assert all(value == round(value, 2) for value in grid.values)


def test_the_heat_lies_on_the_cells(answer):
    drawn = draw_field(8, kind=FieldKind.LEUKEMIA, width=640, height=480)
    values = np.array(answer.heat.values).reshape(answer.heat.rows, answer.heat.columns)
    row, column = np.unravel_index(values.argmax(), values.shape)
    height, width = (side // parts for side, parts in zip(drawn.cell_labels.shape, values.shape, strict=True))
    part = drawn.cell_labels[row * height : (row + 1) * height, column * width : (column + 1) * width]
    assert (part > 0).any()


def test_evidence_of_nothing_gives_no_heat():
    assert field._grid(np.zeros((4, 4), dtype=np.float32)) is None


def test_an_empty_field_is_refused_and_not_classified(tiny_folder):
    found = _answer(tiny_folder, _drawn(FieldKind.EMPTY))
    assert (found.verdict, found.classification, found.heat) == (Verdict.UNSUITABLE, None, None)


def test_a_field_where_segmentation_finds_no_cell_is_refused(tiny_folder, monkeypatch):
    monkeypatch.setattr(segmentation, "cells", lambda regions: ())
    engine, image = engines.load(tiny_folder), _drawn(FieldKind.LEUKEMIA)
    found = field.answer(engine, image, quality.check(image), Stopwatch())
    assert found == field.refused(engine)


def test_bytes_that_are_not_a_picture_are_rejected(tiny_folder):
    with pytest.raises(ImageRejected):
        field.of_file(engines.load(tiny_folder), b"<html>no picture</html>")


def test_the_picture_is_segmented_once_even_for_a_model_that_needs_the_cells(tiny_folder, tmp_path, monkeypatch):
    found = artifact.read(tiny_folder)
    card = replace(found.card, recipe="cells-rgb-v1")
    report = (found.folder / artifact.REPORT_FILE).read_text()
    artifact.write(tmp_path, card=card, model=found.model_path.read_bytes(), weights=None, report=report)
    calls = []
    segment = segmentation.segment
    monkeypatch.setattr(segmentation, "segment", lambda *a, **k: calls.append(a) or segment(*a, **k))
    watch, image = Stopwatch(), _drawn(FieldKind.LEUKEMIA)
    field.answer(engines.load(tmp_path), image, quality.check(image), watch)
    assert len(calls) == 1
    assert set(watch.seconds()) == {"segment", "classify", "total"}


@pytest.fixture
def familiar(tiny_folder, tmp_path):
    """The tiny model, to which the drawn leukaemia of seed 8 is the only known picture."""
    image = _drawn(FieldKind.LEUKEMIA)
    found = artifact.read(tiny_folder)
    features = engines.load(tiny_folder)._session.run(
        ["features"], {"image": engines.load(tiny_folder).prepare(image)[np.newaxis]}
    )[0][0]
    cells = segmentation.cells(segmentation.segment(image, method=found.card.segmentation_method))
    mean = describe(features, cells, quality.check(image).measures, area=image.shape[0] * image.shape[1])
    spread = np.eye(len(mean), dtype=np.float32)[np.newaxis]
    data = Statistics(mean[np.newaxis], spread, np.zeros(1, np.int32)).to_bytes()
    card = replace(
        found.card,
        novelty=NoveltyRule(scale=0.2, warning_above=0.5, unsuitable_above=0.75),
        novelty_sha256=artifact.sha256(data),
    )
    model = found.model_path.read_bytes()
    artifact.write(tmp_path / "familiar", card=card, model=model, weights=None, report="", novelty=data)
    return tmp_path / "familiar"


def test_only_an_unknown_picture_is_novel(familiar):
    known = _answer(familiar, _drawn(FieldKind.LEUKEMIA))
    assert known.novelty.score < 0.05
    assert known.verdict is Verdict.LEUKEMIA
    other = _answer(familiar, _drawn(FieldKind.BENIGN, seed=9))
    assert other.novelty.score >= 0.75
    assert (other.verdict, other.classification, other.heat) == (Verdict.UNSUITABLE, None, None)
    assert other.notes[-1].code == judgement.UNFAMILIAR


def test_a_picture_that_is_not_a_smear_has_novelty_one(familiar):
    empty = _answer(familiar, _drawn(FieldKind.EMPTY))
    assert (empty.verdict, empty.novelty) == (Verdict.UNSUITABLE, Novelty(1.0, 0.5, 0.75))
