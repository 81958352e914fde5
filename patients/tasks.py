"""Letters that wait for the mail server. Ids in, nothing out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from celery import Task, shared_task

from patients.services import notices


@shared_task(bind=True, max_retries=10)
def tell_of_emergency(self: Task, access_id: str, reader_id: str, **_: Any) -> None:
    try:
        notices.send(access_id=UUID(access_id), reader_id=UUID(reader_id))
    except OSError as error:  # the mail server; smtplib's errors are OSErrors
        raise self.retry(exc=error, countdown=min(5 * 2**self.request.retries, 3600)) from error
