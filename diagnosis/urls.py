from __future__ import annotations

from django.urls import path

from diagnosis.views import (
    analyses,
    api,
    cases,
    cells,
    findings,
    media,
    pictures,
    queue,
    releases,
    signoffs,
)
from diagnosis.views.moved import moved

app_name = "diagnosis"
# Former address -> route. A page of the glass slide must not take one of these; see docs/decisions/0019.
_MOVED = {
    "cases/<uuid:pk>/slides/": "picture-add",
    "slides/<uuid:pk>/": "picture",
    "slides/<uuid:pk>/remove/": "picture-remove",
    "slides/<uuid:pk>/analyse/": "analysis-request",
    "media/slides/<uuid:pk>/<str:kind>/": "media",
    "api/v1/cases/<uuid:pk>/slides/": "api-pictures",
}
urlpatterns = [
    # the doctor's work
    path("cases/", cases.worklist, name="worklist"),
    path("patients/<uuid:pk>/cases/new/", cases.create, name="case-create"),
    path("cases/<uuid:pk>/", cases.case, name="case"),
    path("cases/<uuid:pk>/edit/", cases.update, name="case-update"),
    path("cases/<uuid:pk>/pictures/", cases.pictures, name="case-pictures"),
    path("cases/<uuid:pk>/readiness/", cases.readiness, name="case-readiness"),
    path("cases/<uuid:pk>/cells/", cells.gallery, name="cells"),
    path("cases/<uuid:pk>/cells/name/", cells.name, name="cells-name"),
    path("cases/<uuid:pk>/pictures/add/", pictures.add, name="picture-add"),
    path("pictures/<uuid:pk>/", pictures.picture, name="picture"),
    path("pictures/<uuid:pk>/remove/", pictures.remove, name="picture-remove"),
    path("pictures/<uuid:pk>/analyse/", analyses.request_analysis, name="analysis-request"),
    path("analyses/<uuid:pk>/status/", analyses.status, name="analysis-status"),
    path("analyses/<uuid:pk>/model/", analyses.model, name="analysis-model"),
    path("analyses/<uuid:pk>/retry/", analyses.retry, name="analysis-retry"),
    path("analyses/<uuid:pk>/cancel/", analyses.cancel, name="analysis-cancel"),
    path("analyses/<uuid:pk>/review/", findings.review, name="review"),
    path("cases/<uuid:pk>/sign/", signoffs.sign, name="sign"),
    path("signoffs/<uuid:pk>/", signoffs.signoff, name="signoff"),
    path("signoffs/<uuid:pk>/amend/", signoffs.amend, name="amend"),
    path("signoffs/<uuid:pk>/report.pdf", signoffs.report_pdf, name="report-pdf"),
    path("media/pictures/<uuid:pk>/<str:kind>/", media.picture_file, name="media"),
    # the administrator's side
    path("manage/models/", releases.releases, name="releases"),
    path("manage/models/<int:pk>/", releases.release, name="release"),
    path("manage/models/<int:pk>/activate/", releases.activate, name="release-activate"),
    path("manage/models/<int:pk>/compare/", releases.compare, name="release-compare"),
    path("manage/models/<int:pk>/stop-comparing/", releases.stop_comparing, name="release-stop-comparing"),
    path("manage/queue/", queue.queue, name="queue"),
    path("manage/queue/letters/again/", queue.send_again, name="letters-again"),
    path("manage/queue/letters/<uuid:pk>/again/", queue.send_again, name="letter-again"),
    # for programs
    path("api/v1/cases/", api.CaseList.as_view(), name="api-cases"),
    path("api/v1/cases/<uuid:pk>/", api.CaseDetail.as_view(), name="api-case"),
    path("api/v1/cases/<uuid:pk>/pictures/", api.PictureUpload.as_view(), name="api-pictures"),
    path("api/v1/analyses/<uuid:pk>/", api.AnalysisStatus.as_view(), name="api-analysis"),
    *(path(route, moved, {"now": f"{app_name}:{now}"}, name=f"moved-{now}") for route, now in _MOVED.items()),
]
