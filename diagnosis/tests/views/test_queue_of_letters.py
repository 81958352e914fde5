"""Letters on the queue page, and its buttons."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from leukplatform.letters.models import Letter, LetterStatus

QUEUE = "/manage/queue/"


@pytest.fixture
def given_up(doctor) -> Letter:
    return Letter.objects.create(
        kind="invitation",
        recipient=doctor,
        status=LetterStatus.GIVEN_UP,
        settled_at=timezone.now(),
        attempts=15,
        error="SMTPRecipientsRefused: 550 <no such user>",
    )


def test_the_page_says_how_many_letters_wait(admins_browser, doctor):
    Letter.objects.create(kind="invitation", recipient=doctor)
    Letter.objects.create(kind="invitation", recipient=doctor, due_at=timezone.now() + timedelta(minutes=5))
    html = admins_browser.get(QUEUE).content.decode()
    assert "1 letter waits to be sent." in html
    assert "The mail server does not answer" not in html
    assert "Send again" not in html


def test_a_letter_that_was_given_up_is_shown_with_what_the_mail_server_said(admins_browser, doctor, given_up):
    html = admins_browser.get(QUEUE).content.decode()
    assert "1 letter was given up." in html
    assert "Invitation" in html
    assert doctor.name in html
    assert "550 &lt;no such user&gt;" in html


def test_a_letter_that_failed_is_shown_before_it_is_given_up(admins_browser, doctor):
    Letter.objects.create(kind="invitation", recipient=doctor, attempts=2, error="550 full")
    html = admins_browser.get(QUEUE).content.decode()
    assert "550 full" in html
    assert "Next try" in html


def test_the_address_that_a_stranger_typed_is_not_shown(admins_browser, db):
    Letter.objects.create(kind="unknown_address", address="nobody@elsewhere.example", attempts=2, error="550 full")
    html = admins_browser.get(QUEUE).content.decode()
    assert "An address without an account" in html
    assert "nobody@" not in html


def test_the_page_says_that_the_mail_server_is_unreachable(admins_browser, doctor):
    since = timezone.now() - timedelta(hours=2)
    Letter.objects.create(kind="invitation", recipient=doctor, is_unanswered=True, tried_since=since, error="refused")
    html = admins_browser.get(QUEUE).content.decode()
    assert "The mail server does not answer" in html
    assert "Not for 2\xa0hours" in html


def test_the_administrator_sends_one_letter_again(admins_browser, given_up, trail):
    html = admins_browser.post(reverse("diagnosis:letter-again", args=[given_up.pk]), follow=True).content.decode()
    assert "1 letter waits to be sent again." in html
    given_up.refresh_from_db()
    assert (given_up.status, given_up.attempts, given_up.error) == (LetterStatus.WAITING, 0, "")
    assert trail() == ["letter.sent_again"]


def test_the_administrator_sends_all_of_them_again(admins_browser, given_up, other_doctor, trail):
    Letter.objects.create(
        kind="invitation", recipient=other_doctor, status=LetterStatus.GIVEN_UP, settled_at=timezone.now()
    )
    assert "Send all that were given up again" in admins_browser.get(QUEUE).content.decode()
    for words in ("2 letters wait to be sent again.", "No given-up letter is left."):
        assert words in admins_browser.post(reverse("diagnosis:letters-again"), follow=True).content.decode()
    assert trail() == ["letter.sent_again"]


def test_a_letter_that_was_sent_is_not_sent_again(admins_browser, doctor, trail):
    sent = Letter.objects.create(
        kind="invitation", recipient=doctor, status=LetterStatus.SENT, settled_at=timezone.now()
    )
    admins_browser.post(reverse("diagnosis:letter-again", args=[sent.pk]))
    sent.refresh_from_db()
    assert sent.status == LetterStatus.SENT
    assert trail() == []
