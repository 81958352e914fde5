"""What the doctor is told about a reading: as notes beside those of the quality check."""

from __future__ import annotations

from dataclasses import replace

from mlworker.cell_types import ScaleSource
from mlworker.cells.reader import Reading
from mlworker.inference.field import FieldAnswer
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
_FROM_NUCLEI = QualityNote(
    "SCALE_FROM_NUCLEI",
    Severity.WARNING,
    N_("No red cell could be measured: the scale is guessed from the nuclei."),
    N_("Nuclei alone cannot tell a small blast from a large lymphocyte. State the micrometres a pixel."),
)


def added(report: QualityReport, found: Reading, answered: FieldAnswer) -> QualityReport:
    """Return the report with notes on the cells, their scale and the subtype."""
    if not report.is_usable:
        return report
    if not found.cells:
        return replace(report, is_usable=False, notes=(*report.notes, NO_CELLS))
    of_scale = (_FROM_NUCLEI,) if found.scale.source is ScaleSource.NUCLEI else ()
    of_cells = tuple(_OF_CELLS[code] for code in found.judged.notes if code in _OF_CELLS)
    return replace(report, notes=(*report.notes, *of_scale, *of_cells, *answered.notes))
