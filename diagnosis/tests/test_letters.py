"""The letters about a record: texts, recipients, and one letter a case however its pictures come."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from diagnosis.models import Analysis, Case, Conclusion
from diagnosis.services import analyses, signoffs
from diagnosis.services.analyses import results
from diagnosis.tests.factories import AnalysisFactory, PictureFactory, analysed_picture, analysis_result
from leukplatform.accounts.tests.factories import DoctorFactory
from leukplatform.letters import delivery, services
from leukplatform.letters.models import Letter, LetterStatus
from patients.tests.factories import CareAssignmentFactory, EmergencyAccessFactory


@pytest.fixture
def owe() -> Callable[..., None]:
    def owe(kind: str, to: object, about: object) -> None:
        with transaction.atomic():
            services.owe(kind, to=to, about=about.pk)

    return owe


@pytest.fixture
def pass_time(settings) -> Callable[..., None]:
    """Let time pass, a quarter of the quiet time unless told otherwise, with the worker at its letters."""

    def pass_time(share: float = 0.25) -> None:
        passed = datetime.timedelta(seconds=share * settings.CASE_QUIET_TIME)
        for letter in Letter.objects.waiting():
            letter.due_at -= passed
            letter.save()
        delivery.send_due()

    return pass_time


def analyse(case: Case, *, is_good: bool = True) -> None:
    """Add a picture and read it."""
    end(AnalysisFactory(picture=PictureFactory(case=case)), is_good=is_good)


def end(analysis: Analysis, *, is_good: bool = True) -> None:
    claim = analyses.claim(analysis_id=analysis.pk)
    if is_good:
        analyses.record_result(claim=claim, result=analysis_result())
    else:
        analyses.record_failure(claim=claim, text="Damaged.")


def clinical_words(message: EmailMessage) -> list[str]:
    text = f"{message.subject} {message.body}".lower().replace("leukplatform", "")
    return [word for word in ("leuk", "blast", "benign", "pre-b", "suspicio", "r-1001", "lindqvist") if word in text]


# --- one letter for each case ----------------------------------------------------------------------------------------


def test_pictures_that_come_one_by_one_make_one_letter(case, release, doctor, mailoutbox, pass_time):
    for _ in range(5):
        analyse(case)
        pass_time()
    assert mailoutbox == []
    pass_time(1)
    assert [message.to for message in mailoutbox] == [[doctor.email]]
    assert "5 analysed, 0 failed" in mailoutbox[0].body
    pass_time(10)
    assert len(mailoutbox) == 1


def test_the_letter_waits_for_the_slower_of_two_pictures(case, release, mailoutbox, pass_time):
    first, second = (AnalysisFactory(picture=PictureFactory(case=case)) for _ in range(2))
    end(first)
    pass_time(3)
    assert mailoutbox == []
    end(second)
    pass_time(1)
    assert len(mailoutbox) == 1
    assert "2 analysed, 0 failed" in mailoutbox[0].body


def test_a_picture_that_failed_is_in_the_letter(case, release, mailoutbox, pass_time):
    analyse(case)
    analyse(case, is_good=False)
    pass_time(1)
    assert "1 analysed, 1 failed" in mailoutbox[0].body


def test_a_picture_tried_again_counts_as_it_ended(case, release, doctor, mailoutbox, pass_time):
    analyse(case, is_good=False)
    retried = analyses.retry(analysis=Analysis.objects.get(), by=doctor)
    pass_time(2)
    assert mailoutbox == []  # it waits for the second try
    end(retried)
    pass_time(1)
    assert len(mailoutbox) == 1
    assert "1 analysed, 0 failed" in mailoutbox[0].body


def test_pictures_that_come_after_the_letter_get_one_of_their_own(case, release, mailoutbox, pass_time):
    for number in (1, 2):
        analyse(case)
        analyse(case)
        pass_time(1)
        pass_time(1)
        assert len(mailoutbox) == number
    assert "4 analysed, 0 failed" in mailoutbox[1].body
    assert Letter.objects.filter(status=LetterStatus.SENT).count() == 2


def test_the_letter_comes_although_the_last_picture_was_cancelled(case, release, doctor, mailoutbox, pass_time):
    analyse(case)
    last = AnalysisFactory(picture=PictureFactory(case=case))
    pass_time(2)
    analyses.cancel(analysis=last, by=doctor)
    pass_time(1)
    assert "1 analysed, 0 failed" in mailoutbox[0].body


def test_a_case_whose_pictures_were_all_removed_needs_no_letter(case, release, mailoutbox, pass_time):
    analyse(case)
    case.pictures.update(removed_at=timezone.now(), removed_by=case.opened_by, removal_reason="Another patient's.")
    pass_time(1)
    assert mailoutbox == []
    assert Letter.objects.get().status == LetterStatus.DROPPED


def test_every_doctor_in_charge_gets_it_and_nobody_else(case, release, doctor, other_doctor, mailoutbox, pass_time):
    CareAssignmentFactory(patient=case.patient, doctor=other_doctor)
    ended = CareAssignmentFactory(patient=case.patient, doctor=DoctorFactory())
    ended.ended_on = timezone.localdate()
    ended.save()
    analyse(case)
    pass_time(1)
    assert sorted(message.to[0] for message in mailoutbox) == sorted([doctor.email, other_doctor.email])


def test_a_doctor_no_longer_in_charge_gets_no_letter(case, release, doctor, mailoutbox, pass_time):
    analyse(case)
    doctor.care.update(ended_on=timezone.localdate())
    pass_time(1)
    assert mailoutbox == []


def test_each_case_of_a_doctor_has_its_own_letter(case, other_patient, release, doctor, mailoutbox, pass_time):
    other = Case.objects.create(
        patient=case.patient, number=case.number + 1, magnification=1000, opened_by=doctor, question="?"
    )
    analyse(case)
    analyse(other)
    pass_time(1)
    subjects = {f"Case {number}: pictures analysed" for number in (case.number, other.number)}
    assert {message.subject for message in mailoutbox} == subjects


# --- what is said, and to whom ----------------------------------------------------------------------------------------


def test_the_letter_of_a_case_names_only_its_number_and_page(case, release, patient, mailoutbox, pass_time):
    analyse(case)
    pass_time(1)
    assert f"case {case.number}" in mailoutbox[0].body
    assert f"/cases/{case.pk}/" in mailoutbox[0].body
    assert clinical_words(mailoutbox[0]) == []


def test_the_doctor_who_asked_learns_that_an_analysis_was_set_aside(case, picture, doctor, release, mailoutbox):
    with transaction.atomic():
        results.quarantine(AnalysisFactory(picture=picture, running=True), "It stopped its worker.")
    delivery.send_due()
    message = mailoutbox[0]
    assert message.to == [doctor.email]
    assert f"of case {case.number} was set aside" in message.body
    assert f"/pictures/{picture.pk}/" in message.body
    assert clinical_words(message) == []


def test_the_patient_learns_that_a_report_is_there_and_nothing_of_what_it_says(signed_report, patient, mailoutbox):
    delivery.send_due()
    message = mailoutbox[0]
    assert message.to == [patient.user.email]
    assert f"/my/reports/{signed_report.pk}/" in message.body
    assert signed_report.patient_text not in message.body
    assert [word for word in clinical_words(message) if word != "lindqvist"] == []  # their own name


@pytest.mark.parametrize("account", ["unlinked", "closed"])
def test_without_an_open_account_no_letter_is_sent(signed_report, patient, account, mailoutbox):
    if account == "unlinked":
        patient.user = None
        patient.save()
    else:
        patient.user.is_active = False
        patient.user.save()
    delivery.send_due()
    assert mailoutbox == []


def test_a_patient_without_an_account_is_owed_nothing(patient, case, release, doctor):
    patient.user = None
    patient.save()
    analysed_picture(case)
    signoffs.sign(case=case, conclusion=Conclusion.ALL_PRE_B, text="Blasts.", patient_text="Come.", by=doctor)
    assert not Letter.objects.exists()


def test_each_reader_of_an_emergency_letter_is_led_to_their_own_page(
    patient, doctor, other_doctor, admin, patient_user, owe, mailoutbox
):
    opened = EmergencyAccessFactory(patient=patient, doctor=other_doctor)
    pages = {doctor: f"/patients/{patient.pk}/", admin: "/manage/privacy/", patient_user: "/my/record/"}
    for reader in pages:
        owe("emergency_access", reader, opened)
    delivery.send_due()
    letters = {message.to[0]: message.body for message in mailoutbox}
    assert letters.keys() == {reader.email for reader in pages}
    assert all(page in letters[reader.email] for reader, page in pages.items())
    assert opened.reason not in "".join(letters.values())


@pytest.mark.parametrize("kind", ["case_analysed", "analysis_quarantined", "report_ready", "emergency_access"])
def test_a_letter_about_a_deleted_row_is_dropped(kind, doctor, case, owe, mailoutbox):
    owe(kind, doctor, doctor)  # an id that no such row has
    delivery.send_due()
    assert mailoutbox == []
    assert Letter.objects.get().status == LetterStatus.DROPPED
