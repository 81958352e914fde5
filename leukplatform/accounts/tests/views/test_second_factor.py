"""Setting up, using, losing and removing the authenticator app."""

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.conf import LazySettings
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from leukplatform.accounts.adapter import MfaAdapter
from leukplatform.accounts.errors import Refused
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import NotAllowed
from leukplatform.accounts.services import second_factor
from leukplatform.accounts.tests.factories import PASSWORD
from leukplatform.audit.models import AuditEvent

SET_UP = "/account/second-factor/app/activate/"
REMOVE = "/account/second-factor/app/deactivate/"
AUTHENTICATE = "/account/second-factor/authenticate/"


@pytest.fixture(autouse=True)
def no_code_used_yet() -> None:
    cache.clear()


def code_for(secret: str) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))


def with_password(user: User) -> Client:
    client = Client()
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    return client


@pytest.fixture
def secret_of() -> Callable[[User], str]:
    def set_up(user: User) -> str:
        secret = totp.generate_totp_secret()
        totp.TOTP.activate(user, secret)
        return secret

    return set_up


def test_setting_up_leads_to_the_recovery_codes_and_is_audited(
    doctor: User,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    client = with_password(doctor)
    form = client.get(SET_UP).context["form"]
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(SET_UP, {"code": code_for(form.secret)})
    assert response.url == "/account/second-factor/recovery-codes/"
    assert len(client.get(response.url).context["unused_codes"]) == 10
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"account.mfa_added", "account.recovery_codes_made"} <= actions
    assert mailoutbox[0].subject == "Two-factor sign-in is on"


def test_a_wrong_code_sets_nothing_up(doctor: User) -> None:
    client = with_password(doctor)
    client.get(SET_UP)
    assert "This code is not right" in client.post(SET_UP, {"code": "000000"}).content.decode()
    assert not Authenticator.objects.exists()


def test_nothing_is_set_up_if_audit_fails(doctor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    client = with_password(doctor)
    code = code_for(client.get(SET_UP).context["form"].secret)

    def refuse(*args: object, **kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("leukplatform.audit.services.record", refuse)
    with pytest.raises(RuntimeError):
        client.post(SET_UP, {"code": code})
    assert not Authenticator.objects.exists()


def test_an_old_login_asks_for_the_password_before_the_set_up(doctor: User, settings: LazySettings) -> None:
    client = with_password(doctor)
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    response = client.get(SET_UP)
    assert response.url.startswith("/account/reauthenticate/")
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
    assert client.post(response.url, {"password": "wrong"}).status_code == 200
    assert client.post(response.url, {"password": PASSWORD}).url == SET_UP


def test_the_secret_is_not_stored_in_the_clear(doctor: User, secret_of: Callable[[User], str]) -> None:
    secret = secret_of(doctor)
    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in stored
    assert MfaAdapter().decrypt(stored) == secret


def test_a_secret_survives_the_change_of_the_secret_key(settings: LazySettings) -> None:
    stored = MfaAdapter().encrypt("JBSWY3DP")
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another" * 10
    assert MfaAdapter().decrypt(stored) == "JBSWY3DP"


def test_the_password_alone_is_not_enough(doctor: User, secret_of: Callable[[User], str]) -> None:
    secret = secret_of(doctor)
    client = with_password(doctor)
    assert "_auth_user_id" not in client.session
    assert client.get("/account/profile/").status_code == 302
    assert client.post(AUTHENTICATE, {"code": code_for(secret)}).url == "/"
    assert AuditEvent.objects.latest("id").details == {"methods": ["password", "totp"]}


def test_a_code_works_once(doctor: User, secret_of: Callable[[User], str]) -> None:
    secret = secret_of(doctor)
    code = code_for(secret)
    with_password(doctor).post(AUTHENTICATE, {"code": code})
    second = with_password(doctor)
    second.post(AUTHENTICATE, {"code": code})
    assert "_auth_user_id" not in second.session


def test_a_wrong_code_is_audited(doctor: User, secret_of: Callable[[User], str]) -> None:
    secret_of(doctor)
    with_password(doctor).post(AUTHENTICATE, {"code": "000000"})
    event = AuditEvent.objects.latest("id")
    assert (event.action, event.subject_id) == ("account.login_failed", str(doctor.pk))
    assert event.details == {"reason": "second factor"}


def test_removing_the_app_takes_the_recovery_codes_along_and_is_audited(doctor: User) -> None:
    client = with_password(doctor)
    client.post(SET_UP, {"code": code_for(client.get(SET_UP).context["form"].secret)})
    assert client.post(REMOVE).url == "/account/second-factor/"
    assert not Authenticator.objects.exists()
    removed = AuditEvent.objects.filter(action="account.mfa_removed")
    assert {event.details["kind"] for event in removed} == {"totp", "recovery_codes"}


def test_a_required_second_factor_cannot_be_removed(
    doctor: User, secret_of: Callable[[User], str], settings: LazySettings
) -> None:
    settings.REQUIRE_MFA = True
    secret = secret_of(doctor)
    client = with_password(doctor)
    client.post(AUTHENTICATE, {"code": code_for(secret)})
    assert "Your role needs a second factor" in client.post(REMOVE).content.decode()
    assert Authenticator.objects.filter(type="totp").exists()


def test_an_administrator_removes_the_second_factor_of_somebody_who_lost_the_phone(
    admin: User,
    doctor: User,
    secret_of: Callable[[User], str],
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    secret_of(doctor)
    signed_in = Client()
    signed_in.force_login(doctor)
    with django_capture_on_commit_callbacks(execute=True):
        second_factor.reset(user=doctor, by=admin)
    assert not Authenticator.objects.exists()
    assert signed_in.get("/account/profile/").status_code == 302
    event = AuditEvent.objects.latest("id")
    assert (event.action, event.actor_id) == ("account.mfa_removed", str(admin.pk))
    assert mailoutbox[0].to == [doctor.email]


def test_only_an_administrator_removes_a_second_factor(
    doctor: User, other_doctor: User, secret_of: Callable[[User], str]
) -> None:
    secret_of(doctor)
    with pytest.raises(NotAllowed):
        second_factor.reset(user=doctor, by=other_doctor)
    assert Authenticator.objects.exists()


def test_removing_a_second_factor_that_does_not_exist_is_refused(admin: User, doctor: User) -> None:
    with pytest.raises(Refused):
        second_factor.reset(user=doctor, by=admin)


@pytest.mark.parametrize("person", ["doctor", "admin"])
def test_a_required_second_factor_comes_before_every_other_page(
    person: str, request: pytest.FixtureRequest, settings: LazySettings
) -> None:
    settings.REQUIRE_MFA = True
    client = with_password(request.getfixturevalue(person))
    for name in ("home", "accounts:profile", "accounts:list", "patients:list", "account_change_password", "mfa_index"):
        assert client.get(reverse(name)).url == SET_UP
    assert client.get(SET_UP).status_code == 200
    assert client.post("/account/logout/").status_code == 302


def test_patients_can_do_without_a_required_second_factor(patient_user: User, settings: LazySettings) -> None:
    settings.REQUIRE_MFA = True
    assert with_password(patient_user).get("/account/profile/").status_code == 200


def test_pages_open_once_the_second_factor_is_set_up(
    doctor: User, secret_of: Callable[[User], str], settings: LazySettings
) -> None:
    settings.REQUIRE_MFA = True
    secret = secret_of(doctor)
    client = with_password(doctor)
    client.post(AUTHENTICATE, {"code": code_for(secret)})
    assert client.get("/account/profile/").status_code == 200
