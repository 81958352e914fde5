"""One's own account."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from leukplatform.accounts import selectors
from leukplatform.accounts.forms.own import NameForm
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import signed_in
from leukplatform.accounts.policies import must_have_second_factor
from leukplatform.accounts.services import accounts


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    # A copy: a refused name must not appear in the menu of the same page.
    form = NameForm(request.POST or None, instance=User.objects.get(pk=user.pk))
    if request.method == "POST" and form.is_valid():
        accounts.rename(user=user, name=form.cleaned_data["name"], by=user)
        messages.success(request, _("Your name is saved."))
        return redirect("accounts:profile")
    context = {
        "form": form,
        "has_second_factor": selectors.has_second_factor(user),
        "must_have_second_factor": must_have_second_factor(user),
    }
    return render(request, "accounts/profile.html", context)
