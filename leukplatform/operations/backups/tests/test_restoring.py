"""Refusals before anything is changed. Whole restores are in test_drill.py."""

from __future__ import annotations

import json
from pathlib import Path
from unittest import mock

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from diagnosis.models import Picture
from leukplatform.operations.backups import creating, layout, restoring
from leukplatform.operations.backups.errors import BackupError, Refused
from leukplatform.operations.backups.tests.conftest import sum_up


@pytest.fixture
def made(picture: Picture, tmp_path: Path) -> Path:
    creating.create(tmp_path / "backup")
    return tmp_path / "backup"


def silent(_: str) -> None:
    """The operator does not listen."""


def change_manifest(folder: Path, **facts: object) -> None:
    path = folder / layout.MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text()), **facts}))
    sum_up(folder)


def test_a_database_that_is_not_empty_is_left_alone(made: Path) -> None:
    before = Picture.objects.get().uploaded_at
    with pytest.raises(CommandError, match=r"not empty\. To replace all that is in it, add --replace"):
        call_command("restore", folder=made)
    assert Picture.objects.get().uploaded_at == before


def test_a_storage_that_is_not_empty_is_left_alone(made: Path) -> None:
    no_tables = mock.patch.object(connection.introspection, "table_names", return_value=[])
    with no_tables, pytest.raises(Refused, match="storage of the files is not empty"):
        restoring.restore(made, say=silent)


def test_a_damaged_backup_changes_nothing_even_when_told_to_replace(made: Path, picture: Picture) -> None:
    (made / "files" / picture.file).write_bytes(b"another")
    default_storage.delete(picture.file)
    with pytest.raises(CommandError, match=r"picture\.png was changed"):
        call_command("restore", folder=made, replace=True)
    assert not default_storage.exists(picture.file)


def test_a_backup_of_another_kind_of_database_is_refused(made: Path) -> None:
    with mock.patch.object(connection, "vendor", "another"), pytest.raises(Refused, match="DATABASE_URL names another"):
        restoring.restore(made, replace=True, say=silent)


def test_a_backup_of_a_newer_version_is_refused(made: Path) -> None:
    change_manifest(made, migrations={"diagnosis": ["0001_initial", "0999_of_next_year"]})
    with pytest.raises(Refused, match=r"does not know diagnosis\.0999_of_next_year"):
        restoring.restore(made, replace=True, say=silent)


def test_files_that_cannot_be_stored_leave_the_rows_as_they_are(made: Path, picture: Picture) -> None:
    default_storage.delete(picture.file)
    Picture.objects.update(original_name="newer than the backup")
    full_disk = mock.patch.object(FileSystemStorage, "_save", side_effect=OSError(28, "No space left on device"))
    with full_disk, pytest.raises(BackupError, match="could not be stored"):
        restoring.restore(made, replace=True, say=silent)
    assert Picture.objects.get().original_name == "newer than the backup"
