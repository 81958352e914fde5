"""Opening a record in an emergency: for whom, for how long, and who is told."""

from __future__ import annotations

import datetime
from datetime import timedelta

import pytest
from django.utils import timezone

from leukplatform.accounts.permissions import NotAllowed
from leukplatform.accounts.roles import Role
from leukplatform.accounts.tests.factories import AdminFactory, InvitedFactory
from leukplatform.audit.actions import Action
from leukplatform.audit.models import AuditEvent
from leukplatform.letters import delivery
from leukplatform.letters.models import Letter
from patients import access
from patients.errors import InCareAlready, NoSuchRecord, TooManyMisses
from patients.models import CareAssignment, EmergencyAccess, EmergencyKind
from patients.services import care, emergencies, registration

BORN = datetime.date(2015, 3, 14)


def open_it(by, *, record_number="R-1001", birth_date=BORN, reason="Brought in unconscious."):
    return emergencies.open_record(
        record_number=record_number,
        birth_date=birth_date,
        kind=EmergencyKind.LIFE_THREATENING,
        reason=reason,
        by=by,
    )


def test_the_record_can_be_read_at_once(patient, other_doctor):
    with pytest.raises(Exception, match="No such patient"):
        access.get_patient(other_doctor, patient.pk)
    open_it(other_doctor)
    assert access.get_patient(other_doctor, patient.pk) == patient


def test_upper_and_lower_case_of_the_number_are_the_same(patient, other_doctor):
    assert open_it(other_doctor, record_number="r-1001").patient == patient


@pytest.mark.parametrize("person", ["patient_user", "other_patient_user", "admin"])
def test_only_doctors_can_open_a_record_in_an_emergency(person, patient, request):
    with pytest.raises(NotAllowed):
        open_it(request.getfixturevalue(person))
    assert not EmergencyAccess.objects.exists()


def test_an_emergency_access_lasts_as_long_as_the_setting_says(patient, other_doctor, settings):
    settings.EMERGENCY_ACCESS_MINUTES = 20
    opened = open_it(other_doctor)
    assert opened.expires_at - opened.opened_at == timedelta(minutes=20)


def test_the_record_closes_by_the_clock_alone(patient, other_doctor):
    opened = open_it(other_doctor)
    now = timezone.now()
    EmergencyAccess.objects.filter(pk=opened.pk).update(opened_at=now - timedelta(hours=1), expires_at=now)
    assert not access.visible_to(other_doctor).filter(pk=patient.pk).exists()


def test_asking_again_does_not_extend_an_emergency_access(patient, other_doctor):
    first = open_it(other_doctor)
    owed = list(Letter.objects.values_list("pk", "revision"))
    again = open_it(other_doctor, reason="Another reason altogether.")
    assert (again.pk, again.expires_at) == (first.pk, first.expires_at)
    assert list(Letter.objects.values_list("pk", "revision")) == owed
    assert AuditEvent.objects.filter(action=Action.EMERGENCY_OPENED).count() == 1


def test_opening_again_after_the_end_is_a_new_access_with_a_new_reason(patient, other_doctor):
    emergencies.end(opened=open_it(other_doctor), by=other_doctor)
    assert open_it(other_doctor, reason="Worse again, same night.").reason == "Worse again, same night."
    assert AuditEvent.objects.filter(action=Action.EMERGENCY_OPENED).count() == 2


def test_an_unknown_number_and_a_wrong_birth_date_are_refused_in_the_same_words(patient, other_doctor):
    refusals = []
    for facts in ({"record_number": "R-9999"}, {"birth_date": BORN + timedelta(days=1)}):
        with pytest.raises(NoSuchRecord) as refusal:
            open_it(other_doctor, **facts)
        refusals.append(str(refusal.value))
    assert refusals[0] == refusals[1]
    first, second = AuditEvent.objects.filter(action=Action.EMERGENCY_REFUSED).values(
        "details", "patient_id", "subject_id", "subject_type"
    )
    assert first == second
    assert first["patient_id"] == ""


def test_after_five_misses_even_the_right_number_waits_an_hour(patient, other_doctor, doctor):
    for _ in range(5):
        with pytest.raises(NoSuchRecord):
            open_it(other_doctor, record_number="R-9999")
    for _ in range(3):
        with pytest.raises(TooManyMisses):
            open_it(other_doctor)
    assert not EmergencyAccess.objects.exists()
    with pytest.MonkeyPatch.context() as patch:
        later = timezone.now() + timedelta(minutes=61)
        patch.setattr(timezone, "now", lambda: later)
        assert open_it(other_doctor).patient == patient


def test_the_misses_of_one_doctor_do_not_hold_up_another(patient, other_doctor, other_patient):
    third = CareAssignment.objects.create(patient=other_patient, doctor=AdminFactory(role=Role.DOCTOR)).doctor
    for _ in range(5):
        with pytest.raises(NoSuchRecord):
            open_it(third, record_number="R-9999")
    assert open_it(other_doctor).patient == patient


def test_the_doctor_in_charge_needs_no_emergency_access(patient, doctor):
    with pytest.raises(InCareAlready):
        open_it(doctor)


def test_an_emergency_access_allows_no_change(patient, other_doctor, doctor):
    open_it(other_doctor)
    with pytest.raises(NotAllowed, match="read, not changed"):
        care.add_doctor(patient=patient, doctor=other_doctor, by=other_doctor)
    with pytest.raises(NotAllowed, match="read, not changed"):
        registration.update(patient=patient, person={"given_name": "Else"}, by=other_doctor)
    with pytest.raises(NotAllowed, match="read, not changed"):
        care.end(assignment=patient.care.get(), by=other_doctor)


def test_whoever_takes_over_the_care_no_longer_reads_by_emergency(patient, other_doctor, doctor):
    opened = open_it(other_doctor)
    care.add_doctor(patient=patient, doctor=other_doctor, by=doctor)
    opened.refresh_from_db()
    assert opened.ended_at is not None
    assert access.in_care_of(other_doctor).filter(pk=patient.pk).exists()


def test_everybody_concerned_is_told_of_an_emergency(
    patient, doctor, other_doctor, admin, patient_user, mailoutbox, django_capture_on_commit_callbacks
):
    AdminFactory(is_active=False)
    InvitedFactory(role=Role.ADMIN)
    with django_capture_on_commit_callbacks(execute=True):
        opened = open_it(other_doctor)
    assert sorted(message.to[0] for message in mailoutbox) == sorted([admin.email, doctor.email, patient_user.email])
    assert all("in an emergency" in message.subject for message in mailoutbox)
    assert opened.reason not in "".join(message.body for message in mailoutbox)
    delivery.send_due()
    assert len(mailoutbox) == 3


def test_no_letter_names_the_patient_but_the_patients_own(
    patient, doctor, other_doctor, admin, patient_user, mailoutbox
):
    open_it(other_doctor)
    delivery.send_due()
    letters = [message for message in mailoutbox if message.to != [patient_user.email]]
    text = "".join(message.subject + message.body for message in letters)
    assert len(letters) == 2
    for word in (patient.given_name, patient.family_name, patient.record_number, "2015"):
        assert word not in text


def test_every_row_written_during_an_emergency_access_is_marked(patient, other_doctor, doctor):
    from django.db import transaction

    from leukplatform.audit import services as audit

    opened = open_it(other_doctor)
    with transaction.atomic():
        under = audit.record(Action.PATIENT_VIEWED, by=other_doctor, subject=patient, patient_id=patient.pk)
        charge = audit.record(Action.PATIENT_VIEWED, by=doctor, subject=patient, patient_id=patient.pk)
    emergencies.end(opened=opened, by=other_doctor)
    with transaction.atomic():
        after = audit.record(Action.PATIENT_VIEWED, by=other_doctor, subject=patient, patient_id=patient.pk)
    assert under.details == {"emergency": str(opened.pk)}
    assert charge.details == after.details == {}


def test_an_emergency_access_is_ended_early_only_once(patient, other_doctor, doctor):
    opened = open_it(other_doctor)
    assert emergencies.end(opened=opened, by=doctor) is False  # not theirs to end
    assert emergencies.end(opened=opened, by=other_doctor) is True
    assert emergencies.end(opened=opened, by=other_doctor) is False
    assert not access.visible_to(other_doctor).filter(pk=patient.pk).exists()
    assert AuditEvent.objects.filter(action=Action.EMERGENCY_ENDED).count() == 1


def test_an_administrator_reviews_an_emergency_access_once(patient, other_doctor, admin, doctor):
    opened = open_it(other_doctor)
    with pytest.raises(NotAllowed):
        emergencies.review(opened=opened, by=doctor)
    assert emergencies.review(opened=opened, by=admin) is True
    assert emergencies.review(opened=opened, by=AdminFactory()) is False
    opened.refresh_from_db()
    assert opened.reviewed_by == admin


@pytest.mark.usefixtures("broken_audit")
def test_nothing_is_opened_without_an_audit_row(patient, other_doctor):
    with pytest.raises(RuntimeError):
        open_it(other_doctor)
    assert not EmergencyAccess.objects.exists()
