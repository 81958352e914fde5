"""The gallery: every cell of a case by class, and the names that doctors give them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from diagnosis import permissions, policies, selectors
from diagnosis.forms.naming import KEYS, NAMES, NamingForm
from diagnosis.models import Case, CellNaming
from diagnosis.selectors.gallery import Gallery, NamedCell
from diagnosis.selectors.gallery import gallery as read_gallery
from diagnosis.services import namings
from diagnosis.wording import cell_words
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import permission_required, signed_in
from leukplatform.accounts.roles import Permission
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action


@require_safe
@permission_required(Permission.OPEN_CASES)
def gallery(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Every cell of the case as a thumbnail, cut out of its picture in the browser."""
    user = signed_in(request)
    shown = _read(user, pk)
    case = shown.case
    context = {
        "gallery": shown,
        "case": case,
        "patient": case.patient,
        "can_name": policies.can_edit_case(case) and permissions.can_review(user, case),
        "menu": [(name, cell_words(name), KEYS[name]) for name in NAMES],
    }
    return render(request, "diagnosis/cells.html", context)


@require_POST
@permission_required(Permission.REVIEW_FINDINGS)
def name(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Name the chosen cells. The page's script asks for JSON: what was named since it last heard, and the counts."""
    user = signed_in(request)
    case = selectors.get_case(user, pk)
    permissions.check_can_review(user, case)
    form = NamingForm(request.POST)
    text, status = "", 200
    if not form.is_valid():
        text, status = form.error_text, 422
    else:
        try:
            text = _done(namings.name(case=case, by=user, **form.naming()))
        except policies.Refused as refusal:
            text, status = str(refusal), 409
    if request.headers.get("Accept") == "application/json":
        return _answer(user, case, form, text, status)
    (messages.success if status == 200 else messages.warning)(request, text)
    return redirect("diagnosis:cells", case.pk)


def _read(user: User, pk: UUID, *, is_drawn: bool = True) -> Gallery:
    """Load the cells; reading them leaves a row."""
    with transaction.atomic():
        shown = read_gallery(user, pk, is_drawn=is_drawn)
        case, cells = shown.case, len(shown.cells)
        audit.record(Action.CASE_VIEWED, by=user, subject=case, patient_id=case.patient_id, details={"cells": cells})
    return shown


def _done(cells: int) -> str:
    return ngettext("%(cells)s cell was named.", "%(cells)s cells were named.", cells) % {"cells": cells}


def _answer(user: User, case: Case, form: NamingForm, text: str, status: int) -> JsonResponse:
    """Say what was done or why not, with every name that is newer than those the page shows."""
    if "seen" not in form.cleaned_data:
        return JsonResponse({"error": text}, status=status)
    shown = _read(user, case.pk, is_drawn=False)
    newer = [(cell, cell.naming) for cell in shown.cells if cell.naming is not None]
    answer = {
        "version": shown.version,
        "changed": [_said(cell, naming) for cell, naming in newer if naming.pk > form.cleaned_data["seen"]],
        "summary": render_to_string("diagnosis/_counts.html", {"counts": shown.counts}),
        "note" if status == 200 else "error": text,
    }
    return JsonResponse(answer, status=status)


def _said(cell: NamedCell, naming: CellNaming) -> dict[str, Any]:
    made_at = date_format(localtime(naming.made_at), "SHORT_DATETIME_FORMAT")
    by = f"{naming.made_by.name}, {made_at}"
    return {"id": cell.cell.pk, "name": cell.said, "former": cell_words(cell.former), "by": by}
