"""The patient's own account: one account for one record."""

from __future__ import annotations

from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from leukplatform.accounts.errors import Refused
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import check_permission
from leukplatform.accounts.roles import Permission, Role
from leukplatform.accounts.services import invitations
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from patients import access
from patients.errors import AddressNotUsable
from patients.models import Patient


class Connected(NamedTuple):
    account: User
    is_new: bool  # an invitation is on its way


@transaction.atomic
def connect(*, patient: Patient, email: str, by: User) -> Connected:
    """Connect the record to the patient account with this address, or invite one.

    Raises AddressNotUsable; Refused if the record has an account.
    """
    check_permission(by, Permission.INVITE_PATIENTS)
    patient = access.get_patient_in_care(by, patient.pk, for_update=True)
    if patient.user_id is not None:
        raise Refused(_("This record has an account already."))
    account = User.objects.select_for_update().filter(email__iexact=email.strip()).first()
    is_new = account is None
    if account is None:
        account = invitations.invite(email=email, name=patient.full_name, role=Role.PATIENT, by=by)
    elif account.role != Role.PATIENT or not account.is_active or Patient.objects.filter(user=account).exists():
        raise AddressNotUsable
    patient.user = account
    patient.save(update_fields=["user"])
    audit.record(Action.PATIENT_ACCOUNT_LINKED, by=by, subject=account, patient_id=patient.pk)
    return Connected(account, is_new)


@transaction.atomic
def disconnect(*, patient: Patient, by: User) -> Patient:
    """Disconnect the account, which stays open but no longer shows anything of this record."""
    check_permission(by, Permission.INVITE_PATIENTS)
    patient = access.get_patient_in_care(by, patient.pk, for_update=True)
    account = patient.user
    if account is None:
        return patient
    patient.user = None
    patient.save(update_fields=["user"])
    audit.record(Action.PATIENT_ACCOUNT_UNLINKED, by=by, subject=account, patient_id=patient.pk)
    return patient


@transaction.atomic
def invite_again(*, patient: Patient, by: User) -> User:
    check_permission(by, Permission.INVITE_PATIENTS)
    patient = access.get_patient_in_care(by, patient.pk, for_update=True)
    if patient.user is None:
        raise Refused(_("This record has no account yet."))
    return invitations.resend(user=patient.user, by=by)
