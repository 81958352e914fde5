from __future__ import annotations

import hashlib
import io
import json
import stat
import subprocess
from pathlib import Path
from unittest import mock

import pytest
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from diagnosis.models import Picture
from leukplatform.audit import anchor
from leukplatform.audit.models import AuditEvent, AuditSeal
from leukplatform.operations.backups import creating, layout
from leukplatform.operations.backups.errors import BackupError, Refused
from leukplatform.operations.backups.verifying import verify


def test_a_backup_holds_the_rows_and_the_files_they_name(picture: Picture, tmp_path: Path) -> None:
    default_storage.save("cases/nobody/orphan.png", ContentFile(b"belongs to no row"))
    before = AuditSeal.objects.order_by("seq").last()
    assert before

    made = creating.create(tmp_path / "backup")

    assert verify(tmp_path / "backup") == made
    stored = (tmp_path / "backup/files" / picture.file).read_bytes()
    assert hashlib.sha256(stored).hexdigest() == picture.stored_sha256
    assert set(layout.digests_of_files(tmp_path / "backup")) == {picture.file, picture.thumbnail}
    assert made.rows["diagnosis_picture"] == made.rows["diagnosis_case"] == 1
    assert (made.audit_seals, made.audit_head) == (before.seq, before.hash)
    assert "0001_initial" in made.migrations["diagnosis"]


def test_a_backup_is_readable_by_its_owner_alone(picture: Picture, tmp_path: Path) -> None:
    creating.create(tmp_path / "backup")
    for path in [tmp_path / "backup", *(tmp_path / "backup").rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_a_backup_holds_no_sessions(picture: Picture, tmp_path: Path) -> None:
    key = "thesessionkeyofsomebodysignedin1"
    Session.objects.create(session_key=key, session_data="data", expire_date=timezone.now())
    made = creating.create(tmp_path / "backup")
    dump = tmp_path / "backup" / made.database
    if connection.vendor == "postgresql":
        content = subprocess.run(["pg_restore", "--file=-", dump], capture_output=True, check=True).stdout
    else:
        content = dump.read_bytes()
    assert picture.stored_sha256.encode() in content
    assert key.encode() not in content
    assert Session.objects.filter(session_key=key).exists()


def test_making_a_backup_is_recorded_in_the_trail(picture: Picture, tmp_path: Path) -> None:
    creating.create(tmp_path / "backup")
    event = AuditEvent.objects.get(action="backup.made")
    assert event.details["files"] == 2


def test_a_backup_holds_the_earlier_anchors(picture: Picture, tmp_path: Path, settings) -> None:
    anchor.write(settings.AUDIT_ANCHOR_FILE)
    with settings.AUDIT_ANCHOR_FILE.open("ab") as file:
        file.write(b'{"seq": 12, "ha')  # being written just now
    made = creating.create(tmp_path / "backup")
    (last,) = anchor.read(tmp_path / "backup" / layout.ANCHOR)
    assert (last.seq, last.hash) == (made.audit_seals, made.audit_head)


def test_missing_and_altered_files_are_reported_and_the_rest_is_kept(picture: Picture, tmp_path: Path) -> None:
    default_storage.delete(picture.thumbnail)
    Path(default_storage.path(picture.file)).write_bytes(b"another picture")
    err = io.StringIO()
    with pytest.raises(CommandError, match=r"1 files were missing and 1 altered"):
        call_command("backup", to=tmp_path / "backup", stdout=io.StringIO(), stderr=err)
    assert f"{picture.thumbnail} is named by a row, but was not in the storage." in err.getvalue()
    assert f"{picture.file} had another content in the storage than its row says." in err.getvalue()
    manifest = json.loads((tmp_path / "backup/manifest.json").read_text())
    assert (manifest["missing"], manifest["altered"]) == ([picture.thumbnail], [picture.file])


def test_an_existing_backup_is_never_overwritten(picture: Picture, tmp_path: Path) -> None:
    creating.create(tmp_path / "backup")
    with pytest.raises(Refused, match="exists already"):
        creating.create(tmp_path / "backup")


def test_a_disk_that_is_not_there_is_named(db: None, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="Is the disk for backups mounted"):
        creating.create(tmp_path / "not-mounted" / "backup")


def test_a_backup_that_fails_leaves_nothing_behind(picture: Picture, tmp_path: Path) -> None:
    before = set(tmp_path.iterdir())
    full_disk = mock.patch(
        "leukplatform.operations.backups.hashing.copy", side_effect=OSError(28, "No space left on device")
    )
    with full_disk, pytest.raises(BackupError, match="No space left on device"):
        creating.create(tmp_path / "backup")
    assert set(tmp_path.iterdir()) == before
    assert not AuditEvent.objects.filter(action="backup.made").exists()


def test_a_row_that_names_a_file_outside_the_storage_stops_the_backup(picture: Picture, tmp_path: Path) -> None:
    Picture.objects.update(thumbnail="../secret_key")
    with pytest.raises(BackupError, match=r"names the file '../secret_key'"):
        creating.create(tmp_path / "backup")
