"""Tells the workers of a row once the transaction that wrote it is committed.

The rows are the truth and messages only wake the workers: a broker that is down fails no request, because the upkeep
finds the row later. Tasks are named, not imported, because they import the services.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from celery import current_app
from django.db import transaction

if TYPE_CHECKING:
    from diagnosis.models import Analysis


def analysis(row: Analysis) -> None:
    _send_on_commit("diagnosis.tasks.run_analysis", row.pk)


def _send_on_commit(task: str, pk: object) -> None:
    def send() -> None:
        current_app.send_task(task, [str(pk)])

    transaction.on_commit(send, robust=True)  # a failure is logged, the request goes on
