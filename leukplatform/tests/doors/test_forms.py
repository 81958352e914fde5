"""Typed and forged values in the forms of the front door."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from leukplatform.accounts import attempts, tokens
from leukplatform.accounts.models import User
from leukplatform.accounts.tests.factories import PASSWORD, InvitedFactory
from leukplatform.web.proxy import ProxiedAddressMiddleware

pytestmark = pytest.mark.django_db
LOGIN = "/account/login/"
SignIn = Callable[..., Client]

ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "http:evil.example/",
    "https:/evil.example/",
    "/\t/evil.example/",
    "/%09/evil.example/\n",
    " https://evil.example/",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "http://testserver@evil.example/",
    "http://testserver.evil.example/",
    "http://testserver:80@evil.example/",
    "https://evil.example\\@testserver/",
    "/account/login/\r\nSet-Cookie: sessionid=1",
    "https://[::1]evil.example/",
    "http://\x00evil.example/",
]


def leads_here(address: str) -> bool:
    return address.startswith("/") and not address.startswith(("//", "/\\", "/\t"))


@pytest.mark.parametrize("target", ELSEWHERE)
def test_a_login_leads_to_no_other_site(target: str, doctor: User, sign_in: SignIn) -> None:
    by_form = Client().post(LOGIN, {"login": doctor.email, "password": PASSWORD, "next": target})
    by_address = Client().post(LOGIN, {"login": doctor.email, "password": PASSWORD}, query_params={"next": target})
    already_in = sign_in(doctor).get(LOGIN, {"next": target})
    for answer in (by_form, by_address, already_in):
        assert answer.status_code == 302
        assert leads_here(answer.url), answer.url
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("target", ELSEWHERE)
def test_no_other_form_leads_to_another_site(target: str, doctor: User, sign_in: SignIn) -> None:
    client = sign_in(doctor)
    answer = client.post("/account/reauthenticate/", {"password": PASSWORD, "next": target})
    assert answer.status_code == 200 or leads_here(answer.url)
    answer = client.post("/account/logout/", {"next": target})
    assert leads_here(answer.url)


def test_the_login_leads_to_a_page_of_this_site(doctor: User) -> None:
    answer = Client().post(LOGIN, {"login": doctor.email, "password": PASSWORD, "next": "/patients/?q=a"})
    assert answer.url == "/patients/?q=a"


LONG = "x" * 100_000


@pytest.mark.parametrize(
    ("page", "form"),
    [
        (LOGIN, {"login": f"{LONG}@clinic.example", "password": PASSWORD}),
        (LOGIN, {"login": "ada@clinic.example", "password": LONG}),
        (LOGIN, {"login": "ada@clinic.example", "password": PASSWORD, "next": "/" + LONG}),
        ("/account/password/reset/", {"email": f"{LONG}@clinic.example"}),
        ("/account/password/change/", {"oldpassword": LONG, "password1": LONG, "password2": LONG}),
        ("/account/reauthenticate/", {"password": LONG}),
        ("/account/profile/", {"name": LONG}),
    ],
)
def test_a_field_as_long_as_a_book_is_refused_unread(page, form, doctor: User, sign_in: SignIn, monkeypatch) -> None:
    client = Client() if page in (LOGIN, "/account/password/reset/") else sign_in(doctor)
    hashed = []
    monkeypatch.setattr("django.contrib.auth.hashers.MD5PasswordHasher.encode", lambda *args: hashed.append(args) or "")
    answer = client.post(page, form)
    assert answer.status_code in (200, 400, 302)
    assert [args for args in hashed if len(args[1]) > 1000] == []
    doctor.refresh_from_db()
    assert len(doctor.name) < 200


def test_a_first_password_as_long_as_a_book_is_refused() -> None:
    link = f"/account/invitation/{tokens.invitation_key(InvitedFactory())}/"
    assert Client().post(link, {"new_password1": LONG, "new_password2": LONG}).status_code == 200


def test_a_password_of_two_hundred_letters_is_fine(doctor: User, sign_in: SignIn) -> None:
    password = "seven dull anchors and " * 9
    password = password.strip()
    assert len(password) > 200
    form = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    assert sign_in(doctor).post("/account/password/change/", form).status_code == 302
    assert Client().post(LOGIN, {"login": doctor.email, "password": password}).status_code == 302


@pytest.mark.parametrize(
    "password", ["пароль-не-скажу-никому", "  spaces at both ends  ", "emoji 🐎🔋 and staple", "ünïcödé-wörds-hére"]
)
def test_a_password_is_taken_as_it_is_typed(password: str, doctor: User, sign_in: SignIn) -> None:
    form = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    assert sign_in(doctor).post("/account/password/change/", form).status_code == 302
    assert Client().post(LOGIN, {"login": doctor.email, "password": password}).status_code == 302
    assert Client().post(LOGIN, {"login": doctor.email, "password": password.strip().upper()}).status_code == 200


def test_too_large_a_form_is_refused_before_it_is_read() -> None:
    answer = Client().post(LOGIN, {"login": "a@clinic.example", "password": "x" * 3_000_000})
    assert answer.status_code in (400, 413)


def test_a_thousand_fields_are_refused() -> None:
    assert Client().post(LOGIN, {f"f{number}": "" for number in range(2000)}).status_code == 400


@pytest.mark.parametrize(
    "typed",
    [
        "ada@clinic.example\x00",
        "ada@cl\u0131nic.example",
        "ad\u0430@clinic.example",
        "ada\u200b@clinic.example",
        "\uff41\uff44\uff41@clinic.example",
        "ada@clinic.example' OR 1=1 --",
        "ada@clinic.example%",
        "*",
        "ada+x@clinic.example",
    ],
)
def test_a_lookalike_address_is_not_the_account(typed: str, doctor: User) -> None:
    client = Client()
    assert client.post(LOGIN, {"login": typed, "password": PASSWORD}).status_code == 200
    assert "_auth_user_id" not in client.session


def test_two_accounts_cannot_share_an_address_in_two_spellings(admin: User, sign_in: SignIn, doctor: User) -> None:
    form = {"name": "Twin", "email": doctor.email.upper(), "role": "DOCTOR"}
    page = sign_in(admin).post("/manage/accounts/invite/", form).content.decode()
    assert "has an account already" in page
    assert User.objects.filter(email__iexact=doctor.email).count() == 1


def test_a_list_instead_of_a_word_is_no_password(doctor: User) -> None:
    client = Client()
    answer = client.post(LOGIN, '{"login": "ada@clinic.example", "password": ["x"]}', content_type="application/json")
    assert answer.status_code < 500
    assert "_auth_user_id" not in client.session


def test_the_answer_to_a_script_tells_no_more_than_the_page(doctor: User) -> None:
    answers = [
        Client(headers={"x-requested-with": "XMLHttpRequest"}).post(LOGIN, {"login": email, "password": "wrong"})
        for email in (doctor.email, "nobody@clinic.example")
    ]
    assert answers[0].status_code == answers[1].status_code == 400
    assert answers[0].json()["form"]["errors"] == answers[1].json()["form"]["errors"]


def test_the_form_of_another_site_is_refused_though_it_has_the_token(doctor: User) -> None:
    client = Client(enforce_csrf_checks=True)
    token = client.get(LOGIN).context["csrf_token"]
    form = {"login": doctor.email, "password": PASSWORD, "csrfmiddlewaretoken": str(token)}
    assert client.post(LOGIN, form, headers={"origin": "https://evil.example"}).status_code == 403
    assert client.post(LOGIN, form, headers={"origin": "null"}).status_code == 403
    assert client.post(LOGIN, form, headers={"origin": "http://testserver"}).status_code == 302


def test_the_token_of_another_browser_is_refused(doctor: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.get(LOGIN)
    others = str(Client().get(LOGIN).context["csrf_token"])
    form = {"login": doctor.email, "password": PASSWORD, "csrfmiddlewaretoken": others}
    assert client.post(LOGIN, form).status_code == 403


def test_behind_a_proxy_the_address_it_saw_is_counted_whatever_the_visitor_wrote_before_it() -> None:
    chain = "192.0.2.1, 198.51.100.23"
    request = RequestFactory().get("/", headers={"x-forwarded-for": chain}, REMOTE_ADDR="127.0.0.1")
    ProxiedAddressMiddleware(lambda request: HttpResponse())(request)
    assert attempts.counted_address(request) == "198.51.100.23"


def test_a_forwarded_address_is_not_believed_without_a_proxy() -> None:
    request = RequestFactory().get("/", headers={"x-forwarded-for": "192.0.2.1"}, REMOTE_ADDR="203.0.113.5")
    assert attempts.counted_address(request) == "203.0.113.5"
