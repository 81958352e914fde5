"""What a worker process does around its tasks: reports itself, and loads the model before the first picture comes.

Found by Celery through `autodiscover_tasks(related_name="worker")`; the web process never imports it.
"""

from __future__ import annotations

import logging
from typing import Any

from celery.signals import worker_process_init, worker_ready, worker_shutdown
from django.db import DatabaseError, connection
from django.utils import timezone

from diagnosis import tasks
from diagnosis.services import workers

REPORT_EVERY = 15  # seconds; selectors.operations calls a worker silent after three

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
