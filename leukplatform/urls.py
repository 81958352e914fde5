"""The one list of URL includes."""

from django.urls import include, path

from leukplatform import views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("", include("leukplatform.accounts.urls.pages")),
    path("account/", include("leukplatform.accounts.urls.login")),
    path("manage/audit/", include("leukplatform.audit.urls")),
    path("learn/", include("leukplatform.education.urls")),
    path("patients/", include("patients.urls")),
    path("", include("diagnosis.urls")),
]
