"""The letters about a patient's record. No clinical content and no name of a patient leaves by mail."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from diagnosis.models import SignOff
from leukplatform.accounts.letters import owner
from leukplatform.accounts.roles import Role
from leukplatform.letters.kinds import Context, Kind, absolute, register
from leukplatform.letters.models import Letter
from patients.models import EmergencyAccess


def register_kinds() -> None:
    """Make the letters about records known."""
    register(Kind("report_ready", _("Report ready"), _report_ready))
    register(Kind("emergency_access", _("Record opened in an emergency"), _emergency_access))


def _report_ready(letter: Letter) -> Context | None:
    signoff = SignOff.objects.select_related("case__patient").filter(pk=letter.about).first()
    if signoff is None or signoff.case.patient.user_id != letter.recipient_id:  # unlinked from the record
        return None
    return {"url": absolute(reverse("records:my-report", args=[signoff.pk]))}


def _emergency_access(letter: Letter) -> Context | None:
    opened = EmergencyAccess.objects.select_related("doctor").filter(pk=letter.about).first()
    if opened is None:
        return None
    pages = {Role.ADMIN: reverse("records:privacy"), Role.PATIENT: reverse("records:my-record")}
    path = pages.get(Role(owner(letter).role)) or reverse("records:record", args=[opened.patient_id])
    return {"opened": opened, "url": absolute(path)}
