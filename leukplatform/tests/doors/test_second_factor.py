"""Nothing opens without the second factor where it is required: no page, no picture, no API."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.urls.converters import IntConverter

from leukplatform.accounts.models import User
from leukplatform.accounts.roles import Role
from leukplatform.accounts.services import accounts, passwords
from leukplatform.accounts.tests.factories import PASSWORD
from leukplatform.tests.doors.conftest import code_for
from leukplatform.tests.routes import patterns
from leukplatform.tests.test_repository import PUBLIC

SET_UP = "/account/second-factor/app/activate/"
AUTHENTICATE = "/account/second-factor/authenticate/"
PROFILE = "/account/profile/"
OPEN_BEFORE = {"mfa_activate_totp", "account_logout", "account_reauthenticate", "healthz"}
SOMETHING = {"kind": "original", "slug": "glossary", "key": "x", "uidb36": "1"}

SignIn = Callable[..., Client]


def addresses() -> list[tuple[str, str]]:
    """Every address of the platform, by its name. What lies there need not exist: nobody gets so far."""
    found = []
    for name, pattern in patterns():
        kinds = pattern.pattern.converters
        given = {
            part: 1 if isinstance(kinds.get(part), IntConverter) else SOMETHING.get(part, uuid4())
            for part in pattern.pattern.regex.groupindex
        }
        found.append((name, reverse(name, kwargs=given)))
    return found


@pytest.mark.parametrize("person", ["doctor", "admin"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_without_a_second_factor_every_address_leads_to_its_set_up(
    person: str, method: str, request: pytest.FixtureRequest, settings: LazySettings, sign_in: SignIn
) -> None:
    client = sign_in(request.getfixturevalue(person))
    settings.REQUIRE_MFA = True
    past = {}
    for name, address in addresses():
        if name not in OPEN_BEFORE:
            answer = getattr(client, method)(address)
            if answer.get("Location") != SET_UP:
                past[name] = answer.status_code
    assert past == {}


def test_the_password_alone_opens_only_what_is_open_to_all(doctor: User, sign_in: SignIn) -> None:
    """Between the password and the code: no page takes the half of a login for a whole one."""
    totp.TOTP.activate(doctor, totp.generate_totp_secret())
    client = sign_in(doctor)
    for name, address in addresses():
        answer = client.get(address)
        assert not answer.wsgi_request.user.is_authenticated
        if name not in PUBLIC:
            assert answer.status_code == 403 or answer["Location"].startswith("/account/"), name


def test_a_recovery_code_works_once(doctor: User, sign_in: SignIn) -> None:
    totp.TOTP.activate(doctor, totp.generate_totp_secret())
    code = RecoveryCodes.activate(doctor).get_unused_codes()[0]
    assert sign_in(doctor).post(AUTHENTICATE, {"code": code}).url == "/"
    again = sign_in(doctor)
    assert again.post(AUTHENTICATE, {"code": code}).status_code == 200
    assert "_auth_user_id" not in again.session


def test_recovery_codes_alone_are_not_a_second_factor(doctor: User, settings: LazySettings, sign_in: SignIn) -> None:
    """Codes alone, left over from an app that is gone, are not the app."""
    settings.REQUIRE_MFA = True
    RecoveryCodes.activate(doctor)
    assert sign_in(doctor).get(PROFILE).url == SET_UP


def test_the_code_of_one_person_does_not_open_the_login_of_another(
    doctor: User, other_doctor: User, sign_in: SignIn
) -> None:
    secrets = [totp.generate_totp_secret() for _ in range(2)]
    for user, secret in zip((doctor, other_doctor), secrets, strict=True):
        totp.TOTP.activate(user, secret)
    client = sign_in(doctor)
    assert client.post(AUTHENTICATE, {"code": code_for(secrets[1])}).status_code == 200
    assert "_auth_user_id" not in client.session


def test_a_new_password_by_letter_does_not_replace_it(doctor: User, sign_in: SignIn) -> None:
    totp.TOTP.activate(doctor, totp.generate_totp_secret())
    passwords.reset(user=doctor, password="an-even-better-horse")
    assert Authenticator.objects.filter(user=doctor).exists()
    client = Client()
    client.post("/account/login/", {"login": doctor.email, "password": "an-even-better-horse"})
    assert client.get(PROFILE).status_code == 302


@pytest.mark.parametrize("change", ["password", "role", "closed"])
def test_an_account_that_changed_between_password_and_code_is_not_entered(
    change: str, doctor: User, admin: User, sign_in: SignIn
) -> None:
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(doctor, secret)
    client = sign_in(doctor)
    if change == "password":
        passwords.reset(user=User.objects.get(pk=doctor.pk), password="an-even-better-horse")
    elif change == "role":
        accounts.change_role(user=doctor, role=Role.ADMIN, by=admin)
    else:
        accounts.deactivate(user=doctor, by=admin)
    assert client.post(AUTHENTICATE, {"code": code_for(secret)}).url == "/account/login/"
    assert "_auth_user_id" not in client.session
    assert "Your account has changed" in client.get("/account/login/").content.decode()


def test_half_a_login_is_forgotten_after_a_while(doctor: User, settings: LazySettings, sign_in: SignIn) -> None:
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(doctor, secret)
    client = sign_in(doctor)
    settings.ACCOUNT_LOGIN_TIMEOUT = -1
    assert client.post(AUTHENTICATE, {"code": code_for(secret)}).url.startswith("/account/login/")
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("code", ["", " ", "０００００００", "1" * 5000, "\x00", "None", "[]"])
def test_an_invalid_code_is_refused(code: str, doctor: User, sign_in: SignIn) -> None:
    totp.TOTP.activate(doctor, totp.generate_totp_secret())
    client = sign_in(doctor)
    assert client.post(AUTHENTICATE, {"code": code}).status_code == 200
    assert "_auth_user_id" not in client.session


def test_setting_up_a_second_factor_needs_the_password(doctor: User, sign_in: SignIn, settings: LazySettings) -> None:
    client = sign_in(doctor)
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    assert client.get(SET_UP).url.startswith("/account/reauthenticate/")
    assert client.post("/account/reauthenticate/", {"password": PASSWORD}).status_code == 302
