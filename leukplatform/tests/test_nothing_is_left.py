"""After an erasure no column of any table and no stored file holds a word of the patient, and the trail is whole."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from diagnosis.models import Analysis, Case, Cell, CellNaming, Comparison, Finding, Picture
from diagnosis.tests.factories import AnalysisFactory, CaseFactory, CellFactory, CellNamingFactory, PictureFactory
from leukplatform.accounts.tests.factories import PASSWORD, AdminFactory, DoctorFactory, PatientUserFactory
from leukplatform.audit.verification import Verification
from leukplatform.tests.access.record import Plan, Record, make_record
from leukplatform.tests.storages import storages_in
from leukplatform.web.sessions import SessionStore
from patients.models import Patient
from patients.tests.factories import EmergencyAccessFactory, ErasureFactory, PatientFactory
from records.services import erased, erasing, exports

pytestmark = pytest.mark.django_db

GONE = Plan("Oriannel", "Vantongeren", "ZQ-774411", datetime.date(2011, 7, 29), first_case=748_011_700)
STAYS = Plan("Thessaly", "Quillfeather", "KX-993322", datetime.date(2009, 2, 17), first_case=859_022_800)


@pytest.fixture(autouse=True)
def files(tmp_path: Path, settings) -> Path:
    settings.STORAGES = storages_in(tmp_path)
    settings.REPORT_RETENTION_YEARS = 0
    cache.clear()
    return tmp_path


def words_of(plan: Plan) -> set[str]:
    born = plan.birth_date
    spellings = {born.isoformat(), f"{born:%d.%m.%Y}", f"{born:%d/%m/%Y}", f"{born.day} {born:%B %Y}"}
    return {plan.given_name, plan.family_name, plan.record_number, plan.email, f"+44 20 {plan.first_case}", *spellings}


def everything_in_the_database() -> Iterator[tuple[str, str]]:
    """Table and content, row by row, with the sessions decoded."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                yield table, " ".join(bytes(cell).hex() if isinstance(cell, memoryview) else str(cell) for cell in row)
    for session in Session.objects.all():
        yield "sessions, decoded", json.dumps(SessionStore().decode(session.session_data), ensure_ascii=False)


def found_in_the_database(words: set[str]) -> set[str]:
    lower = {word.lower() for word in words}
    return {
        f"{table}: {word}"
        for table, text in everything_in_the_database()
        for word in lower
        if word in text.lower() or json.dumps(word)[1:-1] in text.lower()
    }


def found_in_the_files(root: Path, words: set[str]) -> set[str]:
    found = set()
    for path in root.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        found |= {f"{path}: {word}" for word in words if word.encode() in content or word in path.name}
    return found


def live_through_it(record: Record, doctor, admin) -> None:
    """People use the record: each of these leaves something somewhere."""
    EmergencyAccessFactory(
        patient=record.patient, doctor=DoctorFactory(), reason=f"{GONE.given_name} was brought in unconscious."
    )
    patient_browser, doctors_browser = Client(), Client()
    for browser, email in ((patient_browser, record.account.email), (doctors_browser, doctor.email)):
        browser.post("/account/login/", {"login": email, "password": PASSWORD})
    Client().post("/account/login/", {"login": record.account.email, "password": "wrong"})
    Client().post("/account/password/reset/", {"email": record.account.email})
    patient_browser.get("/my/reports/")
    patient_browser.get("/my/record/")
    b"".join(patient_browser.post("/my/record/export/"))
    doctors_browser.get("/patients/", {"q": GONE.family_name})
    doctors_browser.get(f"/patients/{record.patient.pk}/")
    doctors_browser.get(f"/patients/{record.patient.pk}/care/")
    # a message with the patient's address, not shown to the doctor yet
    doctors_browser.post(f"/patients/{record.patient.pk}/care/account/", {"email": GONE.email})
    doctors_browser.post(f"/patients/{record.patient.pk}/care/account/disconnect/")
    doctors_browser.post(f"/patients/{record.patient.pk}/care/account/", {"email": GONE.email})


def test_after_an_erasure_nothing_is_left(files, django_capture_on_commit_callbacks) -> None:
    doctor, admin = DoctorFactory(), AdminFactory()
    former, colleague = DoctorFactory(), DoctorFactory()
    record = make_record(GONE, doctor=doctor, team=[colleague], former=former)
    other = make_record(STAYS, doctor=colleague, team=[], former=former)
    live_through_it(record, doctor, admin)
    assert found_in_the_database(words_of(GONE)), "the words are there before"
    files_of_others = erasing._files_of(other.cases)
    asked = ErasureFactory(patient=record.patient, requested_by=doctor, note=f"{GONE.given_name} wrote a letter.")

    with django_capture_on_commit_callbacks(execute=True):
        erasing.carry_out(erasure=asked, record_number=GONE.record_number, by=admin)

    assert found_in_the_database(words_of(GONE)) == set()
    assert found_in_the_files(files, words_of(GONE)) == set()
    assert {str(path.relative_to(files)) for path in files.rglob("*") if path.is_file()} == files_of_others
    assert found_in_the_database({STAYS.family_name}), "the other record is as it was"
    seal()
    assert list(Verification(()).problems()) == []


def seal() -> None:
    """PostgreSQL seals at commit, which a test within one transaction never reaches."""
    if connection.vendor == "postgresql":
        connection.check_constraints()


def test_the_command_finds_the_trail_whole(capsys, doctor, admin) -> None:
    patient = PatientFactory(record_number="R-5", doctor=doctor)
    erasing.carry_out(erasure=ErasureFactory(patient=patient, requested_by=doctor), record_number="R-5", by=admin)
    seal()
    call_command("verify_audit")
    assert "whole" in capsys.readouterr().out


# Letters of any script, and what has a meaning in SQL, JSON or HTML; long enough not to turn up by chance.
NAMES = st.text(st.characters(categories=["L"]) | st.sampled_from(" '\"-&<%_\\"), min_size=9, max_size=40).map(
    lambda text: " ".join(text.split())
)
TEXTS = NAMES.filter(lambda text: len(text) >= 9)


@given(given_name=TEXTS, family_name=TEXTS, text=TEXTS)
@example(given_name="Robert'); DROP--", family_name='Ünal "Zoë" \\u00e9', text="<b>100 %_</b>")
@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
def test_no_name_or_text_survives_an_erasure_in_any_column(given_name, family_name, text) -> None:
    """Every column that takes free text holds the words."""
    doctor, admin = DoctorFactory(), AdminFactory()
    account = PatientUserFactory(name=f"{given_name} {family_name}"[:150])
    patient = PatientFactory(
        given_name=given_name, family_name=family_name, address=text, phone=text[:32], user=account, doctor=doctor
    )
    case = CaseFactory(patient=patient, opened_by=doctor, question=text)
    picture = PictureFactory(case=case, original_name=f"{family_name}.png")
    analysis = AnalysisFactory(picture=picture, failed=True, error=text)
    Finding.objects.create(picture=picture, analysis=analysis, label="Pre", note=text, made_by=doctor)
    CellNamingFactory(cell=CellFactory(analysis=analysis), made_by=doctor)
    Comparison.objects.create(analysis=analysis, release=analysis.release, verdict="leukemia")
    EmergencyAccessFactory(patient=patient, reason=f"{given_name} {text}")
    export = exports.prepare(by=account)
    assert export is not None
    asked = ErasureFactory(patient=patient, requested_by=doctor, note=f"{family_name} {text}")
    words = {given_name, family_name, text, account.email, patient.record_number}
    assert found_in_the_database(words)
    erasing.carry_out(erasure=asked, record_number=patient.record_number, by=admin)
    assert found_in_the_database(words) == set()
    for model in (Patient, Case, Picture, Analysis, Cell, CellNaming):
        assert not model.objects.exists()
    default_storage.delete(picture.file)  # what the commit would do
    default_storage.delete(picture.thumbnail)


ON_THE_DISK = """
from leukplatform.accounts.models import User
from leukplatform.accounts.services import accounts
from diagnosis.models import CaseFacts
from diagnosis.services import cases
from patients.services import registration
from records.services import erasing, erasures

doctor, admin = (
    accounts.create(email=f"{role}@clinic.example", name=role, role=role, password="not-to-be-used", by=None)
    for role in ("DOCTOR", "ADMIN")
)
person = dict(record_number="ZQ-774411", given_name="Oriannel", family_name="Vantongeren", birth_date="2011-07-29",
              sex="FEMALE", phone="", email="oriannel@home.example", address="")
patient = registration.register(person=person, by=doctor)
facts = CaseFacts("PERIPHERAL_BLOOD", "WRIGHT", 400, None, "Vantongeren " * 150)
cases.open_case(patient=patient, facts=facts, submission_key="5d0c8b1e-0000-4000-8000-00000000000b", by=doctor)
import os, pathlib
found = lambda: sum(path.read_bytes().count(b"Vantongeren") for path in pathlib.Path(os.environ["VAR_DIR"]).rglob("*")
                    if path.is_file())
before = found()
asked = erasures.request(patient=patient, record_number="ZQ-774411", ground="MISTAKE", note="Vantongeren", by=doctor)
erasing.carry_out(erasure=asked, record_number="ZQ-774411", by=admin)
listed = pathlib.Path(os.environ["VAR_DIR"], "erased.jsonl").read_text().count(str(asked.record_id))
print("FOUND", before > 150, found(), listed)
"""


@pytest.mark.slow
def test_the_bytes_of_an_sqlite_database_hold_no_word_of_the_erased(tmp_path: Path) -> None:
    """Pages that are free, and the write-ahead log."""
    unset = {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "ERASED_FILE"}
    environment = {name: value for name, value in os.environ.items() if name not in unset} | {"VAR_DIR": str(tmp_path)}
    for arguments in (["migrate", "-v0"], ["shell", "-v0", "-c", ON_THE_DISK]):
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=django_settings.BASE_DIR,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
    assert "FOUND True 0 1" in done.stdout


def test_erased_people_are_erased_again_after_a_restore(capsys, doctor, admin, settings, tmp_path: Path) -> None:
    settings.ERASED_FILE = tmp_path / "outside" / "erased.jsonl"
    patient = PatientFactory(record_number="R-5", doctor=doctor, user=PatientUserFactory())
    kept = PatientFactory()
    erased.write(settings.ERASED_FILE, [patient.pk])
    ErasureFactory(patient=patient, requested_by=doctor)  # as the backup has it: not decided yet
    call_command("repeat_erasures")
    assert str(patient.pk) in capsys.readouterr().out
    assert Patient.objects.count() == 2  # listed, not erased
    call_command("repeat_erasures", "--erase")
    assert Patient.objects.get() == kept
    call_command("repeat_erasures")
    assert "0 erased records are back" in capsys.readouterr().out


def test_the_list_of_the_erased_makes_up_for_what_it_missed(
    doctor, admin, settings, tmp_path: Path, django_capture_on_commit_callbacks
) -> None:
    settings.ERASED_FILE = tmp_path / "erased.jsonl"
    records = [PatientFactory(record_number=f"R-{number}", doctor=doctor) for number in range(2)]
    ids = [record.pk for record in records]
    for number, record in enumerate(records):
        with django_capture_on_commit_callbacks(execute=True):
            asked = ErasureFactory(patient=record, requested_by=doctor)
            erasing.carry_out(erasure=asked, record_number=f"R-{number}", by=admin)
        if number == 0:
            settings.ERASED_FILE.unlink()  # as if the process had died before it wrote
    assert erased.read(settings.ERASED_FILE) == set(ids)
