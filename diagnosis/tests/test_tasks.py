"""The tasks, called as a worker calls them, with a core that answers what the test says."""

from __future__ import annotations

import sys
from datetime import timedelta
from unittest import mock

import pytest
from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import OperationalError
from django.utils import timezone

from diagnosis import tasks
from diagnosis.files.read import read
from diagnosis.models import Analysis, Comparison, ModelRelease, Picture
from diagnosis.services import analyses
from diagnosis.states import AnalysisStatus
from diagnosis.tests.delivery import deliver
from diagnosis.tests.factories import AnalysisFactory, ModelReleaseFactory, analysis_result
from leukplatform.audit.models import AuditEvent
from mlworker.errors import ArtifactError, ImageRejected
from mlworker.types import Verdict


@pytest.fixture
def analysis(picture, release):
    return AnalysisFactory(picture=picture)


@pytest.fixture
def core():
    """The core's answer; set `return_value` or `side_effect`."""
    pipeline = mock.Mock()
    pipeline.analyse.return_value = analysis_result()
    with mock.patch.dict(sys.modules, {"mlworker.inference.pipeline": pipeline}):
        yield pipeline.analyse


def test_run_analysis_claims_computes_and_records(analysis, core, settings, trail):
    deliver(analysis)
    assert analysis.status == AnalysisStatus.SUCCEEDED
    core.assert_called_once_with(
        read(analysis.picture.file), artifact=settings.RELEASED_MODELS_DIR / analysis.release.folder, um_per_pixel=None
    )
    assert trail() == ["analysis.claimed", "analysis.succeeded"]
    assert set(AuditEvent.objects.values_list("channel", "actor_name")) == {("worker", "")}


def test_the_scale_that_a_doctor_stated_reaches_the_core(analysis, core):
    Picture.objects.update(um_per_pixel=0.18)
    deliver(analysis)
    assert core.call_args.kwargs["um_per_pixel"] == 0.18


def test_redelivered_task_changes_nothing(analysis, core, trail):
    deliver(analysis)
    before = Analysis.objects.values().get()
    deliver(analysis)
    assert Analysis.objects.values().get() == before
    assert core.call_count == 1
    assert trail() == ["analysis.claimed", "analysis.succeeded"]


@pytest.fixture
def compared(release):
    return ModelReleaseFactory(version="2.0.0", digest="e" * 64, folder="second", is_active=False, is_compared=True)


def test_the_compared_model_reads_the_picture_after_the_result_and_in_silence(
    analysis, compared, core, settings, trail
):
    def answer(picture, *, artifact, um_per_pixel=None):
        is_second = artifact.name == "second"
        assert Analysis.objects.exclude(label="").exists() is is_second
        return analysis_result(verdict=Verdict.BENIGN, digest="e" * 64) if is_second else analysis_result()

    core.side_effect = answer
    for _ in range(2):  # delivered twice
        deliver(analysis)
    assert (analysis.verdict, analysis.release) == ("leukemia", ModelRelease.objects.get(is_active=True))
    assert analysis.label == "LEUKEMIA"
    assert Comparison.objects.values_list("release", "verdict").get() == (compared.pk, "benign")
    assert core.call_count == 2
    assert trail() == ["analysis.claimed", "analysis.succeeded"]


def test_a_compared_model_that_fails_leaves_the_result_alone(analysis, compared, core, caplog):
    core.side_effect = [analysis_result(), ArtifactError("The second model is broken.")]
    deliver(analysis)
    assert (analysis.status, analysis.error) == (AnalysisStatus.SUCCEEDED, "")
    assert not Comparison.objects.exists()
    assert "was not compared" in caplog.text


def test_a_message_for_a_cancelled_or_unknown_analysis_does_nothing(analysis, core):
    Analysis.objects.update(status=AnalysisStatus.CANCELLED)
    deliver(analysis)
    tasks.run_analysis("00000000-0000-0000-0000-000000000000")
    assert core.call_count == 0


def test_a_message_of_another_version_of_the_platform_is_understood(analysis, core):
    tasks.run_analysis(str(analysis.pk), priority="high")
    analysis.refresh_from_db()
    assert analysis.status == AnalysisStatus.SUCCEEDED


def test_no_transaction_is_open_while_the_core_computes(transactional_db, core):
    from django.db import connection

    analysis = AnalysisFactory()
    core.side_effect = lambda *_, **__: connection.in_atomic_block or analysis_result()
    deliver(analysis)
    assert analysis.status == AnalysisStatus.SUCCEEDED


def test_a_picture_the_core_refuses_is_reported_and_not_retried(analysis, core):
    core.side_effect = ImageRejected("The file is damaged. Take the picture again.")
    deliver(analysis)
    assert (analysis.status, analysis.error) == (
        AnalysisStatus.FAILED,
        "The file is damaged. Take the picture again.",
    )
    deliver(analysis)
    assert core.call_count == 1


def test_the_answer_of_another_model_ends_in_a_failure(analysis, core, caplog):
    core.return_value = analysis_result(digest="e" * 64)
    deliver(analysis)
    assert analysis.status == AnalysisStatus.FAILED
    assert "once the model is installed again" in analysis.error
    assert "not those of the release" in caplog.text


def test_a_missing_picture_ends_in_a_failure_that_says_what_to_do(analysis, core):
    default_storage.delete(analysis.picture.file)
    deliver(analysis)
    assert (analysis.status, analysis.error) == (AnalysisStatus.FAILED, tasks.PICTURE_MISSING)


def test_an_unexpected_error_is_recorded_with_a_reference_and_raised_again(analysis, core, caplog):
    core.side_effect = ZeroDivisionError("secret inner detail")
    with pytest.raises(ZeroDivisionError):
        deliver(analysis)
    analysis.refresh_from_db()
    assert analysis.status == AnalysisStatus.FAILED
    assert "secret" not in analysis.error
    reference = analysis.error.split("reference ")[1][:8]
    assert reference in caplog.text


def test_a_claim_is_given_back_while_the_storage_is_down(analysis, core, stored_files, caplog):
    before = stored_files()
    with mock.patch.object(FileSystemStorage, "_open", side_effect=OSError(5, "Input/output error")):
        deliver(analysis)
    assert (analysis.status, analysis.attempt, analysis.given_back) == (AnalysisStatus.QUEUED, 1, 1)
    assert stored_files() == before
    deliver(analysis)
    assert analysis.status == AnalysisStatus.SUCCEEDED


def test_retries_wait_longer_while_the_storage_is_down(analysis, core):
    waits = []
    with mock.patch.object(FileSystemStorage, "_open", side_effect=OSError(5, "Input/output error")):
        for _ in range(8):
            before = timezone.now()
            deliver(analysis)
            waits.append(round((analysis.woken_at - before).total_seconds()))
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_brief_database_failure_does_not_fail_the_analysis(analysis, core, caplog):
    with mock.patch.object(tasks.analyses, "record_result", side_effect=OperationalError("restarting")):
        deliver(analysis)
    assert (analysis.status, analysis.given_back) == (AnalysisStatus.QUEUED, 1)


def test_late_attempt_cannot_overwrite_result(analysis, core):
    """While the first attempt computes it falls silent, and a second one finishes."""

    def slow(*_: object, **__: object):
        Analysis.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
        second = analyses.claim(analysis_id=analysis.pk)
        analyses.record_result(claim=second, result=analysis_result(predicted="Early"))
        return analysis_result(predicted="Pro", verdict=Verdict.BENIGN)

    core.side_effect = slow
    deliver(analysis)
    assert analysis.attempt == 2
    assert (analysis.label, analysis.distribution[0][0]) == ("LEUKEMIA", "Early")
    assert analysis.read_cells.count() == len(analysis_result().cells)


def test_an_analysis_is_set_aside_after_three_dead_workers(analysis, settings, trail):
    """A picture that kills its workers: each claims, none comes back."""
    for _ in range(settings.ANALYSIS_MAX_ATTEMPTS):
        assert analyses.claim(analysis_id=analysis.pk)
        Analysis.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
        tasks.requeue_stale_analyses()
    analysis.refresh_from_db()
    assert analysis.status == AnalysisStatus.QUARANTINED
    assert trail().count("analysis.claimed") == 3
    assert trail()[-1] == "analysis.quarantined"


def test_time_limits_stand_in_order(settings):
    """A claim outlives its work, and a message its claim; a worker shows itself well before it is given up."""
    assert tasks.run_analysis.soft_time_limit < settings.CELERY_TASK_TIME_LIMIT == settings.ANALYSIS_TIME_LIMIT
    assert settings.ANALYSIS_TIME_LIMIT < settings.ANALYSIS_LEASE
    assert 2 * settings.ANALYSIS_HEARTBEAT_INTERVAL < settings.ANALYSIS_HEARTBEAT_TIMEOUT < settings.ANALYSIS_LEASE


def test_messages_are_acknowledged_after_the_work(settings):
    assert settings.CELERY_TASK_ACKS_LATE
    assert settings.CELERY_TASK_REJECT_ON_WORKER_LOST
    assert settings.CELERY_RESULT_BACKEND is None


def test_a_round_of_the_upkeep_that_hangs_is_ended_long_before_an_analysis_would_be():
    assert tasks.requeue_stale_analyses.time_limit <= settings.ANALYSIS_TIME_LIMIT / 4
