"""Hands tasks to Celery once the transaction is committed. The only service that knows `tasks`.

The rows are the truth and messages only wake the workers: a broker that is down does not fail the request, because
the upkeep finds the row later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

if TYPE_CHECKING:
    from celery import Task

    from diagnosis.models import Analysis


def analysis(row: Analysis) -> None:
    # Imported inside: tasks import the services.
    from diagnosis.tasks import run_analysis

    _send_on_commit(run_analysis, str(row.pk))


def _send_on_commit(task: Task, *args: str) -> None:
    def send() -> None:
        task.delay(*args)

    transaction.on_commit(send, robust=True)  # a failure is logged, the request goes on
