"""What the doctor is told about a reading: as notes beside those of the quality check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mlworker.cells.reader import Reading
from mlworker.inference.field import FieldAnswer
from mlworker.quality import frame
from mlworker.texts import N_
from mlworker.types import QualityNote, QualityReport, Severity

NO_CELLS = QualityNote(
    code="EMPTY_FIELD",
    severity=Severity.UNSUITABLE,
    message=N_("No nucleated cell was found in this field."),
    advice=N_("Choose a field with white cells or blasts, and take the picture again."),
)
_OF_CELLS = {
    "SCALE_DEPENDENT": QualityNote(
        "SCALE_DEPENDENT",
        Severity.WARNING,
        N_("The size of this picture is only estimated, and the answer would change within what is possible."),
        N_("State the micrometres a pixel, or the camera and the objective, and have it read again."),
    ),
    "MANY_UNIDENTIFIED": QualityNote(
        "MANY_UNIDENTIFIED",
        Severity.WARNING,
        N_("Most cells of this picture are like none that the platform can name with confidence."),
        N_("Judge the cells yourself. Another stain or another disease may be the reason."),
    ),
}
_SET_ASIDE = {
    frame.BORDER: QualityNote(
        frame.BORDER,
        Severity.INFO,
        N_("Parts around the field of view (a strip, a frame or the outside of a circle) were left out."),
        N_("The rest was read. Cells at its edge are marked as cut."),
    ),
    frame.INK: QualityNote(
        frame.INK,
        Severity.INFO,
        N_("Ink, lettering or a scale bar was left out."),
        N_("The rest was read. Send the picture without marks if cells lie beneath them."),
    ),
}
OF_CASE = {
    **_OF_CELLS,
    "NO_CELLS": QualityNote(
        "NO_CELLS",
        Severity.WARNING,
        N_("No cell of this case counts."),
        N_("Add pictures with white cells or blasts."),
    ),
    "FEW_CELLS": QualityNote(
        "FEW_CELLS",
        Severity.INFO,
        N_("Fewer than 100 cells were counted, so the share of blasts is a rough one."),
        N_("Add further fields of the same smear."),
    ),
    "APL_SUSPECTED": QualityNote(
        "APL_SUSPECTED",
        Severity.WARNING,
        N_("These cells are like those of acute promyelocytic leukaemia, which can kill within days and can be cured."),
        N_("Have the coagulation and PML::RARA tested at once. This is a suspicion, not a diagnosis."),
    ),
    "APL_NOT_ASSESSED": QualityNote(
        "APL_NOT_ASSESSED",
        Severity.WARNING,
        N_("Acute promyelocytic leukaemia was not assessed: it takes ten cells or more."),
        N_("Look for promyelocytes, faggot cells and Auer rods yourself."),
    ),
}


def left_to_the_reader(report: QualityReport) -> QualityReport:
    """Return the report without the quality check's guess that no cell is there: the reader looks in any stain."""
    notes = tuple(note for note in report.notes if note.code != NO_CELLS.code)
    return replace(report, is_usable=all(note.severity is not Severity.UNSUITABLE for note in notes), notes=notes)


def added(report: QualityReport, found: Reading, answered: FieldAnswer, set_aside: Sequence[str]) -> QualityReport:
    """Return the report with notes on what was set aside, on the cells, their scale and the subtype."""
    report = replace(report, notes=(*(_SET_ASIDE[code] for code in set_aside), *report.notes))
    if not report.is_usable:
        return report
    if not found.cells:
        return replace(report, is_usable=False, notes=(*report.notes, NO_CELLS))
    of_cells = tuple(_OF_CELLS[code] for code in found.judged.notes if code in _OF_CELLS)
    return replace(report, notes=(*report.notes, *of_cells, *answered.notes))
