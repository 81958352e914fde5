from dataclasses import replace

import numpy as np
import pytest

from mlworker.cell_types import Scale, ScaleSource
from mlworker.cells import verdict
from mlworker.cells.reader import Reading
from mlworker.inference import notes
from mlworker.inference.field import FieldAnswer
from mlworker.quality import frame
from mlworker.tests import stand_in
from mlworker.types import QualityNote, QualityReport, Severity

BLURRED = QualityNote("BLURRED", Severity.WARNING, "Blurred.", "Focus.")
DOUBT = QualityNote("UNFAMILIAR", Severity.INFO, "Unlike.", "Look.")
REPORT = QualityReport(is_usable=True, notes=(BLURRED,), measures={"focus": 3.0})
ANSWER = FieldAnswer(None, None, (DOUBT,), None)


@pytest.fixture
def reading(analysed):
    judged = verdict.judge(["blast"] * 120, [1.0] * 120, stand_in.RULE)
    scale = Scale(0.2, 0.18, 0.22, ScaleSource.RED_CELLS, 0.9)
    return Reading(scale, analysed.cells, judged, np.zeros((0, 0), dtype=np.float32))


def _codes(report):
    return [note.code for note in report.notes]


def test_a_reading_without_doubts_adds_only_the_doubts_of_the_subtype(reading):
    found = notes.added(REPORT, reading, ANSWER, ())
    assert _codes(found) == ["BLURRED", "UNFAMILIAR"]
    assert (found.is_usable, found.measures) == (True, REPORT.measures)


def test_what_was_set_aside_is_said_first_even_of_a_refused_picture(reading):
    aside = (frame.BORDER, frame.INK)
    assert _codes(notes.added(REPORT, reading, ANSWER, aside)) == [*aside, "BLURRED", "UNFAMILIAR"]
    refused = notes.added(replace(REPORT, is_usable=False), reading, ANSWER, aside)
    assert _codes(refused) == [*aside, "BLURRED"]


def test_a_picture_without_cells_is_no_longer_usable(reading):
    found = notes.added(REPORT, replace(reading, cells=()), ANSWER, ())
    assert not found.is_usable
    assert found.notes == (BLURRED, notes.NO_CELLS)


@pytest.mark.parametrize("code", ["SCALE_DEPENDENT", "MANY_UNIDENTIFIED"])
def test_what_keeps_the_cells_from_deciding_is_a_warning(reading, code):
    doubtful = replace(reading, judged=replace(reading.judged, notes=(code, "FEW_CELLS")))
    found = notes.added(REPORT, doubtful, ANSWER, ())
    assert _codes(found) == ["BLURRED", code, "UNFAMILIAR"]  # a picture alone never has a hundred cells
    assert found.notes[1].severity is Severity.WARNING
    assert found.is_usable
