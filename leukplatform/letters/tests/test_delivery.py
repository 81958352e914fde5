"""Each letter is sent once, whatever dies, and none is lost while the mail server is away."""

from __future__ import annotations

import smtplib
import uuid
from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import LazySettings

from leukplatform.letters import delivery, kinds, services, tasks
from leukplatform.letters.models import Letter, LetterStatus
from leukplatform.letters.tests.conftest import KIND, seconds_until_due

REFUSED = smtplib.SMTPRecipientsRefused({"ada@clinic.example": (550, b"no such user")})


def message_id(message) -> str:
    return message.extra_headers["Message-ID"]


def write_with(monkeypatch: pytest.MonkeyPatch, context) -> None:
    """Let the letter be written by `context`."""
    monkeypatch.setitem(kinds._kinds, KIND, kinds.Kind(KIND, "A letter", context))


# --- once -------------------------------------------------------------------------------------------------------------


def test_a_due_letter_is_sent_once(doctor, owe, mailoutbox):
    letter = owe(doctor)
    tasks.send_due()
    tasks.send_due()
    letter.refresh_from_db()
    assert [message.to for message in mailoutbox] == [[doctor.email]]
    assert letter.status == LetterStatus.SENT


def test_a_letter_that_is_not_due_waits(doctor, owe, mailoutbox):
    owe(doctor, after=timedelta(minutes=5))
    assert delivery.send_due() == 0
    assert mailoutbox == []


def test_only_one_of_two_workers_sends_a_letter(doctor, owe, mailoutbox, monkeypatch):
    owe(doctor)
    second = []

    def write(letter):
        second.append(delivery.send_due())  # while the first one writes
        return {}

    write_with(monkeypatch, write)
    assert delivery.send_due() == 1
    assert second == [0]
    assert len(mailoutbox) == 1


def test_a_later_round_sends_what_a_killed_worker_left_unsent(doctor, owe, mailoutbox, monkeypatch, later):
    def killed(letter):
        raise SystemExit

    owe(doctor)
    with monkeypatch.context() as patch:
        write_with(patch, killed)
        with pytest.raises(SystemExit):
            delivery.send_due()
    assert delivery.send_due() == 0  # it may still be at work
    later(seconds=61)
    tasks.send_due()
    assert len(mailoutbox) == 1


def test_a_letter_sent_twice_after_a_kill_keeps_its_message_id(doctor, owe, mailoutbox, later):
    owe(doctor)
    delivery.send_due()
    Letter.objects.update(status=LetterStatus.WAITING, settled_at=None)  # as if it had not been written down
    later(seconds=61)
    delivery.send_due()
    first, second = mailoutbox
    assert message_id(first) == message_id(second)


def test_each_letter_has_its_own_message_id_that_reveals_nothing(doctor, other_doctor, owe, mailoutbox):
    about = uuid.uuid4()
    letters = [owe(doctor, about=about), owe(other_doctor, about=about), owe(doctor)]
    delivery.send_due()
    ids = [message_id(message) for message in mailoutbox]
    assert len(set(ids)) == 3
    assert not any(str(word) in "".join(ids) for word in (about, *(letter.pk for letter in letters)))


def test_a_letter_owed_again_during_sending_is_sent_once_more(doctor, owe, mailoutbox, monkeypatch):
    """Its first text may say what was true before."""
    about = uuid.uuid4()
    owe(doctor, about=about)
    written = []

    def write(letter):
        if not written:
            services.owe(KIND, to=doctor, about=about)
        written.append(letter.revision)
        return {}

    write_with(monkeypatch, write)
    delivery.send_due()
    assert written == [0, 1]
    assert len({message_id(message) for message in mailoutbox}) == 2
    assert Letter.objects.get().status == LetterStatus.SENT


# --- no longer, not yet -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("why", ["closed", "nothing to say"])
def test_a_letter_that_is_no_longer_needed_is_dropped(why, doctor, owe, mailoutbox, monkeypatch):
    letter = owe(doctor)
    if why == "closed":
        doctor.is_active = False
        doctor.save()
    else:
        write_with(monkeypatch, lambda letter: None)
    delivery.send_due()
    letter.refresh_from_db()
    assert letter.status == LetterStatus.DROPPED
    assert mailoutbox == []


def test_a_letter_that_waits_for_something_is_tried_again_later(doctor, owe, mailoutbox, monkeypatch, later):
    def not_yet(letter):
        raise kinds.NotYet(timedelta(minutes=2))

    letter = owe(doctor)
    with monkeypatch.context() as patch:
        write_with(patch, not_yet)
        delivery.send_due()
    assert seconds_until_due(letter) in (119, 120)
    assert (letter.attempts, letter.error) == (0, "")
    later(minutes=2)
    assert delivery.send_due() == 1


def test_the_contents_of_a_letter_are_deleted_once_it_is_sent(owe, mailoutbox):
    letter = owe("nobody@clinic.example", facts={"ip": "192.0.2.1"})
    delivery.send_due()
    assert mailoutbox[0].to == ["nobody@clinic.example"]
    letter.refresh_from_db()
    assert (letter.address, letter.facts) == ("", {})


def test_a_letter_is_deleted_a_month_after_it_ended(doctor, owe, mailoutbox, later):
    owe(doctor)
    delivery.send_due()
    later(days=29)
    owe(doctor, after=timedelta(days=90))
    tasks.remove_old()
    assert Letter.objects.count() == 2
    later(days=2)
    tasks.remove_old()
    assert Letter.objects.get().status == LetterStatus.WAITING


# --- a mail server that is away ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [ConnectionRefusedError(), TimeoutError(), smtplib.SMTPAuthenticationError(535, b"")])
def test_an_unreachable_mail_server_is_tried_at_growing_intervals(error, doctor, owe, server, mailoutbox, later):
    letter = owe(doctor)
    server["open"] = error
    pauses = []
    for _ in range(9):
        delivery.send_due()
        pauses.append(seconds_until_due(letter))
        later(seconds=pauses[-1] + 1)
    assert pauses == [10, 20, 40, 80, 160, 300, 300, 300, 300]
    server["open"] = None
    assert delivery.send_due() == 1


@pytest.mark.parametrize("error", [TimeoutError(), SoftTimeLimitExceeded()])
def test_a_mail_server_that_stops_answering_counts_as_unreachable(error, doctor, owe, server):
    letter = owe(doctor)
    server["send"] = error
    delivery.send_due()
    letter.refresh_from_db()
    assert letter.is_unanswered


def test_only_one_letter_at_a_time_tries_an_unreachable_server(doctor, other_doctor, owe, server, mailoutbox, later):
    """The worker that waits for the mail server reads no pictures meanwhile."""
    server["open"] = TimeoutError()
    for _ in range(20):
        owe(doctor)
    for _ in range(3):
        delivery.send_due()
    assert Letter.objects.filter(attempts__gt=0).count() == 1
    owe(other_doctor)
    later(seconds=11)
    delivery.send_due()
    assert Letter.objects.get(attempts__gt=0).attempts == 2
    server["open"] = None
    later(seconds=21)
    assert delivery.send_due() == 21
    assert delivery.unanswered_since() is None


def test_after_three_days_without_an_answer_a_letter_is_given_up(doctor, owe, server, later, caplog):
    letter = owe(doctor)
    server["open"] = ConnectionRefusedError("nobody there")
    delivery.send_due()
    later(days=2, hours=23)
    delivery.send_due()
    letter.refresh_from_db()
    assert letter.status == LetterStatus.WAITING
    later(hours=2)
    delivery.send_due()
    letter.refresh_from_db()
    assert letter.status == LetterStatus.GIVEN_UP
    assert "nobody there" in letter.error
    assert "is given up" in caplog.text


# --- a letter that is refused -----------------------------------------------------------------------------------------


def test_a_refused_letter_does_not_hold_up_the_others(doctor, other_doctor, owe, server, mailoutbox):
    letter = owe(doctor)
    server["send"] = REFUSED
    delivery.send_due()
    server["send"] = None
    owe(other_doctor)
    assert delivery.send_due() == 1
    letter.refresh_from_db()
    assert "no such user" in letter.error
    assert not letter.is_unanswered


def test_a_letter_to_an_address_that_is_always_refused_is_given_up_and_logged(doctor, owe, server, later, caplog):
    letter = owe(doctor)
    server["send"] = REFUSED
    for _ in range(14):
        delivery.send_due()
        later(hours=1)
    letter.refresh_from_db()
    assert letter.status == LetterStatus.WAITING
    delivery.send_due()
    letter.refresh_from_db()
    assert letter.status == LetterStatus.GIVEN_UP
    assert "is given up" in caplog.text


def test_a_letter_that_cannot_be_written_does_not_hold_up_the_others(
    doctor, other_doctor, owe, mailoutbox, monkeypatch, caplog
):
    broken = owe(doctor)

    def write(letter):
        return {"number": 1 / (letter.pk != broken.pk)}

    write_with(monkeypatch, write)
    owe(other_doctor)
    assert delivery.send_due() == 1
    broken.refresh_from_db()
    assert "ZeroDivisionError" in broken.error


def test_a_letter_from_a_newer_version_waits_for_a_worker_that_knows_its_kind(doctor, owe, caplog):
    owe(doctor)
    Letter.objects.update(kind="of_the_next_version")
    delivery.send_due()
    assert Letter.objects.get().status == LetterStatus.WAITING


# --- when -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", [tasks.send_due, tasks.remove_old])
def test_beat_schedules_the_task_by_its_real_name(task, settings: LazySettings):
    scheduled = [entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()]
    assert task.name in scheduled
    assert settings.CELERY_TASK_ROUTES[task.name] == {"queue": "upkeep"}


def test_workers_are_woken_with_the_real_name_of_the_task():
    assert tasks.send_due.name == services.SEND


def test_a_claim_outlives_the_longest_try(settings: LazySettings):
    assert delivery._HELD.total_seconds() > tasks.send_due.time_limit > tasks.send_due.soft_time_limit
    assert tasks.send_due.soft_time_limit > settings.EMAIL_TIMEOUT
