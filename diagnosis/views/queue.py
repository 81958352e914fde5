"""The administrator's view of the work: counts and workers, nothing clinical."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from diagnosis import selectors
from diagnosis.views.common import is_htmx
from leukplatform.accounts.permissions import permission_required, signed_in
from leukplatform.accounts.roles import Permission


@require_safe
@permission_required(Permission.VIEW_QUEUE)
def queue(request: HttpRequest) -> HttpResponse:
    template = "diagnosis/_queue.html" if is_htmx(request) else "diagnosis/queue.html"
    return render(request, template, {"overview": selectors.queue_overview(signed_in(request))})
