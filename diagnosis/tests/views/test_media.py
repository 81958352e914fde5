from __future__ import annotations

from unittest import mock

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse

from diagnosis.tests.views.conftest import body_of
from leukplatform.audit.models import AuditEvent


def url_of(picture, kind="original"):
    return reverse("diagnosis:media", args=[picture.pk, kind])


def test_the_original_is_streamed_to_the_doctor_in_charge(doctors_browser, picture):
    response = doctors_browser.get(url_of(picture))
    assert response.streaming
    with default_storage.open(picture.file) as file:
        assert body_of(response) == file.read()
    assert response["Content-Type"] == "image/png"


def test_the_headers_keep_the_picture_private(doctors_browser, picture):
    response = doctors_browser.get(url_of(picture))
    body_of(response)
    assert response["Cache-Control"] == "private, no-store"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["Content-Disposition"] == f'inline; filename="case-{picture.case.number}-picture-1-original.png"'


def test_the_sender_s_file_name_is_never_sent_back(doctors_browser, picture):
    picture.original_name = 'x"\r\nSet-Cookie: a=b.png'
    picture.save(update_fields=["original_name"])
    response = doctors_browser.get(url_of(picture))
    body_of(response)
    assert "Set-Cookie" not in response["Content-Disposition"]


def test_the_thumbnail_is_a_jpeg(doctors_browser, picture):
    response = doctors_browser.get(url_of(picture, "thumbnail"))
    assert body_of(response).startswith(b"\xff\xd8")
    assert response["Content-Type"] == "image/jpeg"


@pytest.mark.parametrize("kind", ["overlay", "heatmap"])
def test_overlay_and_heat_map_are_those_of_the_newest_result(doctors_browser, analysed, analysis, kind):
    name = default_storage.save(f"analyses/{kind}.png", ContentFile(b"the picture"))
    setattr(analysis, kind, name)
    analysis.save(update_fields=[kind])
    assert body_of(doctors_browser.get(url_of(analysed, kind))) == b"the picture"


@pytest.mark.parametrize("kind", ["overlay", "heatmap", "secrets", "picture"])
def test_a_picture_that_is_not_there_is_not_found(doctors_browser, picture, kind):
    assert doctors_browser.get(url_of(picture, kind)).status_code == 404


def test_every_read_leaves_a_row(doctors_browser, doctor, picture):
    for kind in ("original", "thumbnail"):
        body_of(doctors_browser.get(url_of(picture, kind)))
    rows = AuditEvent.objects.filter(action="file.read").order_by("id")
    assert [(row.actor_id, row.subject_id, row.details["kind"]) for row in rows] == [
        (str(doctor.pk), str(picture.pk), "original"),
        (str(doctor.pk), str(picture.pk), "thumbnail"),
    ]
    assert {row.patient_id for row in rows} == {str(picture.case.patient_id)}


def test_a_picture_without_an_audit_row_is_not_shown(doctors_browser, picture, broken_audit):
    with pytest.raises(broken_audit):
        doctors_browser.get(url_of(picture))


def test_a_picture_seen_again_is_recorded_again(doctors_browser, picture, trail):
    for _ in range(2):
        response = doctors_browser.get(url_of(picture), headers={"If-None-Match": "*"})
        assert body_of(response).startswith(b"\x89PNG")
    assert trail().count("file.read") == 2


def test_a_missing_file_is_not_found_and_logged(doctors_browser, picture, caplog):
    default_storage.delete(picture.file)
    assert doctors_browser.get(url_of(picture)).status_code == 404
    assert picture.file in caplog.text


def test_a_storage_that_is_down_is_told_plainly(doctors_browser, picture):
    with mock.patch("django.core.files.storage.FileSystemStorage._open", side_effect=OSError("down")):
        response = doctors_browser.get(url_of(picture))
    assert response.status_code == 503
    assert "not available just now" in response.content.decode()
