import json
import subprocess
import sys
from dataclasses import asdict, replace

import cv2
import numpy as np
import pytest

from mlworker import imageio
from mlworker.errors import ArtifactError, ImageRejected
from mlworker.inference import pipeline
from mlworker.phantom import FieldKind, draw_field
from mlworker.types import Verdict
from mlworker.zoo import artifact

STAGES = {"decode", "quality", "segment", "classify", "explain", "total"}


def _file(kind, seed=8, **size):
    return imageio.encode_png(draw_field(seed, kind=kind, **size).image)


@pytest.fixture(scope="module")
def result(tiny_folder):
    return pipeline.analyse(_file(FieldKind.LEUKEMIA), artifact=tiny_folder)


def test_a_drawn_leukaemia_gets_a_complete_answer(result):
    assert result.verdict is result.classification.verdict is Verdict.LEUKEMIA
    assert result.quality.is_usable
    assert len(result.cells) > 3
    assert (result.width, result.height) == (1024, 768)
    assert (result.model.name, result.model.version) == ("tiny", "1.0.0")


def test_the_probabilities_are_a_distribution_in_the_order_of_the_card(result):
    answer = result.classification
    assert list(answer.probabilities) == ["Benign", "Early", "Pre", "Pro"]
    assert sum(answer.probabilities.values()) == pytest.approx(1)
    assert answer.leukemia_score == pytest.approx(1 - answer.probabilities["Benign"])
    assert answer.probabilities[answer.predicted_class] == max(answer.probabilities.values())


def test_overlay_and_heat_map_have_the_size_of_the_picture(result):
    original = draw_field(8, kind=FieldKind.LEUKEMIA).image
    for png in (result.overlay_png, result.heatmap_png):
        drawn = imageio.decode(png)
        assert drawn.shape == original.shape
        assert (drawn != original).any()


def test_every_stage_is_timed_and_is_shorter_than_the_total(result):
    """Each one, not their sum: the cells are found while the network runs."""
    assert set(result.seconds) == STAGES
    assert max(result.seconds.values()) == result.seconds["total"]


def test_the_result_can_be_stored_as_json(result):
    plain = replace(result, overlay_png=None, heatmap_png=None)
    assert json.loads(json.dumps(asdict(plain)))["verdict"] == "leukemia"


def test_an_empty_field_is_refused_and_not_classified(tiny_folder):
    result = pipeline.analyse(_file(FieldKind.EMPTY), artifact=tiny_folder)
    assert result.verdict is Verdict.UNSUITABLE
    assert (result.classification, result.heatmap_png, result.cells) == (None, None, ())
    assert not result.quality.is_usable
    assert result.quality.notes[-1].advice


def test_a_field_where_segmentation_finds_no_cell_is_refused_with_a_note(tiny_folder, monkeypatch):
    monkeypatch.setattr(pipeline.segmentation, "cells", lambda regions: ())
    result = pipeline.analyse(_file(FieldKind.LEUKEMIA), artifact=tiny_folder)
    assert result.verdict is Verdict.UNSUITABLE
    assert pipeline.NO_CELLS in result.quality.notes


def test_bytes_that_are_not_a_picture_are_rejected(tiny_folder):
    with pytest.raises(ImageRejected):
        pipeline.analyse(b"<html>no picture</html>", artifact=tiny_folder)


def test_a_missing_model_is_an_artifact_error(tmp_path):
    with pytest.raises(ArtifactError):
        pipeline.analyse(_file(FieldKind.EMPTY, width=320, height=240), artifact=tmp_path)


def test_the_pictures_of_a_large_field_are_limited_in_size(tiny_folder):
    field = draw_field(8, kind=FieldKind.LEUKEMIA).image
    large = imageio.encode_jpeg(np.tile(field, (3, 3, 1)), 90)
    result = pipeline.analyse(large, artifact=tiny_folder)
    assert (result.width, result.height) == (3072, 2304)
    assert max(imageio.decode(result.heatmap_png).shape) == pipeline.LONGEST_SIDE


def test_cells_of_a_large_picture_are_in_pixels_as_sent(tiny_folder):
    field = draw_field(8, kind=FieldKind.LEUKEMIA).image
    large = cv2.resize(field, None, fx=5, fy=5, interpolation=cv2.INTER_LINEAR)  # 19.7 megapixels
    at_once = pipeline.segmentation.cells(pipeline.segmentation.segment(large))
    result = pipeline.analyse(imageio.encode_png(large), artifact=tiny_folder)
    assert len(result.cells) == len(at_once)
    for cell, expected in zip(result.cells, at_once, strict=True):
        assert abs(cell.x - expected.x) < 30
        assert abs(cell.y - expected.y) < 30
        assert cell.area == pytest.approx(expected.area, rel=0.15)
        assert cell.nc_ratio == pytest.approx(expected.nc_ratio, abs=0.1)
        assert cell.y + cell.height <= result.height


def test_the_picture_is_segmented_once_even_for_a_model_that_needs_the_cells(tiny_folder, tmp_path, monkeypatch):
    found = artifact.read(tiny_folder)
    card = replace(found.card, recipe="cells-rgb-v1")
    report = (found.folder / artifact.REPORT_FILE).read_text()
    artifact.write(tmp_path, card=card, model=found.model_path.read_bytes(), weights=None, report=report)
    calls = []
    segment = pipeline.segmentation.segment
    monkeypatch.setattr("mlworker.segmentation.segment", lambda *a, **k: calls.append(a) or segment(*a, **k))
    result = pipeline.analyse(_file(FieldKind.LEUKEMIA), artifact=tmp_path)
    assert len(calls) == 1
    assert set(result.seconds) == STAGES


def test_serving_loads_neither_tensorflow_nor_keras():
    code = "import sys, mlworker.inference.pipeline; print(sorted({'tensorflow', 'keras', 'onnx'} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
