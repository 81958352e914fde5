from __future__ import annotations

from django.urls import path

from diagnosis.views import (
    analyses,
    api,
    cases,
    findings,
    media,
    queue,
    releases,
    signoffs,
    slides,
)

app_name = "diagnosis"
urlpatterns = [
    # the doctor's work
    path("cases/", cases.worklist, name="worklist"),
    path("patients/<uuid:pk>/cases/new/", cases.create, name="case-create"),
    path("cases/<uuid:pk>/", cases.case, name="case"),
    path("cases/<uuid:pk>/edit/", cases.update, name="case-update"),
    path("cases/<uuid:pk>/pictures/", cases.pictures, name="case-pictures"),
    path("cases/<uuid:pk>/readiness/", cases.readiness, name="case-readiness"),
    path("cases/<uuid:pk>/slides/", slides.add, name="slide-add"),
    path("slides/<uuid:pk>/", slides.slide, name="slide"),
    path("slides/<uuid:pk>/remove/", slides.remove, name="slide-remove"),
    path("slides/<uuid:pk>/analyse/", analyses.request_analysis, name="analysis-request"),
    path("analyses/<uuid:pk>/status/", analyses.status, name="analysis-status"),
    path("analyses/<uuid:pk>/model/", analyses.model, name="analysis-model"),
    path("analyses/<uuid:pk>/retry/", analyses.retry, name="analysis-retry"),
    path("analyses/<uuid:pk>/cancel/", analyses.cancel, name="analysis-cancel"),
    path("analyses/<uuid:pk>/review/", findings.review, name="review"),
    path("cases/<uuid:pk>/sign/", signoffs.sign, name="sign"),
    path("signoffs/<uuid:pk>/", signoffs.signoff, name="signoff"),
    path("signoffs/<uuid:pk>/amend/", signoffs.amend, name="amend"),
    path("signoffs/<uuid:pk>/report.pdf", signoffs.report_pdf, name="report-pdf"),
    path("media/slides/<uuid:pk>/<str:kind>/", media.slide_file, name="media"),
    # the administrator's side
    path("manage/models/", releases.releases, name="releases"),
    path("manage/models/<int:pk>/", releases.release, name="release"),
    path("manage/models/<int:pk>/activate/", releases.activate, name="release-activate"),
    path("manage/models/<int:pk>/compare/", releases.compare, name="release-compare"),
    path("manage/models/<int:pk>/stop-comparing/", releases.stop_comparing, name="release-stop-comparing"),
    path("manage/queue/", queue.queue, name="queue"),
    # for programs
    path("api/v1/cases/", api.CaseList.as_view(), name="api-cases"),
    path("api/v1/cases/<uuid:pk>/", api.CaseDetail.as_view(), name="api-case"),
    path("api/v1/cases/<uuid:pk>/slides/", api.SlideUpload.as_view(), name="api-slides"),
    path("api/v1/analyses/<uuid:pk>/", api.AnalysisStatus.as_view(), name="api-analysis"),
]
