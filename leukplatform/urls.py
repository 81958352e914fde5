"""The one list of URL includes."""

from django.urls import include, path

from leukplatform.operations import health
from leukplatform.web import front_door, texts

urlpatterns = [
    path("", front_door.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("texts.js", texts.catalogue, name="texts"),
    path("", include("leukplatform.accounts.urls.pages")),
    path("account/", include("leukplatform.accounts.urls.login")),
    path("manage/audit/", include("leukplatform.audit.urls")),
    path("learn/", include("leukplatform.education.urls")),
    path("patients/", include("patients.urls")),
    path("", include("diagnosis.urls")),
    path("", include("records.urls")),
]
