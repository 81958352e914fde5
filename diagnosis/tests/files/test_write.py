from unittest import mock

import pytest
from botocore.exceptions import EndpointConnectionError
from django.core.files.storage import FileSystemStorage

from diagnosis.files.errors import FileMissing, StorageUnavailable
from diagnosis.files.read import read
from diagnosis.files.write import new_files
from diagnosis.models import FilePlan

pytestmark = pytest.mark.django_db


class Stop(Exception):
    """Something went wrong after the files were written."""


def test_files_stay_when_the_block_succeeds(stored_files):
    with new_files("a/") as files:
        name = files.save("a/b.png", b"content")
        files.keep()
    assert stored_files() == {"a/b.png"}
    assert read(name) == b"content"


def _save_and_fail(*names: str) -> None:
    with new_files("") as files:
        for name in names:
            files.save(name, b"ours")
        raise Stop


def test_files_are_removed_when_the_block_fails(stored_files):
    with pytest.raises(Stop):
        _save_and_fail("a.png", "b.png")
    assert stored_files() == set()


def test_files_without_a_committed_transaction_are_removed(stored_files):
    with new_files("a/") as files:
        files.save("a/b.png", b"refused in the end")
    assert stored_files() == set()
    assert not FilePlan.objects.exists()


def test_the_plan_is_committed_before_the_first_file_and_removed_with_the_row(stored_files):
    with new_files("a/") as files:
        assert FilePlan.objects.get().prefix == "a/"
        files.keep()
    assert not FilePlan.objects.exists()


def test_files_cannot_be_kept_after_the_upkeep_took_their_plan(stored_files):
    def work_too_long() -> None:
        with new_files("a/") as files:
            files.save("a/b.png", b"late")
            FilePlan.objects.all().delete()
            files.keep()

    with pytest.raises(StorageUnavailable, match="Nothing was saved"):
        work_too_long()
    assert stored_files() == set()


def test_the_plan_stays_when_the_files_cannot_be_removed(stored_files, caplog):
    down = mock.patch.object(FileSystemStorage, "delete", side_effect=OSError(5, "Input/output error"))
    with down, pytest.raises(Stop):
        _save_and_fail("a.png")
    assert FilePlan.objects.count() == 1


def test_a_file_stored_before_is_never_removed(stored_files):
    with new_files("") as files:
        files.save("a.png", b"theirs")
        files.keep()
    with pytest.raises(Stop):
        _save_and_fail("a.png")
    full = mock.patch.object(FileSystemStorage, "_save", side_effect=OSError(28, "No space left on device"))
    with full, pytest.raises(StorageUnavailable):
        _save_and_fail("a.png")
    assert stored_files() == {"a.png"}
    assert read("a.png") == b"theirs"


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), EndpointConnectionError(endpoint_url="http://s3.example")]
)
def test_every_kind_of_storage_reports_failure_in_the_same_words(error, stored_files):
    with (
        mock.patch.object(FileSystemStorage, "_save", side_effect=error),
        pytest.raises(StorageUnavailable, match="Nothing was saved"),
        new_files("") as files,
    ):
        files.save("a.png", b"1")


def test_a_missing_file_is_distinguished_from_a_storage_that_is_down(stored_files):
    with pytest.raises(FileMissing):
        read("nowhere.png")
    with (
        mock.patch.object(FileSystemStorage, "_open", side_effect=OSError(5, "Input/output error")),
        pytest.raises(StorageUnavailable),
    ):
        read("nowhere.png")
