"""The login itself: no key that somebody chose before, no way around the server when it ends, no page kept after it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import LazySettings
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from django.urls import reverse

from leukplatform.accounts.models import User
from leukplatform.accounts.tests.factories import PASSWORD
from leukplatform.audit.models import AuditEvent
from leukplatform.tests.test_settings import PRODUCTION, settings_under  # noqa: F401

LOGIN = "/account/login/"
PROFILE = "/account/profile/"
SignIn = Callable[..., Client]


def test_a_key_known_before_the_login_is_not_the_key_after_it(doctor: User) -> None:
    store = SessionStore()
    store["planted"] = "by somebody"
    store.save()
    victim = Client()
    victim.cookies["sessionid"] = store.session_key
    victim.post(LOGIN, {"login": doctor.email, "password": PASSWORD})
    assert victim.session.session_key != store.session_key
    thief = Client()
    thief.cookies["sessionid"] = store.session_key
    assert thief.get(PROFILE).status_code == 302


def test_a_key_made_up_by_the_browser_is_not_taken(doctor: User) -> None:
    made_up = "a" * 32
    client = Client()
    client.cookies["sessionid"] = made_up
    client.post(LOGIN, {"login": doctor.email, "password": PASSWORD})
    assert client.session.session_key != made_up


def test_signing_in_as_somebody_else_keeps_nothing_of_the_first(doctor: User, other_doctor: User) -> None:
    client = Client()
    client.force_login(doctor)
    session = client.session
    session["of_the_first"] = "something"
    session.save()
    client.force_login(other_doctor)
    assert "of_the_first" not in client.session


def test_signing_out_ends_the_session_on_the_server(doctor: User, sign_in: SignIn) -> None:
    client = sign_in(doctor)
    kept = client.cookies["sessionid"].value
    client.post("/account/logout/")
    copy = Client()
    copy.cookies["sessionid"] = kept
    assert copy.get(PROFILE).status_code == 302
    assert not SessionStore(kept).exists(kept)


def test_confirming_the_password_changes_the_session_key(doctor: User, sign_in: SignIn) -> None:
    client = sign_in(doctor)
    before = client.session.session_key
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    assert client.session.session_key not in (None, before)
    copy = Client()
    copy.cookies["sessionid"] = before
    assert copy.get(PROFILE).status_code == 302
    assert client.get("/account/logins/").content.decode().count("This one") == 1


def test_the_login_ends_with_the_browser_too(doctor: User, sign_in: SignIn) -> None:
    cookie = sign_in(doctor).cookies["sessionid"]
    assert cookie["max-age"] == ""
    assert cookie["expires"] == ""


def test_no_page_of_a_login_is_kept_by_the_browser(doctor: User, sign_in: SignIn) -> None:
    client = sign_in(doctor)
    for page in (PROFILE, "/account/logins/", "/account/password/change/", "/patients/"):
        assert "no-store" in client.get(page).headers["Cache-Control"]
    assert "no-store" in Client().get(LOGIN).headers["Cache-Control"]


@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete"])
def test_only_a_form_signs_out(method: str, doctor: User, sign_in: SignIn) -> None:
    client = sign_in(doctor)
    assert getattr(client, method)("/account/logout/").status_code == 405
    assert client.get(PROFILE).status_code == 200


@pytest.mark.parametrize("header", [{"authorization": "Basic YWRh"}, {"x-forwarded-user": "ada"}, {"remote-user": "a"}])
def test_no_header_signs_anybody_in(header: dict[str, str], doctor: User) -> None:
    assert Client(headers=header).get("/api/v1/cases/").status_code == 403
    assert Client(headers=header).get(PROFILE).status_code == 302


# --- Cookies, as production sets them ---------------------------------------------------------------------------------


def test_in_production_cookies_belong_to_this_host_alone(settings_under) -> None:  # noqa: F811
    production = settings_under(**PRODUCTION)
    for name in ("SESSION", "CSRF"):
        assert production[f"{name}_COOKIE_NAME"].startswith("__Host-")
        assert production[f"{name}_COOKIE_SECURE"]
        assert production[f"{name}_COOKIE_HTTPONLY"]
        assert production[f"{name}_COOKIE_SAMESITE"] == "Lax"
        # With either of these a browser refuses a cookie named __Host-.
        assert production.get(f"{name}_COOKIE_DOMAIN") is None
        assert production.get(f"{name}_COOKIE_PATH", "/") == "/"


def test_in_production_browsers_must_use_tls_for_a_year(settings_under) -> None:  # noqa: F811
    production = settings_under(**PRODUCTION)
    assert production["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert production["SECURE_HSTS_INCLUDE_SUBDOMAINS"]
    assert production["SECURE_SSL_REDIRECT"]


def test_every_cookie_of_a_login_has_its_flags(doctor: User, settings: LazySettings) -> None:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    client = Client()
    client.get(LOGIN, secure=True)
    client.post(LOGIN, {"login": doctor.email, "password": PASSWORD}, secure=True)
    assert set(client.cookies) == {"sessionid", "csrftoken", "browser"}
    for name, cookie in client.cookies.items():
        assert cookie["secure"], name
        assert cookie["httponly"], name
        assert cookie["samesite"] in ("Lax", "Strict"), name
        assert cookie["path"] == "/", name
        assert not cookie["domain"], name


# --- A login left open ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("route", "form"),
    [
        ("accounts:invite", {"name": "Accomplice", "email": "accomplice@evil.example", "role": "ADMIN"}),
        ("accounts:role", {"role": "ADMIN"}),
        ("accounts:reset-second-factor", {}),
    ],
)
def test_an_open_login_alone_does_not_allow_sensitive_actions(
    route: str, form: dict[str, str], doctor: User, admin: User
) -> None:
    TOTP.activate(doctor, generate_totp_secret())
    left_open = Client()
    left_open.force_login(admin)
    page = reverse(route, args=[] if route == "accounts:invite" else [doctor.pk])
    answer = left_open.post(page, form)
    assert answer.url.startswith("/account/reauthenticate/")
    doctor.refresh_from_db()
    assert doctor.role == "DOCTOR"
    assert Authenticator.objects.filter(user=doctor).exists()
    assert not User.objects.filter(email="accomplice@evil.example").exists()


def test_the_action_goes_on_after_the_password_was_confirmed(doctor: User, admin: User) -> None:
    client = Client()
    client.force_login(admin)
    asked = client.post(reverse("accounts:role", args=[doctor.pk]), {"role": "ADMIN"})
    answer = client.post(asked.url, {"password": PASSWORD})
    assert answer.url == reverse("accounts:detail", args=[doctor.pk])
    doctor.refresh_from_db()
    assert doctor.role == "ADMIN"
    assert AuditEvent.objects.get(action="account.role_changed").actor_id == str(admin.pk)
