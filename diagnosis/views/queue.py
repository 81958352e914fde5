"""The administrator's view of the work: counts, workers and letters, nothing clinical."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from diagnosis import selectors
from diagnosis.views.common import is_htmx
from leukplatform.accounts.permissions import permission_required, signed_in
from leukplatform.accounts.roles import Permission
from leukplatform.letters import selectors as letters
from leukplatform.letters import services as letter_services


@require_safe
@permission_required(Permission.VIEW_QUEUE)
def queue(request: HttpRequest) -> HttpResponse:
    template = "diagnosis/_queue.html" if is_htmx(request) else "diagnosis/queue.html"
    context = {"overview": selectors.queue_overview(signed_in(request)), "letters": letters.overview()}
    return render(request, template, context)


@require_POST
@permission_required(Permission.VIEW_QUEUE)
def send_again(request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
    """Send one letter again, or all that were given up."""
    count = letter_services.send_again(by=signed_in(request), letter_id=pk)
    if count:
        told = ngettext("%(count)s letter waits to be sent again.", "%(count)s letters wait to be sent again.", count)
        messages.success(request, told % {"count": count})
    else:
        messages.info(request, _("No given-up letter is left."))
    return redirect("diagnosis:queue")
