"""Opening a record in an emergency, and closing it again."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
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
    """No list, no search: who does not know number and date of birth finds nobody."""
    user = signed_in(request)
    form = EmergencyForm(request.POST or None)
    status = HTTPStatus.OK
    if request.method == "POST" and form.is_valid():
        facts = {name: value for name, value in form.cleaned_data.items() if name != "is_understood"}
        try:
            opened = emergencies.open_record(**facts, by=user)
        except InCareAlready as refusal:
            messages.info(request, str(refusal))
            return redirect("diagnosis:record", refusal.patient_id)
        except (NoSuchRecord, TooManyMisses) as refusal:
            form.add_error(None, str(refusal))
            is_limit = isinstance(refusal, TooManyMisses)
            status = HTTPStatus.TOO_MANY_REQUESTS if is_limit else HTTPStatus.UNPROCESSABLE_ENTITY
        else:
            return redirect("diagnosis:record", opened.patient_id)
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
    messages.success(request, "The record is closed. You no longer see it.")
    return redirect("patients:emergency")
