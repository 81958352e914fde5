"""Whoever is not signed in learns at no door whether an address has an account: words, status, time."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from axes.models import AccessAttempt
from django.conf import LazySettings
from django.contrib.auth import hashers
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.mail import EmailMessage
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from leukplatform.accounts import tokens
from leukplatform.accounts.models import User
from leukplatform.accounts.tests.factories import PASSWORD, DoctorFactory, InvitedFactory

pytestmark = pytest.mark.django_db

NOBODY = "nobody@clinic.example"
EVERYBODY: dict[str, Callable[[], str]] = {
    "a doctor": lambda: DoctorFactory().email,
    "a doctor whose address was never proved": lambda: DoctorFactory(verified_address=False).email,
    "somebody invited": lambda: InvitedFactory().email,
    "somebody deactivated": lambda: DoctorFactory(is_active=False).email,
    "nobody": lambda: NOBODY,
}


def shown(answer, email: str) -> tuple[int, str, list[str]]:
    """All that goes out, but for the token of the form and the address that was typed."""
    page = re.sub(r'csrfmiddlewaretoken" value="\w+"', "", answer.content.decode()).replace(email, "ADDRESS")
    return answer.status_code, page, sorted(answer.cookies)


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A line for each password that is hashed: with argon2 nearly all of the time an answer takes."""
    calls: list[str] = []
    encode = MD5PasswordHasher.encode

    def count(self: MD5PasswordHasher, password: str, *args: object, **kwargs: object) -> str:
        calls.append(password)
        return encode(self, password, *args, **kwargs)

    monkeypatch.setattr(MD5PasswordHasher, "encode", count)
    return calls


@pytest.mark.parametrize("who", EVERYBODY)
def test_a_wrong_password_is_answered_alike_for_every_account(who: str) -> None:
    email = EVERYBODY[who]()
    answers = [Client().post("/account/login/", {"login": mail, "password": "wrong"}) for mail in (email, NOBODY)]
    assert shown(answers[0], email) == shown(answers[1], NOBODY)


@pytest.mark.parametrize("who", EVERYBODY)
def test_every_attempt_hashes_one_password(who: str, hashed: list[str]) -> None:
    email = EVERYBODY[who]()
    hashed.clear()
    Client().post("/account/login/", {"login": email, "password": "wrong"})
    assert len(hashed) == 1


@pytest.mark.slow
def test_known_and_unknown_addresses_take_equally_long_with_the_real_hash(settings: LazySettings) -> None:
    """The quickest of several, taken in turns: what else the machine does only ever makes one slower."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    addresses = {"known": DoctorFactory().email, "invited": InvitedFactory().email, "unknown": NOBODY}
    seconds: dict[str, list[float]] = {who: [] for who in addresses}
    for _ in range(6):
        for who, email in addresses.items():
            AccessAttempt.objects.all().delete()
            started = time.perf_counter()
            Client().post("/account/login/", {"login": email, "password": "wrong"})
            seconds[who].append(time.perf_counter() - started)
    quickest = [min(times) for times in seconds.values()]
    assert max(quickest) < 1.5 * min(quickest), seconds


def test_the_hash_is_argon2_where_it_counts() -> None:
    from leukplatform import settings

    assert settings.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    assert hashers.Argon2PasswordHasher.memory_cost >= 19 * 1024  # KiB; OWASP's least


@pytest.mark.parametrize("who", EVERYBODY)
def test_a_forgotten_password_is_answered_alike(
    who: str, mailoutbox: list[EmailMessage], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    email = EVERYBODY[who]()
    answers = []
    for mail in (email, NOBODY):
        with django_capture_on_commit_callbacks(execute=True):
            answers.append(Client().post("/account/password/reset/", {"email": mail}, follow=True))
    assert shown(answers[0], email) == shown(answers[1], NOBODY)
    assert [letter.to for letter in mailoutbox] == [[email], [NOBODY]]  # each has to wait for one letter


@pytest.mark.parametrize("who", EVERYBODY)
def test_asking_too_often_is_answered_alike_too(who: str, settings: LazySettings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"reset_password": "100/m/ip,3/5m/key"}
    email = EVERYBODY[who]()
    answers = [Client().post("/account/password/reset/", {"email": email}).status_code for _ in range(4)]
    assert answers == [302, 302, 302, 429]


def test_only_accounts_that_may_set_a_password_get_a_link(
    mailoutbox: list[EmailMessage], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with_link = []
    for who, address in EVERYBODY.items():
        mailoutbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            Client().post("/account/password/reset/", {"email": address()})
        if "http" in mailoutbox[0].body:
            with_link.append(who)
    assert with_link == ["a doctor", "a doctor whose address was never proved", "somebody invited"]


def test_a_made_up_invitation_is_answered_alike_for_every_account(doctor: User) -> None:
    answers = []
    for user in (doctor, InvitedFactory(), InvitedFactory(is_active=False), DoctorFactory.build()):
        key = f"{user.pk.hex}-{tokens.invitation_key(InvitedFactory()).partition('-')[2]}"
        answer = Client().get(f"/account/invitation/{key}/")
        answers.append((answer.status_code, answer.content))
    assert answers[0][0] == 410
    assert len(set(answers)) == 1


def test_a_made_up_reset_link_is_answered_alike_for_every_account(doctor: User) -> None:
    from allauth.account.utils import user_pk_to_url_str

    answers = []
    for user in (doctor, InvitedFactory(), DoctorFactory.build()):
        answer = Client().get(f"/account/password/reset/key/{user_pk_to_url_str(user)}-abcdef-{'0' * 32}/")
        answers.append((answer.status_code, answer.content))
    assert len(set(answers)) == 1


def test_only_the_right_password_reveals_that_an_account_is_closed() -> None:
    email = DoctorFactory(is_active=False).email
    assert Client().post("/account/login/", {"login": email, "password": PASSWORD}).url == "/account/inactive/"
    assert Client().post("/account/login/", {"login": email, "password": "wrong"}).status_code == 200


def test_signing_up_tells_nothing(doctor: User) -> None:
    form = {"password1": "an-even-better-horse", "password2": "an-even-better-horse"}
    answers = [Client().post("/account/signup/", {"email": email, **form}) for email in (doctor.email, NOBODY)]
    assert shown(answers[0], doctor.email) == shown(answers[1], NOBODY)
