"""The pages on one's own account: the name, and the open logins."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from leukplatform.accounts import selectors
from leukplatform.accounts.forms.own import NameForm
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import signed_in
from leukplatform.accounts.services import accounts
from leukplatform.accounts.services import logins as services


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    # A copy: a refused name must not appear in the menu of the same page.
    form = NameForm(request.POST or None, instance=User.objects.get(pk=user.pk))
    if request.method == "POST" and form.is_valid():
        accounts.rename(user=user, name=form.cleaned_data["name"], by=user)
        messages.success(request, _("Your name is saved."))
        return redirect("accounts:profile")
    context = {"form": form, "has_second_factor": selectors.has_second_factor(user)}
    return render(request, "accounts/profile.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(allow_get=True)  # or a stolen login could throw its owner out
def logins(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    if request.method == "POST":
        services.end_others(request, user)
        messages.success(request, _("You are signed out everywhere but here."))
        return redirect("accounts:logins")
    found = sorted(selectors.open_logins(user), key=lambda login: not login.is_current())  # this one first
    context = {
        "logins": found,
        "has_others": any(not login.is_current() for login in found),
        "idle_minutes": settings.SESSION_IDLE_TIMEOUT // 60,
        "longest_hours": settings.SESSION_COOKIE_AGE // 3600,
    }
    return render(request, "accounts/logins.html", context)
