"""The letters to account holders; every letter of the login library is one of ours."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.adapter import get_adapter
from django.core.mail import EmailMessage
from django.db import transaction
from django.test import Client
from django.utils import timezone

from leukplatform.accounts import tokens
from leukplatform.accounts.letters import OF_THE_LIBRARY, owe_change
from leukplatform.accounts.models import User
from leukplatform.accounts.services import passwords
from leukplatform.letters import delivery, services
from leukplatform.letters.models import Letter

CHANGES = ["password_changed", "password_set_by_link", *OF_THE_LIBRARY.values()]


@pytest.mark.parametrize("kind", CHANGES)
def test_the_letter_on_a_change_gives_its_time_and_address(
    kind: str, doctor: User, mailoutbox: list[EmailMessage], settings
) -> None:
    with transaction.atomic():
        services.owe(kind, to=doctor, facts={"ip": "192.0.2.44"})
    delivery.send_due()
    (letter,) = mailoutbox
    assert letter.to == [doctor.email]
    assert "When: " in letter.body
    assert " UTC\nFrom: 192.0.2.44\n" in letter.body
    assert f"{settings.SITE_URL}/account/password/reset/" in letter.body
    assert "\n\n\n" not in letter.body


@pytest.mark.parametrize("kind", ["second_factor_reset", "second_factor_guessed"])
def test_a_plain_letter_greets_by_name(kind: str, doctor: User, mailoutbox: list[EmailMessage]) -> None:
    doctor.name = "Dr O'Neill & <Sons>"
    doctor.save()
    with transaction.atomic():
        services.owe(kind, to=doctor)
    delivery.send_due()
    assert mailoutbox[0].body.startswith("Dear Dr O'Neill & <Sons>,\n\n")


@pytest.mark.usefixtures("broken_audit")
def test_no_letter_is_sent_if_the_password_was_not_changed(doctor: User) -> None:
    with pytest.raises(RuntimeError):
        passwords.change(user=doctor, password="an-even-better-horse", by=doctor)
    assert not Letter.objects.exists()


def test_the_link_is_made_when_the_letter_is_sent(doctor: User, mailoutbox: list[EmailMessage]) -> None:
    """The row holds no key, and asking twice makes one letter with a link that works."""
    for _ in range(2):
        Client().post("/account/password/reset/", {"email": doctor.email})
    row = Letter.objects.values().get()
    assert "http" not in str(row)
    delivery.send_due()
    (letter,) = mailoutbox
    key = letter.body.split("/account/password/reset/key/")[1].split("/")[0].partition("-")[2]
    assert tokens.ResetTokens().check_token(User.objects.get(pk=doctor.pk), key)


def test_nobody_waits_for_a_link_asked_for_long_ago(doctor: User, mailoutbox: list[EmailMessage], settings) -> None:
    Client().post("/account/password/reset/", {"email": doctor.email})
    Letter.objects.update(owed_at=timezone.now() - timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT + 1))
    delivery.send_due()
    assert mailoutbox == []


def test_the_address_that_a_stranger_typed_is_kept_until_the_letter_is_sent(
    db: None, mailoutbox: list[EmailMessage]
) -> None:
    Client().post("/account/password/reset/", {"email": "nobody@clinic.example"})
    delivery.send_due()
    assert mailoutbox[0].to == ["nobody@clinic.example"]
    assert "nobody" not in str(Letter.objects.values().get())


def test_a_letter_of_the_library_that_is_not_ours_is_refused(doctor: User) -> None:
    with pytest.raises(NotImplementedError):
        get_adapter().send_mail("account/email/login_code", doctor.email, {})


def test_the_address_of_the_browser_comes_from_the_request(doctor: User) -> None:
    with transaction.atomic():
        owe_change("password_changed", doctor)
    assert Letter.objects.get().facts == {"ip": ""}  # on the command line there is none
