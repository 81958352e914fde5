"""Records whose doctors are gone: administrators see them by their id and give each a doctor."""

from __future__ import annotations

import pytest
from django.http import Http404

from leukplatform.accounts.errors import Refused
from leukplatform.accounts.permissions import NotAllowed
from leukplatform.accounts.roles import Role
from leukplatform.accounts.services import accounts
from leukplatform.accounts.tests.factories import AdminFactory
from leukplatform.audit.actions import Action
from leukplatform.audit.models import AuditEvent
from patients import access, selectors
from patients.services import care
from patients.tests.factories import CareAssignmentFactory


def test_a_record_whose_only_doctor_is_deactivated_is_found(patient, other_patient, doctor, admin):
    assert not selectors.unattended(admin).exists()
    accounts.deactivate(user=doctor, by=admin)
    found = selectors.unattended(admin).get()
    assert (found, found.last_doctor) == (patient, doctor.name)


def test_a_record_whose_only_doctor_has_another_role_now_is_found(patient, doctor, admin):
    accounts.change_role(user=doctor, role=Role.ADMIN, by=admin)
    assert selectors.unattended(admin).get() == patient


def test_a_record_with_another_doctor_is_not(patient, doctor, other_doctor, admin):
    CareAssignmentFactory(patient=patient, doctor=other_doctor)
    accounts.deactivate(user=doctor, by=admin)
    assert not selectors.unattended(admin).exists()
    with pytest.raises(Http404):
        selectors.unattended_record(admin, patient.pk)


def test_the_chosen_doctor_sees_the_record(patient, doctor, other_doctor, admin):
    accounts.deactivate(user=doctor, by=admin)
    care.assign(patient=patient, doctor=other_doctor, by=admin)
    assert access.in_care_of(other_doctor).filter(pk=patient.pk).exists()
    event = AuditEvent.objects.filter(action=Action.CARE_STARTED).latest("pk")
    assert (event.actor_id, event.subject_id, event.patient_id) == (
        str(admin.pk),
        str(other_doctor.pk),
        str(patient.pk),
    )


def test_a_record_that_has_a_doctor_is_not_given_away(patient, other_doctor, admin):
    with pytest.raises(Refused, match="has a doctor by now"):
        care.assign(patient=patient, doctor=other_doctor, by=admin)
    assert not access.visible_to(other_doctor).filter(pk=patient.pk).exists()


def test_only_a_doctor_can_be_chosen(patient, doctor, admin):
    accounts.deactivate(user=doctor, by=admin)
    with pytest.raises(Refused, match="Only an active doctor"):
        care.assign(patient=patient, doctor=AdminFactory(), by=admin)


@pytest.mark.parametrize("person", ["doctor", "patient_user"])
def test_only_administrators_see_and_assign(person, patient, other_doctor, request):
    user = request.getfixturevalue(person)
    with pytest.raises(NotAllowed):
        selectors.unattended(user)
    with pytest.raises(NotAllowed):
        care.assign(patient=patient, doctor=other_doctor, by=user)
