from __future__ import annotations

from unittest import mock

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse

from diagnosis.tests.views.conftest import body_of
from leukplatform.audit.models import AuditEvent


def url_of(slide, kind="original"):
    return reverse("diagnosis:media", args=[slide.pk, kind])


def test_the_original_is_streamed_to_the_doctor_in_charge(doctors_browser, slide):
    response = doctors_browser.get(url_of(slide))
    assert response.streaming
    with default_storage.open(slide.picture) as file:
        assert body_of(response) == file.read()
    assert response["Content-Type"] == "image/png"


def test_the_headers_keep_the_picture_private(doctors_browser, slide):
    response = doctors_browser.get(url_of(slide))
    body_of(response)
    assert response["Cache-Control"] == "private, no-store"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["Content-Disposition"] == f'inline; filename="case-{slide.case.number}-slide-1-original.png"'


def test_the_sender_s_file_name_is_never_sent_back(doctors_browser, slide):
    slide.original_name = 'x"\r\nSet-Cookie: a=b.png'
    slide.save(update_fields=["original_name"])
    response = doctors_browser.get(url_of(slide))
    body_of(response)
    assert "Set-Cookie" not in response["Content-Disposition"]


def test_the_thumbnail_is_a_jpeg(doctors_browser, slide):
    response = doctors_browser.get(url_of(slide, "thumbnail"))
    assert body_of(response).startswith(b"\xff\xd8")
    assert response["Content-Type"] == "image/jpeg"


@pytest.mark.parametrize("kind", ["overlay", "heatmap"])
def test_overlay_and_heat_map_are_those_of_the_newest_result(doctors_browser, analysed, analysis, kind):
    name = default_storage.save(f"analyses/{kind}.png", ContentFile(b"the picture"))
    setattr(analysis, kind, name)
    analysis.save(update_fields=[kind])
    assert body_of(doctors_browser.get(url_of(analysed, kind))) == b"the picture"


@pytest.mark.parametrize("kind", ["overlay", "heatmap", "secrets", "picture"])
def test_a_picture_that_is_not_there_is_not_found(doctors_browser, slide, kind):
    assert doctors_browser.get(url_of(slide, kind)).status_code == 404


def test_every_read_leaves_a_row(doctors_browser, doctor, slide):
    for kind in ("original", "thumbnail"):
        body_of(doctors_browser.get(url_of(slide, kind)))
    rows = AuditEvent.objects.filter(action="file.read").order_by("id")
    assert [(row.actor_id, row.subject_id, row.details["kind"]) for row in rows] == [
        (str(doctor.pk), str(slide.pk), "original"),
        (str(doctor.pk), str(slide.pk), "thumbnail"),
    ]
    assert {row.patient_id for row in rows} == {str(slide.case.patient_id)}


def test_without_a_row_there_is_no_picture(doctors_browser, slide, broken_audit):
    with pytest.raises(broken_audit):
        doctors_browser.get(url_of(slide))


def test_a_picture_seen_again_is_recorded_again(doctors_browser, slide, trail):
    for _ in range(2):
        response = doctors_browser.get(url_of(slide), headers={"If-None-Match": "*"})
        assert body_of(response).startswith(b"\x89PNG")
    assert trail().count("file.read") == 2


def test_a_missing_file_is_not_found_and_logged(doctors_browser, slide, caplog):
    default_storage.delete(slide.picture)
    assert doctors_browser.get(url_of(slide)).status_code == 404
    assert slide.picture in caplog.text


def test_a_storage_that_is_down_is_told_plainly(doctors_browser, slide):
    with mock.patch("django.core.files.storage.FileSystemStorage._open", side_effect=OSError("down")):
        response = doctors_browser.get(url_of(slide))
    assert response.status_code == 503
    assert "not available just now" in response.content.decode()
