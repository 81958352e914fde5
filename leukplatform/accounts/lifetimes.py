"""The lifetime of a login: until nothing was done for a while, and never longer than a working day.

The times stand in the session itself, so that a copied cookie cannot carry others.
"""

from __future__ import annotations

import time
from enum import StrEnum

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils import timezone

_BEGAN_AT = "login_began_at"  # both in seconds since 1970
_SEEN_AT = "login_seen_at"
_GRAIN = 60  # seconds; what is done within them is written down once


class Over(StrEnum):
    """Why a login has ended."""

    IDLE = "idle"
    AGE = "age"
    UNKNOWN = "unknown"  # a session that nobody began by signing in


def begin(session: SessionBase) -> None:
    """Note the time of the login."""
    session[_BEGAN_AT] = session[_SEEN_AT] = time.time()


def over(session: SessionBase) -> Over | None:
    began, seen, now = session.get(_BEGAN_AT), session.get(_SEEN_AT), time.time()
    if began is None or seen is None:
        return Over.UNKNOWN
    if now - began >= settings.SESSION_COOKIE_AGE:
        return Over.AGE
    return Over.IDLE if now - seen >= settings.SESSION_IDLE_TIMEOUT else None


def see(request: HttpRequest) -> None:
    """Note that a person opened a page or sent a form. What a page asks for by itself does not count."""
    is_by_itself = request.method in ("GET", "HEAD") and request.headers.get("HX-Request") == "true"
    if is_by_itself or time.time() - request.session[_SEEN_AT] < _GRAIN:
        return
    request.session[_SEEN_AT] = time.time()
    UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=timezone.now())
