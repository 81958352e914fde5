import pytest
from django.db import IntegrityError, transaction

from diagnosis import policies
from diagnosis.models import Analysis, ModelRelease
from diagnosis.services import analyses
from diagnosis.states import AnalysisStatus, CaseStatus
from diagnosis.tests.factories import AnalysisFactory, ModelReleaseFactory, analysis_result
from leukplatform.accounts.permissions import NotAllowed


def test_request_queues_by_the_release_in_use_and_wakes_a_worker(
    picture, doctor, release, trail, sent, django_capture_on_commit_callbacks
):
    ModelReleaseFactory(name="densenet", digest="e" * 64, is_active=False)
    with django_capture_on_commit_callbacks(execute=True):
        analysis = analyses.request(picture=picture, by=doctor)
    assert (analysis.status, analysis.release, analysis.requested_by) == (AnalysisStatus.QUEUED, release, doctor)
    assert trail() == ["analysis.requested"]
    assert sent == [("run_analysis", str(analysis.pk))]


def test_a_broker_that_is_down_does_not_fail_the_request(
    picture, doctor, release, monkeypatch, caplog, django_capture_on_commit_callbacks
):
    def refuse(*_: object, **__: object) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr("celery.current_app.send_task", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        analyses.request(picture=picture, by=doctor)
    assert picture.analyses.get().status == AnalysisStatus.QUEUED
    assert "no broker" in caplog.text


@pytest.mark.parametrize("person", ["other_doctor", "patient_user", "admin"])
def test_request_refuses_everybody_else(picture, release, person, request):
    with pytest.raises(NotAllowed):
        analyses.request(picture=picture, by=request.getfixturevalue(person))
    assert not Analysis.objects.exists()


def test_a_request_without_a_model_in_use_says_whom_to_ask(picture, doctor):
    with pytest.raises(policies.Refused, match="administrator"):
        analyses.request(picture=picture, by=doctor)


def test_request_twice_queues_once(picture, doctor, release):
    analyses.request(picture=picture, by=doctor)
    with pytest.raises(policies.Refused, match="being analysed already"):
        analyses.request(picture=picture, by=doctor)
    assert Analysis.objects.count() == 1


def test_the_same_model_is_not_asked_again_but_a_newer_one_is(picture, doctor, release):
    AnalysisFactory(picture=picture, succeeded=True)
    with pytest.raises(policies.Refused, match="the answer would be the same"):
        analyses.request(picture=picture, by=doctor)
    ModelRelease.objects.update(is_active=False)
    newer = ModelReleaseFactory(version="2.0.0", digest="e" * 64)
    assert analyses.request(picture=picture, by=doctor).release == newer


def test_request_refuses_in_a_signed_case(picture, doctor, release):
    picture.case.status = CaseStatus.SIGNED_OFF
    picture.case.save()
    with pytest.raises(policies.Refused):
        analyses.request(picture=picture, by=doctor)


def test_request_writes_nothing_if_audit_fails(picture, doctor, release, broken_audit):
    with pytest.raises(broken_audit):
        analyses.request(picture=picture, by=doctor)
    assert not Analysis.objects.exists()


@pytest.mark.parametrize("state", [{}, {"running": True}, {"succeeded": True}])
def test_the_database_itself_refuses_a_second_row_beside(picture, release, state):
    AnalysisFactory(picture=picture, **state)
    with pytest.raises(IntegrityError), transaction.atomic():
        AnalysisFactory(picture=picture, **state)


def test_retry_is_a_new_row_and_leaves_the_old_one(picture, doctor, release, trail):
    old = AnalysisFactory(picture=picture, failed=True)
    new = analyses.retry(analysis=old, by=doctor)
    old.refresh_from_db()
    assert (old.status, new.status) == (AnalysisStatus.FAILED, AnalysisStatus.QUEUED)
    assert new.pk != old.pk
    assert trail() == ["analysis.requested"]


def test_retry_twice_is_refused(picture, doctor, release):
    old = AnalysisFactory(picture=picture, failed=True)
    analyses.retry(analysis=old, by=doctor)
    with pytest.raises(policies.Refused):
        analyses.retry(analysis=old, by=doctor)
    assert picture.analyses.count() == 2


@pytest.mark.parametrize("state", [{}, {"running": True}, {"succeeded": True}])
def test_retry_refuses_an_analysis_that_has_not_failed(picture, doctor, release, state):
    analysis = AnalysisFactory(picture=picture, **state)
    with pytest.raises(policies.Refused):
        analyses.retry(analysis=analysis, by=doctor)


def test_retry_refuses_a_stranger(picture, other_doctor, release):
    analysis = AnalysisFactory(picture=picture, failed=True)
    with pytest.raises(NotAllowed):
        analyses.retry(analysis=analysis, by=other_doctor)


def test_cancel_takes_it_out_of_the_queue_for_good(picture, doctor, release, trail):
    analysis = analyses.cancel(analysis=AnalysisFactory(picture=picture), by=doctor)
    assert analysis.status == AnalysisStatus.CANCELLED
    assert analysis.finished_at is not None
    assert trail() == ["analysis.cancelled"]
    assert analyses.claim(analysis_id=analysis.pk) is None


def test_cancel_takes_a_running_analysis_from_its_worker(picture, doctor, release, trail, stored_files):
    claim = analyses.claim(analysis_id=AnalysisFactory(picture=picture).pk)
    files = stored_files()
    analyses.cancel(analysis=picture.analyses.get(), by=doctor)
    assert not analyses.heartbeat(claim=claim)
    assert not analyses.record_result(claim=claim, result=analysis_result())
    assert not analyses.give_back(claim=claim)
    assert Analysis.objects.get().status == AnalysisStatus.CANCELLED
    assert stored_files() == files
    assert trail() == ["analysis.claimed", "analysis.cancelled"]


def test_cancel_loses_against_a_result_that_was_first(picture, doctor, release, trail):
    analysis = AnalysisFactory(picture=picture, succeeded=True)
    with pytest.raises(policies.Refused, match="finished"):
        analyses.cancel(analysis=analysis, by=doctor)
    assert Analysis.objects.get().status == AnalysisStatus.SUCCEEDED
    assert trail() == []


def test_only_the_doctor_restarts_an_analysis_that_was_set_aside(picture, doctor, release):
    old = AnalysisFactory(picture=picture, quarantined=True)
    assert analyses.claim(analysis_id=old.pk) is None
    assert analyses.retry(analysis=old, by=doctor).status == AnalysisStatus.QUEUED


def test_other_parameters_of_the_same_graph_are_another_release(picture, doctor, release):
    AnalysisFactory(picture=picture, succeeded=True)
    ModelRelease.objects.update(is_active=False)
    recalibrated = ModelReleaseFactory(parameters="b" * 64)
    assert analyses.request(picture=picture, by=doctor).release == recalibrated
    with pytest.raises(IntegrityError), transaction.atomic():
        ModelReleaseFactory(parameters="b" * 64, is_active=False)


def test_cancel_refuses_a_stranger(picture, other_doctor, release):
    analysis = AnalysisFactory(picture=picture)
    with pytest.raises(NotAllowed):
        analyses.cancel(analysis=analysis, by=other_doctor)
    assert Analysis.objects.get().status == AnalysisStatus.QUEUED


def test_cancel_writes_nothing_if_audit_fails(picture, doctor, release, broken_audit):
    analysis = AnalysisFactory(picture=picture)
    with pytest.raises(broken_audit):
        analyses.cancel(analysis=analysis, by=doctor)
    assert Analysis.objects.get().status == AnalysisStatus.QUEUED
