"""Files are taken where a page asks for them, and nowhere else."""

from __future__ import annotations

from unittest import mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

pytestmark = pytest.mark.django_db


def test_a_file_sent_to_a_page_that_wants_none_is_never_written_to_disk(client, settings):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0
    file = SimpleUploadedFile("huge.bin", b"x" * 100_000)
    with mock.patch("tempfile.NamedTemporaryFile", side_effect=AssertionError("written to disk")):
        response = client.post("/account/login/", {"login": "a@x.example", "password": "secret", "file": file})
    assert response.status_code == 200
    assert "not right" in response.content.decode()
    assert not response.wsgi_request.FILES
