"""The buttons on an account's page. Each: the account, one service call, a message, back to the page.

A button that decides who gets in, and as what, asks the administrator for the password again: a login left open must
not be enough.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_POST

from leukplatform.accounts import selectors
from leukplatform.accounts.errors import Refused
from leukplatform.accounts.forms.manage import RoleForm
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import permission_required, signed_in
from leukplatform.accounts.roles import Permission, Role
from leukplatform.accounts.services import accounts, invitations, lockouts, logins, second_factor


@require_POST
@permission_required(Permission.MANAGE_ACCOUNTS)
@reauthentication_required
def change_role(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = selectors.account(signed_in(request), pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, gettext("Please choose one of the roles."))
        return redirect("accounts:detail", pk)
    role = Role(form.cleaned_data["role"])
    done = gettext("%(name)s is now in the role %(role)s.") % {"name": user.name, "role": role.label}
    return _answer(request, pk, lambda: accounts.change_role(user=user, role=role, by=signed_in(request)), done)


def _button(
    service: Callable[..., User], done: str, *, done_to_doctor: str = "", asks_again: bool = False
) -> Callable[[HttpRequest, UUID], HttpResponseBase]:
    """Make the view of one button. `done` says what has happened, with %(name)s and %(email)s of the account."""

    def view(request: HttpRequest, pk: UUID) -> HttpResponse:
        user = selectors.account(signed_in(request), pk)
        text = done_to_doctor if done_to_doctor and user.role == Role.DOCTOR else done
        text = gettext(text) % {"name": user.name, "email": user.email}
        return _answer(request, pk, lambda: service(user=user, by=signed_in(request)), text)

    asked = reauthentication_required(view) if asks_again else view
    return require_POST(permission_required(Permission.MANAGE_ACCOUNTS)(asked))


deactivate = _button(
    accounts.deactivate,
    gettext_noop("The account of %(name)s is deactivated and signed out everywhere."),
    done_to_doctor=gettext_noop(
        "The account of %(name)s is deactivated and signed out everywhere. Records that no other doctor cares for are "
        "listed under Privacy."
    ),
)
reactivate = _button(accounts.reactivate, gettext_noop("The account of %(name)s is open again."))
resend = _button(
    invitations.resend,
    gettext_noop("A new invitation is on its way to %(email)s. The earlier link no longer works."),
)
reset_second_factor = _button(
    second_factor.reset,
    gettext_noop("The second factor of %(name)s is removed. They can sign in with the password and set up a new one."),
    asks_again=True,
)
unlock = _button(lockouts.lift, gettext_noop("%(name)s can try to sign in again, everywhere."))
end_logins = _button(logins.end_all, gettext_noop("%(name)s is signed out everywhere."))


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
