"""Erases an account with the record of its patient, and takes words out of the messages of open logins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from axes.models import AccessAttempt
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import ProtectedError

from leukplatform.accounts import attempts
from leukplatform.accounts.models import User
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from leukplatform.letters import services as letters
from leukplatform.web.sessions import SessionStore

_MESSAGES = "_messages"  # where django.contrib.messages keeps what the next page will say


def erase(*, user: User, by: User | None) -> None:
    """Delete the account with its addresses, second factors and logins, in the caller's transaction.

    An account that did something as staff before cannot be removed without removing that too: it loses name, address
    and password instead.
    """
    audit.record(Action.ACCOUNT_ERASED, by=by, subject=user)
    letters.forget(reader=user, addresses=[user.email])
    AccessAttempt.objects.filter(username__startswith=attempts.key_of(user.email)).delete()
    for session, _ in (found for found in _sessions() if found[1].get(SESSION_KEY) == str(user.pk)):
        session.delete()
    try:
        with transaction.atomic():
            User.objects.filter(pk=user.pk).delete()
    except ProtectedError:
        _blank(user)


def forget(words: list[str]) -> None:
    """Take what is about to be told out of every login whose messages hold one of the words."""
    for session, data in _sessions():
        if _MESSAGES in data and any(word in str(data[_MESSAGES]) for word in words):
            del data[_MESSAGES]
            session.session_data = SessionStore().encode(data)
            session.save(update_fields=["session_data"])


def _sessions() -> Iterator[tuple[Session, dict[str, Any]]]:
    for session in Session.objects.iterator():
        yield session, SessionStore().decode(session.session_data)


def _blank(user: User) -> None:
    user.emailaddress_set.all().delete()  # type: ignore[attr-defined]  # of the login library
    user.authenticator_set.all().delete()  # type: ignore[attr-defined]  # of the login library
    user.name = "Erased account"  # not shown: kept in the row, in one language
    user.email = f"{user.pk.hex}@erased.invalid"
    user.is_active = False
    user.session_epoch += 1
    user.set_unusable_password()
    user.save()
