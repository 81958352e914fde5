"""The front door and the health check."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from leukplatform.accounts.roles import Role

_START_PAGES = {
    Role.DOCTOR: "diagnosis:worklist",
    Role.PATIENT: "diagnosis:my-reports",
    Role.ADMIN: "accounts:list",
}


@require_safe
@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(_START_PAGES[Role(request.user.role)])
    return render(request, "home.html")


@require_safe
@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """For the load balancer and the container's health check: the process answers and the database does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
