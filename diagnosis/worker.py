"""A worker process around its tasks: it reports itself, looks for lost work when it starts, watches its children,
and loads the model before the first picture comes.

Found by Celery through `autodiscover_tasks(related_name="worker")`; the web process never imports it.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from contextlib import suppress
from typing import Any

from celery.signals import celeryd_init, worker_process_init, worker_ready, worker_shutdown
from celery.worker import state
from django.db import DatabaseError, connection
from django.utils import timezone
from kombu.exceptions import OperationalError

from diagnosis import tasks
from diagnosis.services import workers

REPORT_EVERY = 15  # seconds; selectors.operations calls a worker silent after three
WATCH_EVERY = 1  # seconds

logger = logging.getLogger(__name__)


@worker_ready.connect
def report_regularly(sender: Any, **_: Any) -> None:
    started_at = timezone.now()

    def report() -> None:
        try:
            workers.report(name=sender.hostname, started_at=started_at)
        except DatabaseError:  # the next report will do
            logger.warning("The worker could not report itself", exc_info=True)
        finally:
            connection.close()  # the timer may run in a thread of its own

    report()
    sender.timer.call_repeatedly(REPORT_EVERY, report)


@worker_ready.connect
def look_for_lost_work(**_: Any) -> None:
    """Look for lost work without waiting for beat: the fault that stopped this worker may have stopped others."""
    try:
        tasks.requeue_stale_analyses.delay()
    except OperationalError:  # the broker went away again; beat will say so
        logger.warning("Could not look for lost work", exc_info=True)


@celeryd_init.connect
def wait_for_a_silent_broker(conf: Any, **_: Any) -> None:
    """Workers wait, others do not (see the settings).

    A message that a worker gives up acknowledging counts as under way for ever, and with one message at a time the
    worker would take no other.
    """
    options = conf.broker_transport_options
    conf.broker_transport_options = {name: value for name, value in options.items() if name != "socket_timeout"}


@worker_ready.connect
def watch_children(sender: Any, **_: Any) -> None:
    """Start anew when a child was killed, and stop at once when told to, if the broker is the file system.

    Without an event loop idle children wait for work under a lock they share. One that is killed takes the lock along:
    no child would ever get work again, and Celery's own cold shutdown (SIGQUIT) may wait until the time limit.
    """
    if sender.controller.use_eventloop:
        return
    known = _children(sender)

    def watch() -> None:
        is_stopping = state.should_stop is not None or state.should_terminate is not None
        if not is_stopping and not known <= _children(sender):
            logger.error("A child of this worker was killed; the worker starts anew")
            _start_anew(sender)

    sender.timer.call_repeatedly(WATCH_EVERY, watch)
    signal.signal(signal.SIGQUIT, lambda *_: _end_now(sender))


def _children(sender: Any) -> set[int]:
    return {process.pid for process in sender.pool._pool._pool}


def _kill_children(sender: Any) -> None:
    for pid in _children(sender):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _end_now(sender: Any) -> None:
    """End at once. The upkeep of the next worker finds the analyses that were under way."""
    _kill_children(sender)
    os._exit(1)


def _start_anew(sender: Any) -> None:
    """The same command in the same process. What was under way is lost, and found by the upkeep."""
    children = _children(sender)
    _kill_children(sender)
    for pid in children:
        with suppress(ChildProcessError):  # the pool was quicker
            os.waitpid(pid, 0)  # the new program would not know them, and keep them as dead entries for ever
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606


@worker_shutdown.connect
def say_goodbye(sender: Any, **_: Any) -> None:
    try:
        workers.sign_off(name=sender.hostname)
    except DatabaseError:
        logger.warning("The worker could not sign off", exc_info=True)
    finally:
        connection.close()


@worker_process_init.connect
def load_model_early(**_: Any) -> None:
    tasks.load_active_model()
