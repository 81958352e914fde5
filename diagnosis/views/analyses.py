"""The life of an analysis as the page shows it, and the doctor's buttons for it."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from diagnosis import permissions, policies, selectors
from diagnosis.models import Analysis, Picture
from diagnosis.selectors import PictureRow
from diagnosis.services import analyses
from diagnosis.views.common import announcing, is_htmx, telling
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import permission_required, signed_in
from leukplatform.accounts.roles import Permission
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action

CHANGED = "analysis-changed"  # raised in the browser; the panel of what is missing listens


@require_safe
@permission_required(Permission.OPEN_CASES)
def status(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The state of a picture's newest analysis, asked for every two seconds until it is final."""
    user = signed_in(request)
    row = _read(user, pk)
    response = render(request, "diagnosis/_analysis_status.html", _context(user, row))
    return response if row.is_unfinished else announcing(response, CHANGED)


@require_safe
@permission_required(Permission.OPEN_CASES)
def model(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The card of the model that made an analysis, for the doctor who reads its answer."""
    user = signed_in(request)
    with transaction.atomic():
        analysis = selectors.get_analysis(user, pk)
        patient_id = analysis.picture.case.patient_id
        audit.record(Action.ANALYSIS_VIEWED, by=user, subject=analysis, patient_id=patient_id)
    context = {
        "analysis": analysis,
        "picture": analysis.picture,
        "release": analysis.release,
        "patient": analysis.picture.case.patient,
    }
    return render(request, "diagnosis/analysis_model.html", context)


@require_POST
@permission_required(Permission.REQUEST_ANALYSES)
def request_analysis(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = signed_in(request)
    picture = selectors.get_picture(user, pk)
    with telling(request, _("The analysis of picture %(position)s was requested.") % {"position": picture.position}):
        analyses.request(picture=picture, by=user)
    return _back(request, picture)


@require_POST
@permission_required(Permission.REQUEST_ANALYSES)
def retry(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = signed_in(request)
    analysis = selectors.get_analysis(user, pk)
    with telling(
        request, _("Picture %(position)s is waiting for analysis again.") % {"position": analysis.picture.position}
    ):
        analyses.retry(analysis=analysis, by=user)
    return _answer(request, analysis)


@require_POST
@permission_required(Permission.REQUEST_ANALYSES)
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = signed_in(request)
    analysis = selectors.get_analysis(user, pk)
    with telling(
        request, _("The analysis of picture %(position)s was cancelled.") % {"position": analysis.picture.position}
    ):
        analyses.cancel(analysis=analysis, by=user)
    return _answer(request, analysis)


def _answer(request: HttpRequest, analysis: Analysis) -> HttpResponse:
    """Answer htmx with the state of the picture and any messages; send others back to the page."""
    user = signed_in(request)
    if not is_htmx(request):
        return _back(request, analysis.picture)
    row = _read(user, analysis.pk)
    context = {**_context(user, row), "with_messages": True}
    return announcing(render(request, "diagnosis/_analysis_status.html", context), CHANGED)


def _read(user: User, pk: UUID) -> PictureRow:
    """Only an answer that shows a result is a read of clinical content and leaves a row."""
    with transaction.atomic():
        row = selectors.analysis_status(user, pk)
        if row.analysis is not None and row.analysis.is_final:
            patient_id = row.picture.case.patient_id
            audit.record(Action.ANALYSIS_VIEWED, by=user, subject=row.analysis, patient_id=patient_id)
    return row


def _back(request: HttpRequest, picture: Picture) -> HttpResponse:
    """Redirect to the page with the button: the viewer names itself in a hidden field, else it is the case."""
    if request.POST.get("back") == "picture":
        return redirect("diagnosis:picture", picture.pk)
    return redirect("diagnosis:case", picture.case_id)


def _context(user: User, row: PictureRow) -> dict[str, object]:
    case = row.picture.case
    can_work = permissions.can_edit_case(user, case) and policies.can_edit_case(case)
    return {"row": row, "picture": row.picture, "case": case, "can_work": can_work}
