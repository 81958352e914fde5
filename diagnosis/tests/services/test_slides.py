import errno
from unittest import mock

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import transaction

from diagnosis import policies
from diagnosis.factories import AnalysisFactory, checked_picture
from diagnosis.files.errors import StorageUnavailable
from diagnosis.files.read import read
from diagnosis.models import Analysis, Case, Slide
from diagnosis.services import slides
from diagnosis.states import AnalysisStatus, CaseStatus
from leukplatform.accounts.permissions import NotAllowed


def test_add_stores_picture_thumbnail_row_and_analysis(
    case, doctor, release, trail, stored_files, sent, django_capture_on_commit_callbacks
):
    picture = checked_picture()
    with django_capture_on_commit_callbacks(execute=True):
        slide = slides.add(case=case, picture=picture, by=doctor)
    assert stored_files() == {slide.picture, slide.thumbnail}
    assert read(slide.picture) == picture.png.getvalue()
    assert (slide.position, slide.sha256, slide.size) == (1, picture.sha256, picture.png_size)
    analysis = slide.analyses.get()
    assert (analysis.status, analysis.release, analysis.attempt) == (AnalysisStatus.QUEUED, release, 0)
    assert trail() == ["slide.added", "analysis.requested"]
    assert sent == [("run_analysis", str(analysis.pk))]


def test_without_a_model_in_use_the_slide_waits_for_one(case, doctor, trail):
    slide = slides.add(case=case, picture=checked_picture(), by=doctor)
    assert not slide.analyses.exists()
    assert trail() == ["slide.added"]


def test_names_of_files_are_made_of_ids_alone(case, doctor):
    slide = slides.add(case=case, picture=checked_picture(name="../../etc/пароль.png"), by=doctor)
    assert slide.picture == f"cases/{case.pk}/slides/{slide.pk}/picture.png"
    assert slide.original_name == "../../etc/пароль.png"


def test_the_same_picture_twice_is_noticed(case, doctor, stored_files):
    first = slides.add(case=case, picture=checked_picture(), by=doctor)
    files = stored_files()
    with pytest.raises(policies.DuplicateSlide, match="as slide 1") as refusal:
        slides.add(case=case, picture=checked_picture(name="renamed.png"), by=doctor)
    assert refusal.value.existing == first
    assert stored_files() == files
    assert case.slides.count() == 1


@pytest.mark.parametrize("person", ["other_doctor", "patient_user", "admin"])
def test_add_refuses_everybody_else(case, person, request, stored_files):
    with pytest.raises(NotAllowed):
        slides.add(case=case, picture=checked_picture(), by=request.getfixturevalue(person))
    assert stored_files() == set()
    assert not Slide.objects.exists()


def test_add_looks_at_the_case_as_it_is_now(case, doctor, stored_files):
    Case.objects.update(status=CaseStatus.SIGNED_OFF)  # signed while this doctor's page was open
    with pytest.raises(policies.Refused):
        slides.add(case=case, picture=checked_picture(), by=doctor)
    assert stored_files() == set()


def test_add_leaves_neither_row_nor_file_if_audit_fails(case, doctor, broken_audit, stored_files):
    with pytest.raises(broken_audit):
        slides.add(case=case, picture=checked_picture(), by=doctor)
    assert stored_files() == set()
    assert not Slide.objects.exists()


def test_a_full_disk_leaves_nothing_and_is_said_plainly(case, doctor, stored_files):
    save = FileSystemStorage._save

    def fills_up(storage, name, content):
        save(storage, name, content)
        if name.endswith("thumbnail.jpg"):  # the second file is cut off: its first bytes are there
            raise OSError(errno.ENOSPC, "No space left on device")
        return name

    with mock.patch.object(FileSystemStorage, "_save", fills_up), pytest.raises(StorageUnavailable, match="disk"):
        slides.add(case=case, picture=checked_picture(), by=doctor)
    assert stored_files() == set()
    assert not Slide.objects.exists()


def test_positions_are_not_reused(case, doctor):
    first = slides.add(case=case, picture=checked_picture(1), by=doctor)
    slides.remove(slide=first, reason="Wrong tube", by=doctor)
    assert slides.add(case=case, picture=checked_picture(2), by=doctor).position == 2


def test_remove_keeps_the_row_the_files_and_the_reason(case, doctor, release, trail, stored_files):
    slide = slides.add(case=case, picture=checked_picture(), by=doctor)
    files = stored_files()
    slides.remove(slide=slide, reason=" Wrong tube ", by=doctor)
    slide.refresh_from_db()
    assert (slide.removed_by, slide.removal_reason) == (doctor, "Wrong tube")
    assert slide.is_removed
    assert stored_files() == files
    assert slide.analyses.get().status == AnalysisStatus.CANCELLED
    assert trail()[2:] == ["analysis.cancelled", "slide.removed"]


def test_remove_cancels_a_running_analysis_too(slide, doctor, release):
    AnalysisFactory(slide=slide, running=True)
    slides.remove(slide=slide, reason="Blurred", by=doctor)
    assert slide.analyses.get().status == AnalysisStatus.CANCELLED


def test_a_removed_picture_may_be_added_again(case, doctor):
    slide = slides.add(case=case, picture=checked_picture(), by=doctor)
    slides.remove(slide=slide, reason="By mistake", by=doctor)
    assert slides.add(case=case, picture=checked_picture(), by=doctor).position == 2


def test_remove_needs_a_reason(slide, doctor):
    with pytest.raises(policies.Refused, match="Say why"):
        slides.remove(slide=slide, reason="  ", by=doctor)


def test_remove_twice_is_refused(slide, doctor):
    slides.remove(slide=slide, reason="Blurred", by=doctor)
    with pytest.raises(policies.Refused):
        slides.remove(slide=slide, reason="Blurred", by=doctor)


def test_remove_refuses_a_stranger(slide, other_doctor):
    with pytest.raises(NotAllowed):
        slides.remove(slide=slide, reason="Blurred", by=other_doctor)


def test_remove_writes_nothing_if_audit_fails(slide, doctor, release, broken_audit):
    AnalysisFactory(slide=slide)
    with pytest.raises(broken_audit):
        slides.remove(slide=slide, reason="Blurred", by=doctor)
    slide.refresh_from_db()
    assert not slide.is_removed
    assert Analysis.objects.get().status == AnalysisStatus.QUEUED


@pytest.mark.django_db(transaction=True)
def test_add_insists_on_its_own_transaction(case, doctor):
    """A caller's rollback after it would leave the files behind."""
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        slides.add(case=case, picture=checked_picture(), by=doctor)
