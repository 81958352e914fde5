"""Pictures: adding them with the plain form, the viewer, and taking one out of the case."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from diagnosis import permissions, policies, selectors
from diagnosis.files.errors import StorageUnavailable
from diagnosis.forms import FindingForm, PictureForm, RemovePictureForm
from diagnosis.models import Case
from diagnosis.services import pictures
from diagnosis.views import uploads
from diagnosis.views.common import telling
from diagnosis.views.summaries import HIGH_NC_RATIO, meters, summarise_cells
from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import permission_required, signed_in
from leukplatform.accounts.roles import Permission
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action


@require_POST
@csrf_exempt  # checked in `_add`, once the size of the body is known to be bearable
@permission_required(Permission.ADD_PICTURES)
def add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The form without a script: any number of pictures in one request. (With one, `api.PictureUpload` takes each.)"""
    if uploads.is_too_large(request):
        messages.error(request, uploads.REQUEST_TOO_LARGE)
        return redirect("diagnosis:case", pk)
    return _add(request, pk, uploads.limit(request))


@csrf_protect
def _add(request: HttpRequest, pk: UUID, handler: uploads.LimitedUploadHandler) -> HttpResponse:
    case = selectors.get_case(signed_in(request), pk)
    permissions.check_can_change_pictures(signed_in(request), case)
    files = request.FILES.getlist("file")
    for file in files:
        if seconds := uploads.seconds_to_wait(signed_in(request)):
            messages.error(request, uploads.too_many(seconds))
            break
        _add_one(request, case, PictureForm(files=MultiValueDict({"file": [file]})), name=file.name or "")
    for name in handler.too_large:
        messages.error(request, f"{name}: {uploads.TOO_LARGE}")
    if handler.is_disk_full:
        messages.error(request, uploads.DISK_FULL)
    elif not files and not handler.too_large:
        messages.warning(request, _("Choose a picture to add."))
    return redirect("diagnosis:case", case.pk)


def _add_one(request: HttpRequest, case: Case, form: PictureForm, *, name: str) -> None:
    if not form.is_valid():
        messages.error(request, f"{name}: {form.error_text}")
        return
    try:
        with form.picture.opened() as upload:
            picture = pictures.add(case=case, upload=upload, by=signed_in(request))
    except (policies.Refused, StorageUnavailable) as refusal:
        messages.error(request, f"{name}: {refusal}")
    else:
        messages.success(
            request,
            _("%(name)s was added as picture %(position)s%(reduction)s.")
            % {"name": name, "position": picture.position, "reduction": uploads.reduction(upload)},
        )


@require_safe
@permission_required(Permission.OPEN_CASES)
def picture(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The viewer: picture, overlay and heat map, what the machine says, and what the doctor says to that."""
    user = signed_in(request)
    detail = read_picture(user, pk)
    return render(request, "diagnosis/picture.html", viewer_context(user, detail))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.ADD_PICTURES)
def remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    user = signed_in(request)
    detail = read_picture(user, pk)
    picture = detail.row.picture
    permissions.check_can_change_pictures(user, picture.case)
    form = RemovePictureForm(request.POST or None)
    if not policies.can_remove_picture(picture) or (request.method == "POST" and form.is_valid()):
        with telling(request, _("Picture %(position)s was removed from the case.") % {"position": picture.position}):
            policies.check_can_remove_picture(picture)
            pictures.remove(picture=picture, reason=form.cleaned_data["reason"], by=user)
        return redirect("diagnosis:case", picture.case_id)
    return render(request, "diagnosis/picture_remove.html", {"form": form, "picture": picture, "case": picture.case})


def read_picture(user: User, pk: UUID) -> selectors.PictureDetail:
    """Load what the viewer shows; reading it leaves a row."""
    with transaction.atomic():
        detail = selectors.picture_detail(user, pk)
        picture = detail.row.picture
        audit.record(Action.PICTURE_VIEWED, by=user, subject=picture, patient_id=picture.case.patient_id)
    return detail


def viewer_context(user: User, detail: selectors.PictureDetail, form: FindingForm | None = None) -> dict[str, object]:
    """`form` is a refused review, with what was entered."""
    row = detail.row
    case, analysis = row.picture.case, row.analysis
    can_work = permissions.can_edit_case(user, case) and policies.can_edit_case(case) and not row.picture.is_removed
    can_review = can_work and analysis is not None and policies.can_review(analysis)
    if form is None and can_review and analysis is not None:
        form = FindingForm(analysis=analysis)
    return {
        "detail": detail,
        "row": row,
        "picture": row.picture,
        "case": case,
        "patient": case.patient,
        "analysis": analysis,
        "meters": meters(analysis),
        "cells": summarise_cells(analysis),
        "has_cells": bool(detail.cells or (analysis and analysis.overlay)),
        "has_heat": bool(analysis and (analysis.shown_heat or analysis.heatmap)),
        "high_nc_ratio": HIGH_NC_RATIO,
        "reviews": detail.findings,
        "form": form if can_review else None,
        "can_work": can_work,
    }
