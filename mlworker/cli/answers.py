"""What `predict` and `case` print: results as plain data for JSON, and as a line of text."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from mlworker.cells.classes import NOT_BLAST, UNIDENTIFIED
from mlworker.types import AnalysisResult, ModelIdentity, Novelty, QualityNote, QualityReport, Severity, Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from mlworker.cell_types import ReadCell

_NO_SCALE = {"um_per_pixel": None, "source": "unknown", "confidence": 0.0, "interval": None}


def of_picture(image: Path, result: AnalysisResult) -> dict[str, Any]:
    """Return the answer to one picture."""
    classification, scale = result.classification, result.scale
    chosen = classification.prediction_set if classification else None
    return {
        "file": str(image),
        "model": asdict(result.model),
        "reader": result.reader,
        "verdict": result.verdict.value,
        "leukemia_score": result.count.score,
        "scale": {
            "um_per_pixel": scale.um_per_pixel,
            "source": scale.source.value,
            "confidence": scale.confidence,
            "interval": None if scale.low is None else [scale.low, scale.high],
        },
        "cells": [_cell(cell) for cell in result.cells],
        "blast_share": result.count.blast_share,
        "interval": result.count.interval,
        "differential": result.count.differential,
        "probabilities": classification.probabilities if classification else None,
        "prediction_set": None if chosen is None else list(chosen),
        **_novelty(result.novelty),
        "quality": asdict(result.quality),
        "seconds": result.seconds["total"],
    }


def _cell(cell: ReadCell) -> dict[str, Any]:
    measures = asdict(cell.body.measures)
    return {
        "box": list(cell.body.box),
        "class": UNIDENTIFIED if cell.name == NOT_BLAST else cell.name,
        "confidence": cell.confidence,
        "blast_score": cell.blast_score,
        "outline": cell.body.outline,
        "nucleus_outline": cell.body.nucleus_outline,
        "at_border": cell.body.at_border,
        **measures,
    }


def of_unreadable(image: Path, identity: ModelIdentity, reason: str) -> dict[str, Any]:
    """Return the answer to a file that is no picture."""
    note = QualityNote("UNREADABLE", Severity.UNSUITABLE, reason, "Give a JPEG, PNG, TIFF, BMP or WebP picture.")
    return {
        "file": str(image),
        "model": asdict(identity),
        "reader": None,
        "verdict": Verdict.UNSUITABLE.value,
        "leukemia_score": None,
        "scale": _NO_SCALE,
        "cells": [],
        "blast_share": None,
        "interval": None,
        "differential": {},
        "probabilities": None,
        "prediction_set": None,
        **_novelty(None),
        "quality": asdict(QualityReport(is_usable=False, notes=(note,), measures={})),
        "seconds": 0.0,
    }


def as_text(answer: dict[str, Any]) -> str:
    """Return an answer as one line; without a score where nothing is decided."""
    start = f"{answer['file']}: {answer['verdict']}"
    if answer["verdict"] in (Verdict.LEUKEMIA.value, Verdict.BENIGN.value):
        cells = len(answer["cells"])
        return f"{start}, {cells} cell{'' if cells == 1 else 's'}, leukaemia score {answer['leukemia_score']:.3f}"
    reasons = " ".join(note["message"] for note in answer["quality"]["notes"])
    return f"{start}. {reasons}" if reasons else start


def _novelty(novelty: Novelty | None) -> dict[str, Any]:
    if novelty is None:
        return {"novelty": None, "novelty_thresholds": None}
    thresholds = {"warning_above": novelty.warning_above, "unsuitable_above": novelty.unsuitable_above}
    return {"novelty": novelty.score, "novelty_thresholds": thresholds}
