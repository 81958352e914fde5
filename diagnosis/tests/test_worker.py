import os
import signal
import subprocess
import sys
from types import SimpleNamespace
from unittest import mock

import pytest
from django.db import DatabaseError
from kombu.exceptions import OperationalError

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


def test_a_ready_worker_looks_for_lost_work(sent):
    worker.look_for_lost_work()
    assert sent == [("requeue_stale_analyses",)]


def test_a_broker_that_goes_away_at_the_start_does_not_stop_the_worker(caplog):
    with mock.patch("celery.app.task.Task.apply_async", side_effect=OperationalError):
        worker.look_for_lost_work()
    assert "Could not look for lost work" in caplog.text


def test_a_worker_waits_for_a_silent_broker(settings):
    conf = SimpleNamespace(broker_transport_options={"socket_timeout": 3, "visibility_timeout": 300})
    worker.wait_for_a_silent_broker(conf=conf)
    assert conf.broker_transport_options == {"visibility_timeout": 300}


# --- a child that was killed --------------------------------------------------------------------------------------


@pytest.fixture
def child():
    """A process that waits; ended whatever happens."""
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def with_children(consumer, child):
    """A worker without event loop, with two children."""
    consumer.controller = SimpleNamespace(use_eventloop=False)
    children = [SimpleNamespace(pid=child.pid), SimpleNamespace(pid=1234567)]
    consumer.pool = SimpleNamespace(_pool=SimpleNamespace(_pool=children))
    before = signal.getsignal(signal.SIGQUIT)
    yield consumer
    signal.signal(signal.SIGQUIT, before)


def _watch(consumer):
    """One look at the children."""
    worker.watch_children(sender=consumer)
    (seconds, watch), _ = consumer.timer.call_repeatedly.call_args
    assert seconds <= 2
    return watch


def test_a_worker_whose_child_was_killed_starts_anew_as_the_same_command(with_children, child, caplog):
    watch = _watch(with_children)
    with mock.patch("os.execv") as execv:
        watch()
        assert execv.call_count == 0
        with_children.pool._pool._pool.pop()
        watch()
    ((program, command), _) = execv.call_args
    assert (program, command) == (sys.executable, [sys.executable, *sys.orig_argv[1:]])


def test_a_worker_that_starts_anew_leaves_no_dead_child_behind(with_children, child):
    watch = _watch(with_children)
    with_children.pool._pool._pool.pop()
    with mock.patch("os.execv"):
        watch()
    with pytest.raises(ChildProcessError):
        os.waitpid(child.pid, os.WNOHANG)


def test_a_stopping_worker_is_not_restarted(with_children, monkeypatch):
    watch = _watch(with_children)
    monkeypatch.setattr(worker.state, "should_stop", 0)
    with_children.pool._pool._pool.clear()
    with mock.patch("os.execv") as execv:
        watch()
    assert execv.call_count == 0


def test_a_worker_told_to_stop_at_once_stops(with_children, child):
    _watch(with_children)
    with mock.patch("os._exit") as leave:
        signal.raise_signal(signal.SIGQUIT)
    leave.assert_called_once_with(1)
    assert child.wait(5) == -signal.SIGKILL


def test_with_an_event_loop_children_are_replaced_by_celery(with_children):
    with_children.controller.use_eventloop = True
    worker.watch_children(sender=with_children)
    assert with_children.timer.call_repeatedly.call_count == 0


def test_a_pool_process_opens_the_model_before_the_first_picture(db):
    with mock.patch.object(worker.tasks, "load_active_model") as load:
        worker.load_model_early()
    load.assert_called_once_with()
