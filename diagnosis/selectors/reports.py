"""Signed reports. For patients a narrow view: no machine finding, no probability and nothing unsigned passes here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import Http404

from diagnosis.models import Conclusion, SignOff
from diagnosis.models.signoff import SignOffQuerySet
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import check_permission, has_permission
from leukplatform.accounts.roles import Permission


@dataclass(frozen=True, slots=True)
class PatientReport:
    """A signed report as its patient may see it."""

    id: UUID
    patient_id: UUID
    signed_at: datetime
    doctor: str
    specimen: str  # in words
    conclusion: str  # a value of Conclusion, to find the disease page
    plain_words: str
    text: str
    version: int
    superseded_by: UUID | None
    superseded_at: datetime | None

    @property
    def is_superseded(self) -> bool:
        return self.superseded_by is not None


def get_signoff(user: User, pk: UUID) -> SignOff:
    """For doctors: the whole report."""
    check_permission(user, Permission.VIEW_PATIENTS)
    signoff = (
        SignOff.objects.visible_to(user)
        .select_related("case__patient", "signed_by", "supersedes", "superseded_by")
        .filter(pk=pk)
        .first()
    )
    if signoff is None:
        raise Http404("No such report in your care.")
    return signoff


def reports_of_patient(user: User) -> list[PatientReport]:
    """The patient's own reports, newest first; superseded ones among them, marked."""
    return [_for_patient(signoff) for signoff in _own(user)]


def own_report(user: User, pk: UUID) -> PatientReport:
    signoff = _own(user).filter(pk=pk).first()
    if signoff is None:
        raise Http404("No such report of yours.")
    return _for_patient(signoff)


def report_file(user: User, pk: UUID) -> tuple[SignOff, str]:
    """The report and the storage name of the PDF this user may read: patients get theirs, doctors the clinical one."""
    signoff = SignOff.objects.visible_to(user).select_related("case__patient").filter(pk=pk).first()
    if signoff is None:
        raise Http404("No such report.")
    is_own = has_permission(user, Permission.READ_OWN_REPORTS)
    return signoff, signoff.patient_pdf if is_own else signoff.pdf


def _own(user: User) -> SignOffQuerySet:
    check_permission(user, Permission.READ_OWN_REPORTS)
    return (
        SignOff.objects.visible_to(user)
        .defer("evidence", "text")
        .select_related("case", "superseded_by")
        .order_by("-signed_at", "-version")
    )


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
