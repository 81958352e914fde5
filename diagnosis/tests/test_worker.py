from types import SimpleNamespace
from unittest import mock

import pytest
from django.db import DatabaseError

from diagnosis import worker
from diagnosis.models import Worker
from diagnosis.selectors.operations import WORKER_SILENCE
from diagnosis.services import workers


@pytest.fixture
def consumer():
    return SimpleNamespace(hostname="celery@test", timer=mock.Mock())


@pytest.fixture(autouse=True)
def connection_stays_open(monkeypatch):
    """The test's own connection must outlive the hooks, which close that of their thread."""
    monkeypatch.setattr(worker.connection, "close", mock.Mock())


def test_a_ready_worker_reports_at_once_and_then_regularly(db, consumer):
    worker.report_regularly(sender=consumer)
    assert Worker.objects.get().name == "celery@test"
    (seconds, report), _ = consumer.timer.call_repeatedly.call_args
    first = Worker.objects.get().seen_at
    report()
    assert Worker.objects.get().seen_at > first
    assert 2 * seconds < WORKER_SILENCE.total_seconds()


def test_a_database_that_is_down_does_not_stop_the_worker(db, consumer, caplog):
    with (
        mock.patch.object(workers, "report", side_effect=DatabaseError),
        mock.patch.object(workers, "sign_off", side_effect=DatabaseError),
    ):
        worker.report_regularly(sender=consumer)
        worker.say_goodbye(sender=consumer)
    assert "could not report" in caplog.text
    assert "could not sign off" in caplog.text


def test_a_worker_that_stops_takes_its_row_with_it(db, consumer):
    worker.report_regularly(sender=consumer)
    worker.say_goodbye(sender=consumer)
    assert not Worker.objects.exists()


def test_a_pool_process_opens_the_model_before_the_first_picture(db):
    with mock.patch.object(worker.tasks, "load_active_model") as load:
        worker.load_model_early()
    load.assert_called_once_with()
