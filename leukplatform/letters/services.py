"""Owing letters, and what an administrator does about those that were given up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from celery import current_app
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from leukplatform.letters import kinds
from leukplatform.letters.models import OPEN, Letter, LetterStatus

SEND = "leukplatform.letters.tasks.send_due"
_AT_ONCE = timedelta(0)
_ANEW = {
    "status": LetterStatus.WAITING,
    "settled_at": None,
    "attempts": 0,
    "tried_since": None,
    "is_unanswered": False,
    "error": "",
}


def owe(
    kind: str,
    *,
    to: AbstractBaseUser | str,
    about: UUID | None = None,
    facts: dict[str, object] | None = None,
    after: timedelta = _AT_ONCE,
) -> None:
    """Write down, in the caller's transaction, that a letter is to be sent.

    `to` is an account, or the address of somebody who has none. `about` is the id of the row that the letter is about:
    while a letter about it to the same person is open, that one is owed anew, and no second one. It is sent after
    `after`. Letters without `about` never replace each other.
    """
    if kind not in kinds.known():
        raise LookupError(f"No app has registered letters of the kind {kind!r}.")
    if not connection.in_atomic_block:
        raise audit.NotInTransaction(f"{kind} must be owed inside transaction.atomic().")
    now = timezone.now()
    who = {"recipient_id": None, "address": to} if isinstance(to, str) else {"recipient_id": to.pk, "address": ""}
    what = {"facts": facts or {}, "owed_at": now, "due_at": now + after}
    is_open = about is not None and (
        Letter.objects.filter(kind=kind, subject_id=about, status__in=OPEN, **who).update(
            **what, **_ANEW, revision=F("revision") + 1
        )
    )
    if not is_open:
        Letter.objects.create(kind=kind, subject_id=about, **who, **what)
    if not after:
        wake_on_commit()


def wake_on_commit() -> None:
    """Tell a worker. A broker that is down fails no request: the next round of beat finds the row."""
    transaction.on_commit(_wake, robust=True)


def _wake() -> None:
    current_app.send_task(SEND)


def forget(
    *, about: Iterable[UUID] = (), reader: AbstractBaseUser | None = None, addresses: Iterable[str] = ()
) -> None:
    """Delete, sent or not, the letters about rows that are erased, to an account that is, or to these addresses."""
    gone = Q(subject_id__in=list(about)) | Q(address__in=list(addresses))
    if reader is not None:
        gone |= Q(recipient_id=reader.pk)
    Letter.objects.filter(gone).delete()


@transaction.atomic
def send_again(*, by: audit.Actor, letter_id: UUID | None = None) -> int:
    """Let the letter that was given up wait to be sent again, or all of them. Return how many there were."""
    given_up = Letter.objects.filter(status=LetterStatus.GIVEN_UP)
    if letter_id is not None:
        given_up = given_up.filter(pk=letter_id)
    count = given_up.update(due_at=timezone.now(), **_ANEW)
    if count:
        audit.record(Action.LETTER_SENT_AGAIN, by=by, details={"letters": count})
        wake_on_commit()
    return count
