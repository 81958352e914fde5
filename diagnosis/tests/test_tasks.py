"""The tasks, called as a worker calls them. The end-to-end ones use the real pipeline on drawn smears."""

from __future__ import annotations

import re
import sys
from datetime import timedelta
from unittest import mock

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import OperationalError
from django.utils import timezone

from diagnosis import tasks
from diagnosis.files.read import read
from diagnosis.models import Analysis, Comparison, ModelRelease, Picture
from diagnosis.services import analyses
from diagnosis.states import AnalysisStatus
from diagnosis.tests.factories import AnalysisFactory, ModelReleaseFactory, PictureFactory, analysis_result
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


def _run(analysis) -> None:
    tasks.run_analysis(str(analysis.pk))
    analysis.refresh_from_db()


def test_run_analysis_claims_computes_and_records(analysis, core, settings, trail):
    _run(analysis)
    assert analysis.status == AnalysisStatus.SUCCEEDED
    core.assert_called_once_with(
        read(analysis.picture.file), artifact=settings.RELEASED_MODELS_DIR / analysis.release.folder, um_per_pixel=None
    )
    assert trail() == ["analysis.claimed", "analysis.succeeded"]
    assert set(AuditEvent.objects.values_list("channel", "actor_name")) == {("worker", "")}


def test_the_scale_that_a_doctor_stated_reaches_the_core(analysis, core):
    Picture.objects.update(um_per_pixel=0.18)
    _run(analysis)
    assert core.call_args.kwargs["um_per_pixel"] == 0.18


def test_redelivered_task_changes_nothing(analysis, core, trail):
    _run(analysis)
    before = Analysis.objects.values().get()
    _run(analysis)
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
        _run(analysis)
    assert (analysis.verdict, analysis.release) == ("leukemia", ModelRelease.objects.get(is_active=True))
    assert analysis.label == "LEUKEMIA"
    assert Comparison.objects.values_list("release", "verdict").get() == (compared.pk, "benign")
    assert core.call_count == 2
    assert trail() == ["analysis.claimed", "analysis.succeeded"]


def test_a_compared_model_that_fails_leaves_the_result_alone(analysis, compared, core, caplog):
    core.side_effect = [analysis_result(), ArtifactError("The second model is broken.")]
    _run(analysis)
    assert (analysis.status, analysis.error) == (AnalysisStatus.SUCCEEDED, "")
    assert not Comparison.objects.exists()
    assert "was not compared" in caplog.text


def test_a_message_for_a_cancelled_or_unknown_analysis_does_nothing(analysis, core):
    Analysis.objects.update(status=AnalysisStatus.CANCELLED)
    _run(analysis)
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
    _run(analysis)
    assert analysis.status == AnalysisStatus.SUCCEEDED


def test_what_the_core_refuses_is_told_to_the_doctor_and_not_tried_again(analysis, core):
    core.side_effect = ImageRejected("The file is damaged. Take the picture again.")
    _run(analysis)
    assert (analysis.status, analysis.error) == (
        AnalysisStatus.FAILED,
        "The file is damaged. Take the picture again.",
    )
    _run(analysis)
    assert core.call_count == 1


def test_the_answer_of_another_model_ends_in_a_failure(analysis, core, caplog):
    core.return_value = analysis_result(digest="e" * 64)
    _run(analysis)
    assert analysis.status == AnalysisStatus.FAILED
    assert "once the model is installed again" in analysis.error
    assert "not those of the release" in caplog.text


def test_a_missing_picture_ends_in_a_failure_that_says_what_to_do(analysis, core):
    default_storage.delete(analysis.picture.file)
    _run(analysis)
    assert (analysis.status, analysis.error) == (AnalysisStatus.FAILED, tasks.PICTURE_MISSING)


def test_an_unexpected_error_is_recorded_with_a_reference_and_raised_again(analysis, core, caplog):
    core.side_effect = ZeroDivisionError("secret inner detail")
    with pytest.raises(ZeroDivisionError):
        _run(analysis)
    analysis.refresh_from_db()
    assert analysis.status == AnalysisStatus.FAILED
    assert "secret" not in analysis.error
    reference = analysis.error.split("reference ")[1][:8]
    assert reference in caplog.text


def test_a_storage_that_is_down_gives_the_claim_back(analysis, core, stored_files, caplog):
    before = stored_files()
    with mock.patch.object(FileSystemStorage, "_open", side_effect=OSError(5, "Input/output error")):
        _run(analysis)
    assert (analysis.status, analysis.attempt, analysis.given_back) == (AnalysisStatus.QUEUED, 1, 1)
    assert stored_files() == before
    _run(analysis)
    assert analysis.status == AnalysisStatus.SUCCEEDED


def test_the_longer_the_storage_is_down_the_later_the_next_try(analysis, core):
    waits = []
    with mock.patch.object(FileSystemStorage, "_open", side_effect=OSError(5, "Input/output error")):
        for _ in range(8):
            before = timezone.now()
            _run(analysis)
            waits.append(round((analysis.woken_at - before).total_seconds()))
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_database_that_fails_a_moment_is_no_failure_of_the_analysis(analysis, core, caplog):
    with mock.patch.object(tasks.analyses, "record_result", side_effect=OperationalError("restarting")):
        _run(analysis)
    assert (analysis.status, analysis.given_back) == (AnalysisStatus.QUEUED, 1)


def test_late_attempt_cannot_overwrite_result(analysis, core):
    """While the first attempt computes it falls silent, and a second one finishes."""

    def slow(*_: object, **__: object):
        Analysis.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
        second = analyses.claim(analysis_id=analysis.pk)
        analyses.record_result(claim=second, result=analysis_result(predicted="Early"))
        return analysis_result(predicted="Pro", verdict=Verdict.BENIGN)

    core.side_effect = slow
    _run(analysis)
    assert analysis.attempt == 2
    assert (analysis.label, analysis.distribution[0][0]) == ("LEUKEMIA", "Early")
    assert analysis.read_cells.count() == len(analysis_result().cells)


def test_three_workers_that_die_are_enough(analysis, settings, trail):
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


@pytest.fixture
def tiny_release(release, settings, tmp_path):
    """A real model of a few numbers, fit for drawn fields."""
    from mlworker.tests import tiny
    from mlworker.zoo import artifact

    settings.RELEASED_MODELS_DIR = tmp_path / "released"
    identity = artifact.read(tiny.write(tmp_path / "released" / "lenet")).identity
    release.digest, release.parameters = identity.digest, identity.parameters
    release.save()
    return release


def _drawn_picture(case, kind: str):
    from mlworker import imageio, phantom

    field = phantom.draw_field(5, kind=phantom.FieldKind[kind])
    picture = PictureFactory(case=case)
    default_storage.delete(picture.file)
    default_storage.save(picture.file, ContentFile(imageio.encode_png(field.image)))
    return picture


@pytest.mark.parametrize("kind", ["LEUKEMIA", "BENIGN", "EMPTY"])
def test_the_real_pipeline_reads_a_drawn_smear(case, tiny_release, kind, settings):
    from mlworker.inference.pipeline import analyse

    analysis = AnalysisFactory(picture=_drawn_picture(case, kind))
    _run(analysis)
    said = analyse(read(analysis.picture.file), artifact=settings.RELEASED_MODELS_DIR / "lenet")
    assert (analysis.status, analysis.verdict) == (AnalysisStatus.SUCCEEDED, said.verdict.value)
    assert (analysis.verdict == "unsuitable") is (kind == "EMPTY")
    assert analysis.label == analysis.verdict.upper()
    cells = list(analysis.read_cells.all())
    assert [(cell.name, cell.x, cell.y) for cell in cells] == [(one.name, *one.body.box[:2]) for one in said.cells]
    assert bool(cells) is (analysis.heat is not None) is (kind != "EMPTY")
    assert all(len(cell.outline) > 2 and cell.measures["cell_area"] > 0 for cell in cells)


def test_the_real_pipeline_refuses_bytes_that_are_no_picture(case, tiny_release):
    picture = _drawn_picture(case, "EMPTY")
    default_storage.delete(picture.file)
    default_storage.save(picture.file, ContentFile(b"not a picture"))
    analysis = AnalysisFactory(picture=picture)
    _run(analysis)
    assert analysis.status == AnalysisStatus.FAILED
    assert analysis.error


def test_a_model_folder_that_is_gone_is_told_without_naming_files(case, tiny_release, settings, tmp_path, caplog):
    settings.RELEASED_MODELS_DIR = tmp_path / "nowhere"
    analysis = AnalysisFactory(picture=_drawn_picture(case, "EMPTY"))
    _run(analysis)
    assert analysis.status == AnalysisStatus.FAILED
    reference = re.search(r"reference (\w{8})", analysis.error)[1]
    assert reference in caplog.text
    assert str(tmp_path) in caplog.text
    assert str(tmp_path) not in analysis.error


def test_the_model_in_use_is_opened_early(tiny_release, settings):
    from mlworker.inference import engine

    with mock.patch.object(engine, "load") as load:
        tasks.load_active_model()
    load.assert_called_once_with(settings.RELEASED_MODELS_DIR / "lenet")


def test_the_processes_of_a_worker_share_its_cores(db, settings, monkeypatch):
    from mlworker.inference import engine

    monkeypatch.setattr(engine, "_processes", 1)
    settings.CELERY_WORKER_CONCURRENCY = 4
    monkeypatch.setattr(engine, "usable_cores", lambda: 8)
    tasks.load_active_model()
    assert engine.threads_of_this_process() == 2


def test_a_worker_starts_without_a_model_and_with_a_broken_one(db, release, settings, tmp_path, caplog):
    settings.RELEASED_MODELS_DIR = tmp_path
    tasks.load_active_model()
    assert "cannot be loaded" in caplog.text
    release.delete()
    tasks.load_active_model()


def test_a_round_of_the_upkeep_that_hangs_is_ended_long_before_an_analysis_would_be():
    assert tasks.requeue_stale_analyses.time_limit <= settings.ANALYSIS_TIME_LIMIT / 4
