"""The pictures in an S3-compatible store: what `S3_BUCKET` turns on, against a real server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import boto3
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from moto.server import ThreadedMotoServer

from diagnosis.files.errors import FileMissing, StorageUnavailable
from diagnosis.files.read import read
from diagnosis.models import Analysis
from diagnosis.services import analyses, pictures
from diagnosis.tests.factories import CaseFactory, ModelReleaseFactory, analysis_result, checked_picture

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # botocore keeps its connections open


@pytest.fixture(scope="module")
def store() -> Iterator[SimpleNamespace]:
    """An S3-compatible server, and its bucket as others see it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    login = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
    bucket = boto3.resource("s3", endpoint_url=address, **login).Bucket("pictures")
    bucket.create()
    yield SimpleNamespace(
        address=address,
        names=lambda: {item.key for item in bucket.objects.all()},
        bucket=bucket,
        options=_options(address),
    )
    server.stop()


def _options(address: str) -> dict[str, object]:
    """Return the storage options that the settings make of the environment, in a process of its own."""
    environment = {
        **os.environ,
        "S3_BUCKET": "pictures",
        "S3_ENDPOINT_URL": address,
        "S3_REGION": "us-east-1",
        "S3_ACCESS_KEY": "test",
        "S3_SECRET_KEY": "test",
    }
    program = "import json; from leukplatform import settings; print(json.dumps(settings.STORAGES['default']))"
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


@pytest.fixture
def s3(store: SimpleNamespace, settings) -> SimpleNamespace:
    settings.STORAGES = {**settings.STORAGES, "default": store.options}
    return store


DRAWN = ("overlay", "heatmap")


@pytest.fixture
def picture(s3, patient, doctor):
    ModelReleaseFactory()
    case = CaseFactory(patient=patient, opened_by=doctor)
    return pictures.add(case=case, upload=checked_picture(), by=doctor)


def test_pictures_go_to_the_bucket_and_leave_through_the_checked_view_only(s3, picture, doctor, other_doctor, client):
    assert {picture.file, picture.thumbnail} <= s3.names()

    client.force_login(doctor)
    answer = client.get(reverse("diagnosis:media", args=[picture.pk, "original"]))
    assert b"".join(answer.streaming_content) == checked_picture().png.read()
    assert "Location" not in answer  # the browser is never sent to the store itself

    client.force_login(other_doctor)
    assert client.get(reverse("diagnosis:media", args=[picture.pk, "original"])).status_code == 404


def test_what_a_worker_stored_before_there_were_cells_is_still_read(s3, picture, doctor, client):
    stored = {kind: default_storage.save(f"analyses/1/1/{kind}.png", ContentFile(b"PNG")) for kind in DRAWN}
    Analysis.objects.filter(picture=picture).update(status="SUCCEEDED", **stored)

    client.force_login(doctor)
    for kind in DRAWN:
        answer = client.get(reverse("diagnosis:media", args=[picture.pk, kind]))
        assert b"".join(answer.streaming_content) == b"PNG"


def test_a_result_puts_no_file_into_the_bucket(s3, picture):
    before = s3.names()
    claim = analyses.claim(analysis_id=Analysis.objects.get(picture=picture).pk)
    assert analyses.record_result(claim=claim, result=analysis_result())
    assert s3.names() == before


def test_nothing_in_the_bucket_is_public(s3, picture):
    grants = s3.bucket.Object(picture.file).Acl().grants
    assert not [grant for grant in grants if grant["Grantee"].get("URI")]
    assert "Signature" in default_storage.url(picture.file)


def test_a_missing_file_and_a_store_that_is_down_are_told_apart(s3, settings):
    with pytest.raises(FileMissing):
        read("never/stored.png")

    options = {**settings.STORAGES["default"]["OPTIONS"], "endpoint_url": "http://127.0.0.1:9"}
    settings.STORAGES = {**settings.STORAGES, "default": {**settings.STORAGES["default"], "OPTIONS": options}}
    with pytest.raises(StorageUnavailable):
        read("never/stored.png")


def test_a_picture_that_cannot_be_saved_leaves_no_file_in_the_bucket(s3, patient, doctor, monkeypatch):
    case = CaseFactory(patient=patient, opened_by=doctor)
    before = s3.names()
    monkeypatch.setattr("leukplatform.audit.services.record", lambda *_, **__: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        pictures.add(case=case, upload=checked_picture(2), by=doctor)

    assert s3.names() == before
