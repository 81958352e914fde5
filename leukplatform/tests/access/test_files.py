"""Pictures and reports: the right bytes to the right person, and nothing to others by a browser's memory."""

from __future__ import annotations

import pytest
from django.core.files.storage import default_storage

from leukplatform.tests.access.asking import LOGIN, ask
from leukplatform.tests.access.table import Row, read_table
from leukplatform.tests.access.targets import address
from leukplatform.tests.access.world import World

pytestmark = pytest.mark.django_db

FILE_ROUTES = {"diagnosis:media": "doctor", "diagnosis:report-pdf": "doctor", "records:my-report-pdf": "patient"}
FILES = [row for row in read_table() if row.route in FILE_ROUTES and "GET" in row.methods and "200" in row.answers]


@pytest.mark.parametrize("row", FILES, ids=str)
def test_a_conditional_request_reveals_nothing_about_a_file(row: Row, world: World) -> None:
    url = address(row.route, row.target, world)
    for _, role, expected in row.cells:
        assert ask(world, role, "GET", url, headers={"If-None-Match": "*"}).outcome == expected, role


@pytest.mark.parametrize("row", FILES, ids=str)
def test_no_shared_cache_keeps_a_file_or_its_refusal(row: Row, world: World) -> None:
    url = address(row.route, row.target, world)
    for _, role, expected in row.cells:
        answer = ask(world, role, "GET", url)
        assert "public" not in answer.headers.get("Cache-Control", ""), role
        assert expected == LOGIN or answer.headers["X-Content-Type-Options"] == "nosniff"
        if expected == "200":
            assert "private" in answer.headers["Cache-Control"]


def test_the_doctor_gets_the_clinical_report_and_the_patient_the_plain_one(world: World) -> None:
    for target, report in (("report", world.ours.report), ("superseded", world.ours.superseded)):
        clinical = ask(world, "doctor", "GET", address("diagnosis:report-pdf", target, world))
        plain = ask(world, "patient", "GET", address("records:my-report-pdf", target, world))
        assert clinical.body == _stored(report.pdf)
        assert plain.body == _stored(report.patient_pdf)
        assert clinical.body != plain.body


def test_each_kind_of_picture_is_the_one_of_this_picture(world: World) -> None:
    picture, analysis = world.ours.picture, world.ours.analysis_of(world.ours.picture)
    stored = {
        "original": picture.file,
        "thumbnail": picture.thumbnail,
        "overlay": analysis.overlay,
        "heatmap": analysis.heatmap,
    }
    for kind, name in stored.items():
        assert ask(world, "doctor", "GET", address("diagnosis:media", kind, world)).body == _stored(name), kind


def _stored(name: str) -> bytes:
    with default_storage.open(name) as file:
        return file.read()
