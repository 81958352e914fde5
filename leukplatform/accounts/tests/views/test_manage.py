"""The administrator's pages on accounts."""

import uuid
from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from leukplatform.accounts.models import User
from leukplatform.accounts.roles import Role
from leukplatform.accounts.tests.factories import AdminFactory, DoctorFactory, InvitedFactory

SignIn = Callable[[User], Client]


@pytest.fixture
def office(admin: User, signed_in_as: SignIn) -> Client:
    return signed_in_as(admin)


def names_on(client: Client, **filters: str) -> list[str]:
    page = client.get(reverse("accounts:list"), filters).context["page_obj"]
    return [account.name for account in page]


def texts(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_a_search_of_too_many_words_finds_everybody(office: Client, admin: User) -> None:
    assert names_on(office, q="a " * 2000) == [admin.name]


def test_an_unknown_account_is_404(office: Client) -> None:
    assert office.get(reverse("accounts:detail", args=[uuid.uuid4()])).status_code == 404
    assert office.post(reverse("accounts:deactivate", args=[uuid.uuid4()])).status_code == 404


def test_the_list_is_searched_by_name_and_address_and_filtered(
    office: Client, doctor: User, patient_user: User
) -> None:
    InvitedFactory(name="Zoe Invited")
    DoctorFactory(name="Yan Gone", is_active=False)
    assert names_on(office, q="moreau ada") == ["Dr Ada Moreau"]
    assert names_on(office, q="home.example") == ["Dana Lindqvist"]
    assert names_on(office, role="PATIENT") == ["Dana Lindqvist"]
    assert names_on(office, status="INVITED") == ["Zoe Invited"]
    assert names_on(office, status="DEACTIVATED") == ["Yan Gone"]
    assert names_on(office, role="DOCTOR", status="ACTIVE") == ["Dr Ada Moreau"]
    assert names_on(office, role="NONSENSE") == names_on(office)


def test_a_search_without_result_offers_the_way_back(office: Client) -> None:
    page = office.get(reverse("accounts:list"), {"q": "nobody at all"}).content.decode()
    assert "Nobody matches" in page
    assert "Show all accounts" in page


def test_the_list_takes_the_same_number_of_queries_however_long(office: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert office.get(reverse("accounts:list")).status_code == 200
        return len(captured)

    few = queries()
    DoctorFactory.create_batch(20)
    InvitedFactory.create_batch(20)
    assert queries() == few
    assert names_on(office, page="2")


def test_inviting_leads_to_the_new_account(
    office: Client,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    form = {"name": "New Doctor", "email": "new@clinic.example", "role": "DOCTOR"}
    with django_capture_on_commit_callbacks(execute=True):
        response = office.post(reverse("accounts:invite"), form)
    user = User.objects.get(email="new@clinic.example")
    assert response.url == reverse("accounts:detail", args=[user.pk])
    assert len(mailoutbox) == 1
    assert "Has not joined yet" in office.get(response.url).content.decode()


def test_inviting_twice_says_so_beside_the_field(office: Client, doctor: User) -> None:
    response = office.post(reverse("accounts:invite"), {"name": "Twin", "email": doctor.email, "role": "DOCTOR"})
    assert response.context["form"].errors["email"] == ["This e-mail address has an account already."]


@pytest.mark.parametrize("form", [{"name": ""}, {"name": "X", "email": "no address", "role": "KING"}])
def test_a_form_that_is_wrong_comes_back_with_errors(form: dict[str, str], office: Client) -> None:
    response = office.post(reverse("accounts:invite"), form)
    assert response.status_code == 200
    assert {"email", "role"} <= response.context["form"].errors.keys()


def test_an_address_that_is_invalid_in_lower_case_is_refused(office: Client) -> None:
    response = office.post(reverse("accounts:invite"), {"name": "X", "email": "\u0130@x.example", "role": "DOCTOR"})
    assert response.context["form"].errors.keys() == {"email"}


def test_deactivating_signs_the_person_out_at_once(office: Client, doctor: User, signed_in_as: SignIn) -> None:
    theirs = signed_in_as(doctor)
    assert theirs.get(reverse("accounts:profile")).status_code == 200
    office.post(reverse("accounts:deactivate", args=[doctor.pk]))
    assert theirs.get(reverse("accounts:profile")).status_code == 302
    office.post(reverse("accounts:reactivate", args=[doctor.pk]))
    assert theirs.get(reverse("accounts:profile")).status_code == 302


def test_changing_the_role_signs_the_person_out_at_once(office: Client, doctor: User, signed_in_as: SignIn) -> None:
    theirs = signed_in_as(doctor)
    office.post(reverse("accounts:role", args=[doctor.pk]), {"role": Role.ADMIN})
    assert theirs.get(reverse("accounts:profile")).status_code == 302
    doctor.refresh_from_db()
    assert doctor.role == Role.ADMIN


def test_the_last_administrator_is_told_why_the_account_stays(office: Client, admin: User) -> None:
    response = office.post(reverse("accounts:deactivate", args=[admin.pk]), follow=True)
    assert "This is the last administrator who can sign in" in texts(response)[0]


def test_an_administrator_who_deactivates_themselves_is_led_to_the_front_door(office: Client, admin: User) -> None:
    AdminFactory()
    response = office.post(reverse("accounts:deactivate", args=[admin.pk]), follow=True)
    assert response.redirect_chain[0][0] == "/"
    assert not response.context["user"].is_authenticated


def test_an_unknown_role_is_refused(office: Client, doctor: User) -> None:
    response = office.post(reverse("accounts:role", args=[doctor.pk]), {"role": "KING"}, follow=True)
    assert texts(response) == ["Please choose one of the roles."]


def test_inviting_again_says_that_the_earlier_link_no_longer_works(office: Client) -> None:
    response = office.post(reverse("accounts:resend", args=[InvitedFactory().pk]), follow=True)
    assert "The earlier link no longer works" in texts(response)[0]


def test_somebody_who_joined_is_not_invited_again(office: Client, doctor: User) -> None:
    response = office.post(reverse("accounts:resend", args=[doctor.pk]), follow=True)
    assert "has not joined yet" in texts(response)[0]


def test_the_page_of_an_account_shows_and_removes_the_second_factor(office: Client, doctor: User) -> None:
    totp.TOTP.activate(doctor, totp.generate_totp_secret())
    assert "Remove second factor" in office.get(reverse("accounts:detail", args=[doctor.pk])).content.decode()
    office.post(reverse("accounts:reset-second-factor", args=[doctor.pk]))
    assert "Remove second factor" not in office.get(reverse("accounts:detail", args=[doctor.pk])).content.decode()
