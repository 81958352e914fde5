"""Which role may what: the table as the clinic agreed on it, and the three ways in which it is asked."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from leukplatform.accounts import policies
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import (
    NotAllowed,
    check_permission,
    has_permission,
    permission_required,
    signed_in,
)
from leukplatform.accounts.roles import PERMISSIONS, Permission, Role

EXPECTED = {
    Permission.VIEW_PATIENTS: {Role.DOCTOR},
    Permission.REGISTER_PATIENTS: {Role.DOCTOR},
    Permission.EDIT_PATIENTS: {Role.DOCTOR},
    Permission.MANAGE_CARE: {Role.DOCTOR},
    Permission.BREAK_GLASS: {Role.DOCTOR},
    Permission.INVITE_PATIENTS: {Role.DOCTOR, Role.ADMIN},
    Permission.OPEN_CASES: {Role.DOCTOR},
    Permission.ADD_PICTURES: {Role.DOCTOR},
    Permission.REQUEST_ANALYSES: {Role.DOCTOR},
    Permission.REVIEW_FINDINGS: {Role.DOCTOR},
    Permission.SIGN_REPORTS: {Role.DOCTOR},
    Permission.READ_OWN_REPORTS: {Role.PATIENT},
    Permission.MANAGE_ACCOUNTS: {Role.ADMIN},
    Permission.MANAGE_MODELS: {Role.ADMIN},
    Permission.VIEW_QUEUE: {Role.ADMIN},
    Permission.VIEW_AUDIT: {Role.ADMIN},
    Permission.OVERSEE_PRIVACY: {Role.ADMIN},
}


def test_every_role_and_every_permission_is_in_the_table() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert set(EXPECTED) == set(Permission)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("permission", Permission)
def test_each_role_has_exactly_the_permissions_in_the_table(permission: Permission, role: Role) -> None:
    user = User(role=role, is_active=True)
    assert has_permission(user, permission) is (role in EXPECTED[permission])
    user.is_active = False
    assert not has_permission(user, permission)
    assert not has_permission(AnonymousUser(), permission)


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
    assert policies.must_have_second_factor(User(role=role)) is (is_required and role != Role.PATIENT)
