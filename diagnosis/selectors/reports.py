"""Signed reports, for doctors. What patients read of them is in `records`."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from diagnosis.models import SignOff
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import check_permission, has_permission
from leukplatform.accounts.roles import Permission
from patients.access import one_of


def get_signoff(user: User, pk: UUID) -> SignOff:
    """Return the whole report for a doctor in charge. Raises NotAllowed or Http404."""
    check_permission(user, Permission.VIEW_PATIENTS)
    signoffs = SignOff.objects.visible_to(user)
    signoffs = signoffs.select_related("case__patient", "signed_by", "supersedes", "superseded_by")
    return one_of(signoffs.filter(pk=pk), _("No such report in your care."))


def report_file(user: User, pk: UUID) -> tuple[SignOff, str]:
    """Return the report and the storage name of its PDF: the patient's version for patients, else the clinical one."""
    signoffs = SignOff.objects.visible_to(user).select_related("case__patient")
    signoff = one_of(signoffs.filter(pk=pk), _("No such report."))
    is_own = has_permission(user, Permission.READ_OWN_REPORTS)
    return signoff, signoff.patient_pdf if is_own else signoff.pdf
