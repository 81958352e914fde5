"""Deletes logins that are over: a session holds who somebody was and where from."""

from __future__ import annotations

from typing import Any

from allauth.usersessions.models import UserSession
from celery import shared_task
from django.contrib.sessions.models import Session
from django.utils import timezone


@shared_task(expires=3000)  # seconds; the next round does the same
def remove_ended_logins(**_: Any) -> None:
    """Delete them. Beat asks every hour."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
