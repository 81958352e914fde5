"""The login library's pages, as this product uses them."""

import re
from smtplib import SMTPServerDisconnected

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from leukplatform.accounts.forms.own import PASSWORD_RULES
from leukplatform.accounts.models import User
from leukplatform.accounts.services import passwords
from leukplatform.accounts.tests.factories import PASSWORD, DoctorFactory, InvitedFactory
from leukplatform.audit.models import AuditEvent

HASH = re.compile("[0-9a-f]{32,}")
LOGIN = "/account/login/"
NEW_PASSWORD = "an-even-better-horse"


def sign_in(client: Client, user: User, password: str = PASSWORD, **extra: str):
    return client.post(LOGIN, {"login": user.email, "password": password, **extra})


def test_signing_in_leads_to_the_front_door_and_is_audited(client: Client, doctor: User) -> None:
    response = sign_in(client, doctor)
    assert (response.status_code, response.url) == (302, "/")
    event = AuditEvent.objects.get()
    assert (event.action, event.actor_id, event.ip_address) == ("account.logged_in", str(doctor.pk), "127.0.0.1")
    assert event.details == {"methods": ["password"]}


def test_signing_in_ignores_the_case_of_the_address(client: Client, doctor: User) -> None:
    assert client.post(LOGIN, {"login": doctor.email.upper(), "password": PASSWORD}).status_code == 302


def test_a_foreign_address_to_go_on_to_is_not_followed(client: Client, doctor: User) -> None:
    assert sign_in(client, doctor, next="https://evil.example/").url == "/"


def test_unknown_address_and_wrong_password_look_alike(client: Client, doctor: User) -> None:
    def shown(email: str) -> str:
        page = client.post(LOGIN, {"login": email, "password": "wrong"}).content.decode()
        page = re.sub(r'csrfmiddlewaretoken" value="\w+"', "", page)
        return page.replace(email, "")

    assert shown(doctor.email) == shown("nobody@clinic.example")


def test_a_failed_login_is_audited_without_the_address(client: Client, doctor: User) -> None:
    sign_in(client, doctor, "wrong")
    sign_in(client, doctor, "wrong")
    first, second = AuditEvent.objects.filter(action="account.login_failed")
    assert first.details["address_hash"] == second.details["address_hash"]
    assert HASH.fullmatch(first.details["address_hash"])
    rest = str(first.details).replace(first.details["address_hash"], "")  # whose digits may spell the name by chance
    assert "ada" not in rest
    assert (first.actor_id, first.subject_id) == ("", "")


def test_signing_out_is_audited(client: Client, doctor: User) -> None:
    sign_in(client, doctor)
    assert client.post("/account/logout/").url == "/"
    assert "_auth_user_id" not in client.session
    assert AuditEvent.objects.latest("id").action == "account.logged_out"


def test_a_deactivated_account_cannot_sign_in(client: Client, db: None) -> None:
    response = sign_in(client, DoctorFactory(is_active=False))
    assert response.url == "/account/inactive/"
    assert "_auth_user_id" not in client.session
    assert AuditEvent.objects.latest("id").details == {"reason": "deactivated"}
    assert "This account is deactivated" in client.get(response.url).content.decode()


def test_an_invited_account_cannot_sign_in(client: Client, db: None) -> None:
    assert sign_in(client, InvitedFactory(), "").status_code == 200
    assert "_auth_user_id" not in client.session


def test_sign_up_is_closed_and_says_what_to_do(client: Client, db: None) -> None:
    assert "Accounts are made by invitation" in client.get("/account/signup/").content.decode()
    client.post("/account/signup/", {"email": "x@x.example", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert not User.objects.exists()


@pytest.mark.parametrize("path", ["email/", "confirm-email/", "password/set/", "login/code/", "phone/change/"])
def test_unused_pages_of_the_library_do_not_exist(path: str, client: Client, doctor: User) -> None:
    client.force_login(doctor)
    assert client.get(f"/account/{path}").status_code == 404


def test_too_many_failures_lock_the_address_for_a_while(client: Client, doctor: User, settings: LazySettings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/5m/key"}
    cache.clear()
    for _ in range(3):
        sign_in(client, doctor, "wrong")
    page = sign_in(client, doctor).content.decode()
    assert "Too many failed attempts" in page
    assert "_auth_user_id" not in client.session


def test_a_page_asked_for_too_often_answers_in_plain_words(client: Client, db: None, settings: LazySettings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    cache.clear()
    client.post(LOGIN)
    response = client.post(LOGIN)
    assert response.status_code == 429
    assert "Too many attempts" in response.content.decode()


def asked_for_reset(
    client: Client, email: str, mailoutbox: list[EmailMessage], run: DjangoCaptureOnCommitCallbacks
) -> str:
    """The body of the letter."""
    with run(execute=True):
        response = client.post("/account/password/reset/", {"email": email})
    assert response.url == "/account/password/reset/done/"
    assert len(mailoutbox) == 1
    assert mailoutbox[0].to == [email]
    return mailoutbox[0].body


def link_in(body: str) -> str:
    return re.search(r"http://127\.0\.0\.1:8000(/account/\S+)", body).group(1)


def test_a_forgotten_password_is_set_anew_by_a_link_that_works_once(
    client: Client,
    doctor: User,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    other_browser = Client()
    other_browser.force_login(doctor)
    link = link_in(asked_for_reset(client, doctor.email, mailoutbox, django_capture_on_commit_callbacks))
    form = client.get(link, follow=True)
    action = form.context["action_url"]
    response = client.post(action, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert response.url == "/account/password/reset/key/done/"
    doctor.refresh_from_db()
    assert doctor.check_password(NEW_PASSWORD)
    assert other_browser.get("/account/profile/").status_code == 302
    assert AuditEvent.objects.latest("id").action == "account.password_reset"
    assert "This link no longer works" in Client().get(link, follow=True).content.decode()


def test_a_reset_link_that_is_too_old_says_what_to_do(
    client: Client,
    doctor: User,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    settings: LazySettings,
) -> None:
    link = link_in(asked_for_reset(client, doctor.email, mailoutbox, django_capture_on_commit_callbacks))
    settings.PASSWORD_RESET_TIMEOUT = -1
    page = client.get(link, follow=True).content.decode()
    assert "This link no longer works" in page
    assert "Send a new link" in page


def test_an_unknown_address_gets_the_same_page_and_a_letter_without_a_link(
    client: Client,
    db: None,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    body = asked_for_reset(client, "nobody@clinic.example", mailoutbox, django_capture_on_commit_callbacks)
    assert "http" not in body


def test_somebody_who_has_not_joined_gets_a_new_invitation(
    client: Client,
    db: None,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    user = InvitedFactory()
    link = link_in(asked_for_reset(client, user.email, mailoutbox, django_capture_on_commit_callbacks))
    assert link.startswith("/account/invitation/")
    assert client.get(link).status_code == 200


@pytest.mark.parametrize("make", [DoctorFactory, InvitedFactory])
@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_refuses_does_not_tell_who_has_an_account(
    make: type[DoctorFactory], client: Client, mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise SMTPServerDisconnected("down")

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    response = client.post("/account/password/reset/", {"email": make().email})
    assert response.url == "/account/password/reset/done/"


def test_the_link_names_the_configured_site_whatever_the_request_says(
    client: Client,
    doctor: User,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    settings: LazySettings,
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/account/password/reset/", {"email": doctor.email}, headers={"host": "evil.example"})
    assert "evil" not in mailoutbox[0].body
    assert settings.SITE_URL in mailoutbox[0].body


def test_changing_the_password_ends_the_other_logins_and_tells_the_owner(
    client: Client,
    doctor: User,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    client.force_login(doctor)
    other_browser = Client()
    other_browser.force_login(doctor)
    form = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post("/account/password/change/", form).url == "/account/profile/"
    assert client.get("/account/profile/").status_code == 200
    assert other_browser.get("/account/profile/").status_code == 302
    assert AuditEvent.objects.latest("id").action == "account.password_changed"
    assert mailoutbox[0].subject == "Your password at leukplatform was changed"


@pytest.mark.parametrize("password", ["short", "12345678901234", "password1234", "ada@clinic.example"])
def test_a_weak_password_is_refused(password: str, client: Client, doctor: User) -> None:
    client.force_login(doctor)
    form = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    assert client.post("/account/password/change/", form).status_code == 200
    doctor.refresh_from_db()
    assert doctor.check_password(PASSWORD)


def test_the_password_rules_shown_are_the_rules_applied(settings: LazySettings) -> None:
    options = [rule.get("OPTIONS", {}) for rule in settings.AUTH_PASSWORD_VALIDATORS]
    lengths = [option["min_length"] for option in options if "min_length" in option]
    assert [f"At least {length} characters" in PASSWORD_RULES for length in lengths] == [True]


@pytest.mark.usefixtures("broken_audit")
def test_the_password_stays_if_audit_fails(doctor: User) -> None:
    with pytest.raises(RuntimeError):
        passwords.change(user=doctor, password=NEW_PASSWORD, by=doctor)
    doctor.refresh_from_db()
    assert doctor.check_password(PASSWORD)
