"""The models: which are installed, what their cards say, which one is in use. Nothing clinical."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from diagnosis import selectors
from diagnosis.services import releases as service
from diagnosis.views.common import telling
from leukplatform.accounts.permissions import permission_required, signed_in
from leukplatform.accounts.roles import Permission


@require_safe
@permission_required(Permission.MANAGE_MODELS)
def releases(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    context = {"releases": selectors.releases(user), "agreements": selectors.agreements(user)}
    return render(request, "diagnosis/releases.html", context)


@require_safe
@permission_required(Permission.MANAGE_MODELS)
def release(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "diagnosis/release.html", {"release": selectors.get_release(signed_in(request), pk)})


@require_POST
@permission_required(Permission.MANAGE_MODELS)
def activate(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    release = service.activate(release=selectors.get_release(user, pk), by=user)
    text = _(
        "%(release)s is in use for every analysis from now on. Analyses that were requested before keep their model. "
        "You can change back at any time."
    )
    messages.success(request, text % {"release": release})
    return redirect("diagnosis:releases")


@require_POST
@permission_required(Permission.MANAGE_MODELS)
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    release = selectors.get_release(user, pk)
    with telling(request, _("%(release)s reads every new picture too, in silence.") % {"release": release}):
        service.compare(release=release, by=user)
    return redirect("diagnosis:releases")


@require_POST
@permission_required(Permission.MANAGE_MODELS)
def stop_comparing(request: HttpRequest, pk: int) -> HttpResponse:
    user = signed_in(request)
    release = service.stop_comparing(release=selectors.get_release(user, pk), by=user)
    messages.success(request, _("%(release)s has left the comparison.") % {"release": release})
    return redirect("diagnosis:releases")
