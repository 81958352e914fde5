"""Workers report themselves. Not audited: these rows say nothing of a person and are written every few seconds."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from diagnosis.models import Worker

_FORGET_AFTER = timedelta(days=1)


def report(*, name: str, started_at: datetime) -> None:
    """Say that the worker `name` is alive, and forget those that stopped without a word long ago."""
    now = timezone.now()
    Worker.objects.update_or_create(name=name[:200], defaults={"started_at": started_at, "seen_at": now})
    Worker.objects.filter(seen_at__lt=now - _FORGET_AFTER).delete()


def sign_off(*, name: str) -> None:
    """The worker stops in good order."""
    Worker.objects.filter(name=name[:200]).delete()
