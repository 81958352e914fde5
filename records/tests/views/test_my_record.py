"""The patient's page on who read their record, and the download of their data."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from leukplatform.accounts.tests.factories import PASSWORD
from patients.models import EmergencyAccess
from patients.tests.factories import EmergencyAccessFactory

EXPORT = "/my/record/export/"


@pytest.fixture
def browser(patient, patient_user) -> Client:
    """Signed in a moment ago, with the password."""
    cache.clear()
    client = Client()
    client.post("/account/login/", {"login": patient_user.email, "password": PASSWORD})
    return client


def test_the_download_is_a_zip_that_no_browser_keeps(browser, report):
    response = browser.post(EXPORT)
    assert response["Content-Type"] == "application/zip"
    assert response["Cache-Control"] == "private, no-store"
    assert "attachment" in response["Content-Disposition"]
    assert "index.html" in zipfile.ZipFile(io.BytesIO(b"".join(response))).namelist()


def test_somebody_who_signed_in_long_ago_confirms_the_password_first(client, patient, patient_user):
    cache.clear()
    client.force_login(patient_user)
    response = client.post(EXPORT)
    assert response.status_code == 302
    assert response["Location"] == "/account/reauthenticate/?next=%2Fmy%2Frecord%2F"
    assert client.post(response["Location"], {"password": PASSWORD})["Location"] == "/my/record/"
    assert client.post(EXPORT)["Content-Type"] == "application/zip"


def test_too_many_downloads_are_refused_in_words(browser):
    for _ in range(3):
        b"".join(browser.post(EXPORT))
    response = browser.post(EXPORT, follow=True)
    assert "several times in the last hour" in response.content.decode()


def test_an_account_without_a_record_is_led_back(client, other_patient_user):
    cache.clear()
    browser = Client()
    browser.post("/account/login/", {"login": other_patient_user.email, "password": PASSWORD})
    assert browser.post(EXPORT)["Location"] == "/my/record/"


def test_the_first_page_mentions_an_emergency_of_the_last_month(browser, patient, other_doctor):
    page = "/my/reports/"
    assert "opened in an emergency" not in browser.get(page).content.decode()
    opened = EmergencyAccessFactory(patient=patient, doctor=other_doctor)
    assert f"{other_doctor.name} read it on" in browser.get(page).content.decode()
    before = timezone.now() - timedelta(days=31)
    EmergencyAccess.objects.filter(pk=opened.pk).update(opened_at=before, expires_at=before + timedelta(hours=1))
    assert "opened in an emergency" not in browser.get(page).content.decode()
