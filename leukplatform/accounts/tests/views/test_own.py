from collections.abc import Callable

from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from leukplatform.accounts import tokens
from leukplatform.accounts.models import User
from leukplatform.accounts.tests.factories import InvitedFactory

SignIn = Callable[[User], Client]
PASSWORD = {"new_password1": "an-even-better-horse", "new_password2": "an-even-better-horse"}


def test_everybody_has_a_profile(doctor: User, patient_user: User, admin: User, signed_in_as: SignIn) -> None:
    for user in (doctor, patient_user, admin):
        assert user.email in signed_in_as(user).get(reverse("accounts:profile")).content.decode()


def test_a_profile_name_can_be_changed(doctor: User, signed_in_as: SignIn) -> None:
    client = signed_in_as(doctor)
    assert client.post(reverse("accounts:profile"), {"name": "Dr Ada Diallo"}).status_code == 302
    doctor.refresh_from_db()
    assert doctor.name == "Dr Ada Diallo"


def test_a_name_cannot_be_empty(doctor: User, signed_in_as: SignIn) -> None:
    response = signed_in_as(doctor).post(reverse("accounts:profile"), {"name": "  "})
    assert response.context["form"].errors.keys() == {"name"}
    assert response.context["user"].name == "Dr Ada Moreau"


def test_a_name_is_shown_as_text_whatever_it_is(doctor: User, signed_in_as: SignIn) -> None:
    client = signed_in_as(doctor)
    client.post(reverse("accounts:profile"), {"name": "<script>alert(1)</script>"})
    assert "<script>alert" not in client.get(reverse("accounts:profile")).content.decode()


def test_an_invitation_is_accepted_with_a_password(client: Client, db: None) -> None:
    user = InvitedFactory(name="New Doctor")
    url = reverse("accounts:invitation", args=[tokens.invitation_key(user)])
    page = client.get(url)
    assert "Welcome, New Doctor" in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    assert client.post(url, PASSWORD).url == "/account/login/"
    assert client.post("/account/login/", {"login": user.email, "password": PASSWORD["new_password1"]}).url == "/"


def test_a_weak_or_mistyped_password_comes_back_and_the_link_stays_good(client: Client, db: None) -> None:
    user = InvitedFactory()
    url = reverse("accounts:invitation", args=[tokens.invitation_key(user)])
    assert client.post(url, {"new_password1": "short", "new_password2": "short"}).status_code == 200
    assert client.post(url, {**PASSWORD, "new_password2": "something-else-here"}).status_code == 200
    assert client.post(url, PASSWORD).status_code == 302


def test_a_used_invitation_leads_to_the_login(client: Client, db: None) -> None:
    url = reverse("accounts:invitation", args=[tokens.invitation_key(InvitedFactory())])
    client.post(url, PASSWORD)
    for response in (client.get(url), client.post(url, PASSWORD)):
        assert response.status_code == 410
        assert "This invitation has been used" in response.content.decode()


def test_an_old_invitation_says_how_to_get_a_new_one(client: Client, db: None, settings: LazySettings) -> None:
    url = reverse("accounts:invitation", args=[tokens.invitation_key(InvitedFactory())])
    settings.PASSWORD_RESET_TIMEOUT = -1
    response = client.get(url)
    assert response.status_code == 410
    assert "Ask for a new link" in response.content.decode()


def test_an_invitation_opens_beside_somebody_elses_login(admin: User, signed_in_as: SignIn) -> None:
    url = reverse("accounts:invitation", args=[tokens.invitation_key(InvitedFactory())])
    assert signed_in_as(admin).get(url).status_code == 200
