"""The files of a backup come from an S3-compatible store, and go back into it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.storage import default_storage

from leukplatform.operations.backups import checking, creating, layout, restoring
from leukplatform.operations.backups.errors import BackupError, Refused
from leukplatform.operations.backups.verifying import verify
from leukplatform.tests.test_s3 import picture, s3, store

__all__ = ["picture", "s3", "store"]  # fixtures

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # botocore keeps its connections open
]


def test_files_that_the_store_lost_are_restored(picture, tmp_path: Path) -> None:
    made = creating.create(tmp_path / "backup")
    digests = layout.digests_of_files(tmp_path / "backup")
    assert verify(tmp_path / "backup") == made
    assert set(digests) == {picture.file, picture.thumbnail}
    default_storage.delete(picture.file)
    with pytest.raises(BackupError, match="1 files are not what the rows say"):
        checking.check_files(digests, made)

    restoring.put_files(digests, tmp_path / "backup", replace=False)

    assert "2 files were read back" in checking.check_files(digests, made)
    assert checking.digest_in_storage(picture.file) == picture.stored_sha256


def test_a_different_file_of_the_same_name_is_replaced_only_on_request(s3, picture, tmp_path: Path) -> None:
    creating.create(tmp_path / "backup")
    digests = layout.digests_of_files(tmp_path / "backup")
    s3.bucket.Object(picture.file).put(Body=b"another picture")
    with pytest.raises(Refused, match="has another file"):
        restoring.put_files(digests, tmp_path / "backup", replace=False)

    restoring.put_files(digests, tmp_path / "backup", replace=True)

    assert checking.digest_in_storage(picture.file) == picture.stored_sha256


def test_a_file_that_the_store_does_not_have_is_noted(s3, picture, tmp_path: Path) -> None:
    s3.bucket.Object(picture.thumbnail).delete()
    assert creating.create(tmp_path / "backup").missing == [picture.thumbnail]
