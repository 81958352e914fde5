"""The administrator's pages on accounts."""

from __future__ import annotations

from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from leukplatform.accounts import selectors
from leukplatform.accounts.errors import AddressTaken, TooManyInvitations
from leukplatform.accounts.forms.manage import AccountFilterForm, InviteForm, RoleForm
from leukplatform.accounts.models import AccountStatus
from leukplatform.accounts.permissions import permission_required, signed_in
from leukplatform.accounts.roles import Permission, Role
from leukplatform.accounts.services import invitations

PAGE_SIZE = 25


@require_safe
@permission_required(Permission.MANAGE_ACCOUNTS)
def account_list(request: HttpRequest) -> HttpResponse:
    form = AccountFilterForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    found = selectors.accounts(
        signed_in(request),
        query=chosen.get("q", ""),
        role=chosen.get("role", ""),
        status=chosen.get("status", ""),
    )
    context = {
        "form": form,
        "page_obj": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "is_filtered": any(chosen.values()),
    }
    return render(request, "accounts/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.MANAGE_ACCOUNTS)
@reauthentication_required(allow_get=True)
def account_invite(request: HttpRequest) -> HttpResponse:
    form = InviteForm(request.POST or None, initial={"role": Role.DOCTOR})
    if request.method == "POST" and form.is_valid():
        try:
            user = invitations.invite(**form.cleaned_data, by=signed_in(request))
        except AddressTaken as refusal:
            form.add_error("email", str(refusal))
        except TooManyInvitations as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("An invitation is on its way to %(email)s.") % {"email": user.email})
            return redirect("accounts:detail", user.pk)
    return render(request, "accounts/invite.html", {"form": form})


@require_safe
@permission_required(Permission.MANAGE_ACCOUNTS)
def account_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    account = selectors.account(signed_in(request), pk)
    context = {
        "account": account,
        "role_form": RoleForm(initial={"role": account.role}),
        "is_own": account.pk == signed_in(request).pk,
        "is_invited": account.status == AccountStatus.INVITED,
        "locks": selectors.locks(signed_in(request), account),
        "logins": selectors.open_logins(account),
    }
    return render(request, "accounts/detail.html", context)
