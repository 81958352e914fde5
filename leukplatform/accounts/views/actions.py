"""The buttons on an account's page. Each: the account, one service call, a message, back to the page.

What decides who gets in, and as what, is asked again of the administrator: a login left open must not be enough.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from leukplatform.accounts import selectors
from leukplatform.accounts.errors import Refused
from leukplatform.accounts.forms.manage import RoleForm
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import permission_required, signed_in
from leukplatform.accounts.roles import Permission, Role
from leukplatform.accounts.services import accounts, invitations, lockouts, logins, second_factor

_RECORDS = " Records that no other doctor cares for are listed under Privacy."


@require_POST
@permission_required(Permission.MANAGE_ACCOUNTS)
@reauthentication_required
def change_role(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = selectors.account(signed_in(request), pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Please choose one of the roles.")
        return redirect("accounts:detail", pk)
    role = Role(form.cleaned_data["role"])
    return _answer(
        request,
        pk,
        lambda: accounts.change_role(user=user, role=role, by=signed_in(request)),
        f"{user.name} is now in the role {role.label}.",
    )


@require_POST
@permission_required(Permission.MANAGE_ACCOUNTS)
def deactivate(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = selectors.account(signed_in(request), pk)
    records = _RECORDS if user.role == Role.DOCTOR else ""
    return _answer(
        request,
        pk,
        lambda: accounts.deactivate(user=user, by=signed_in(request)),
        f"The account of {user.name} is deactivated and signed out everywhere.{records}",
    )


@require_POST
@permission_required(Permission.MANAGE_ACCOUNTS)
def reactivate(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = selectors.account(signed_in(request), pk)
    return _answer(
        request,
        pk,
        lambda: accounts.reactivate(user=user, by=signed_in(request)),
        f"The account of {user.name} is open again.",
    )


@require_POST
@permission_required(Permission.MANAGE_ACCOUNTS)
def resend(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = selectors.account(signed_in(request), pk)
    return _answer(
        request,
        pk,
        lambda: invitations.resend(user=user, by=signed_in(request)),
        f"A new invitation is on its way to {user.email}. The earlier link no longer works.",
    )


@require_POST
@permission_required(Permission.MANAGE_ACCOUNTS)
@reauthentication_required
def reset_second_factor(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = selectors.account(signed_in(request), pk)
    return _answer(
        request,
        pk,
        lambda: second_factor.reset(user=user, by=signed_in(request)),
        f"The second factor of {user.name} is removed. They can sign in with the password and set up a new one.",
    )


@require_POST
@permission_required(Permission.MANAGE_ACCOUNTS)
def unlock(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = selectors.account(signed_in(request), pk)
    return _answer(
        request,
        pk,
        lambda: lockouts.lift(user=user, by=signed_in(request)),
        f"{user.name} can try to sign in again, everywhere.",
    )


@require_POST
@permission_required(Permission.MANAGE_ACCOUNTS)
def end_logins(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = selectors.account(signed_in(request), pk)
    return _answer(
        request,
        pk,
        lambda: logins.end_all(user=user, by=signed_in(request)),
        f"{user.name} is signed out everywhere.",
    )


def _answer(request: HttpRequest, pk: UUID, service: Callable[[], User], done: str) -> HttpResponse:
    try:
        user = service()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
        if user.pk == signed_in(request).pk:  # an administrator who changed their own account is signed out by it
            return redirect("home")
    return redirect("accounts:detail", pk)
