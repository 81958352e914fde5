"""Letters on emergency accesses. Ids in, nothing out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from celery import shared_task

from patients.services import notices


@shared_task
def tell_of_emergency(access_id: str, **_: Any) -> None:
    notices.send(access_id=UUID(access_id))


@shared_task(expires=50)  # a round that was missed is made up for by the next one
def tell_of_emergencies(**_: Any) -> None:
    """Every minute, by beat: what the mail server did not take, and what a broker that was down never heard of."""
    for access_id in notices.owed():
        notices.send(access_id=access_id)
