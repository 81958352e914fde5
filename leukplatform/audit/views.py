"""The trail's reader. Asks Django for the permission by its name: this app knows no other app."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from leukplatform.audit import selectors, services
from leukplatform.audit.actions import Action
from leukplatform.audit.forms import AuditFilterForm

_LABELS = {name: action.label for action in Action for name in action.names}


@require_safe
@permission_required("view_audit", raise_exception=True)
@transaction.atomic
def event_list(request: HttpRequest) -> HttpResponse:
    """Reading the trail is written into it, with the filters that were used but not the names typed into them."""
    form = AuditFilterForm(request.GET)
    chosen: dict[str, Any] = {}
    page = selectors.Page([], None, None)
    if form.is_valid():
        chosen = {name: value for name, value in form.cleaned_data.items() if value}
        before, after = _number(request.GET.get("before")), _number(request.GET.get("after"))
        page = selectors.page(selectors.Filter(**chosen), before=before, after=after)
    services.record(
        Action.AUDIT_VIEWED,
        by=request.user,  # type: ignore[arg-type]  # signed in, or the decorator had refused
        patient_id=chosen.get("patient"),
        details={"filters": sorted(chosen), "rows": len(page.events)},
    )
    names = selectors.names_of(page.events)
    rows = [
        (event, event.actor_name or names.get(event.actor_id, ""), _LABELS.get(event.action, event.action))
        for event in page.events
    ]
    context = {"form": form, "page": page, "rows": rows, "is_filtered": bool(chosen)}
    return render(request, "audit/list.html", context)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 19 else None
