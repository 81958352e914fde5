"""One table of people and their actions on a case in the care of `doctor`."""

import pytest
from django.utils import timezone

from diagnosis import permissions
from diagnosis.models import SignOff
from leukplatform.accounts.permissions import NotAllowed
from leukplatform.accounts.tests.factories import DoctorFactory
from patients import access
from patients.models import CareAssignment
from patients.tests.factories import EmergencyAccessFactory

CHECKS = {
    "open_case": lambda picture: picture.case.patient,
    "edit_case": lambda picture: picture.case,
    "change_pictures": lambda picture: picture.case,
    "request_analysis": lambda picture: picture,
    "review": lambda picture: picture.case,
    "sign": lambda picture: picture.case,
    "amend": lambda picture: SignOff(case=picture.case, version=1),
}


def check(action, user, picture):
    """The reason why the user may not do this; None if they may."""
    try:
        getattr(permissions, f"check_can_{action}")(user, CHECKS[action](picture))
    except NotAllowed as refusal:
        return str(refusal)
    return None


@pytest.fixture(params=CHECKS)
def action(request):
    return request.param


def test_every_check_is_tried():
    assert {f"check_can_{action}" for action in CHECKS} == {
        name for name in dir(permissions) if name.startswith("check_can_")
    }


def test_each_question_agrees_with_its_check(action, picture, doctor, other_doctor):
    question = getattr(permissions, f"can_{action}", None)
    if question is not None:
        assert question(doctor, CHECKS[action](picture))
        assert not question(other_doctor, CHECKS[action](picture))


@pytest.mark.parametrize("person", ["doctor", "other_doctor", "patient_user", "other_patient_user", "admin"])
def test_only_the_doctor_in_charge_has_each_permission(person, action, picture, request):
    refusal = check(action, request.getfixturevalue(person), picture)
    if person == "doctor":
        assert refusal is None
    elif person == "other_doctor":
        assert refusal == access.NOT_IN_CARE
    else:
        assert "does not have the permission to" in refusal


def test_a_deactivated_doctor_has_no_permission(action, picture, doctor):
    doctor.is_active = False
    assert check(action, doctor, picture)


def test_the_end_of_care_ends_every_right(action, picture, doctor, patient):
    CareAssignment.objects.filter(patient=patient, doctor=doctor).update(ended_on=timezone.localdate())
    assert check(action, doctor, picture)


def test_an_emergency_gives_no_right_but_to_read(action, picture, other_doctor, patient):
    EmergencyAccessFactory(patient=patient, doctor=other_doctor)
    assert check(action, other_doctor, picture)


def test_a_colleague_in_care_can_sign_too(case, patient):
    colleague = DoctorFactory()
    CareAssignment.objects.create(patient=patient, doctor=colleague)
    assert permissions.can_sign(colleague, case)
