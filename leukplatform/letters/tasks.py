"""The tasks that send letters and remove old ones."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.conf import settings

from leukplatform.letters import delivery


# A round that was missed is made up for by the next one. The soft limit ends a mail server that answers one byte at a
# time; the hard one would end the process.
@shared_task(expires=10, soft_time_limit=settings.UPKEEP_TIME_LIMIT - 10, time_limit=settings.UPKEEP_TIME_LIMIT)
def send_due(**_: Any) -> None:
    """Send what is due: when a letter was written, and every few seconds by beat."""
    delivery.send_due()


@shared_task(expires=3000)
def remove_old(**_: Any) -> None:
    """Delete letters that ended long ago. Beat asks every hour."""
    delivery.remove_old()
