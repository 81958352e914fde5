"""Reads for the pages of a record, each from what the user may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from diagnosis.models import Conclusion, SignOff
from diagnosis.selectors import CaseRow, cases_of
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import check_permission
from leukplatform.accounts.roles import Permission
from patients import access
from patients.access import one_of
from patients.models import Erasure, ErasureStatus, Patient


@dataclass(frozen=True, slots=True)
class Record:
    """A patient's record for a doctor; `signoffs` are newest first."""

    patient: Patient
    cases: list[CaseRow]
    signoffs: list[SignOff]


@dataclass(frozen=True, slots=True)
class PatientReport:
    """A signed report as its patient may see it: nothing of the machine, and no text for colleagues."""

    id: UUID
    patient_id: UUID
    signed_at: datetime
    doctor: str
    specimen: str  # in words
    conclusion: str  # a value of Conclusion, to find the page that explains it
    plain_words: str
    text: str
    version: int
    superseded_by: UUID | None
    superseded_at: datetime | None

    @property
    def is_superseded(self) -> bool:
        return self.superseded_by is not None


def record(user: User, pk: UUID) -> Record:
    """Return the record for a doctor; patients read only their reports. Raises NotAllowed or Http404."""
    check_permission(user, Permission.VIEW_PATIENTS)
    patient = access.get_patient(user, pk)
    signoffs = SignOff.objects.visible_to(user).filter(case__patient=patient).defer("evidence")
    return Record(
        patient=patient,
        cases=cases_of(user, patient),
        signoffs=list(signoffs.select_related("case", "superseded_by").order_by("-signed_at")),
    )


def own_record(user: User) -> Patient | None:
    """Return the record of a patient's account, or None while none is connected."""
    check_permission(user, Permission.READ_OWN_REPORTS)
    return access.visible_to(user).first()


def own_reports(user: User) -> list[PatientReport]:
    """Return the patient's own reports, newest first, superseded ones included."""
    return [_for_patient(signoff) for signoff in _own(user)]


def own_report(user: User, pk: UUID) -> PatientReport:
    return _for_patient(one_of(_own(user).filter(pk=pk), _("No such report of yours.")))


def _own(user: User) -> QuerySet[SignOff]:
    check_permission(user, Permission.READ_OWN_REPORTS)
    signoffs = SignOff.objects.visible_to(user).defer("evidence", "text").select_related("case", "superseded_by")
    return signoffs.order_by("-signed_at", "-version")


def _for_patient(signoff: SignOff) -> PatientReport:
    newer = getattr(signoff, "superseded_by", None)
    return PatientReport(
        id=signoff.pk,
        patient_id=signoff.case.patient_id,
        signed_at=signoff.signed_at,
        doctor=signoff.signed_by_name,
        specimen=signoff.case.get_specimen_display(),
        conclusion=signoff.conclusion,
        plain_words=Conclusion(signoff.conclusion).plain_words,
        text=signoff.patient_text,
        version=signoff.version,
        superseded_by=newer.pk if newer else None,
        superseded_at=newer.signed_at if newer else None,
    )


def erasures(user: User) -> QuerySet[Erasure]:
    """Return all requests for administrators: open ones first, then the newest decisions."""
    check_permission(user, Permission.OVERSEE_PRIVACY)
    return Erasure.objects.select_related("requested_by", "decided_by").order_by(
        F("decided_at").desc(nulls_first=True), "-requested_at"
    )


def erasure(user: User, pk: UUID) -> Erasure:
    return one_of(erasures(user).select_related("patient").filter(pk=pk), _("No such request."))


def last_erasure(patient: Patient) -> Erasure | None:
    """Return the last request for a record that the caller may read, withdrawn ones left out."""
    asked = patient.erasures.exclude(status=ErasureStatus.WITHDRAWN)
    return asked.select_related("requested_by").order_by("-requested_at").first()
