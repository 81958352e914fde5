"""/api/v1/: the same gates and services as the pages, as JSON. Logged in by the session; errors are {"error": "…"}."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import APIException, NotAuthenticated
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from diagnosis import permissions, policies, selectors
from diagnosis.files.errors import StorageUnavailable
from diagnosis.forms import PictureForm, WorklistFilterForm
from diagnosis.serializers import AnalysisSerializer, CaseSerializer, PictureSerializer, case_row
from diagnosis.services import pictures
from diagnosis.views import uploads
from leukplatform.accounts.permissions import check_permission
from leukplatform.accounts.roles import Permission
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action

SIGNED_OUT = gettext_lazy("You were signed out. Load the page again and sign in.")


class Endpoint(APIView):
    """Checks the permission before the handler and says every error in one shape."""

    permission: Permission

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        check_permission(request.user, self.permission)

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, policies.Refused):
            return _error(str(exc), 409)
        if isinstance(exc, StorageUnavailable):
            return _error(str(exc), 507)
        response: Response = super().handle_exception(exc)
        has_no_token = str(exc).startswith("CSRF Failed")  # not shown: from the framework
        is_signed_out = isinstance(exc, NotAuthenticated) or has_no_token
        text = SIGNED_OUT if is_signed_out else response.data.get("detail", response.data)
        response.data = {"error": str(text)}
        return response


class CaseList(Endpoint):
    permission = Permission.OPEN_CASES

    def get(self, request: Request) -> Response:
        """`?q=`, `?status=OPEN|SIGNED_OFF`, `?page=`."""
        form = WorklistFilterForm(request.query_params)
        with transaction.atomic():
            page = selectors.worklist(
                request.user, status=form.wanted_status, query=form.query, page=request.query_params.get("page", 1)
            )
            audit.record(Action.WORKLIST_VIEWED, by=request.user, details={"cases": len(page.object_list)})
        answer = {"count": page.paginator.count, "page": page.number, "pages": page.paginator.num_pages}
        return Response({**answer, "results": [case_row(row) for row in page.object_list]})


class CaseDetail(Endpoint):
    permission = Permission.OPEN_CASES

    def get(self, request: Request, pk: UUID) -> Response:
        with transaction.atomic():
            detail = selectors.case_detail(request.user, pk)
            case = detail.case
            audit.record(Action.CASE_VIEWED, by=request.user, subject=case, patient_id=case.patient_id)
        return Response({**CaseSerializer(case).data, "pictures": PictureSerializer(detail.pictures, many=True).data})


class PictureUpload(Endpoint):
    """One picture in the field `file`; 201 with {"id", "html", "note"}, else 400, 409, 413, 429, 503 or 507."""

    permission = Permission.ADD_PICTURES
    parser_classes = [MultiPartParser]

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # Before anything reads the body, which the check of the CSRF token does.
        self.handler = uploads.limit(request)
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if uploads.is_too_large(request._request):
            raise TooLarge
        super().initial(request, *args, **kwargs)
        if seconds := uploads.seconds_to_wait(request.user):
            raise TooMany(seconds)

    def post(self, request: Request, pk: UUID) -> Response:
        case = selectors.get_case(request.user, pk)
        permissions.check_can_change_pictures(request.user, case)
        files = request.FILES  # reads what arrived
        if self.handler.too_large:
            return _error(str(uploads.TOO_LARGE), 413)
        if self.handler.is_disk_full:
            return _error(str(uploads.DISK_FULL), 507)
        form = PictureForm(files=files)
        if not form.is_valid():
            return _error(form.error_text, 503 if form.is_to_be_repeated else 400)
        with form.picture.opened() as upload:
            picture = pictures.add(case=case, upload=upload, by=request.user)
        note = _("Added as picture %(position)s%(reduction)s.") % {
            "position": picture.position,
            "reduction": uploads.reduction(upload),
        }
        return Response({"id": str(picture.pk), "html": _card(request, picture.pk), "note": note}, status=201)


class AnalysisStatus(Endpoint):
    permission = Permission.OPEN_CASES

    def get(self, request: Request, pk: UUID) -> Response:
        with transaction.atomic():
            analysis = selectors.get_analysis(request.user, pk)
            if analysis.is_final:  # before that there is nothing clinical to read
                patient_id = analysis.picture.case.patient_id
                audit.record(Action.ANALYSIS_VIEWED, by=request.user, subject=analysis, patient_id=patient_id)
        return Response(AnalysisSerializer(analysis).data)


class TooLarge(APIException):
    status_code = 413
    default_detail = uploads.REQUEST_TOO_LARGE


class TooMany(APIException):
    status_code = 429

    def __init__(self, seconds: int) -> None:
        super().__init__(uploads.too_many(seconds))
        self.wait = seconds  # sent as Retry-After


def _error(text: str, status: int) -> Response:
    return Response({"error": text}, status=status)


def _card(request: Request, picture_id: UUID) -> str:
    row = selectors.picture_detail(request.user, picture_id).row
    context = {"row": row, "picture": row.picture, "case": row.picture.case, "can_work": True}
    return render_to_string("diagnosis/_picture.html", context, request._request)
