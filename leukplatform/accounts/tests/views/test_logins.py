"""The list of a person's logins, and ending them."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import NotAllowed
from leukplatform.accounts.roles import Role
from leukplatform.accounts.services import accounts, logins
from leukplatform.accounts.templatetags.accounts import browser_name
from leukplatform.accounts.tests.factories import PASSWORD
from leukplatform.audit.models import AuditEvent

LOGINS = "/account/logins/"
PROFILE = "/account/profile/"
NEW_PASSWORD = "an-even-better-horse"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 "
    "Mobile/15E148 Safari/604.1"
)


@pytest.fixture(autouse=True)
def no_code_used_yet() -> None:
    cache.clear()


def signed_in(user: User, user_agent: str = FIREFOX) -> Client:
    client = Client(headers={"user-agent": user_agent})
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    return client


def is_open(client: Client) -> bool:
    return client.get(PROFILE).status_code == 200


def test_the_page_lists_only_the_persons_own_logins(doctor: User, other_doctor: User) -> None:
    here, _, _ = signed_in(doctor), signed_in(doctor, PHONE), signed_in(other_doctor, "Bruno's browser")
    page = here.get(LOGINS).content.decode()
    assert "Firefox on Linux" in page
    assert "Safari on iPhone" in page
    assert "Bruno" not in page
    assert page.count("This one") == 1


def test_other_logins_end_and_this_one_continues_under_a_new_key(doctor: User) -> None:
    here, elsewhere = signed_in(doctor), signed_in(doctor, PHONE)
    before = here.session.session_key
    answer = here.post(LOGINS, follow=True)
    assert "signed out everywhere but here" in answer.content.decode()
    assert here.session.session_key != before
    assert is_open(here)
    assert not is_open(elsewhere)
    assert [login.session_key for login in UserSession.objects.filter(user=doctor)] == [here.session.session_key]
    event = AuditEvent.objects.filter(action="account.logins_ended").get()
    assert event.details == {"others": 1}


def test_a_copy_of_the_requesting_cookie_ends_too(doctor: User) -> None:
    here = signed_in(doctor)
    copy = Client()
    copy.cookies["sessionid"] = here.cookies["sessionid"].value
    here.post(LOGINS)
    assert not is_open(copy)


def test_an_old_login_asks_for_the_password_first(doctor: User, settings) -> None:
    here, elsewhere = signed_in(doctor), signed_in(doctor, PHONE)
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    assert here.get(LOGINS).status_code == 200
    assert here.post(LOGINS).url.startswith("/account/reauthenticate/")
    assert is_open(elsewhere)


def test_a_login_that_is_over_is_not_listed(doctor: User) -> None:
    here, elsewhere = signed_in(doctor), signed_in(doctor, PHONE)
    elsewhere.post("/account/logout/")
    assert "iPhone" not in here.get(LOGINS).content.decode()


def test_an_administrator_ends_all_logins_of_an_account(doctor: User, admin: User) -> None:
    one, other = signed_in(doctor), signed_in(doctor, PHONE)
    by = signed_in(admin)
    assert "Open logins" in by.get(reverse("accounts:detail", args=[doctor.pk])).content.decode()
    by.post(reverse("accounts:end-logins", args=[doctor.pk]))
    assert not is_open(one)
    assert not is_open(other)
    assert is_open(by)
    event = AuditEvent.objects.filter(action="account.logins_ended").get()
    assert (event.actor_id, event.subject_id) == (str(admin.pk), str(doctor.pk))


def test_only_an_administrator_ends_the_logins_of_others(doctor: User, other_doctor: User) -> None:
    open_login = signed_in(doctor)
    with pytest.raises(NotAllowed):
        logins.end_all(user=doctor, by=other_doctor)
    assert is_open(open_login)


def test_logins_go_on_if_the_audit_fails(doctor: User, admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    open_login = signed_in(doctor)

    def refuse(*args: object, **kwargs: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("leukplatform.audit.services.record", refuse)
    with pytest.raises(RuntimeError):
        logins.end_all(user=doctor, by=admin)
    assert is_open(open_login)


def test_above_the_limit_the_least_recently_used_login_ends(doctor: User, settings) -> None:
    settings.OPEN_LOGINS_PER_ACCOUNT = 2
    first, second, third = (signed_in(doctor) for _ in range(3))
    assert not is_open(first)
    assert is_open(second)
    assert is_open(third)
    event = AuditEvent.objects.get(action="account.logins_ended")
    assert event.details == {"surplus": 1}


# --- What ends logins by itself --------------------------------------------------------------------------------------


def test_changing_the_role_ends_all_logins(doctor: User, admin: User) -> None:
    open_login = signed_in(doctor)
    accounts.change_role(user=doctor, role=Role.PATIENT, by=admin)
    assert not is_open(open_login)


def test_deactivation_ends_all_logins_and_reactivation_restores_none(doctor: User, admin: User) -> None:
    open_login = signed_in(doctor)
    accounts.deactivate(user=doctor, by=admin)
    assert not is_open(open_login)
    accounts.reactivate(user=doctor, by=admin)
    assert not is_open(open_login)


def test_a_new_password_ends_the_other_logins_and_changes_this_key(doctor: User) -> None:
    here, elsewhere = signed_in(doctor), signed_in(doctor, PHONE)
    before = here.session.session_key
    form = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    here.post("/account/password/change/", form)
    assert is_open(here)
    assert here.session.session_key != before
    assert not is_open(elsewhere)


def code_for(secret: str) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))


def with_app(client: Client) -> None:
    page = "/account/second-factor/app/activate/"
    client.post(page, {"code": code_for(client.get(page).context["form"].secret)})
    assert Authenticator.objects.filter(type="totp").exists()


def test_adding_a_second_factor_ends_the_logins_without_one(doctor: User) -> None:
    here, elsewhere = signed_in(doctor), signed_in(doctor, PHONE)
    with_app(here)
    assert is_open(here)
    assert not is_open(elsewhere)


def test_removing_a_second_factor_ends_the_other_logins(doctor: User) -> None:
    here = signed_in(doctor)
    with_app(here)
    elsewhere = Client()
    elsewhere.force_login(User.objects.get(pk=doctor.pk))
    here.post("/account/second-factor/app/deactivate/")
    assert not Authenticator.objects.exists()
    assert is_open(here)
    assert not is_open(elsewhere)


@pytest.mark.django_db(transaction=True)
def test_new_recovery_codes_end_the_other_logins(doctor: User) -> None:
    here = signed_in(doctor)
    with_app(here)
    elsewhere = Client()
    elsewhere.force_login(User.objects.get(pk=doctor.pk))
    here.post("/account/second-factor/recovery-codes/generate/")
    assert is_open(here)
    assert not is_open(elsewhere)


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        (PHONE, "Safari on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("<b>curl</b>" * 9, ("<b>curl</b>" * 9)[:40]),
        ("", "Unknown"),
    ],
)
def test_a_browser_is_named_in_everyday_words(user_agent: str, name: str) -> None:
    assert browser_name(user_agent) == name
