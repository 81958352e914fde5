"""The front door: visitors see a page, everybody else is led to the page that their role starts with."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from leukplatform.accounts.roles import Role

_START_PAGES = {
    Role.DOCTOR: "diagnosis:worklist",
    Role.PATIENT: "records:my-reports",
    Role.ADMIN: "accounts:list",
}


@require_safe
@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(_START_PAGES[Role(request.user.role)])
    return render(request, "home.html")
