"""Adding several pictures by the plain form."""

from __future__ import annotations

import errno
from unittest import mock

from django.urls import reverse

from diagnosis.tests.uploads import encoded
from diagnosis.views import uploads

FULL = OSError(errno.ENOSPC, "No space left on device")


def test_the_plain_form_stops_at_the_limit_and_says_so_once(send_form, upload, settings, case):
    settings.UPLOADS_PER_HOUR = 1
    told = send_form(*(upload(f"{seed}.png", encoded(seed=seed)) for seed in range(3)))
    assert [text.split(" ")[0] for text in told] == ["0.png", "You"]
    assert case.pictures.count() == 1


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


def test_a_form_far_over_the_limit_is_refused_without_reading_it(doctors_browser, case):
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
