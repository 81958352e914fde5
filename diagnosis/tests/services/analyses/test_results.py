import dataclasses
from datetime import timedelta
from unittest import mock

import pytest
from django.core.files.storage import FileSystemStorage
from django.utils import timezone

from diagnosis.files.errors import StorageUnavailable
from diagnosis.models import Analysis, FilePlan
from diagnosis.services import analyses
from diagnosis.states import AnalysisStatus
from diagnosis.tests.factories import AnalysisFactory, PictureFactory, analysis_result, unsuitable_result
from leukplatform.letters.models import Letter
from mlworker.errors import ArtifactError
from mlworker.types import Classification, Verdict
from patients.tests.factories import CareAssignmentFactory


@pytest.fixture
def claim(picture, release):
    return analyses.claim(analysis_id=AnalysisFactory(picture=picture).pk)


@pytest.fixture
def taken_over(claim):
    """The first worker fell silent and a second one works on the same analysis."""
    Analysis.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
    return analyses.claim(analysis_id=claim.analysis_id)


def test_record_result_writes_everything_once(claim, trail, stored_files):
    before = stored_files()
    assert analyses.record_result(claim=claim, result=analysis_result())
    analysis = Analysis.objects.get()
    assert (analysis.status, analysis.verdict) == (AnalysisStatus.SUCCEEDED, "leukemia")
    assert analysis.leukemia_score == pytest.approx(0.97)
    assert analysis.distribution[0] == ("Pre", 0.91)
    assert analysis.cells[0]["nc_ratio"] == 0.8
    assert analysis.quality["notes"][0]["severity"] == "info"
    assert analysis.prediction_set == {"coverage": 0.95, "classes": ["Pre"]}
    assert analysis.novelty == {"score": 0.31, "warning_above": 0.5, "unsuitable_above": 0.75}
    assert (analysis.lease_expires_at, analysis.heartbeat_at) == (None, None)
    assert analysis.finished_at is not None
    assert stored_files() - before == {analysis.overlay, analysis.heatmap}
    assert analysis.overlay == f"analyses/{analysis.pk}/1/overlay.png"
    assert Analysis.objects.get().label == "Pre"
    assert trail() == ["analysis.claimed", "analysis.succeeded"]


def test_a_model_that_knows_neither_set_nor_novelty_leaves_both_empty(claim):
    result = analysis_result()
    classification = dataclasses.replace(result.classification, prediction_set=None)
    analyses.record_result(claim=claim, result=dataclasses.replace(result, classification=classification, novelty=None))
    analysis = Analysis.objects.get()
    assert (analysis.prediction_set, analysis.novelty) == (None, None)


def test_the_same_result_twice_changes_nothing(claim, trail, stored_files):
    analyses.record_result(claim=claim, result=analysis_result())
    row, files = Analysis.objects.values().get(), stored_files()
    assert not analyses.record_result(claim=claim, result=analysis_result(predicted="Benign"))
    assert Analysis.objects.values().get() == row
    assert stored_files() == files
    assert trail().count("analysis.succeeded") == 1


def test_late_attempt_cannot_overwrite_result(claim, taken_over, stored_files):
    assert analyses.record_result(claim=taken_over, result=analysis_result(predicted="Early"))
    files = stored_files()
    assert not analyses.record_result(claim=claim, result=analysis_result(predicted="Benign"))
    assert Analysis.objects.get().label == "Early"
    assert stored_files() == files


def test_late_attempt_cannot_get_ahead_of_the_one_at_work(claim, taken_over, stored_files):
    files = stored_files()
    assert not analyses.record_result(claim=claim, result=analysis_result())
    assert not analyses.record_failure(claim=claim, text="Too late.")
    assert Analysis.objects.get().status == AnalysisStatus.RUNNING
    assert stored_files() == files


def test_a_result_after_the_upkeep_took_the_claim_back_is_refused(claim, stored_files):
    Analysis.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
    analyses.requeue_stale()
    files = stored_files()
    assert not analyses.record_result(claim=claim, result=analysis_result())
    assert Analysis.objects.get().status == AnalysisStatus.QUEUED
    assert stored_files() == files


def test_the_same_graph_with_other_parameters_is_another_model(claim):
    answer = analysis_result()
    other = dataclasses.replace(answer, model=dataclasses.replace(answer.model, parameters="b" * 64))
    with pytest.raises(ArtifactError, match="not those of the release"):
        analyses.record_result(claim=claim, result=other)


def test_the_plan_of_the_files_ends_with_the_row_that_names_them(claim):
    analyses.record_result(claim=claim, result=analysis_result())
    assert not FilePlan.objects.exists()


@pytest.mark.parametrize(
    ("result", "label"),
    [
        (analysis_result(), "Pre"),
        (analysis_result(predicted="Benign", verdict=Verdict.BENIGN), "Benign"),
        (analysis_result(verdict=Verdict.UNCERTAIN), "UNCERTAIN"),
        (unsuitable_result(), "UNSUITABLE"),
    ],
)
def test_the_machine_s_label_is_its_class_or_that_it_has_none(claim, result, label):
    analyses.record_result(claim=claim, result=result)
    assert Analysis.objects.get().label == label


def test_the_label_never_contradicts_the_verdict(claim):
    """Benign is the likeliest single class, and leukaemia as a whole is likelier still."""
    probabilities = {"Benign": 0.34, "Early": 0.22, "Pre": 0.24, "Pro": 0.20}
    classification = Classification(Verdict.LEUKEMIA, 0.66, probabilities, "Benign", None)
    result = dataclasses.replace(analysis_result(), classification=classification)
    analyses.record_result(claim=claim, result=result)
    assert Analysis.objects.get().label == "Pre"


def test_an_unsuitable_picture_has_no_score_and_no_files(claim, stored_files):
    before = stored_files()
    analyses.record_result(claim=claim, result=unsuitable_result())
    analysis = Analysis.objects.get()
    assert (analysis.verdict, analysis.leukemia_score, analysis.probabilities) == ("unsuitable", None, {})
    assert (analysis.overlay, analysis.heatmap) == ("", "")
    assert stored_files() == before


def test_the_answer_of_another_model_is_refused(claim):
    with pytest.raises(ArtifactError, match="not those of the release"):
        analyses.record_result(claim=claim, result=analysis_result(digest="e" * 64))
    assert Analysis.objects.get().status == AnalysisStatus.RUNNING


def test_record_result_leaves_neither_row_nor_file_if_audit_fails(claim, broken_audit, stored_files):
    before = stored_files()
    with pytest.raises(broken_audit):
        analyses.record_result(claim=claim, result=analysis_result())
    assert Analysis.objects.get().status == AnalysisStatus.RUNNING
    assert Analysis.objects.get().label == ""
    assert stored_files() == before


def test_a_full_disk_leaves_the_claim_as_it_was(claim, stored_files):
    before = stored_files()
    with (
        mock.patch.object(FileSystemStorage, "_save", side_effect=OSError(28, "No space left on device")),
        pytest.raises(StorageUnavailable),
    ):
        analyses.record_result(claim=claim, result=analysis_result())
    assert Analysis.objects.get().status == AnalysisStatus.RUNNING
    assert stored_files() == before


def test_record_failure_keeps_the_text(claim, trail):
    assert analyses.record_failure(claim=claim, text="Focus and take it again. " * 100)
    analysis = Analysis.objects.get()
    assert analysis.status == AnalysisStatus.FAILED
    assert analysis.error.startswith("Focus")
    assert len(analysis.error) == 500
    assert trail() == ["analysis.claimed", "analysis.failed"]
    assert not analyses.record_failure(claim=claim, text="Again.")


def test_record_failure_writes_nothing_if_audit_fails(claim, broken_audit):
    with pytest.raises(broken_audit):
        analyses.record_failure(claim=claim, text="Damaged.")
    assert Analysis.objects.get().status == AnalysisStatus.RUNNING


def test_every_end_owes_the_doctors_in_charge_the_letter_of_the_case(case, picture, claim, doctor, other_doctor):
    CareAssignmentFactory(patient=case.patient, doctor=other_doctor)
    analyses.record_result(claim=claim, result=analysis_result())
    letters = Letter.objects.filter(kind="case_analysed", subject_id=case.pk)
    assert {letter.recipient for letter in letters} == {doctor, other_doctor}
    other = AnalysisFactory(picture=PictureFactory(case=case))
    analyses.record_failure(claim=analyses.claim(analysis_id=other.pk), text="Damaged.")
    assert {letter.revision for letter in letters.all()} == {1}
