"""The only gate to a patient. A foreign patient and an unknown one give the same answer: 404."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import NotAllowed, has_permission
from leukplatform.accounts.roles import Permission
from patients.errors import RecordErased
from patients.models import CareAssignment, EmergencyAccess, Patient

NOT_IN_CARE = gettext_lazy(
    "This patient is not in your care. A record that was opened in an emergency can be read, not changed."
)
_Row = TypeVar("_Row", bound=Model)


def visible_to(user: User) -> QuerySet[Patient]:
    """Return the patients whose records this user may read.

    Doctors: the patients in their care and those whose records they opened in an emergency. Patients: themselves.
    """
    if has_permission(user, Permission.VIEW_PATIENTS):
        opened = EmergencyAccess.objects.current().filter(doctor=user).values("patient_id")
        return Patient.objects.filter(Q(pk__in=keys_in_care_of(user)) | Q(pk__in=opened))
    if has_permission(user, Permission.READ_OWN_REPORTS):
        return Patient.objects.filter(user=user)
    return Patient.objects.none()


def in_care_of(user: User) -> QuerySet[Patient]:
    """Return the patients in a doctor's care today: the doctor may change their records, and lists show them."""
    return Patient.objects.filter(pk__in=keys_in_care_of(user))


def keys_in_care_of(user: User) -> QuerySet[Any, Any]:
    """Return the same as a subquery of keys, to find what belongs to these patients without reading their rows."""
    care = CareAssignment.objects.current().filter(doctor=user).values("patient_id")
    return care if has_permission(user, Permission.VIEW_PATIENTS) else care.none()


def get_patient(user: User, pk: UUID) -> Patient:
    """Return a patient whose record the user may read. Raises Http404."""
    return one_of(visible_to(user).filter(pk=pk), _("No such patient in your care."))


def get_patient_in_care(user: User, pk: UUID, *, for_update: bool = False) -> Patient:
    """Return a patient whose record the user may change.

    Raises NotAllowed for a record that the user may only read, and Http404.
    """
    found = in_care_of(user)
    if for_update:
        found = found.select_for_update(of=("self",))
    patient = found.filter(pk=pk).first()
    if patient is not None:
        return patient
    get_patient(user, pk)
    raise NotAllowed(NOT_IN_CARE)


def lock(patient: Patient) -> Patient:
    """Read the record again and lock it until the transaction ends, so that no erasure comes in between.

    Raises RecordErased.
    """
    found = Patient.objects.select_for_update(of=("self",)).filter(pk=patient.pk).first()
    if found is None:
        raise RecordErased
    return found


def one_of(rows: QuerySet[_Row], otherwise: str) -> _Row:
    """Return the first of these rows. Raises Http404 with the text `otherwise` when there is none."""
    found = rows.first()
    if found is None:
        raise Http404(otherwise)
    return found
