"""A backup of a small clinic, and one put together by hand that needs no database."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from diagnosis.models import Picture
from diagnosis.services import pictures
from diagnosis.tests.factories import CaseFactory, ModelReleaseFactory, checked_picture
from leukplatform.accounts.tests.factories import DoctorFactory
from leukplatform.operations.backups import layout
from leukplatform.operations.backups.layout import Manifest
from leukplatform.tests.storages import storages_in
from patients.tests.factories import PatientFactory


@pytest.fixture(autouse=True)
def private_root(tmp_path: Path, settings) -> Path:
    """The folder of the test's private files."""
    root = tmp_path / "private"
    settings.STORAGES = storages_in(root)
    settings.AUDIT_ANCHOR_FILE = tmp_path / "anchor.jsonl"
    return root


@pytest.fixture
def picture(transactional_db: None) -> Picture:
    """One picture with its thumbnail, committed."""
    ModelReleaseFactory()
    doctor = DoctorFactory()
    case = CaseFactory(patient=PatientFactory(doctor=doctor), opened_by=doctor)
    return pictures.add(case=case, upload=checked_picture(), by=doctor)


@pytest.fixture
def by_hand(tmp_path: Path) -> Path:
    """A whole backup of an SQLite database with one table, and two files."""
    folder = tmp_path / "by-hand"
    for name in ("files/cases/1/picture.png", "files/cases/1/report.pdf"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode() * 100)
    with closing(sqlite3.connect(folder / "database.sqlite3")) as database:
        database.execute("CREATE TABLE cases (id INTEGER PRIMARY KEY, question TEXT)")
        database.executemany("INSERT INTO cases (question) VALUES (?)", [("Blasts?" * 50,)] * 500)
        database.commit()
    Manifest(
        format=layout.FORMAT,
        made_at="2026-01-01T00:00:00+00:00",
        engine="sqlite",
        database="database.sqlite3",
        migrations={},
        rows={"cases": 500},
        audit_seals=0,
        audit_head="",
        files=2,
        bytes=5000,
        missing=[],
        altered=[],
    ).write(folder)
    sum_up(folder)
    return folder


def sum_up(folder: Path) -> None:
    """Write the checksums of what is there now."""
    found = [path for path in folder.rglob("*") if path.is_file() and path.name != layout.SUMS]
    digests = {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}
    layout.write_sums(folder, digests)
