"""Opening a record in an emergency, and closing it again."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from leukplatform.accounts.permissions import permission_required, signed_in
from leukplatform.accounts.roles import Permission
from patients import selectors
from patients.errors import InCareAlready, NoSuchRecord, TooManyMisses
from patients.forms import EmergencyForm
from patients.services import emergencies


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.BREAK_GLASS)
def open_record(request: HttpRequest) -> HttpResponse:
    """Open a record by its number and date of birth. There is no list and no search to find anybody else."""
    user = signed_in(request)
    form = EmergencyForm(request.POST or None)
    status = HTTPStatus.OK
    if request.method == "POST" and form.is_valid():
        facts = {name: value for name, value in form.cleaned_data.items() if name != "is_understood"}
        try:
            return redirect(emergencies.open_record(**facts, by=user).patient)
        except InCareAlready as refusal:
            messages.info(request, str(refusal))
            return redirect(refusal.patient)
        except NoSuchRecord as refusal:
            form.add_error(None, str(refusal))
            status = HTTPStatus.UNPROCESSABLE_ENTITY
        except TooManyMisses as refusal:
            form.add_error(None, str(refusal))
            status = HTTPStatus.TOO_MANY_REQUESTS
    context = {
        "form": form,
        "minutes": settings.EMERGENCY_ACCESS_MINUTES,
        "opened": selectors.own_emergencies(user),
    }
    return render(request, "patients/emergency.html", context, status=status)


@require_POST
@permission_required(Permission.BREAK_GLASS)
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = signed_in(request)
    emergencies.end(opened=selectors.emergency(user, pk), by=user)
    messages.success(request, _("The record is closed. You no longer see it."))
    return redirect("patients:emergency")
