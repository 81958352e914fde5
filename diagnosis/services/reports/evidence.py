"""The evidence of a conclusion, frozen as JSON when it is signed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any
from uuid import UUID

from diagnosis.models import Analysis, Case, Finding, Picture
from diagnosis.selectors.cells import Counts, counts_of
from diagnosis.selectors.rows import PictureRow, picture_rows
from diagnosis.states import AnalysisStatus
from mlworker.cell_types import CellCount

# 1 had neither prediction set nor novelty, 2 called a picture a slide, 3 knew no cells. What was signed stays as it is.
FORMAT = 4


def collect_evidence(case: Case) -> dict[str, Any]:
    """Every picture of the case with the machine's and the doctors' newest findings; removed ones with the reason."""
    rows = picture_rows(case.pictures.select_related("removed_by").order_by("position"))
    counts = counts_of(row.analysis.pk for row in rows if row.analysis is not None)
    return {
        "format": FORMAT,
        "case": case.number,
        "pictures": [_picture(row, counts) for row in rows if not row.picture.is_removed],
        "removed": [_removed(row.picture) for row in rows if row.picture.is_removed],
    }


def evidence_sha256(evidence: dict[str, Any]) -> str:
    """Return the hexadecimal SHA-256 of the canonical form: keys sorted, no spaces, UTF-8."""
    canonical = json.dumps(evidence, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _picture(row: PictureRow, counts: dict[UUID, Counts]) -> dict[str, Any]:
    return {
        **_file(row.picture),
        "analysis": _analysis(row.analysis, counts.get(row.analysis.pk)) if row.analysis is not None else None,
        "machine": row.machine or None,
        "review": _review(row, row.review) if row.review is not None else None,
    }


def _file(picture: Picture) -> dict[str, Any]:
    return {
        "picture": str(picture.pk),
        "position": picture.position,
        "name": picture.original_name,
        "sha256": picture.sha256,
        "stored_sha256": picture.stored_sha256,
    }


def _analysis(analysis: Analysis, counts: Counts | None) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "id": str(analysis.pk),
        "status": analysis.status,
        "model": {
            "name": analysis.release.name,
            "version": analysis.release.version,
            "digest": analysis.release.digest,
        },
    }
    if analysis.status == AnalysisStatus.SUCCEEDED:
        facts |= {
            "verdict": analysis.verdict,
            "leukemia_score": analysis.shown_score,
            "reader": analysis.reader,
            "scale": analysis.scale,
            "count": _count(counts.machine) if counts is not None else None,
            "doctors_count": _count(counts.doctor) if counts is not None and counts.renamed else None,
            "probabilities": analysis.probabilities if analysis.suggests_subtype else {},
            "prediction_set": analysis.prediction_set if analysis.suggests_subtype else None,
            "novelty": analysis.novelty,
            "quality": [note["code"] for note in analysis.quality.get("notes", [])],
        }
    else:
        facts["error"] = analysis.error
    return facts


def _count(count: CellCount) -> dict[str, Any]:
    """The count without its score, which stands beside the verdict."""
    return {name: value for name, value in asdict(count).items() if name != "score"}


def _review(row: PictureRow, review: Finding) -> dict[str, Any]:
    """The doctors' newest finding, and the analysis that was in view when it was made."""
    return {
        "label": review.label,
        "agrees": row.agrees,
        "note": review.note,
        "analysis": str(review.analysis_id) if review.analysis_id is not None else None,
        "by": review.made_by.name,
        "at": review.made_at.isoformat(),
    }


def _removed(picture: Picture) -> dict[str, Any]:
    return {
        **_file(picture),
        "reason": picture.removal_reason,
        "by": picture.removed_by.name if picture.removed_by is not None else "",
    }
