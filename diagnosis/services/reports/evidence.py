"""What a conclusion rests on, frozen as JSON when it is signed."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from diagnosis.models import Analysis, Case, Finding, Slide
from diagnosis.selectors.rows import SlideRow, slide_rows
from diagnosis.states import AnalysisStatus

FORMAT = 2  # 1 had neither prediction set nor novelty; reports of it are printed as they are


def collect_evidence(case: Case) -> dict[str, Any]:
    """Every slide of the case with the machine's and the doctors' newest findings; removed slides with the reason."""
    rows = slide_rows(case.slides.select_related("removed_by").order_by("position"))
    return {
        "format": FORMAT,
        "case": case.number,
        "slides": [_slide(row) for row in rows if not row.slide.is_removed],
        "removed": [_removed(row.slide) for row in rows if row.slide.is_removed],
    }


def evidence_sha256(evidence: dict[str, Any]) -> str:
    """Of the canonical form: keys sorted, no spaces, UTF-8. Hexadecimal."""
    canonical = json.dumps(evidence, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _slide(row: SlideRow) -> dict[str, Any]:
    return {
        **_picture(row.slide),
        "analysis": _analysis(row.analysis) if row.analysis is not None else None,
        "machine": row.machine.label if row.machine is not None else None,
        "review": _review(row.review) if row.review is not None else None,
    }


def _picture(slide: Slide) -> dict[str, Any]:
    return {
        "slide": str(slide.pk),
        "position": slide.position,
        "name": slide.original_name,
        "sha256": slide.sha256,
        "stored_sha256": slide.stored_sha256,
    }


def _analysis(analysis: Analysis) -> dict[str, Any]:
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
            "leukemia_score": analysis.leukemia_score,
            "probabilities": analysis.probabilities,
            "prediction_set": analysis.prediction_set,
            "novelty": analysis.novelty,
            "quality": [note["code"] for note in analysis.quality.get("notes", [])],
        }
    else:
        facts["error"] = analysis.error
    return facts


def _review(review: Finding) -> dict[str, Any]:
    return {
        "label": review.label,
        "agrees": review.agrees,
        "note": review.note,
        "by": review.made_by.name if review.made_by is not None else "",
        "at": review.made_at.isoformat(),
    }


def _removed(slide: Slide) -> dict[str, Any]:
    return {
        **_picture(slide),
        "reason": slide.removal_reason,
        "by": slide.removed_by.name if slide.removed_by is not None else "",
    }
