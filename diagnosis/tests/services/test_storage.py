from unittest import mock

import pytest
from botocore.exceptions import EndpointConnectionError
from django.core.files.storage import FileSystemStorage

from diagnosis.models import FilePlan
from diagnosis.services import storage

pytestmark = pytest.mark.django_db


class Stop(Exception):
    """Something went wrong after the files were written."""


def test_files_stay_when_the_block_succeeds(stored_files):
    with storage.new_files("a/") as files:
        name = files.save("a/b.png", b"content")
        files.keep()
    assert stored_files() == {"a/b.png"}
    assert storage.read(name) == b"content"


def _save_and_fail(*names: str) -> None:
    with storage.new_files("") as files:
        for name in names:
            files.save(name, b"ours")
        raise Stop


def test_files_go_when_the_block_fails(stored_files):
    with pytest.raises(Stop):
        _save_and_fail("a.png", "b.png")
    assert stored_files() == set()


def test_files_that_no_transaction_kept_go(stored_files):
    with storage.new_files("a/") as files:
        files.save("a/b.png", b"refused in the end")
    assert stored_files() == set()
    assert not FilePlan.objects.exists()


def test_the_plan_is_there_before_the_first_file_and_gone_with_the_row(stored_files):
    with storage.new_files("a/") as files:
        assert FilePlan.objects.get().prefix == "a/"
        files.keep()
    assert not FilePlan.objects.exists()


def test_a_plan_taken_for_a_leftover_cannot_be_kept(stored_files):
    def work_too_long() -> None:
        with storage.new_files("a/") as files:
            files.save("a/b.png", b"late")
            FilePlan.objects.all().delete()
            files.keep()

    with pytest.raises(storage.StorageUnavailable, match="Nothing was saved"):
        work_too_long()
    assert stored_files() == set()


def test_what_cannot_be_removed_now_stays_planned(stored_files, caplog):
    down = mock.patch.object(FileSystemStorage, "delete", side_effect=OSError(5, "Input/output error"))
    with down, pytest.raises(Stop):
        _save_and_fail("a.png")
    assert FilePlan.objects.count() == 1


def test_files_of_others_are_never_removed(stored_files):
    with storage.new_files("") as files:
        files.save("a.png", b"theirs")
        files.keep()
    with pytest.raises(Stop):
        _save_and_fail("a.png")
    full = mock.patch.object(FileSystemStorage, "_save", side_effect=OSError(28, "No space left on device"))
    with full, pytest.raises(storage.StorageUnavailable):
        _save_and_fail("a.png")
    assert stored_files() == {"a.png"}
    assert storage.read("a.png") == b"theirs"


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), EndpointConnectionError(endpoint_url="http://s3.example")]
)
def test_whatever_storage_fails_is_said_in_the_same_words(error, stored_files):
    with (
        mock.patch.object(FileSystemStorage, "_save", side_effect=error),
        pytest.raises(storage.StorageUnavailable, match="Nothing was saved"),
        storage.new_files("") as files,
    ):
        files.save("a.png", b"1")


def test_a_missing_file_and_a_storage_that_is_down_are_told_apart(stored_files):
    with pytest.raises(storage.FileMissing):
        storage.read("nowhere.png")
    with (
        mock.patch.object(FileSystemStorage, "_open", side_effect=OSError(5, "Input/output error")),
        pytest.raises(storage.StorageUnavailable),
    ):
        storage.read("nowhere.png")
