from __future__ import annotations

import hashlib
import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from diagnosis import permissions, policies
from diagnosis.files.write import NewFiles, new_files
from diagnosis.models import Case, SignOff
from diagnosis.services import cases, reports
from diagnosis.states import CaseStatus, check_case_move
from leukplatform.accounts.models import User
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from leukplatform.letters import services as letters


def sign(*, case: Case, conclusion: str, text: str, patient_text: str, by: User) -> SignOff:
    """Close the case with a signed report. Only from here on does the patient see anything.

    Raises Refused while an analysis is unfinished or the case is signed already, ValidationError for an unknown
    conclusion or an empty text, StorageUnavailable when the PDFs cannot be stored; then nothing is changed.
    """
    signoff_id = uuid.uuid4()
    with new_files(_folder(case, signoff_id)) as files, transaction.atomic(durable=True):
        case = cases.lock(case)
        permissions.check_can_sign(by, case)
        policies.check_ready(case)
        signoff = SignOff(
            id=signoff_id,
            case=case,
            version=1,
            conclusion=conclusion,
            text=text.strip(),
            patient_text=patient_text.strip(),
        )
        _seal(signoff, files=files, by=by)
        check_case_move(case.status, CaseStatus.SIGNED_OFF)
        case.status = CaseStatus.SIGNED_OFF
        case.save(update_fields=["status"])
        _record(Action.REPORT_SIGNED, signoff, by)
    return signoff


def amend(*, signoff: SignOff, conclusion: str, text: str, patient_text: str, reason: str, by: User) -> SignOff:
    """Supersede a signed report by a new one. Both stay readable; the case stays signed off."""
    amendment_id = uuid.uuid4()
    with new_files(_folder(signoff.case, amendment_id)) as files, transaction.atomic(durable=True):
        case = cases.lock(signoff.case)
        permissions.check_can_amend(by, signoff)
        policies.check_can_amend(signoff)
        if not reason.strip():
            raise policies.Refused(_("Say why the report is amended; the reason is printed on it."))
        amendment = SignOff(
            id=amendment_id,
            case=case,
            version=signoff.version + 1,
            supersedes=signoff,
            conclusion=conclusion,
            text=text.strip(),
            patient_text=patient_text.strip(),
            amendment_reason=reason.strip(),
        )
        _seal(amendment, files=files, by=by)
        _record(Action.REPORT_AMENDED, amendment, by)
    return amendment


def _seal(signoff: SignOff, *, files: NewFiles, by: User) -> None:
    """Fill in who, when and on what evidence, render both PDFs, and insert the row."""
    signoff.signed_by, signoff.signed_by_name, signoff.signed_at = by, by.name, timezone.now()
    signoff.evidence = reports.collect_evidence(signoff.case)
    signoff.evidence_sha256 = reports.evidence_sha256(signoff.evidence)
    signoff.full_clean(exclude=["pdf", "pdf_sha256", "patient_pdf", "patient_pdf_sha256"], validate_constraints=False)
    content = reports.content_of(signoff)
    clinical, for_patient = reports.render_clinical(content), reports.render_for_patient(content)
    folder = _folder(signoff.case, signoff.pk)
    signoff.pdf = files.save(f"{folder}report.pdf", clinical)
    signoff.pdf_sha256 = hashlib.sha256(clinical).hexdigest()
    signoff.patient_pdf = files.save(f"{folder}patient.pdf", for_patient)
    signoff.patient_pdf_sha256 = hashlib.sha256(for_patient).hexdigest()
    signoff.save(force_insert=True)
    patient_account = signoff.case.patient.user
    if patient_account is not None:
        letters.owe("report_ready", to=patient_account, about=signoff.pk)
    files.keep()


def _folder(case: Case, signoff_id: uuid.UUID) -> str:
    return f"cases/{case.pk}/reports/{signoff_id}/"


def _record(action: Action, signoff: SignOff, by: User) -> None:
    audit.record(
        action,
        by=by,
        subject=signoff,
        patient_id=signoff.case.patient_id,
        details={"case": signoff.case.number, "version": signoff.version, "evidence_sha256": signoff.evidence_sha256},
    )
