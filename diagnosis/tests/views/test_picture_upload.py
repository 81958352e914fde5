"""Adding pictures by the script: one request a picture, answered in JSON."""

from __future__ import annotations

import dataclasses
import errno
from unittest import mock

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from diagnosis.models import Analysis, Case, Picture
from diagnosis.states import CaseStatus
from diagnosis.tests.factories import checked_picture
from diagnosis.tests.uploads import archive, bomb, encoded, several
from diagnosis.views import uploads
from mlworker.errors import ImageNotChecked

FULL = OSError(errno.ENOSPC, "No space left on device")


def test_a_file_becomes_a_picture_and_its_analysis_is_requested(send, case, release, sent, doctor):
    response = send("first field.png")
    assert response.status_code == 201
    picture = Picture.objects.get(case=case)
    answer = response.json()
    assert answer["id"] == str(picture.pk)
    assert answer["note"] == "Added as picture 1."
    assert str(picture.pk) in answer["html"]
    assert picture.original_name == "first field.png"
    assert picture.uploaded_by == doctor
    assert default_storage.exists(picture.file)
    assert Analysis.objects.get(picture=picture).release == release


def test_without_a_model_the_picture_is_kept_and_nothing_is_queued(send, case):
    assert send().status_code == 201
    assert not Analysis.objects.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"hello", "not a picture"),
        (archive(), "ZIP"),
        (several("GIF"), "GIF"),
        (several("TIFF"), "several pages"),
        (encoded("JPEG", size=(300, 300))[:700], "damaged"),
        (bomb(), "megapixels"),
    ],
    ids=["empty", "text", "zip", "gif", "pages", "cut", "bomb"],
)
def test_an_unacceptable_file_is_refused_and_leaves_nothing(send, content, words, stored_files):
    response = send(content=content)
    assert response.status_code == 400
    assert words in response.json()["error"]
    assert not Picture.objects.exists()
    assert stored_files() == set()


def test_a_refused_file_is_logged_without_its_name(send, caplog):
    send("Lindqvist Dana.png", content=archive())
    assert "A picture was refused: The file is a ZIP archive" in caplog.text
    assert "Lindqvist" not in caplog.text


def test_the_same_picture_twice_is_noticed_and_named(send, stored_files):
    send("one.png")
    before = stored_files()
    response = send("other name.png")
    assert response.status_code == 409
    assert "picture 1" in response.json()["error"]
    assert Picture.objects.count() == 1
    assert stored_files() == before


def test_a_signed_case_takes_no_picture(send, case):
    Case.objects.update(status=CaseStatus.SIGNED_OFF)
    response = send()
    assert response.status_code == 409
    assert "signed off" in response.json()["error"]


def test_a_request_without_a_file_says_so(doctors_browser, case):
    response = doctors_browser.post(reverse("diagnosis:api-pictures", args=[case.pk]), {"file": "text"})
    assert response.status_code == 400
    assert response.json() == {"error": "Choose a picture to add."}


def test_a_body_of_another_type_is_refused_in_the_same_shape(doctors_browser, case):
    url = reverse("diagnosis:api-pictures", args=[case.pk])
    response = doctors_browser.post(url, b"{}", content_type="application/json")
    assert response.status_code == 415
    assert "error" in response.json()


def test_a_file_over_the_limit_is_refused_while_it_arrives(send, settings, stored_files):
    settings.UPLOAD_MAX_BYTES = 100
    response = send(content=encoded("BMP"))
    assert response.status_code == 413
    assert response.json()["error"] == uploads.TOO_LARGE
    assert not Picture.objects.exists()
    assert stored_files() == set()


def test_a_body_far_over_the_limit_is_refused_without_reading_it(doctors_browser, case):
    body = mock.Mock(spec=["read", "readline"])
    response = doctors_browser.generic(
        "POST",
        reverse("diagnosis:api-pictures", args=[case.pk]),
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(uploads.REQUEST_MAX_BYTES + 1),
        **{"wsgi.input": body},
    )
    assert response.status_code == 413
    assert response.json()["error"] == uploads.REQUEST_TOO_LARGE
    body.read.assert_not_called()


def test_a_full_disk_while_the_file_arrives_is_reported(send):
    with mock.patch("diagnosis.views.uploads.tempfile.TemporaryFile", side_effect=FULL):
        response = send()
    assert response.status_code == 507
    assert "disk may be full" in response.json()["error"]
    assert not Picture.objects.exists()


def test_a_full_disk_while_the_picture_is_stored_leaves_nothing(send, stored_files):
    with mock.patch("django.core.files.storage.FileSystemStorage._save", side_effect=FULL):
        response = send()
    assert response.status_code == 507
    assert "disk may be full" in response.json()["error"]
    assert not Picture.objects.exists()
    assert stored_files() == set()


def test_a_machine_that_cannot_check_a_picture_just_now_says_so(send, send_form, upload, stored_files):
    with mock.patch("diagnosis.pictures.reencode", side_effect=ImageNotChecked("Send it again in a moment.")):
        response = send()
        assert send_form(upload()) == ["field.png: Send it again in a moment."]
    assert (response.status_code, response.json()) == (503, {"error": "Send it again in a moment."})
    assert stored_files() == set()


def test_the_note_says_that_a_picture_was_reduced(send):
    reduced = dataclasses.replace(checked_picture(), sent_size=(12000, 8000))
    with mock.patch("diagnosis.forms.picture.check_picture", return_value=reduced):
        note = send().json()["note"]
    assert note == "Added as picture 1, reduced from 12000 x 8000 to 64 x 48 pixels."


def test_nobody_sends_more_pictures_an_hour_than_the_limit(send, settings, case):
    settings.UPLOADS_PER_HOUR = 2
    assert [send(content=encoded(seed=seed)).status_code for seed in range(3)] == [201, 201, 429]
    refused = send()
    assert refused.json()["error"].startswith("You have sent 2 pictures within the hour, which is the limit. Send the")
    assert 0 < int(refused["Retry-After"]) <= 3600
    assert case.pictures.count() == 2


def test_another_disk_fault_is_not_reported_as_a_full_disk(send):
    fault = mock.patch("diagnosis.views.uploads.tempfile.TemporaryFile", side_effect=OSError(errno.EIO, "I/O error"))
    with fault, pytest.raises(OSError, match="I/O error"):
        send()


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/passwd",
        "血液.png",
        "\u202egnp.exe",
        "<img src=x onerror=alert(1)>.png",
        "a." + "é" * 250,  # longer in bytes than a disk allows a name to be
        "CON",
        "'; drop table pictures; --.png",
    ],
)
def test_a_hostile_name_is_only_ever_shown(send, name, doctors_browser, case, stored_files):
    response = send(name)
    assert response.status_code == 201
    picture = Picture.objects.get()
    assert "/" not in picture.original_name
    assert all(str(picture.pk) in path for path in stored_files())
    page = doctors_browser.get(reverse("diagnosis:case", args=[case.pk])).content.decode()
    assert "<img src=x" not in page + response.json()["html"]


def test_adding_is_recorded(send, trail):
    send()
    assert trail().count("picture.added") == 1


def test_a_picture_that_cannot_be_recorded_is_not_kept(send, broken_audit, stored_files):
    with pytest.raises(broken_audit):
        send()
    assert not Picture.objects.exists()
    assert stored_files() == set()
