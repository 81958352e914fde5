"""The three ways in which a permission is asked for, and what the access matrix cannot see of the table of roles."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import (
    NotAllowed,
    check_permission,
    has_permission,
    permission_required,
    signed_in,
)
from leukplatform.accounts.roles import PERMISSIONS, Permission, Role


@pytest.mark.parametrize("role", Role)
def test_only_an_active_account_has_the_permissions_of_its_role(role: Role) -> None:
    user = User(role=role, is_active=True)
    assert {permission for permission in Permission if has_permission(user, permission)} == PERMISSIONS[role]
    user.is_active = False
    for permission in Permission:
        assert not has_permission(user, permission)
        assert not has_permission(AnonymousUser(), permission)


def test_a_patient_has_no_permission_but_to_read_their_own_reports() -> None:
    """No route shows it if a patient may also edit or invite patients, so the access matrix would not notice."""
    assert PERMISSIONS[Role.PATIENT] == {Permission.READ_OWN_REPORTS}


def test_an_administrator_invites_patients_and_has_no_other_clinical_permission() -> None:
    """The access matrix does not notice if an administrator may no longer invite patients."""
    assert PERMISSIONS[Role.ADMIN] & PERMISSIONS[Role.DOCTOR] == {Permission.INVITE_PATIENTS}
    assert not PERMISSIONS[Role.ADMIN] & PERMISSIONS[Role.PATIENT]


def test_a_refusal_says_what_is_missing() -> None:
    with pytest.raises(NotAllowed) as refusal:
        check_permission(User(role=Role.PATIENT), Permission.SIGN_REPORTS)
    assert str(refusal.value) == "Your account does not have the permission to sign reports."


def test_a_page_opens_only_for_those_with_its_permission(rf: RequestFactory) -> None:
    @permission_required(Permission.VIEW_QUEUE)
    def page(request: HttpRequest, number: int, *, word: str) -> HttpResponse:
        return HttpResponse(f"{number} {word}")

    request = rf.get("/")
    request.user = User(role=Role.ADMIN)
    assert page(request, 1, word="x").content == b"1 x"
    assert page.__name__ == "page"
    for user in (User(role=Role.DOCTOR), User(role=Role.ADMIN, is_active=False), AnonymousUser()):
        request.user = user
        with pytest.raises(NotAllowed):
            page(request, 1, word="x")


def test_a_visitor_is_asked_to_sign_in_first(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = User(role=Role.DOCTOR)
    assert signed_in(request) is request.user
    request.user = AnonymousUser()
    with pytest.raises(NotAllowed, match=r"^Please sign in first\.$"):
        signed_in(request)


@pytest.mark.parametrize("is_required", [True, False])
@pytest.mark.parametrize("role", Role)
def test_everybody_but_patients_must_have_a_second_factor(role: Role, is_required: bool, settings: object) -> None:
    settings.REQUIRE_MFA = is_required
    assert User(role=role).must_have_second_factor is (is_required and role != Role.PATIENT)
