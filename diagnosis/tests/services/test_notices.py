import smtplib
from datetime import timedelta
from unittest import mock

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from diagnosis.models import Conclusion, Notice
from diagnosis.services import notices, signoffs
from diagnosis.tests.factories import AnalysisFactory, PictureFactory, analysed_picture

OUTBOX = "diagnosis.services.notices.outbox"


@pytest.fixture
def signoff(case, release, doctor):
    analysed_picture(case)
    return signoffs.sign(
        case=case, conclusion=Conclusion.ALL_PRE_B, text="Blasts.", patient_text="Come and see us.", by=doctor
    )


@pytest.fixture
def analysed(case, release):
    """The notice owed for a case whose last analysis failed."""
    analysed_picture(case)
    notices.owe_case_analysed(AnalysisFactory(picture=PictureFactory(case=case), failed=True))
    return Notice.objects.get()


def _send(notice: Notice) -> Notice:
    notices.send(notice_id=notice.pk)
    notice.refresh_from_db()
    return notice


def _make_due() -> None:
    Notice.objects.update(due_at=timezone.now(), woken_at=timezone.now() - timedelta(hours=1))


def _clinical_words(message) -> list[str]:
    text = f"{message.subject} {message.body}".lower().replace("leukplatform", "")
    return [word for word in ("leuk", "blast", "benign", "pre-b", "suspicio", "r-1001") if word in text]


# --- what is said, and to whom ------------------------------------------------------------------------------------


def test_the_doctor_learns_that_the_pictures_are_done(case, doctor, patient, analysed):
    assert _send(analysed).is_sent
    message = mail.outbox[0]
    assert message.to == [doctor.email]
    assert f"case {case.number}" in message.body
    assert "1 analysed, 1 failed" in message.body
    assert f"/cases/{case.pk}/" in message.body
    assert patient.family_name not in message.body
    assert _clinical_words(message) == []


def test_the_doctor_learns_that_an_analysis_was_set_aside(case, picture, doctor, patient, release):
    notices.owe_quarantined(AnalysisFactory(picture=picture, quarantined=True))
    assert _send(Notice.objects.get()).is_sent
    message = mail.outbox[0]
    assert message.to == [doctor.email]
    assert f"picture {picture.position} of case {case.number} was set aside" in message.body
    assert f"/pictures/{picture.pk}/" in message.body
    assert patient.family_name not in message.body
    assert _clinical_words(message) == []


def test_a_doctor_who_no_longer_cares_for_the_patient_hears_nothing(doctor, analysed):
    doctor.care.update(ended_on=timezone.localdate())
    notice = _send(analysed)
    assert mail.outbox == []
    assert (notice.is_sent, notice.settled_at is None) == (False, False)


def test_the_patient_learns_that_a_report_is_there_and_nothing_of_what_it_says(signoff, patient):
    _send(Notice.objects.get())
    message = mail.outbox[0]
    assert message.to == [patient.user.email]
    assert f"/my/reports/{signoff.pk}/" in message.body
    assert "Come and see us" not in message.body
    assert _clinical_words(message) == []


@pytest.mark.parametrize("account", ["unlinked", "closed"])
def test_without_an_open_account_no_mail_is_sent(signoff, patient, account):
    if account == "unlinked":
        patient.user = None
        patient.save()
    else:
        patient.user.is_active = False
        patient.user.save()
    _send(Notice.objects.get())
    assert mail.outbox == []


def test_a_patient_without_an_account_is_owed_nothing(patient, case, release, doctor):
    patient.user = None
    patient.save()
    analysed_picture(case)
    signoffs.sign(case=case, conclusion=Conclusion.ALL_PRE_B, text="Blasts.", patient_text="Come.", by=doctor)
    assert not Notice.objects.exists()


# --- once ---------------------------------------------------------------------------------------------------------


def test_a_notice_is_owed_once_for_each_event_and_recipient(analysed):
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.create(kind=analysed.kind, subject_id=analysed.subject_id, recipient=analysed.recipient)


def test_a_message_delivered_twice_sends_one_mail(analysed):
    assert notices.send(notice_id=analysed.pk)
    _make_due()
    assert not notices.send(notice_id=analysed.pk)
    assert len(mail.outbox) == 1


def test_of_two_messages_at_once_one_sends(analysed):
    """The second comes while the first talks to the mail server."""
    inner = []

    def send(*_: object, **__: object) -> None:
        inner.append(notices.send(notice_id=analysed.pk))

    with mock.patch(f"{OUTBOX}.mail.send", side_effect=send) as sending:
        assert notices.send(notice_id=analysed.pk)
    assert inner == [False]
    assert sending.call_count == 1


def test_an_unknown_notice_sends_nothing(db):
    assert not notices.send(notice_id=1)


def test_a_letter_that_goes_out_again_has_the_same_message_id_and_no_other_has_it(analysed, signoff):
    for notice in Notice.objects.all():
        _send(notice)
    Notice.objects.update(
        settled_at=None, is_sent=False
    )  # as if the process had died before it wrote down that they were sent
    _make_due()
    for notice in Notice.objects.all():
        _send(notice)
    first, second = mail.outbox[:2], mail.outbox[2:]
    ids = [message.message()["Message-ID"] for message in first]
    assert ids == [message.message()["Message-ID"] for message in second]
    assert len(set(ids)) == 2
    assert not any(str(notice.subject_id) in "".join(ids) for notice in Notice.objects.all())


# --- a mail server that is down -----------------------------------------------------------------------------------


def test_a_mail_server_that_is_down_is_asked_again_later_each_time_later(analysed, caplog):
    waits = []
    with mock.patch(f"{OUTBOX}.mail.send", side_effect=ConnectionRefusedError):
        for _ in range(3):
            _make_due()
            before = timezone.now()
            waits.append(round((_send(analysed).due_at - before).total_seconds()))
    assert waits == [10, 20, 40]
    _make_due()
    assert _send(analysed).is_sent


def test_an_address_that_is_never_taken_is_given_up_and_logged(analysed, caplog):
    refused = smtplib.SMTPRecipientsRefused({"a@b": (550, b"no such user")})
    with mock.patch(f"{OUTBOX}.mail.send", side_effect=refused):
        for _ in range(15):
            _make_due()
            _send(analysed)
    assert analysed.settled_at is not None
    assert not analysed.is_sent
    assert "is given up" in caplog.text


# --- a message that was lost --------------------------------------------------------------------------------------


def test_what_is_owed_and_was_not_woken_lately_is_woken_once(analysed, sent, django_capture_on_commit_callbacks):
    assert notices.wake_owed() == 0  # its message is on the way
    _make_due()
    with django_capture_on_commit_callbacks(execute=True):
        assert notices.wake_owed() == 1
        assert notices.wake_owed() == 0
    assert sent == [("send_notice", str(analysed.pk))]


def test_what_is_settled_or_not_due_is_not_woken(analysed):
    _make_due()
    Notice.objects.update(due_at=timezone.now() + timedelta(minutes=1))
    assert notices.wake_owed() == 0
    _make_due()
    _send(analysed)
    _make_due()
    assert notices.wake_owed() == 0
