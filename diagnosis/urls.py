from __future__ import annotations

from django.urls import path

from diagnosis.views import (
    analyses,
    api,
    cases,
    findings,
    media,
    my_record,
    my_reports,
    privacy,
    queue,
    record,
    releases,
    signoffs,
    slides,
)

app_name = "diagnosis"
urlpatterns = [
    # the doctor's work
    path("cases/", cases.worklist, name="worklist"),
    path("patients/<uuid:pk>/", record.record, name="record"),
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
    # the patient's side
    path("my/reports/", my_reports.reports, name="my-reports"),
    path("my/reports/<uuid:pk>/", my_reports.report, name="my-report"),
    path("my/reports/<uuid:pk>/report.pdf", my_reports.report_pdf, name="my-report-pdf"),
    path("my/record/", my_record.my_record, name="my-record"),
    path("my/record/export/", my_record.export, name="my-export"),
    # the administrator's side
    path("manage/privacy/", privacy.overview, name="privacy"),
    path("manage/privacy/emergencies/<uuid:pk>/review/", privacy.review_emergency, name="review-emergency"),
    path("manage/privacy/records/<uuid:pk>/doctor/", privacy.assign_doctor, name="assign-doctor"),
    path("manage/privacy/erasures/<uuid:pk>/", privacy.erasure, name="erasure"),
    path("manage/privacy/erasures/<uuid:pk>/decline/", privacy.decline_erasure, name="decline-erasure"),
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
    path("api/v1/cases/<uuid:pk>/slides/", api.SlideUpload.as_view(), name="api-slides"),
    path("api/v1/analyses/<uuid:pk>/", api.AnalysisStatus.as_view(), name="api-analysis"),
]
