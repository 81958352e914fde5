"""The copy of one's own data: everything the patient may read, nothing else, in one readable ZIP."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile

import pytest
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from diagnosis.tests.factories import CaseFactory, PictureFactory
from leukplatform.accounts.permissions import NotAllowed
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from leukplatform.audit.models import AuditEvent
from patients.tests.factories import EmergencyAccessFactory
from records.services import exports, zipping
from records.services.zipping import Member


@pytest.fixture(autouse=True)
def fresh_allowance():
    cache.clear()


def opened(user) -> zipfile.ZipFile:
    export = exports.prepare(by=user)
    assert export is not None
    archive = zipfile.ZipFile(io.BytesIO(b"".join(export.stream())))
    assert archive.testzip() is None
    return archive


def data_of(archive) -> dict:
    return json.loads(archive.read("data.json"))


@pytest.mark.parametrize("person", ["doctor", "admin"])
def test_only_patients_have_data_of_their_own(person, request, patient):
    with pytest.raises(NotAllowed):
        exports.prepare(by=request.getfixturevalue(person))


def test_an_account_without_a_record_has_nothing_to_download(other_patient_user):
    assert exports.prepare(by=other_patient_user) is None


def test_the_export_describes_the_person(patient, patient_user):
    person = data_of(opened(patient_user))["Patient"]
    assert person["identifier"] == "R-1001"
    assert person["name"] == {"given": "Dana", "family": "Lindqvist"}
    assert person["birthDate"] == "2015-03-14"


def test_report_and_picture_are_the_stored_ones(report, patient_user):
    archive = opened(patient_user)
    picture = report.case.pictures.get()
    number = report.case.number
    with default_storage.open(report.patient_pdf) as file:
        assert archive.read(f"reports/report-case-{number}-version-1.pdf") == file.read()
    with default_storage.open(picture.file) as file:
        assert archive.read(f"pictures/case-{number}-picture-{picture.position}.png") == file.read()
    media = data_of(archive)["Media"]
    assert [row["sha256"] for row in media] == [picture.stored_sha256]


def test_the_export_leaves_out_unsigned_work_and_words_for_doctors(report, patient, patient_user, doctor):
    open_case = CaseFactory(patient=patient, opened_by=doctor, question="A question nobody has answered")
    PictureFactory(case=open_case, original_name="unsigned.png")
    removed = PictureFactory(case=report.case, position=9)
    type(removed).objects.filter(pk=removed.pk).update(
        removed_by=doctor, removed_at=report.signed_at, removal_reason="Of another patient"
    )
    archive = opened(patient_user)
    text = "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(("json", "html", "csv")))
    assert not any(f"picture-{removed.position}" in name for name in archive.namelist())
    for word in (open_case.question, "unsigned.png", report.text, "leukemia_score", "Of another patient"):
        assert word not in text


def test_the_export_holds_nothing_of_another_patient(report, other_patient, other_doctor, patient_user):
    PictureFactory(case=CaseFactory(patient=other_patient, opened_by=other_doctor))
    archive = opened(patient_user)
    text = "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(("json", "html")))
    assert "R-1002" not in text
    assert len([name for name in archive.namelist() if name.startswith("pictures/")]) == 1


def test_the_table_of_readers_holds_no_formula_for_a_spreadsheet(report, patient, patient_user, other_doctor, doctor):
    doctor.name = "=HYPERLINK(1)"
    doctor.save()
    EmergencyAccessFactory(patient=patient, doctor=other_doctor)
    with transaction.atomic():
        audit.record(Action.PATIENT_VIEWED, by=doctor, subject=patient, patient_id=patient.pk)
    archive = opened(patient_user)
    rows = list(csv.DictReader(io.StringIO(archive.read("who-read-my-record.csv").decode("utf-8-sig"))))
    assert rows
    assert {row["agent"] for row in rows} == {"'=HYPERLINK(1)"}
    assert data_of(archive)["EmergencyAccess"][0]["practitioner"] == other_doctor.name


def test_a_file_that_cannot_be_read_is_named_and_the_rest_arrives(report, patient_user):
    default_storage.delete(report.case.pictures.get().file)
    archive = opened(patient_user)
    assert "Not complete" in archive.read("index.html").decode()
    assert any(name.endswith(".pdf") for name in archive.namelist())


def test_too_many_pictures_are_exported_in_small_versions(report, patient_user, settings):
    settings.EXPORT_MAX_BYTES = 1
    archive = opened(patient_user)
    names = [name for name in archive.namelist() if name.startswith("pictures/")]
    assert [name.endswith(".jpg") for name in names] == [True]
    assert "small versions" in archive.read("index.html").decode()


def test_markup_is_escaped_in_the_index(report, patient, patient_user):
    patient.address = "<script>alert(1)</script>"
    patient.save()
    assert "<script>" not in opened(patient_user).read("index.html").decode()


def test_the_index_writes_out_dates_in_the_clinics_time_zone(report, patient_user):
    with timezone.override("Pacific/Kiritimati"):
        issued = timezone.localtime(report.signed_at)
        index = opened(patient_user).read("index.html").decode()
    assert f"<h3>{issued.day} {issued:%B %Y}, {report.signed_by_name}</h3>" in index
    assert not re.search(r"\d{4}-\d\d-\d\d", index)


def test_the_index_comes_with_its_style_sheet(report, patient_user):
    archive = opened(patient_user)
    linked = re.findall(r'<link rel="stylesheet" href="([^"]+)">', archive.read("index.html").decode())
    assert linked == ["look.css"]
    assert "color-scheme: light dark" in archive.read("look.css").decode()


def test_an_export_is_recorded_in_the_trail(report, patient, patient_user):
    opened(patient_user)
    event = AuditEvent.objects.get(action=Action.PATIENT_EXPORTED)
    assert (event.actor_id, event.patient_id) == (str(patient_user.pk), str(patient.pk))
    assert event.details == {"reports": 1, "pictures": 1, "is_reduced": False}


def test_a_fourth_export_within_an_hour_is_refused(patient, patient_user):
    for _ in range(3):
        exports.prepare(by=patient_user)
    with pytest.raises(exports.TooOften):
        exports.prepare(by=patient_user)


def test_nothing_is_exported_without_an_audit_row(patient, patient_user, broken_audit):
    with pytest.raises(broken_audit):
        exports.prepare(by=patient_user)


def test_the_number_of_queries_does_not_grow(report, patient, patient_user, django_assert_num_queries):
    with django_assert_num_queries(11):
        exports.prepare(by=patient_user)
    for position in range(10, 15):
        PictureFactory(case=report.case, position=position)
    with django_assert_num_queries(11):
        exports.prepare(by=patient_user)


def test_the_archive_is_streamed_while_it_is_built():
    """The second file is not asked for before the first one has left."""
    asked = []

    def pieces(name: str):
        for number in range(3):
            asked.append((name, number))
            yield bytes(200_000)

    stream = zipping.stream([Member(name, pieces(name), is_packed=False) for name in "ab"], made_at=timezone.now())
    sent = next(stream)
    assert asked == [("a", 0)]
    assert len(sent) < 300_000
    archive = zipfile.ZipFile(io.BytesIO(sent + b"".join(stream)))
    assert [archive.getinfo(name).file_size for name in "ab"] == [600_000, 600_000]
