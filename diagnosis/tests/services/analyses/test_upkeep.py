from datetime import timedelta

import pytest
from django.utils import timezone

from diagnosis.models import Analysis
from diagnosis.services import analyses
from diagnosis.services.analyses import upkeep
from diagnosis.states import AnalysisStatus
from diagnosis.tests.factories import AnalysisFactory, PictureFactory
from leukplatform.letters.models import Letter

NOTHING = analyses.Upkeep(quarantined=0, requeued=0, woken=0)


@pytest.fixture
def hour_ago():
    return timezone.now() - timedelta(hours=1)


@pytest.fixture
def round_of_upkeep(sent, django_capture_on_commit_callbacks):
    def run():
        with django_capture_on_commit_callbacks(execute=True):
            return analyses.requeue_stale()

    return run


def test_the_upkeep_leaves_healthy_analyses_alone(case, picture, release, round_of_upkeep, sent, trail):
    AnalysisFactory(picture=picture, running=True)
    AnalysisFactory(picture=PictureFactory(case=case))
    for state in ({"succeeded": True}, {"failed": True}, {"status": AnalysisStatus.CANCELLED}):
        AnalysisFactory(picture=PictureFactory(case=case), **state)
    assert round_of_upkeep() == NOTHING
    assert sent == []
    assert trail() == []


@pytest.mark.parametrize("sign", ["lease_expires_at", "heartbeat_at"])
def test_a_lapsed_lease_is_queued_again_once(picture, release, hour_ago, sign, round_of_upkeep, sent, trail):
    analysis = AnalysisFactory(picture=picture, running=True, **{sign: hour_ago})
    assert round_of_upkeep() == analyses.Upkeep(quarantined=0, requeued=1, woken=0)
    analysis.refresh_from_db()
    assert (analysis.status, analysis.attempt) == (AnalysisStatus.QUEUED, 1)
    assert sent == [("run_analysis", str(analysis.pk))]
    assert trail() == ["analysis.requeued"]
    assert round_of_upkeep() == NOTHING


def test_after_three_attempts_the_analysis_is_set_aside_with_a_reason_and_letters(
    picture, release, hour_ago, round_of_upkeep, sent, trail
):
    analysis = AnalysisFactory(picture=picture, running=True, attempt=3, heartbeat_at=hour_ago)
    assert round_of_upkeep() == analyses.Upkeep(quarantined=1, requeued=0, woken=0)
    analysis.refresh_from_db()
    assert analysis.status == AnalysisStatus.QUARANTINED
    assert "started 3 times" in analysis.error
    owed = {(letter.kind, letter.subject_id, letter.recipient) for letter in Letter.objects.all()}
    assert owed == {
        ("analysis_quarantined", analysis.pk, analysis.requested_by),
        ("case_analysed", picture.case_id, analysis.requested_by),
    }
    assert trail() == ["analysis.quarantined"]
    assert round_of_upkeep() == NOTHING


def test_attempts_that_were_given_back_do_not_count(picture, release, hour_ago, round_of_upkeep):
    AnalysisFactory(picture=picture, running=True, attempt=3, given_back=1, heartbeat_at=hour_ago)
    assert round_of_upkeep().requeued == 1


def test_a_lost_message_is_sent_again_once(picture, release, hour_ago, round_of_upkeep, sent):
    analysis = AnalysisFactory(picture=picture, woken_at=hour_ago)
    assert round_of_upkeep() == analyses.Upkeep(quarantined=0, requeued=0, woken=1)
    assert sent == [("run_analysis", str(analysis.pk))]
    assert round_of_upkeep() == NOTHING


def test_only_the_head_of_a_long_queue_is_woken(case, release, hour_ago, round_of_upkeep, sent, monkeypatch):
    monkeypatch.setattr(upkeep, "_WAKE_AT_ONCE", 2)
    rows = [AnalysisFactory(picture=PictureFactory(case=case), woken_at=hour_ago) for _ in range(3)]
    assert round_of_upkeep().woken == 2
    assert {message[1] for message in sent} == {str(row.pk) for row in rows[:2]}


def test_an_analysis_that_ends_while_the_upkeep_looks_is_left_alone(picture, release, hour_ago, monkeypatch, trail):
    analysis = AnalysisFactory(picture=picture, running=True, heartbeat_at=hour_ago)
    lock = upkeep.results.lock

    def finish_first(pk):
        Analysis.objects.update(status=AnalysisStatus.SUCCEEDED, lease_expires_at=None, heartbeat_at=None)
        return lock(pk)

    monkeypatch.setattr(upkeep.results, "lock", finish_first)
    assert analyses.requeue_stale() == NOTHING
    analysis.refresh_from_db()
    assert analysis.status == AnalysisStatus.SUCCEEDED
    assert trail() == []


def test_upkeep_writes_nothing_if_audit_fails(picture, release, hour_ago, broken_audit):
    analysis = AnalysisFactory(picture=picture, running=True, heartbeat_at=hour_ago)
    with pytest.raises(broken_audit):
        analyses.requeue_stale()
    analysis.refresh_from_db()
    assert analysis.status == AnalysisStatus.RUNNING
