"""The one list of URL includes."""

from django.urls import include, path

from leukplatform import views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("account/", include("leukplatform.accounts.urls.own")),
    path("account/", include("allauth.urls")),
    path("manage/accounts/", include("leukplatform.accounts.urls.manage")),
    path("manage/audit/", include("leukplatform.audit.urls")),
    path("learn/", include("leukplatform.education.urls")),
    path("patients/", include("patients.urls")),
    path("", include("diagnosis.urls")),
]
