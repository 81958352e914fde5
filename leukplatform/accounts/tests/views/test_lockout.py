"""Wrong passwords and codes in a row: who is kept out, where, and what is recorded."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.mfa.totp.internal import auth as totp
from axes.models import AccessAttempt
from django.conf import LazySettings
from django.contrib.auth import hashers
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from leukplatform.accounts import attempts
from leukplatform.accounts.models import User
from leukplatform.accounts.tests.factories import PASSWORD, DoctorFactory
from leukplatform.accounts.tests.views.trying import CLINIC, LOGIN, STRANGERS, is_in, locked, tried
from leukplatform.audit.models import AuditEvent

HASH = re.compile("[0-9a-f]{32,}")
CODE = "/account/second-factor/authenticate/"


@pytest.fixture(autouse=True)
def nothing_tried_yet() -> None:
    cache.clear()


def test_four_wrong_passwords_are_forgiven(doctor: User) -> None:
    for _ in range(4):
        assert tried(doctor.email, "wrong").status_code == 200
    assert is_in(tried(doctor.email, PASSWORD))
    assert not AccessAttempt.objects.exists()


def test_the_fifth_locks_and_the_page_says_what_to_do(doctor: User) -> None:
    answer = locked(doctor.email)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "900"
    page = answer.content.decode()
    assert "Signing in is paused for 15 minutes" in page
    assert reverse("account_reset_password") in page


def test_a_lock_refuses_the_right_password_too(doctor: User) -> None:
    locked(doctor.email)
    browser = Client()
    assert tried(doctor.email, PASSWORD, browser=browser).status_code == 429
    assert "_auth_user_id" not in browser.session


def test_an_unknown_account_is_locked_in_the_same_way(doctor: User) -> None:
    known, unknown = locked(doctor.email), locked("nobody@clinic.example")
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)


@pytest.mark.parametrize("spelling", ["ADA@clinic.example", " ada@clinic.example ", "Ada@Clinic.Example"])
def test_another_spelling_is_the_same_account(spelling: str, doctor: User) -> None:
    locked(doctor.email)
    assert tried(spelling, PASSWORD).status_code == 429


def test_a_stranger_does_not_lock_the_owner_out_elsewhere(doctor: User) -> None:
    locked(doctor.email)
    assert is_in(tried(doctor.email, PASSWORD, at=CLINIC))


def test_the_others_at_the_same_address_go_on_working(doctor: User, other_doctor: User) -> None:
    locked(doctor.email, at=CLINIC)
    assert is_in(tried(other_doctor.email, PASSWORD, at=CLINIC))


def test_a_browser_that_has_signed_in_before_has_a_count_of_its_own(doctor: User) -> None:
    own = Client()
    tried(doctor.email, PASSWORD, at=CLINIC, browser=own)
    own.post("/account/logout/")
    locked(doctor.email, at=CLINIC)
    assert tried(doctor.email, PASSWORD, at=CLINIC).status_code == 429
    assert is_in(tried(doctor.email, PASSWORD, at=CLINIC, browser=own))


def test_a_known_browser_is_locked_by_its_own_count(doctor: User) -> None:
    own = Client()
    tried(doctor.email, PASSWORD, browser=own)
    own.post("/account/logout/")
    assert locked(doctor.email, browser=own).status_code == 429
    assert is_in(tried(doctor.email, PASSWORD))


def test_another_browser_name_does_not_reset_the_count(doctor: User) -> None:
    for number in range(5):
        answer = Client(headers={"user-agent": f"Browser {number}"}).post(
            LOGIN, {"login": doctor.email, "password": "wrong"}, REMOTE_ADDR=STRANGERS
        )
    assert answer.status_code == 429


def test_addresses_of_one_ipv6_line_are_counted_together(doctor: User) -> None:
    for number in range(5):
        answer = tried(doctor.email, "wrong", at=f"2001:db8:1:2::{number + 1}")
    assert answer.status_code == 429
    assert tried(doctor.email, "wrong", at="2001:db8:1:3::1").status_code == 200


def test_signing_in_does_not_clear_the_count_of_another_account(doctor: User, other_doctor: User) -> None:
    for _ in range(4):
        tried(doctor.email, "wrong")
    tried(other_doctor.email, PASSWORD)
    assert tried(doctor.email, "wrong").status_code == 429


def test_the_trail_records_the_lock_once_and_each_attempt_against_it(doctor: User) -> None:
    locked(doctor.email)
    tried(doctor.email, PASSWORD)
    key = attempts.key_of(doctor.email)
    lock = AuditEvent.objects.get(action="account.locked")
    assert lock.details == {"address_hash": key, "minutes": 15}
    assert (lock.ip_address, lock.subject_id) == (STRANGERS, str(doctor.pk))
    reasons = AuditEvent.objects.filter(action="account.login_failed").order_by("id")
    assert [row.details["reason"] for row in reasons] == ["credentials"] * 5 + ["locked"]
    assert {row.details["address_hash"] for row in reasons} == {key}


def test_typed_addresses_and_passwords_are_not_kept(doctor: User) -> None:
    tried(doctor.email, "a-password-typed-wrong")
    attempt = AccessAttempt.objects.values().get()
    assert HASH.fullmatch(attempt["username"])
    kept = str(attempt).replace(attempt["username"], "")  # whose digits may spell the name by chance
    assert "ada" not in kept
    assert "typed-wrong" not in kept


def test_an_account_takes_thirty_attempts_an_hour_from_all_addresses(doctor: User, settings: LazySettings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,30/h/key"}
    own = Client()
    tried(doctor.email, PASSWORD, at=CLINIC, browser=own)
    own.post("/account/logout/")
    for number in range(30):
        tried(doctor.email, "wrong", at=f"198.51.100.{number}")
    refused = tried(doctor.email, PASSWORD, at="192.0.2.9")
    assert "Too many failed attempts" in refused.content.decode()
    assert is_in(tried(doctor.email, PASSWORD, at=CLINIC, browser=own))


def test_codes_are_counted_too_and_the_owner_is_told(
    doctor: User,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(doctor, secret)
    browser = Client()
    tried(doctor.email, PASSWORD, browser=browser)
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(5):
            answer = browser.post(CODE, {"code": "000000"}, REMOTE_ADDR=STRANGERS)
    assert answer.status_code == 429
    right = totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))
    assert browser.post(CODE, {"code": right}, REMOTE_ADDR=STRANGERS).status_code == 429
    assert "_auth_user_id" not in browser.session
    assert [letter.to for letter in mailoutbox] == [[doctor.email]]
    assert "they know your password" in mailoutbox[0].body


def test_wrong_passwords_and_wrong_codes_are_counted_together(doctor: User) -> None:
    totp.TOTP.activate(doctor, totp.generate_totp_secret())
    browser = Client()
    tried(doctor.email, PASSWORD, browser=browser)
    for _ in range(3):
        browser.post(CODE, {"code": "000000"}, REMOTE_ADDR=STRANGERS)
    tried(doctor.email, "wrong")
    assert tried(doctor.email, "wrong").status_code == 429


@pytest.mark.parametrize(
    ("page", "form"),
    [
        (
            "/account/password/change/",
            {"oldpassword": "wrong", "password1": "an-even-better-horse", "password2": "an-even-better-horse"},
        ),
        ("/account/reauthenticate/", {"password": "wrong"}),
    ],
)
def test_a_stolen_login_does_not_let_the_password_be_guessed(page: str, form: dict[str, str], doctor: User) -> None:
    thief = Client()
    thief.force_login(doctor)
    for _ in range(5):
        answer = thief.post(page, form)
    assert answer.status_code == 429
    right = {name: PASSWORD if value == "wrong" else value for name, value in form.items()}
    assert thief.post(page, right).status_code == 429
    doctor.refresh_from_db()
    assert doctor.check_password(PASSWORD)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="the in-memory test database cannot be shared by threads")
def test_a_burst_of_attempts_does_not_exceed_the_limit_of_an_address(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,30/h/key"}
    doctor = DoctorFactory()
    tried_passwords: list[str] = []
    look = hashers.MD5PasswordHasher.verify

    def slowly(self: hashers.MD5PasswordHasher, password: str, encoded: str) -> bool:
        tried_passwords.append(password)
        time.sleep(0.2)
        return look(self, password, encoded)

    monkeypatch.setattr(hashers.MD5PasswordHasher, "verify", slowly)

    def attempt(number: int) -> None:
        try:
            tried(doctor.email, f"wrong {number}")
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=40) as pool:
        list(pool.map(attempt, range(40)))
    assert 1 <= len(tried_passwords) <= 20
    assert not is_in(tried(doctor.email, PASSWORD))
