import json
import subprocess
import sys
from dataclasses import asdict, replace

import numpy as np
import pytest

from mlworker import imageio, quality
from mlworker.cell_types import ScaleSource
from mlworker.errors import ArtifactError, ImageRejected
from mlworker.inference import notes, pipeline
from mlworker.phantom import FieldKind, draw_field
from mlworker.quality import frame
from mlworker.tests import stand_in
from mlworker.types import Verdict

STAGES = {"decode", "quality", "cells", "segment", "classify", "total"}


def _file(kind):
    return imageio.encode_png(draw_field(8, kind=kind, width=640, height=480).image)


def _codes(result):
    return [note.code for note in result.quality.notes]


def test_a_drawn_leukaemia_gets_a_complete_answer(analysed):
    assert analysed.verdict is Verdict.LEUKEMIA
    assert analysed.quality.is_usable
    assert len(analysed.cells) == analysed.count.cells == analysed.count.differential["blast"] > 3
    assert (analysed.width, analysed.height) == (640, 480)
    assert (analysed.model.name, analysed.model.version) == ("tiny", "1.0.0")
    assert analysed.reader == stand_in.DIGEST
    assert analysed.scale.source is ScaleSource.RED_CELLS
    assert analysed.classification is not None
    assert analysed.heat is not None


def test_cells_lie_in_the_picture_and_their_outlines_in_their_boxes(analysed):
    for body in (cell.body for cell in analysed.cells):
        x, y, width, height = body.box
        assert 0 <= x < x + width <= analysed.width
        assert 0 <= y < y + height <= analysed.height
        for px, py in (*body.outline, *body.nucleus_outline):
            assert x <= px < x + width
            assert y <= py < y + height


def test_the_verdict_comes_from_the_cells_and_not_from_the_model_of_fields(smear, tiny_folder, every_cell_is_a):
    every_cell_is_a("lymphocyte")
    result = pipeline.analyse(smear.read_bytes(), artifact=tiny_folder)
    assert result.classification.verdict is Verdict.LEUKEMIA
    assert (result.verdict, result.count.blast_share) == (Verdict.BENIGN, 0)


def test_cells_that_cannot_be_named_decide_nothing(smear, tiny_folder, every_cell_is_a):
    every_cell_is_a("blast", logit=0.5)
    result = pipeline.analyse(smear.read_bytes(), artifact=tiny_folder)
    assert result.verdict is Verdict.UNCERTAIN
    assert set(result.count.differential) == {"unidentified"}


def test_every_stage_is_timed_and_is_no_longer_than_the_total(analysed):
    """Each one, not their sum: the cells are read while the field's model runs."""
    assert set(analysed.seconds) == STAGES
    assert max(analysed.seconds.values()) == analysed.seconds["total"]


def test_the_result_can_be_stored_as_json(analysed):
    stored = json.loads(json.dumps(asdict(analysed)))
    assert stored["verdict"] == "leukemia"
    assert len(stored["cells"]) == len(analysed.cells)


def test_an_empty_field_is_refused_after_the_reader_has_looked(tiny_folder, no_cell_is_found):
    result = pipeline.analyse(_file(FieldKind.EMPTY), artifact=tiny_folder)
    assert result.verdict is Verdict.UNSUITABLE
    assert (result.classification, result.heat, result.cells) == (None, None, ())
    assert not result.quality.is_usable
    assert result.quality.notes[-1].advice


def test_the_quality_checks_guess_of_an_empty_field_keeps_nobody_from_looking(
    smear, tiny_folder, every_cell_is_a, monkeypatch
):
    every_cell_is_a("blast")
    check = quality.check
    guess = replace(notes.NO_CELLS, message="No cell is visible.")
    monkeypatch.setattr(quality, "check", lambda image: replace(check(image), is_usable=False, notes=(guess,)))
    result = pipeline.analyse(smear.read_bytes(), artifact=tiny_folder)
    assert result.verdict is Verdict.LEUKEMIA
    assert guess not in result.quality.notes


def test_a_field_in_which_no_cell_is_found_is_refused_with_a_note(smear, tiny_folder, no_cell_is_found):
    result = pipeline.analyse(smear.read_bytes(), artifact=tiny_folder)
    assert (result.verdict, result.cells) == (Verdict.UNSUITABLE, ())
    assert notes.NO_CELLS in result.quality.notes


def test_bytes_that_are_not_a_picture_are_rejected(tiny_folder):
    with pytest.raises(ImageRejected):
        pipeline.analyse(b"<html>no picture</html>", artifact=tiny_folder)


def test_a_missing_model_is_an_artifact_error(smear, tmp_path):
    with pytest.raises(ArtifactError):
        pipeline.analyse(smear.read_bytes(), artifact=tmp_path)


def test_a_large_picture_is_reduced_before_it_is_read(tiny_folder, no_cell_is_found, monkeypatch):
    sizes = []
    read = pipeline.reader.read
    monkeypatch.setattr(
        pipeline.reader, "read", lambda image, *a, **k: sizes.append(image.shape) or read(image, *a, **k)
    )
    tiles = np.tile(draw_field(8, kind=FieldKind.LEUKEMIA, width=640, height=480).image, (4, 4, 1))
    result = pipeline.analyse(imageio.encode_jpeg(tiles, 90), artifact=tiny_folder)
    assert (result.width, result.height) == (2560, 1920)
    assert sizes == [(1536, pipeline.LONGEST_SIDE, 3)]


def test_cells_of_a_large_picture_are_in_pixels_as_sent(smear, analysed, tiny_folder, every_cell_is_a, monkeypatch):
    every_cell_is_a("blast")
    monkeypatch.setattr(pipeline, "LONGEST_SIDE", 640)
    large = imageio.decode(smear.read_bytes()).repeat(3, axis=0).repeat(3, axis=1)
    result = pipeline.analyse(imageio.encode_png(large), artifact=tiny_folder)
    assert (result.width, result.height) == (1920, 1440)
    assert result.scale.um_per_pixel == pytest.approx(analysed.scale.um_per_pixel / 3)
    assert len(result.cells) == len(analysed.cells)
    for sent, read in zip(result.cells, analysed.cells, strict=True):
        assert sent.body.box == tuple(3 * value for value in read.body.box)
        assert sent.body.outline == tuple((3 * x, 3 * y) for x, y in read.body.outline)
        assert sent.body.measures.cell_area == 9 * read.body.measures.cell_area
        assert sent.body.measures.nucleus_area == 9 * read.body.measures.nucleus_area
        assert sent.body.measures.cell_area_um2 == pytest.approx(read.body.measures.cell_area_um2)
        assert sent.body.measures.nc_ratio == read.body.measures.nc_ratio


def test_a_stated_scale_is_that_of_the_picture_as_sent(smear, tiny_folder, every_cell_is_a, monkeypatch):
    every_cell_is_a("blast")
    monkeypatch.setattr(pipeline, "LONGEST_SIDE", 320)
    result = pipeline.analyse(smear.read_bytes(), artifact=tiny_folder, um_per_pixel=0.16)
    assert (result.scale.source, result.scale.confidence) == (ScaleSource.STATED, 1)
    assert result.scale.um_per_pixel == pytest.approx(0.16)
    body = max((cell.body for cell in result.cells), key=lambda body: body.measures.cell_area)
    assert body.measures.cell_area_um2 == pytest.approx(body.measures.cell_area * 0.16**2, rel=0.01)


def test_the_caller_is_believed_before_the_file_and_the_file_before_the_picture(
    smear, tiny_folder, every_cell_is_a, monkeypatch
):
    every_cell_is_a("blast")
    monkeypatch.setattr(pipeline.file_scale, "stated", lambda data: 0.17)
    data = smear.read_bytes()
    by_file = pipeline.analyse(data, artifact=tiny_folder).scale
    assert (by_file.um_per_pixel, by_file.source) == (pytest.approx(0.17), ScaleSource.STATED)
    assert pipeline.analyse(data, artifact=tiny_folder, um_per_pixel=0.15).scale.um_per_pixel == pytest.approx(0.15)


def test_an_implausible_scale_is_an_error(smear, tiny_folder, every_cell_is_a):
    every_cell_is_a("blast")
    with pytest.raises(ValueError, match="microscope"):
        pipeline.analyse(smear.read_bytes(), artifact=tiny_folder, um_per_pixel=25)


def test_a_black_strip_is_left_out_and_said_and_no_cell_lies_in_it(smear, tiny_folder, every_cell_is_a):
    every_cell_is_a("blast")
    image = imageio.decode(smear.read_bytes())
    image[:60] = 0
    result = pipeline.analyse(imageio.encode_png(image), artifact=tiny_folder)
    assert frame.BORDER in _codes(result)
    assert result.verdict is Verdict.LEUKEMIA
    assert all(cell.body.box[1] >= 55 for cell in result.cells)


def test_serving_loads_neither_tensorflow_nor_keras():
    code = "import sys, mlworker.inference.pipeline; print(sorted({'tensorflow', 'keras', 'onnx'} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
