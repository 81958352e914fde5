"""Who may do what to a case in the care of `doctor`: one table of user and action."""

import pytest
from django.utils import timezone

from diagnosis import permissions
from diagnosis.factories import AnalysisFactory
from diagnosis.models import SignOff
from leukplatform.accounts.permissions import NotAllowed
from leukplatform.accounts.tests.factories import DoctorFactory
from patients import access
from patients.factories import EmergencyAccessFactory
from patients.models import CareAssignment

ACTIONS = [
    "open_case",
    "edit_case",
    "add_picture",
    "remove_picture",
    "request_analysis",
    "retry_analysis",
    "cancel_analysis",
    "review",
    "sign",
    "amend",
]


@pytest.fixture
def objects(case, picture, release):
    analysis = AnalysisFactory(picture=picture)
    return {
        "open_case": case.patient,
        "edit_case": case,
        "add_picture": case,
        "remove_picture": picture,
        "request_analysis": picture,
        "retry_analysis": analysis,
        "cancel_analysis": analysis,
        "review": case,
        "sign": case,
        "amend": SignOff(case=case, version=1),
    }


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("person", ["doctor", "other_doctor", "patient_user", "other_patient_user", "admin"])
def test_only_the_doctor_in_charge_may(person, action, objects, request):
    user = request.getfixturevalue(person)
    may = getattr(permissions, f"can_{action}")(user, objects[action])
    assert may is (person == "doctor")
    if not may:
        with pytest.raises(NotAllowed) as refusal:
            getattr(permissions, f"check_can_{action}")(user, objects[action])
        is_doctor = person == "other_doctor"
        assert (str(refusal.value) == access.NOT_IN_CARE) is is_doctor
        assert ("does not have the permission to" in str(refusal.value)) is not is_doctor


@pytest.mark.parametrize("action", ACTIONS)
def test_a_deactivated_doctor_may_nothing(action, objects, doctor):
    doctor.is_active = False
    assert not getattr(permissions, f"can_{action}")(doctor, objects[action])


@pytest.mark.parametrize("action", ACTIONS)
def test_the_end_of_care_ends_every_right(action, objects, doctor, patient):
    CareAssignment.objects.filter(patient=patient, doctor=doctor).update(ended_on=timezone.localdate())
    assert not getattr(permissions, f"can_{action}")(doctor, objects[action])


@pytest.mark.parametrize("action", ACTIONS)
def test_an_emergency_gives_no_right_but_to_read(action, objects, other_doctor, patient):
    EmergencyAccessFactory(patient=patient, doctor=other_doctor)
    assert not getattr(permissions, f"can_{action}")(other_doctor, objects[action])


def test_a_colleague_in_care_may_sign_too(case, patient):
    colleague = DoctorFactory()
    CareAssignment.objects.create(patient=patient, doctor=colleague)
    assert permissions.can_sign(colleague, case)


@pytest.mark.parametrize(("person", "may"), [("admin", True), ("doctor", False), ("patient_user", False)])
def test_only_an_administrator_manages_models(person, may, request):
    assert permissions.can_manage_models(request.getfixturevalue(person)) is may
