"""Adding pictures, by the script (one request a picture, JSON) and by the plain form."""

from __future__ import annotations

import dataclasses
import errno
from unittest import mock

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from diagnosis.models import Analysis, Case, Picture
from diagnosis.states import CaseStatus
from diagnosis.tests.factories import PictureFactory, checked_picture
from diagnosis.tests.uploads import archive, bomb, encoded, several
from diagnosis.views import uploads
from leukplatform.audit.models import AuditEvent
from mlworker.errors import ImageNotChecked

FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def send(doctors_browser, case, upload):
    """Send one picture as upload.js does."""

    def send(name="field.png", content=None):
        url = reverse("diagnosis:api-pictures", args=[case.pk])
        return doctors_browser.post(url, {"file": upload(name, content)}, headers={"Accept": "application/json"})

    return send


@pytest.fixture
def send_form(doctors_browser, case):
    """Send the form of the case's page, and read what the page says then."""

    def send_form(*files):
        url = reverse("diagnosis:picture-add", args=[case.pk])
        response = doctors_browser.post(url, {"file": list(files)} if files else {}, follow=True)
        assert response.redirect_chain == [(reverse("diagnosis:case", args=[case.pk]), 302)]
        return [str(message) for message in response.context["messages"]]

    return send_form


# --- one picture by the script ------------------------------------------------------------------------------------


def test_a_picture_becomes_a_picture_and_its_analysis_is_requested(send, case, release, sent, doctor):
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
def test_what_is_no_good_picture_is_refused_and_leaves_nothing(send, content, words, stored_files):
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


def test_another_kind_of_body_is_refused_in_the_same_shape(doctors_browser, case):
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


def test_a_body_far_over_the_limit_is_refused_unread(doctors_browser, case):
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


def test_a_full_disk_while_the_file_arrives_is_told_plainly(send):
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


def test_a_picture_that_was_kept_reduced_is_said_to_be(send):
    reduced = dataclasses.replace(checked_picture(), sent_size=(12000, 8000))
    with mock.patch("diagnosis.forms.picture.check_picture", return_value=reduced):
        note = send().json()["note"]
    assert note == "Added as picture 1, reduced from 12000 x 8000 to 64 x 48 pixels."


def test_nobody_sends_more_than_so_many_pictures_an_hour(send, settings, case):
    settings.UPLOADS_PER_HOUR = 2
    assert [send(content=encoded(seed=seed)).status_code for seed in range(3)] == [201, 201, 429]
    refused = send()
    assert refused.json()["error"].startswith("You have sent 2 pictures within the hour, which is the limit. Send the")
    assert 0 < int(refused["Retry-After"]) <= 3600
    assert case.pictures.count() == 2


def test_the_plain_form_stops_at_the_limit_and_says_so_once(send_form, upload, settings, case):
    settings.UPLOADS_PER_HOUR = 1
    told = send_form(*(upload(f"{seed}.png", encoded(seed=seed)) for seed in range(3)))
    assert [text.split(" ")[0] for text in told] == ["0.png", "You"]
    assert case.pictures.count() == 1


def test_another_fault_of_the_disk_is_no_full_disk(send):
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


# --- several pictures by the plain form ---------------------------------------------------------------------------


def test_the_form_takes_several_pictures_and_says_which_came(send_form, upload, case):
    told = send_form(
        upload("a.png", encoded(seed=1)),
        upload("b.txt", b"hello"),
        upload("c.png", encoded(seed=2)),
        upload("d.png", encoded(seed=1)),
    )
    assert [picture.original_name for picture in case.pictures.all()] == ["a.png", "c.png"]
    assert told[0] == "a.png was added as picture 1."
    assert told[1].startswith("b.txt: The file is not a picture")
    assert told[2] == "c.png was added as picture 2."
    assert told[3].startswith("d.png: The same file is in the case already, as picture 1")


def test_the_form_without_a_file_says_what_to_do(send_form):
    assert send_form() == ["Choose a picture to add."]


def test_the_form_keeps_the_good_ones_beside_one_that_is_too_large(send_form, upload, case, settings):
    settings.UPLOAD_MAX_BYTES = 2000
    told = send_form(upload("small.png"), upload("large.bmp", encoded("BMP")), upload("other.png", encoded(seed=5)))
    assert case.pictures.count() == 2
    assert f"large.bmp: {uploads.TOO_LARGE}" in told


def test_the_form_tells_of_a_full_disk(send_form, upload):
    with mock.patch("diagnosis.views.uploads.tempfile.TemporaryFile", side_effect=FULL):
        assert send_form(upload()) == [uploads.DISK_FULL]


def test_a_form_far_over_the_limit_is_refused_unread(doctors_browser, case):
    body = mock.Mock(spec=["read", "readline"])
    response = doctors_browser.generic(
        "POST",
        reverse("diagnosis:picture-add", args=[case.pk]),
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(10**12),
        **{"wsgi.input": body},
    )
    assert response.status_code == 302
    body.read.assert_not_called()


def test_names_in_messages_are_escaped(doctors_browser, case, upload):
    url = reverse("diagnosis:picture-add", args=[case.pk])
    response = doctors_browser.post(url, {"file": upload("<b>x</b>.png", b"no")}, follow=True)
    assert "<b>x" not in response.content.decode()


# --- taking one out -----------------------------------------------------------------------------------------------


def test_a_picture_is_removed_with_a_reason_and_stays_readable(doctors_browser, picture, case):
    url = reverse("diagnosis:picture-remove", args=[picture.pk])
    assert doctors_browser.get(url).status_code == 200
    response = doctors_browser.post(url, {"reason": "Wrong patient."}, follow=True)
    picture.refresh_from_db()
    assert picture.is_removed
    assert picture.removal_reason == "Wrong patient."
    assert "Wrong patient." in response.content.decode()
    page = doctors_browser.get(reverse("diagnosis:picture", args=[picture.pk])).content.decode()
    assert "Removed from the case" in page


def test_a_picture_is_not_removed_without_a_reason(doctors_browser, picture):
    response = doctors_browser.post(reverse("diagnosis:picture-remove", args=[picture.pk]), {"reason": " "})
    assert "reason" in response.context["form"].errors
    picture.refresh_from_db()
    assert not picture.is_removed


def test_removing_twice_tells_so_and_changes_nothing(doctors_browser, picture, trail):
    url = reverse("diagnosis:picture-remove", args=[picture.pk])
    doctors_browser.post(url, {"reason": "Wrong patient."})
    response = doctors_browser.post(url, {"reason": "Another reason."}, follow=True)
    picture.refresh_from_db()
    assert picture.removal_reason == "Wrong patient."
    assert "removed from the case before" in response.content.decode()
    assert trail().count("picture.removed") == 1


def test_no_picture_leaves_a_signed_case(doctors_browser, case):
    picture = PictureFactory(case=case)
    Case.objects.update(status=CaseStatus.SIGNED_OFF)
    doctors_browser.post(reverse("diagnosis:picture-remove", args=[picture.pk]), {"reason": "Too late."})
    picture.refresh_from_db()
    assert not picture.is_removed
    assert not AuditEvent.objects.filter(action="picture.removed").exists()
