import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from diagnosis.models import Analysis
from diagnosis.services import analyses
from diagnosis.states import AnalysisStatus
from diagnosis.tests.factories import AnalysisFactory

LONG_AGO = timedelta(hours=1)


@pytest.fixture
def queued(picture, release):
    return AnalysisFactory(picture=picture)


def _lapse(*, by: str) -> None:
    """Leave the analysis as a dead worker does: its lease is over, or only its heartbeat has stopped."""
    Analysis.objects.update(**{by: timezone.now() - LONG_AGO})


def test_claim_starts_the_first_attempt(queued, release, trail):
    claim = analyses.claim(analysis_id=queued.pk)
    queued.refresh_from_db()
    assert (claim.attempt, queued.attempt, queued.status) == (1, 1, AnalysisStatus.RUNNING)
    assert (claim.file, claim.model_folder) == (queued.picture.file, release.folder)
    assert claim.model_digest == release.digest
    assert queued.lease_expires_at > timezone.now()
    assert trail() == ["analysis.claimed"]


def test_a_second_delivery_claims_nothing(queued, trail):
    analyses.claim(analysis_id=queued.pk)
    assert analyses.claim(analysis_id=queued.pk) is None
    queued.refresh_from_db()
    assert queued.attempt == 1
    assert trail() == ["analysis.claimed"]


@pytest.mark.parametrize("state", [{"succeeded": True}, {"failed": True}, {"status": AnalysisStatus.CANCELLED}])
def test_a_finished_analysis_is_not_claimed(picture, release, state, trail):
    analysis = AnalysisFactory(picture=picture, **state)
    assert analyses.claim(analysis_id=analysis.pk) is None
    assert trail() == []


def test_an_unknown_analysis_is_not_claimed(db):
    assert analyses.claim(analysis_id="00000000-0000-0000-0000-000000000000") is None


@pytest.mark.parametrize("sign", ["lease_expires_at", "heartbeat_at"])
def test_a_lapsed_claim_is_taken_over_under_the_next_attempt(queued, sign):
    analyses.claim(analysis_id=queued.pk)
    _lapse(by=sign)
    assert analyses.claim(analysis_id=queued.pk).attempt == 2


def test_heartbeats_keep_a_claim(queued):
    claim = analyses.claim(analysis_id=queued.pk)
    _lapse(by="heartbeat_at")
    assert analyses.heartbeat(claim=claim)
    assert analyses.claim(analysis_id=queued.pk) is None


def test_the_heartbeat_of_a_lost_claim_is_refused(queued):
    first = analyses.claim(analysis_id=queued.pk)
    _lapse(by="heartbeat_at")
    analyses.claim(analysis_id=queued.pk)
    assert not analyses.heartbeat(claim=first)


def test_an_analysis_is_not_claimed_a_fourth_time(queued, settings):
    for _ in range(settings.ANALYSIS_MAX_ATTEMPTS):
        assert analyses.claim(analysis_id=queued.pk)
        _lapse(by="heartbeat_at")
    assert analyses.claim(analysis_id=queued.pk) is None


def test_release_gives_the_attempt_back(queued, settings, trail):
    for attempt in range(1, settings.ANALYSIS_MAX_ATTEMPTS + 3):
        claim = analyses.claim(analysis_id=queued.pk)
        assert claim.attempt == attempt  # the fence goes up all the same
        assert analyses.give_back(claim=claim)
    queued.refresh_from_db()
    assert queued.status == AnalysisStatus.QUEUED
    assert trail()[:2] == ["analysis.claimed", "analysis.given_back"]


def test_release_of_a_lost_claim_changes_nothing(queued, trail):
    first = analyses.claim(analysis_id=queued.pk)
    _lapse(by="heartbeat_at")
    analyses.claim(analysis_id=queued.pk)
    assert not analyses.give_back(claim=first)
    queued.refresh_from_db()
    assert (queued.status, queued.given_back) == (AnalysisStatus.RUNNING, 0)
    assert "analysis.given_back" not in trail()


def test_a_claim_is_not_written_if_audit_fails(queued, broken_audit):
    with pytest.raises(broken_audit):
        analyses.claim(analysis_id=queued.pk)
    queued.refresh_from_db()
    assert (queued.status, queued.attempt) == (AnalysisStatus.QUEUED, 0)


def test_kept_alive_beats_while_it_lasts(queued, settings, monkeypatch):
    settings.ANALYSIS_HEARTBEAT_INTERVAL = 0.005
    claim = analyses.claim(analysis_id=queued.pk)
    beaten = threading.Event()
    monkeypatch.setattr("diagnosis.services.analyses.leases.heartbeat", lambda claim: beaten.set() or True)
    with analyses.kept_alive(claim):
        assert beaten.wait(5)
        names = [thread.name for thread in threading.enumerate()]
        assert f"heartbeat {queued.pk}" in names
    assert f"heartbeat {queued.pk}" not in [thread.name for thread in threading.enumerate()]


def test_a_database_away_for_a_moment_does_not_end_the_heartbeats(queued, settings, monkeypatch):
    settings.ANALYSIS_HEARTBEAT_INTERVAL = 0.005
    claim = analyses.claim(analysis_id=queued.pk)
    calls, beaten = iter([OperationalError("the database is locked")]), threading.Event()

    def heartbeat(claim):
        for error in calls:
            raise error
        beaten.set()
        return True

    monkeypatch.setattr("diagnosis.services.analyses.leases.heartbeat", heartbeat)
    with analyses.kept_alive(claim):
        assert beaten.wait(5)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite in memory knows one writer only")
@pytest.mark.django_db(transaction=True)
def test_only_one_of_many_workers_gets_the_claim():
    analysis = AnalysisFactory()
    claims, barrier = [], threading.Barrier(6)

    def work() -> None:
        try:
            barrier.wait()
            claims.append(analyses.claim(analysis_id=analysis.pk))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claims) == 6
    assert sum(claim is not None for claim in claims) == 1
