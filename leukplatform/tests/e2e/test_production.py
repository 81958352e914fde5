"""The production path without a container engine: every command of docker-compose.yml, on PostgreSQL, Redis and S3."""

from __future__ import annotations

import contextlib
import io
import os
import re
from collections.abc import Iterator

import boto3
import dj_database_url
import psycopg2
import pytest
import redis
from moto.server import ThreadedMotoServer
from PIL import Image

from leukplatform.operations.stack.containers import HOST, Containers, production
from leukplatform.operations.stack.visitor import Visitor
from leukplatform.tests.e2e import running
from leukplatform.tests.e2e.mailbox import Mailbox, mailbox
from mlworker.phantom import FieldKind, draw_field

pytestmark = pytest.mark.slow

POSTGRES = os.environ.get("DATABASE_URL") or "postgres://postgres@127.0.0.1:5432/postgres"
REDIS = os.environ.get("REDIS_URL") or "redis://127.0.0.1:6379/0"
PASSWORD = "a long rehearsal of the real thing"


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """The address of an empty database of our own."""
    parts = dj_database_url.parse(POSTGRES)
    login = {"host": parts["HOST"], "port": parts["PORT"] or 5432, "user": parts["USER"]}
    name = f"leukplatform_rehearsal_{os.getpid()}"
    try:
        connection = psycopg2.connect(**login, password=parts["PASSWORD"] or None, dbname=parts["NAME"])
    except psycopg2.OperationalError as error:
        pytest.skip(f"needs PostgreSQL: {error}")
    connection.autocommit = True
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        yield POSTGRES.rpartition("/")[0] + f"/{name}"
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def queue() -> Iterator[str]:
    """The address of a numbered Redis database that nobody uses."""
    for number in range(15, 0, -1):
        address = f"{REDIS.rpartition('/')[0]}/{number}"
        with redis.from_url(address) as connection:
            try:
                if connection.dbsize() == 0:
                    yield address
                    connection.flushdb()
                    return
            except redis.ConnectionError as error:
                pytest.skip(f"needs Redis: {error}")
    pytest.skip("every numbered database of this Redis is in use")


@pytest.fixture(scope="module")
def store() -> Iterator[dict[str, str]]:
    """An S3-compatible server with an empty bucket, as environment variables."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    values = {
        "S3_ENDPOINT_URL": f"http://{host}:{port}",
        "S3_BUCKET": "pictures",
        "S3_REGION": "eu-central-1",
        "S3_ACCESS_KEY": "rehearsal",
        "S3_SECRET_KEY": "rehearsal",
    }
    bucket = boto3.resource(
        "s3",
        endpoint_url=values["S3_ENDPOINT_URL"],
        region_name=values["S3_REGION"],
        aws_access_key_id="rehearsal",
        aws_secret_access_key="rehearsal",
    ).Bucket("pictures")
    bucket.create(CreateBucketConfiguration={"LocationConstraint": values["S3_REGION"]})
    yield values
    server.stop()


@pytest.fixture(scope="module")
def letters() -> Iterator[Mailbox]:
    with mailbox() as server:
        yield server


@pytest.fixture(scope="module")
def containers(
    database: str, queue: str, store: dict[str, str], letters: Mailbox, tmp_path_factory: pytest.TempPathFactory
):
    containers = Containers(
        folder=tmp_path_factory.mktemp("production"),
        port=running.free_port(),
        environment={
            **production(database, queue),
            "REQUIRE_MFA": "0",  # the second factor has tests of its own
            **store,
            **letters.environment,
        },
    )
    containers.run("web", "python manage.py collectstatic --noinput")
    containers.run("migrate")
    for service in ("web", "worker", "beat"):
        containers.start(service)
    yield containers
    codes = containers.stop()
    assert codes == {"web": 0, "worker": 0, "beat": 0}, codes


def _join(containers: Containers, letters: Mailbox, address: str) -> Visitor:
    """Wait for the invitation that the worker sends, follow its link, and log in."""
    running.wait_until(lambda: letters.text_to(address), seconds=20, what=f"the invitation of {address}")
    link = re.search(r"https://\S+/account/invitation/\S+", letters.text_to(address))
    assert link, f"no invitation in: {letters.text_to(address)}"
    visitor = Visitor(containers.port, HOST)
    visitor.submit(link.group(), new_password1=PASSWORD, new_password2=PASSWORD)
    visitor.submit("/account/login/", login=address, password=PASSWORD)
    return visitor


def test_one_case_goes_through_the_production_services(containers: Containers, letters: Mailbox) -> None:
    running.wait_until(lambda: containers.is_healthy("web"), seconds=60, what="the health of web")
    running.wait_until(lambda: containers.is_healthy("worker"), seconds=60, what="the health of worker")
    running.wait_until(lambda: containers.is_healthy("beat"), seconds=60, what="the health of beat")

    containers.run("web", "python manage.py check --deploy")
    containers.run("web", "python manage.py invite_admin ada@clinic.example 'Ada Moreau'")
    admin = _join(containers, letters, "ada@clinic.example")
    admin.submit("/manage/accounts/invite/", name="Dr Bruno Keita", email="bruno@clinic.example", role="DOCTOR")
    doctor = _join(containers, letters, "bruno@clinic.example")

    record = doctor.submit(
        "/patients/new/",
        record_number="R-1",
        given_name="Dana",
        family_name="Lindqvist",
        birth_date="2015-05-04",
        sex="FEMALE",
    )
    patient = re.search(r"/patients/([0-9a-f-]{36})/", record.url).group(1)
    case = doctor.submit(
        f"/patients/{patient}/cases/new/",
        specimen="BONE_MARROW_ASPIRATE",
        stain="MAY_GRUNWALD_GIEMSA",
        magnification="1000",
        question="Blasts?",
    )
    key = re.search(r"/cases/([0-9a-f-]{36})/", case.url).group(1)
    answer = doctor.upload(f"/cases/{key}/", f"/api/v1/cases/{key}/pictures/", "fält.png", _drawn_smear())
    assert answer.status_code == 201, answer.text
    picture = answer.json()["id"]

    def analysed() -> bool:
        (row,) = doctor.get(f"/api/v1/cases/{key}/").json()["pictures"]
        status = row["analysis"]["status"]
        assert status not in ("FAILED", "CANCELLED"), row
        return status == "SUCCEEDED"

    running.wait_until(analysed, seconds=60, what="the analysis")
    for kind in ("original", "thumbnail"):
        answer = doctor.get(f"/media/pictures/{picture}/{kind}/")
        assert Image.open(io.BytesIO(answer.content)).width > 100
    # The pictures are in the store and on no container's own disk.
    assert not [path for service in containers.services for path in (containers.folder / service).rglob("*.png")]


def test_static_files_come_compressed_and_for_ever(containers: Containers) -> None:
    page = Visitor(containers.port, HOST).get("/")
    sheet = re.search(r'href="(/static/[^"]+\.css)"', page.text).group(1)
    answer = Visitor(containers.port, HOST).get(sheet)

    assert re.search(r"\.[0-9a-f]{12}\.css$", sheet)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "max-age=31536000" in page.headers["Strict-Transport-Security"]


def _drawn_smear() -> bytes:
    out = io.BytesIO()
    Image.fromarray(draw_field(7, kind=FieldKind.LEUKEMIA).image).save(out, "PNG")
    return out.getvalue()
