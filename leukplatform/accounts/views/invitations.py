"""The page behind an invitation's link."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from leukplatform.accounts.errors import InvitationInvalid
from leukplatform.accounts.forms.own import FirstPasswordForm
from leukplatform.accounts.services import invitations


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
@never_cache
@sensitive_post_parameters()
def invitation(request: HttpRequest, key: str) -> HttpResponse:
    try:
        user = invitations.find(key)
        form = FirstPasswordForm(user, request.POST or None)
        if request.method == "POST" and form.is_valid():
            invitations.accept(key=key, password=form.cleaned_data["new_password1"])
            messages.success(request, _("Your password is set. Please sign in."))
            return redirect("account_login")
    except InvitationInvalid as refusal:
        context = {"is_used": refusal.is_used, "hours": settings.PASSWORD_RESET_TIMEOUT // 3600}
        return render(request, "accounts/invitation_invalid.html", context, status=HTTPStatus.GONE)
    page = render(request, "accounts/invitation.html", {"form": form, "invited": user})
    # The address holds the key: other pages are told no more than the origin, which the check of forms needs.
    page.headers["Referrer-Policy"] = "strict-origin"
    return page
