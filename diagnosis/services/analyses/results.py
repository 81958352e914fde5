"""How an analysis ends: a result or a failure, written once, by the attempt that still holds the row."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from diagnosis.models import Analysis, Case, Cell
from diagnosis.services import cases
from diagnosis.services.analyses.leases import Claim
from diagnosis.states import AnalysisStatus, check_analysis_move
from leukplatform.accounts.models import User
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from leukplatform.letters import services as letters
from mlworker.cell_types import ReadCell
from mlworker.errors import ArtifactError
from mlworker.types import AnalysisResult, Classification, Verdict
from patients.errors import RecordErased
from patients.models import CareAssignment


def record_result(*, claim: Claim, result: AnalysisResult) -> bool:
    """Store the result with its cells; False when another attempt owns the row by now, and then nothing is written.

    Raises ArtifactError when another model answered than the one that was asked for.
    """
    if (result.model.digest, result.model.parameters) != (claim.model_digest, claim.model_parameters):
        raise ArtifactError(
            _(
                "The model files on this worker are not those of the release that was asked for. Try again with "
                "the model in use now, or tell an administrator."
            )
        )
    with transaction.atomic(durable=True):
        analysis = _lock_held(claim)
        if analysis is not None:
            _write(analysis, result)
    return analysis is not None


@transaction.atomic
def record_failure(*, claim: Claim, text: str) -> bool:
    """End the analysis with a text fit for a doctor; False when another attempt owns the row by now."""
    analysis = _lock_held(claim)
    if analysis is not None:
        fail(analysis, text)
    return analysis is not None


def fail(analysis: Analysis, text: str) -> None:
    """Move a locked row to FAILED."""
    check_analysis_move(analysis.status, AnalysisStatus.FAILED)
    analysis.status, analysis.error = AnalysisStatus.FAILED, text[:500]
    _finish(analysis, ["error"])
    _record(Action.ANALYSIS_FAILED, analysis)
    _tell_when_all_is_done(analysis.picture.case)


def quarantine(analysis: Analysis, reason: str) -> None:
    """Set a locked row aside: nothing starts it again by itself, and the doctor who asked is told."""
    check_analysis_move(analysis.status, AnalysisStatus.QUARANTINED)
    analysis.status, analysis.error = AnalysisStatus.QUARANTINED, reason[:500]
    _finish(analysis, ["error"])
    _record(Action.ANALYSIS_QUARANTINED, analysis)
    letters.owe("analysis_quarantined", to=analysis.requested_by, about=analysis.pk)
    _tell_when_all_is_done(analysis.picture.case)


def lock(analysis_id: UUID) -> Analysis | None:
    """The row as it is now, locked after its case: everything locks in this order. None if it was erased meanwhile."""
    row = Analysis.objects.select_related("picture__case", "release").filter(pk=analysis_id)
    analysis = row.first()
    if analysis is None:
        return None
    try:
        cases.lock(analysis.picture.case)
    except RecordErased:
        return None
    return row.select_for_update(of=("self",)).first()


def _lock_held(claim: Claim) -> Analysis | None:
    analysis = lock(claim.analysis_id)
    is_held = analysis is not None and analysis.status == AnalysisStatus.RUNNING and analysis.attempt == claim.attempt
    return analysis if is_held else None


def _write(analysis: Analysis, result: AnalysisResult) -> None:
    check_analysis_move(analysis.status, AnalysisStatus.SUCCEEDED)
    values: dict[str, object] = {
        "status": AnalysisStatus.SUCCEEDED,
        "verdict": result.verdict.value,
        "label": result.verdict.value.upper(),
        "leukemia_score": result.count.score,
        "reader": result.reader,
        "scale": asdict(result.scale),
        "count": asdict(result.count),
        "heat": asdict(result.heat) if result.heat is not None else None,
        "quality": asdict(result.quality),
        "seconds": result.seconds,
        "model_verdict": verdict_of_model(result).value,
        "novelty": asdict(result.novelty) if result.novelty is not None else None,
    }
    if result.classification is not None:
        values["probabilities"] = result.classification.probabilities
        values["prediction_set"] = _prediction_set(result.classification, analysis.release.card)
    for name, value in values.items():
        setattr(analysis, name, value)
    _finish(analysis, list(values))
    Cell.objects.bulk_create(_cell(analysis, number, cell) for number, cell in enumerate(result.cells, start=1))
    _record(Action.ANALYSIS_SUCCEEDED, analysis)
    _tell_when_all_is_done(analysis.picture.case)


def verdict_of_model(result: AnalysisResult) -> Verdict:
    """Return what the model of whole fields alone would say; the verdict of the picture comes from its cells."""
    return result.classification.verdict if result.classification is not None else Verdict.UNSUITABLE


def _cell(analysis: Analysis, number: int, cell: ReadCell) -> Cell:
    x, y, width, height = cell.body.box
    return Cell(
        analysis=analysis,
        number=number,
        x=x,
        y=y,
        width=width,
        height=height,
        outline=cell.body.outline,
        nucleus_outline=cell.body.nucleus_outline,
        at_border=cell.body.at_border,
        measures=asdict(cell.body.measures),
        name=cell.name,
        confidence=cell.confidence,
        blast_score=cell.blast_score,
    )


def _prediction_set(classification: Classification, card: dict[str, Any]) -> dict[str, object] | None:
    if classification.prediction_set is None:
        return None
    return {"coverage": card["conformal"]["coverage"], "classes": list(classification.prediction_set)}


def _finish(analysis: Analysis, changed: list[str]) -> None:
    analysis.finished_at = timezone.now()
    analysis.lease_expires_at = analysis.heartbeat_at = None
    analysis.save(update_fields=[*changed, "status", "finished_at", "lease_expires_at", "heartbeat_at"])


def _tell_when_all_is_done(case: Case) -> None:
    """Owe every doctor in charge one letter for all pictures that end before the case has been quiet for a while.

    Each end puts the open letter off. Once it is sent, the next end owes a new one.
    """
    in_charge = CareAssignment.objects.current().filter(patient=case.patient_id).values("doctor_id")
    for doctor in User.objects.filter(pk__in=in_charge, is_active=True):
        letters.owe("case_analysed", to=doctor, about=case.pk, after=timedelta(seconds=settings.CASE_QUIET_TIME))


def _record(action: Action, analysis: Analysis) -> None:
    audit.record(
        action,
        by=None,
        subject=analysis,
        patient_id=analysis.picture.case.patient_id,
        details={"attempt": analysis.attempt, "model": analysis.release.name, "version": analysis.release.version},
    )
