from django.urls import path

from records.views import erasures, own, privacy, record

app_name = "records"
urlpatterns = [
    # for doctors
    path("patients/<uuid:pk>/", record.record, name="record"),
    path("patients/<uuid:pk>/erasure/", erasures.ask, name="ask-erasure"),
    path("patients/<uuid:pk>/erasure/withdraw/", erasures.withdraw, name="withdraw-erasure"),
    # for patients
    path("my/reports/", own.reports, name="my-reports"),
    path("my/reports/<uuid:pk>/", own.report, name="my-report"),
    path("my/reports/<uuid:pk>/report.pdf", own.report_pdf, name="my-report-pdf"),
    path("my/record/", own.my_record, name="my-record"),
    path("my/record/export/", own.export, name="my-export"),
    # for administrators
    path("manage/privacy/", privacy.overview, name="privacy"),
    path("manage/privacy/emergencies/<uuid:pk>/review/", privacy.review_emergency, name="review-emergency"),
    path("manage/privacy/records/<uuid:pk>/doctor/", privacy.assign_doctor, name="assign-doctor"),
    path("manage/privacy/erasures/<uuid:pk>/", erasures.decide, name="erasure"),
    path("manage/privacy/erasures/<uuid:pk>/decline/", erasures.decline, name="decline-erasure"),
]
