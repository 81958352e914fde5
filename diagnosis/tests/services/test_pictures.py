import errno
from unittest import mock

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import transaction

from diagnosis import policies
from diagnosis.files.errors import StorageUnavailable
from diagnosis.files.read import read
from diagnosis.models import Analysis, Case, Picture
from diagnosis.services import pictures
from diagnosis.states import AnalysisStatus, CaseStatus
from diagnosis.tests.factories import AnalysisFactory, checked_picture
from leukplatform.accounts.permissions import NotAllowed


def test_add_stores_picture_thumbnail_row_and_analysis(
    case, doctor, release, trail, stored_files, sent, django_capture_on_commit_callbacks
):
    upload = checked_picture()
    with django_capture_on_commit_callbacks(execute=True):
        picture = pictures.add(case=case, upload=upload, by=doctor)
    assert stored_files() == {picture.file, picture.thumbnail}
    assert read(picture.file) == upload.png.getvalue()
    assert (picture.position, picture.sha256, picture.size) == (1, upload.sha256, upload.png_size)
    analysis = picture.analyses.get()
    assert (analysis.status, analysis.release, analysis.attempt) == (AnalysisStatus.QUEUED, release, 0)
    assert trail() == ["picture.added", "analysis.requested"]
    assert sent == [("run_analysis", str(analysis.pk))]


def test_without_a_model_in_use_the_picture_waits_for_one(case, doctor, trail):
    picture = pictures.add(case=case, upload=checked_picture(), by=doctor)
    assert not picture.analyses.exists()
    assert trail() == ["picture.added"]


def test_names_of_files_are_made_of_ids_alone(case, doctor):
    picture = pictures.add(case=case, upload=checked_picture(name="../../etc/пароль.png"), by=doctor)
    assert picture.file == f"cases/{case.pk}/pictures/{picture.pk}/picture.png"
    assert picture.original_name == "../../etc/пароль.png"


def test_the_same_picture_twice_is_noticed(case, doctor, stored_files):
    first = pictures.add(case=case, upload=checked_picture(), by=doctor)
    files = stored_files()
    with pytest.raises(policies.DuplicatePicture, match="as picture 1") as refusal:
        pictures.add(case=case, upload=checked_picture(name="renamed.png"), by=doctor)
    assert refusal.value.existing == first
    assert stored_files() == files
    assert case.pictures.count() == 1


@pytest.mark.parametrize("person", ["other_doctor", "patient_user", "admin"])
def test_add_refuses_everybody_else(case, person, request, stored_files):
    with pytest.raises(NotAllowed):
        pictures.add(case=case, upload=checked_picture(), by=request.getfixturevalue(person))
    assert stored_files() == set()
    assert not Picture.objects.exists()


def test_add_looks_at_the_case_as_it_is_now(case, doctor, stored_files):
    Case.objects.update(status=CaseStatus.SIGNED_OFF)  # signed while this doctor's page was open
    with pytest.raises(policies.Refused):
        pictures.add(case=case, upload=checked_picture(), by=doctor)
    assert stored_files() == set()


def test_add_leaves_neither_row_nor_file_if_audit_fails(case, doctor, broken_audit, stored_files):
    with pytest.raises(broken_audit):
        pictures.add(case=case, upload=checked_picture(), by=doctor)
    assert stored_files() == set()
    assert not Picture.objects.exists()


def test_a_full_disk_leaves_nothing_and_is_said_plainly(case, doctor, stored_files):
    save = FileSystemStorage._save

    def fills_up(storage, name, content):
        save(storage, name, content)
        if name.endswith("thumbnail.jpg"):  # the second file is cut off: its first bytes are there
            raise OSError(errno.ENOSPC, "No space left on device")
        return name

    with mock.patch.object(FileSystemStorage, "_save", fills_up), pytest.raises(StorageUnavailable, match="disk"):
        pictures.add(case=case, upload=checked_picture(), by=doctor)
    assert stored_files() == set()
    assert not Picture.objects.exists()


def test_positions_are_not_reused(case, doctor):
    first = pictures.add(case=case, upload=checked_picture(1), by=doctor)
    pictures.remove(picture=first, reason="Wrong tube", by=doctor)
    assert pictures.add(case=case, upload=checked_picture(2), by=doctor).position == 2


def test_remove_keeps_the_row_the_files_and_the_reason(case, doctor, release, trail, stored_files):
    picture = pictures.add(case=case, upload=checked_picture(), by=doctor)
    files = stored_files()
    pictures.remove(picture=picture, reason=" Wrong tube ", by=doctor)
    picture.refresh_from_db()
    assert (picture.removed_by, picture.removal_reason) == (doctor, "Wrong tube")
    assert picture.is_removed
    assert stored_files() == files
    assert picture.analyses.get().status == AnalysisStatus.CANCELLED
    assert trail()[2:] == ["analysis.cancelled", "picture.removed"]


def test_remove_cancels_a_running_analysis_too(picture, doctor, release):
    AnalysisFactory(picture=picture, running=True)
    pictures.remove(picture=picture, reason="Blurred", by=doctor)
    assert picture.analyses.get().status == AnalysisStatus.CANCELLED


def test_a_removed_picture_may_be_added_again(case, doctor):
    picture = pictures.add(case=case, upload=checked_picture(), by=doctor)
    pictures.remove(picture=picture, reason="By mistake", by=doctor)
    assert pictures.add(case=case, upload=checked_picture(), by=doctor).position == 2


def test_remove_needs_a_reason(picture, doctor):
    with pytest.raises(policies.Refused, match="Say why"):
        pictures.remove(picture=picture, reason="  ", by=doctor)


def test_remove_twice_is_refused(picture, doctor):
    pictures.remove(picture=picture, reason="Blurred", by=doctor)
    with pytest.raises(policies.Refused):
        pictures.remove(picture=picture, reason="Blurred", by=doctor)


def test_remove_refuses_a_stranger(picture, other_doctor):
    with pytest.raises(NotAllowed):
        pictures.remove(picture=picture, reason="Blurred", by=other_doctor)


def test_remove_writes_nothing_if_audit_fails(picture, doctor, release, broken_audit):
    AnalysisFactory(picture=picture)
    with pytest.raises(broken_audit):
        pictures.remove(picture=picture, reason="Blurred", by=doctor)
    picture.refresh_from_db()
    assert not picture.is_removed
    assert Analysis.objects.get().status == AnalysisStatus.QUEUED


@pytest.mark.django_db(transaction=True)
def test_add_insists_on_its_own_transaction(case, doctor):
    """A caller's rollback after it would leave the files behind."""
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        pictures.add(case=case, upload=checked_picture(), by=doctor)
