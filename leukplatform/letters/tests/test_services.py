from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from leukplatform.audit.models import AuditEvent
from leukplatform.audit.services import NotInTransaction
from leukplatform.letters import delivery, services
from leukplatform.letters.models import Letter, LetterStatus
from leukplatform.letters.tests.conftest import KIND


def test_a_letter_is_rolled_back_with_its_cause(doctor, owe):
    def fail() -> None:
        with transaction.atomic():
            owe(doctor)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not Letter.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_letter_can_only_be_queued_in_a_transaction(doctor):
    assert not connection.in_atomic_block
    with pytest.raises(NotInTransaction):
        services.owe(KIND, to=doctor)


def test_an_unregistered_kind_is_refused_at_once(doctor):
    with pytest.raises(LookupError, match="no_such_kind"):
        services.owe("no_such_kind", to=doctor)


def test_a_worker_is_woken_after_the_commit(doctor, owe, monkeypatch, django_capture_on_commit_callbacks):
    told = []
    monkeypatch.setattr(services.current_app, "send_task", told.append)
    with django_capture_on_commit_callbacks(execute=True):
        owe(doctor)
        assert told == []
    assert told == ["leukplatform.letters.tasks.send_due"]


def test_a_request_succeeds_while_the_broker_is_down(
    doctor, owe, monkeypatch, django_capture_on_commit_callbacks, caplog
):
    def down(name: str) -> None:
        raise OSError("the broker is down")

    monkeypatch.setattr(services.current_app, "send_task", down)
    with django_capture_on_commit_callbacks(execute=True):
        owe(doctor)
    assert Letter.objects.waiting().count() == 1


def test_a_letter_about_the_same_row_replaces_the_one_that_waits(doctor, other_doctor, owe):
    about = uuid.uuid4()
    first = owe(doctor, about=about, after=timedelta(minutes=5))
    assert owe(doctor, about=about, after=timedelta(minutes=9)) == first
    owe(other_doctor, about=about)
    owe(doctor, about=uuid.uuid4())
    first.refresh_from_db()
    assert Letter.objects.count() == 3
    assert first.revision == 1
    assert first.due_at > timezone.now() + timedelta(minutes=8)


def test_the_database_itself_refuses_a_second_open_letter_about_the_same_row(doctor, owe):
    about = uuid.uuid4()
    owe(doctor, about=about)
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.create(kind=KIND, subject_id=about, recipient=doctor)


def test_after_a_letter_is_sent_the_next_one_is_separate(doctor, owe, mailoutbox):
    about = uuid.uuid4()
    for _ in range(2):
        owe(doctor, about=about)
        delivery.send_due()
    assert len(mailoutbox) == 2
    assert mailoutbox[0].extra_headers["Message-ID"] != mailoutbox[1].extra_headers["Message-ID"]


def test_letters_about_no_row_do_not_replace_each_other(doctor, owe):
    owe(doctor, facts={"ip": "192.0.2.1"})
    owe(doctor, facts={"ip": "192.0.2.2"})
    assert Letter.objects.count() == 2


@pytest.mark.parametrize("all_of_them", [True, False])
def test_a_letter_that_was_given_up_is_sent_again_on_request(all_of_them, admin, doctor, owe, mailoutbox):
    letter = owe(doctor)
    Letter.objects.update(status=LetterStatus.GIVEN_UP, settled_at=timezone.now(), attempts=15, error="550 no")
    assert services.send_again(by=admin, letter_id=None if all_of_them else letter.pk) == 1
    event = AuditEvent.objects.get()
    assert (event.action, event.actor_id, event.details) == ("letter.sent_again", str(admin.pk), {"letters": 1})
    delivery.send_due()
    assert [message.to for message in mailoutbox] == [[doctor.email]]
    assert services.send_again(by=admin) == 0


@pytest.mark.usefixtures("broken_audit")
def test_a_letter_is_not_sent_again_without_an_audit_row(admin, doctor, owe):
    owe(doctor)
    Letter.objects.update(status=LetterStatus.GIVEN_UP, settled_at=timezone.now())
    with pytest.raises(RuntimeError):
        services.send_again(by=admin)
    assert Letter.objects.get().status == LetterStatus.GIVEN_UP


def test_a_new_cause_revives_a_letter_that_was_given_up(doctor, owe):
    about = uuid.uuid4()
    owe(doctor, about=about)
    Letter.objects.update(status=LetterStatus.GIVEN_UP, settled_at=timezone.now(), attempts=15)
    owe(doctor, about=about)
    letter = Letter.objects.get()
    assert (letter.status, letter.attempts, letter.settled_at) == (LetterStatus.WAITING, 0, None)


def test_letters_to_or_about_the_erased_are_deleted(doctor, other_doctor, owe):
    about = uuid.uuid4()
    for to, what in ((doctor, about), (other_doctor, uuid.uuid4()), ("gone@home.example", None), (doctor, None)):
        owe(to, about=what)
    services.forget(about=[about], reader=other_doctor, addresses=["gone@home.example"])
    assert [(letter.recipient, letter.subject_id) for letter in Letter.objects.all()] == [(doctor, None)]


def test_deleting_an_account_deletes_its_letters(owe, patient_user):
    owe(patient_user)
    patient_user.delete()
    assert not Letter.objects.exists()
