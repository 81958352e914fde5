"""The rules for passwords; a password is compared exactly as it was sent."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from leukplatform.accounts.models import User

LONG = "  Grüße 雪 und «Tinte» — 3 Löffel, " + "über Wiesen und Wälder " * 4 + " "
PAGES_WITH_PASSWORDS = ["account_login", "account_change_password", "account_reauthenticate"]


@pytest.fixture
def owner(doctor: User) -> User:
    doctor.set_password(LONG)
    doctor.save()
    return doctor


def is_signed_in(client: Client, user: User, password: str) -> bool:
    client.post(reverse("account_login"), {"login": user.email, "password": password})
    return "_auth_user_id" in client.session


def test_a_long_password_of_any_characters_is_accepted_and_signs_in(client: Client, doctor: User) -> None:
    doctor.set_password("the first words of a new doctor")
    doctor.save()
    assert len(LONG) > 64
    assert is_signed_in(client, doctor, "the first words of a new doctor")
    sent = {"oldpassword": "the first words of a new doctor", "password1": LONG, "password2": LONG}
    assert client.post(reverse("account_change_password"), sent).status_code == 302
    assert is_signed_in(Client(), doctor, LONG)


@pytest.mark.parametrize("other", [LONG.strip(), LONG.lower(), LONG[:64], LONG[:-1], LONG + " "], ids=repr)
def test_nothing_is_trimmed_cut_or_folded(client: Client, owner: User, other: str) -> None:
    assert not is_signed_in(client, owner, other)


def test_the_present_password_is_asked_for_before_a_new_one_is_set(client: Client, owner: User) -> None:
    client.force_login(owner)
    for sent in ({"password1": LONG + "x", "password2": LONG + "x"}, {"oldpassword": "wrong", "password1": "x" * 20}):
        client.post(reverse("account_change_password"), sent)
        owner.refresh_from_db()
        assert owner.check_password(LONG)


@pytest.mark.parametrize("page", PAGES_WITH_PASSWORDS)
def test_a_password_is_hidden_and_a_password_manager_may_fill_it_in(client: Client, owner: User, page: str) -> None:
    if page != "account_login":
        client.force_login(owner)
    html = client.get(reverse(page)).content.decode()
    fields = re.findall(r"<input[^>]*password[^>]*>", html)
    assert fields
    for field in fields:
        assert 'type="password"' in field
        assert re.search(r'autocomplete="(current|new)-password"', field)
        assert "maxlength" not in field


def test_passwords_can_be_pasted() -> None:
    scripts = (settings.BASE_DIR / "leukplatform" / "static" / "js").glob("*.js")
    assert [
        path.name for path in scripts if re.search(r"[\"'](?:paste|copy|cut)[\"']|clipboard", path.read_text())
    ] == []
