"""Each thing that must never happen is made to happen once, and found."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from diagnosis.models import Analysis, FilePlan, Picture
from diagnosis.tests.factories import (
    AnalysisFactory,
    CaseFactory,
    ModelReleaseFactory,
    PictureFactory,
    analysed_picture,
)
from leukplatform.accounts.models import User
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from leukplatform.letters.models import OPEN, Letter, LetterStatus
from leukplatform.operations.chaos import invariants
from leukplatform.operations.chaos.doctor import Submission
from leukplatform.tests.storages import storages_in


@pytest.fixture
def case(db, patient, doctor, tmp_path: Path, settings):
    """A case whose one picture was analysed as it should be."""
    settings.PRIVATE_ROOT = tmp_path / "private"
    settings.AUDIT_ANCHOR_FILE = tmp_path / "anchor.jsonl"
    settings.STORAGES = storages_in(settings.PRIVATE_ROOT)
    ModelReleaseFactory()
    case = CaseFactory(patient=patient, opened_by=doctor)
    analysed_picture(case, original_name="field-1.png")
    with transaction.atomic():
        audit.record(Action.ANALYSIS_SUCCEEDED, by=None, subject=Analysis.objects.get(), patient_id=patient.pk)
    was_sent("case_analysed", case.pk, doctor)
    return case


def was_sent(kind: str, subject_id: UUID, recipient: User) -> None:
    Letter.objects.create(
        kind=kind, subject_id=subject_id, recipient=recipient, status=LetterStatus.SENT, settled_at=timezone.now()
    )


def look(case, *, accepted: bool = True, names: tuple[str, ...] = ("field-1.png",)) -> invariants.Found:
    submissions = [Submission(name, b"", accepted=accepted) for name in names]
    return invariants.look(case.pk, submissions, over_at=0)


@pytest.mark.django_db(transaction=True)  # PostgreSQL seals the trail at the commit
def test_a_run_that_went_well_is_clean(case):
    found = look(case)
    assert found == invariants.Found(ended={"SUCCEEDED": 1}, recovered_at=None)
    assert invariants.is_quiet(case.pk)


def test_a_picture_that_was_accepted_and_is_not_there_is_lost(case):
    assert (
        "field-2.png was accepted and is not in the database" in look(case, names=("field-1.png", "field-2.png")).lost
    )


def test_a_picture_that_was_never_taken_is_lost(case):
    assert "was never taken" in look(case, accepted=False).lost[0]


def test_a_picture_without_an_analysis_is_lost(case):
    PictureFactory(case=case, original_name="field-2.png")
    assert look(case, names=("field-1.png", "field-2.png")).lost == ["field-2.png has no analysis"]
    assert not invariants.is_quiet(case.pk)


def test_a_failure_without_a_reason_is_lost(case):
    AnalysisFactory(picture=PictureFactory(case=case), failed=True, error="")
    assert "without a reason" in look(case).lost[0]


def test_a_picture_that_was_set_aside_without_a_letter_is_lost(case):
    analysis = AnalysisFactory(picture=PictureFactory(case=case), quarantined=True)
    assert look(case).lost == [f"{analysis.pk} was set aside, and who asked for it was not told"]
    was_sent("analysis_quarantined", analysis.pk, analysis.requested_by)
    assert look(case).lost == []


def test_a_finished_case_without_its_letter_is_lost(case, doctor):
    Letter.objects.all().delete()
    assert look(case).lost == [f"the pictures are done, and {doctor.pk} was not told"]


def test_an_unfinished_analysis_is_stuck(case):
    analysis = AnalysisFactory(picture=PictureFactory(case=case), running=True)
    assert look(case).stuck == [f"{analysis.pk} is RUNNING"]
    assert not invariants.is_quiet(case.pk)


@pytest.mark.parametrize("status", OPEN)
def test_a_letter_that_was_never_sent_is_stuck(case, doctor, status):
    letter = Letter.objects.create(
        kind="case_analysed",
        subject_id=case.pk,
        recipient=doctor,
        status=status,
        settled_at=None if status == LetterStatus.WAITING else timezone.now(),
    )
    assert look(case).stuck == [f"letter {letter.pk} is {status}"]
    assert invariants.is_quiet(case.pk) is (status != LetterStatus.WAITING)


def test_two_analyses_of_one_picture_are_double(case):
    AnalysisFactory(picture=Picture.objects.get(), failed=True)
    assert "has 2 analyses" in look(case).double[0]


def test_a_result_without_its_label_or_with_two_rows_of_success_is_double(case, patient):
    with transaction.atomic():
        audit.record(Action.ANALYSIS_SUCCEEDED, by=None, subject=Analysis.objects.get(), patient_id=patient.pk)
    assert "labelled 'LEUKEMIA' and with 2 rows of success" in look(case).double[0]
    Analysis.objects.update(label="")
    assert "labelled '' and with 2 rows of success" in look(case).double[0]


def test_a_label_on_a_failed_analysis_is_double(case):
    failed = AnalysisFactory(picture=PictureFactory(case=case), failed=True, label="Pre")
    assert f"{failed.pk} is FAILED, labelled 'Pre'" in look(case).double[0]


def test_files_without_a_row_and_rows_without_a_file_are_left_behind(case):
    default_storage.delete(Picture.objects.get().file)
    default_storage.save("analyses/1/1/overlay.png", ContentFile(b"of a killed worker"))
    FilePlan.objects.create(prefix="analyses/1/1/")
    words = " ".join(look(case).left_behind)
    assert "analyses/1/1/overlay.png belongs to no row" in words
    assert f"{Picture.objects.get().file} is named by a row and not there" in words
    assert "the plan for analyses/1/1/ never ended" in words
    assert not invariants.is_quiet(case.pk)


def test_recovery_is_timed_by_the_pictures_accepted_before_the_fault_ended(case):
    taken_at = Picture.objects.get().uploaded_at.timestamp()
    assert invariants.look(case.pk, [], over_at=taken_at - 1).recovered_at is None
    assert invariants.look(case.pk, [], over_at=taken_at + 1).recovered_at == Analysis.objects.get().finished_at


def test_letters_are_counted_whether_or_not_they_share_a_file(tmp_path, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    assert invariants.letters() == 0
    with mail.get_connection() as connection:
        for _ in range(2):
            mail.EmailMessage("Case 1", "Look.", to=["ada@clinic.example"], connection=connection).send()
    mail.send_mail("Case 2", "Look.", None, ["ada@clinic.example"])
    assert invariants.letters() == 3
