"""Private files. Pictures and reports leave the storage here and nowhere else: checked, and each read leaves a row."""

from __future__ import annotations

import logging
from uuid import UUID

from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from diagnosis import selectors
from diagnosis.files.errors import FileMissing, StorageUnavailable
from diagnosis.files.read import open_file
from diagnosis.models import Analysis, Picture
from diagnosis.states import AnalysisStatus
from leukplatform.accounts.permissions import permission_required, signed_in
from leukplatform.accounts.roles import Permission
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action

logger = logging.getLogger(__name__)

KINDS = ("original", "thumbnail", "overlay", "heatmap")


@require_safe
@permission_required(Permission.OPEN_CASES)
def picture_file(request: HttpRequest, pk: UUID, kind: str) -> HttpResponseBase:
    """A picture in one of its KINDS. Overlay and heat map are those of its newest result."""
    user = signed_in(request)
    if kind not in KINDS:
        raise Http404(_("No such kind of picture."))
    with transaction.atomic():
        picture = selectors.get_picture(user, pk)
        name = _stored_name(picture, kind)
        audit.record(
            Action.FILE_READ, by=user, subject=picture, patient_id=picture.case.patient_id, details={"kind": kind}
        )
    suffix = "jpg" if kind == "thumbnail" else "png"
    shown_as = f"case-{picture.case.number}-picture-{picture.position}-{kind}.{suffix}"
    content_type = "image/jpeg" if kind == "thumbnail" else "image/png"
    return send(name, shown_as=shown_as, content_type=content_type)


def send(name: str, *, shown_as: str, content_type: str, is_download: bool = False) -> HttpResponseBase:
    """Stream a stored file whose reading was allowed and recorded by the caller.

    No browser keeps it: on a shared machine it would outlive the login, and a later look would leave no row. Should a
    file ever hold something else than it says, it is still not run: its type is fixed and its page may do nothing.
    """
    try:
        file = open_file(name)
    except FileMissing as error:
        logger.exception("The stored file %s is missing", name)
        raise Http404(_("The stored file is missing. Please tell an administrator.")) from error
    except StorageUnavailable:
        logger.exception("Could not read %s", name)
        return HttpResponse(render_to_string("503.html"), status=503)
    response = FileResponse(file, as_attachment=is_download, filename=shown_as, content_type=content_type)
    response["Cache-Control"] = "private, no-store"  # not shown: HTTP
    response["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _stored_name(picture: Picture, kind: str) -> str:
    if kind == "original":
        return picture.file
    if kind == "thumbnail":
        return picture.thumbnail
    newest = picture.analyses.filter(status=AnalysisStatus.SUCCEEDED).order_by("-requested_at").only(kind).first()
    name = _drawing(newest, kind) if newest is not None else ""
    if not name:
        raise Http404(_("The machine has drawn nothing on this picture yet."))
    return name


def _drawing(analysis: Analysis, kind: str) -> str:
    return analysis.overlay if kind == "overlay" else analysis.heatmap
