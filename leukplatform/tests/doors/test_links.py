"""One-time links: each works once, for a day, for one account, and is not passed on by the page it opens."""

from __future__ import annotations

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import LazySettings
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from leukplatform.accounts import tokens
from leukplatform.accounts.models import User
from leukplatform.accounts.services import accounts, passwords
from leukplatform.accounts.tests.factories import PASSWORD, InvitedFactory

pytestmark = pytest.mark.django_db
NEW = "an-even-better-horse"
NEWER = "a-third-horse-entirely"


def reset_link(user: User) -> str:
    user = User.objects.get(pk=user.pk)
    return reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)},
    )


def opened(link: str, client: Client | None = None) -> tuple[Client, str]:
    """The browser, and where its form is sent to."""
    client = client or Client()
    return client, client.get(link, follow=True).context.get("action_url", "")


def set_to(password: str, client: Client, action: str):
    return client.post(action, {"password1": password, "password2": password})


def has(user: User, password: str) -> bool:
    return User.objects.get(pk=user.pk).check_password(password)


def is_dead(link: str) -> bool:
    return "This link no longer works" in Client().get(link, follow=True).content.decode()


def test_a_reset_link_works_once(doctor: User) -> None:
    link = reset_link(doctor)
    set_to(NEW, *opened(link))
    assert has(doctor, NEW)
    assert is_dead(link)


def test_a_link_opened_in_two_browsers_works_in_the_first_only(doctor: User) -> None:
    link = reset_link(doctor)
    first, second = opened(link), opened(link)
    set_to(NEW, *first)
    assert "This link no longer works" in set_to(NEWER, *second).content.decode()
    assert has(doctor, NEW)


def test_two_clicks_at_the_same_moment_count_once(doctor: User) -> None:
    """Both were looked at before either was carried out."""
    first, second = User.objects.get(pk=doctor.pk), User.objects.get(pk=doctor.pk)
    passwords.reset(user=first, password=NEW)
    with pytest.raises(passwords.LinkUsed):
        passwords.reset(user=second, password=NEWER)
    assert has(doctor, NEW)


def test_the_second_click_is_told_that_the_link_is_used(doctor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    client, action = opened(reset_link(doctor))

    def use_meanwhile(*args: object, **kwargs: object) -> None:
        raise passwords.LinkUsed

    monkeypatch.setattr(passwords, "reset", use_meanwhile)
    answer = client.post(action, {"password1": NEW, "password2": NEW}, follow=True)
    assert answer.status_code == 200
    assert "used" in answer.content.decode()
    assert has(doctor, PASSWORD)


@pytest.mark.parametrize("kind", ["changed", "reset", "closed", "signed in"])
def test_a_reset_link_ends_with_any_change_or_login_of_the_account(kind: str, doctor: User, admin: User) -> None:
    link = reset_link(doctor)
    user = User.objects.get(pk=doctor.pk)
    if kind == "changed":
        passwords.change(user=user, password=NEW, by=user)
    elif kind == "reset":
        set_to(NEW, *opened(reset_link(doctor)))
    elif kind == "closed":
        accounts.deactivate(user=user, by=admin)
    else:
        Client().post("/account/login/", {"login": doctor.email, "password": PASSWORD})
    assert is_dead(link)


def test_the_reset_link_of_one_account_opens_no_other(doctor: User, other_doctor: User) -> None:
    link = reset_link(doctor).replace(user_pk_to_url_str(doctor), user_pk_to_url_str(other_doctor))
    assert is_dead(link)


def test_a_reset_link_is_good_for_a_day(doctor: User, settings: LazySettings) -> None:
    assert settings.PASSWORD_RESET_TIMEOUT == 24 * 3600
    link = reset_link(doctor)
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert is_dead(link)


def test_setting_a_password_by_letter_signs_nobody_in(doctor: User) -> None:
    client, action = opened(reset_link(doctor))
    set_to(NEW, client, action)
    assert "_auth_user_id" not in client.session


def test_the_key_of_a_reset_link_does_not_stay_in_the_address(doctor: User) -> None:
    link = reset_link(doctor)
    answer = Client().get(link)
    assert answer.status_code == 302
    assert answer.url.endswith("-set-password/")


def test_a_reset_link_opened_beside_anothers_login_signs_that_one_out(doctor: User, admin: User) -> None:
    client = Client()
    client.force_login(admin)
    client, action = opened(reset_link(doctor), client)
    assert action
    assert "_auth_user_id" not in client.session


# --- Invitations ------------------------------------------------------------------------------------------------------


def invitation(user: User) -> str:
    return reverse("accounts:invitation", args=[tokens.invitation_key(user)])


def test_the_key_of_an_invitation_does_not_reach_the_next_page() -> None:
    answer = Client().get(invitation(InvitedFactory()))
    assert answer.headers["Referrer-Policy"] == "strict-origin"  # Django looks at the origin of forms, so not less
    assert "no-store" in answer.headers["Cache-Control"]


def test_an_invitation_used_in_two_browsers_sets_one_password() -> None:
    user = InvitedFactory()
    link = invitation(user)
    first, second = Client(), Client()
    first.get(link), second.get(link)
    assert first.post(link, {"new_password1": NEW, "new_password2": NEW}).status_code == 302
    assert second.post(link, {"new_password1": NEWER, "new_password2": NEWER}).status_code == 410
    assert has(user, NEW)


def test_an_invitation_is_dead_once_the_password_was_changed_again() -> None:
    user = InvitedFactory()
    link = invitation(user)
    Client().post(link, {"new_password1": NEW, "new_password2": NEW})
    user = User.objects.get(pk=user.pk)
    passwords.change(user=user, password=NEWER, by=user)
    assert Client().post(link, {"new_password1": NEW, "new_password2": NEW}).status_code == 410
    assert has(user, NEWER)


def test_an_invitation_is_no_reset_link_and_the_other_way_round(doctor: User) -> None:
    invited = InvitedFactory()
    key = tokens.invitation_key(invited).partition("-")[2]
    assert is_dead(f"/account/password/reset/key/{user_pk_to_url_str(invited)}-{key}/")
    token = default_token_generator.make_token(doctor)
    assert Client().get(f"/account/invitation/{doctor.pk.hex}-{token}/").status_code == 410


# --- Where letters go and what they name ------------------------------------------------------------------------------

Run = DjangoCaptureOnCommitCallbacks


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"x-forwarded-host": "evil.example"},
        {"host": "127.0.0.1:8000@evil.example"},
        {"x-forwarded-server": "evil.example"},
        {"origin": "https://evil.example"},
    ],
)
def test_no_header_changes_the_address_in_a_letter(
    headers: dict[str, str],
    doctor: User,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: Run,
    settings: LazySettings,
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    with django_capture_on_commit_callbacks(execute=True):
        Client(headers=headers).post("/account/password/reset/", {"email": doctor.email})
    for letter in mailoutbox:
        assert "evil" not in f"{letter.subject}{letter.body}"
        assert f"{settings.SITE_URL}/account/password/reset/key/" in letter.body


def test_a_foreign_host_is_not_answered() -> None:
    assert Client(headers={"host": "evil.example"}).get("/account/login/").status_code == 400


@pytest.mark.parametrize(
    "typed",
    [
        "ada@clın\u0131c.example",
        "ada@CLINIC\u3002example",
        "ada@\uff43linic.example",
        "ada@clinic.example\nbcc: evil@evil.example",
        "ada@clinic.example, evil@evil.example",
        "ada@clinic.example%0abcc:evil@evil.example",
        "àda@clinic.example",
    ],
)
def test_a_letter_with_a_link_goes_to_the_address_of_the_account_alone(
    typed: str, doctor: User, mailoutbox: list[EmailMessage], django_capture_on_commit_callbacks: Run
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert Client().post("/account/password/reset/", {"email": typed}).status_code < 500
    for letter in mailoutbox:
        assert "http" not in letter.body or letter.recipients() == [doctor.email]


def test_an_address_typed_in_capitals_gets_its_letter(
    doctor: User, mailoutbox: list[EmailMessage], django_capture_on_commit_callbacks: Run
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        Client().post("/account/password/reset/", {"email": doctor.email.upper()})
    assert mailoutbox[0].to == [doctor.email]
    assert "http" in mailoutbox[0].body


def test_too_many_letters_are_refused(
    doctor: User, mailoutbox: list[EmailMessage], settings: LazySettings, django_capture_on_commit_callbacks: Run
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"reset_password": "10/m/ip,3/5m/key"}

    def ask() -> int:
        with django_capture_on_commit_callbacks(execute=True):  # each letter leaves before the next is asked for
            return Client().post("/account/password/reset/", {"email": doctor.email}).status_code

    assert [ask() for _ in range(5)] == [302, 302, 302, 429, 429]
    assert len(mailoutbox) == 3


def test_too_many_invitations_are_refused(
    admin: User, settings: LazySettings, mailoutbox: list[EmailMessage], django_capture_on_commit_callbacks: Run
) -> None:
    settings.INVITATIONS_PER_HOUR = 2
    client = Client()
    client.post("/account/login/", {"login": admin.email, "password": PASSWORD})
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(3):
            page = client.post(
                "/manage/accounts/invite/",
                {"name": "New Person", "email": f"new{number}@clinic.example", "role": "DOCTOR"},
            )
    assert "very many invitations" in page.content.decode()
    assert len(mailoutbox) == 2
    assert not User.objects.filter(email="new2@clinic.example").exists()
