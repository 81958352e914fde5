"""Sends the letters that are due. The row says whose turn it is: of two workers one finds nothing to do.

A mail server cannot be asked whether it took a letter. A worker that is killed between sending and writing that down
sends again after `_HELD`, under the same Message-ID, of which mail servers that look at it deliver one. Everything else
is sent once.

While the mail server does not answer, one letter at a time asks for it, so that the workers, which also read pictures,
wait for it no longer than EMAIL_TIMEOUT in each pause.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import Enum, auto
from urllib.parse import urlsplit

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import F, Min, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.crypto import salted_hmac

from leukplatform.letters import kinds
from leukplatform.letters.models import Letter, LetterQuerySet, LetterStatus

logger = logging.getLogger(__name__)

_HELD = timedelta(seconds=60)  # longer than one try may take (the time limit of the task)
_ROUND = 5  # seconds after which no further letter is begun: the worker has pictures to read too
_MOST_REFUSALS = 15  # the last one some seven hours after the first
_LONGEST_PAUSE = 3600  # seconds between two tries of a letter that is refused ...
_LONGEST_PAUSE_UNANSWERED = 300  # ... and of one that finds no mail server
_TRIED_FOR = timedelta(days=3)  # without an answer
_KEPT_FOR = timedelta(days=30)  # after a letter is sent, no longer to be sent, or given up


class NoAnswer(Exception):
    """The mail server cannot be reached, lets nobody in, or falls silent."""


class Outcome(Enum):
    """How a try ended."""

    SENT = auto()
    DROPPED = auto()
    PUT_OFF = auto()
    REFUSED = auto()
    UNANSWERED = auto()


def send_due() -> int:
    """Send what is due, the longest due first, until the mail server does not answer. Return how many were sent."""
    sent = 0
    for letter in _claims():
        outcome = _try(letter)
        sent += outcome is Outcome.SENT
        if outcome is Outcome.UNANSWERED:
            break
    return sent


def unanswered_since() -> datetime | None:
    """Return since when letters have been finding no mail server; None while one answers."""
    found = Letter.objects.waiting().filter(is_unanswered=True).aggregate(since=Min("tried_since"))
    return found["since"]


def remove_old() -> int:
    """Delete letters that ended long ago. Return how many."""
    removed, _ = Letter.objects.filter(settled_at__lt=timezone.now() - _KEPT_FOR).delete()
    return removed


def _claims() -> Iterator[Letter]:
    """Take letters one by one. A conditional update: of two workers exactly one changes the row."""
    end = time.monotonic() + _ROUND
    while time.monotonic() < end:
        now = timezone.now()
        if Letter.objects.waiting().filter(is_unanswered=True, due_at__gt=now).exists():
            return  # somebody asked for the mail server a moment ago
        letter = Letter.objects.due().first()
        if letter is None:
            return
        held_until = now + _HELD
        if _as_it_is(letter).update(
            due_at=held_until, attempts=F("attempts") + 1, tried_since=Coalesce("tried_since", Value(now))
        ):
            yield Letter.objects.select_related("recipient").get(pk=letter.pk)


def _as_it_is(letter: Letter) -> LetterQuerySet:
    """Select the row, unless somebody else has it by now or it is owed anew: both move `due_at`."""
    return Letter.objects.waiting().filter(pk=letter.pk, due_at=letter.due_at)


def _try(letter: Letter) -> Outcome:
    try:
        text = kinds.compose(letter)
        if text is None:
            _settle(letter, LetterStatus.DROPPED)
            return Outcome.DROPPED
        _send(letter, text)
    except kinds.NotYet as reason:
        _as_it_is(letter).update(
            due_at=timezone.now() + reason.wait, attempts=F("attempts") - 1, tried_since=None, is_unanswered=False
        )
        return Outcome.PUT_OFF
    except (NoAnswer, TimeoutError, SoftTimeLimitExceeded) as error:
        return _put_off(letter, error, is_refused=False)
    except Exception as error:  # a letter that cannot be written or is refused must not hold up the others
        return _put_off(letter, error, is_refused=True)
    _settle(letter, LetterStatus.SENT)
    return Outcome.SENT


def _send(letter: Letter, text: kinds.Text) -> None:
    """Hand the letter to the mail server. Its name, the Message-ID, tells nothing of what it is about."""
    name = salted_hmac("leukplatform.letters", f"{letter.pk} {letter.revision}").hexdigest()
    headers = {"Message-ID": f"<{name}@{urlsplit(settings.SITE_URL).hostname}>"}
    address = letter.recipient.email if letter.recipient is not None else letter.address
    message = EmailMessage(text.subject, text.body, to=[address], headers=headers)
    connection = get_connection()
    try:
        connection.open()
    except OSError as error:  # smtplib's errors are OSErrors
        raise NoAnswer(_in_words(error)) from error
    try:
        connection.send_messages([message])
    finally:
        connection.close()


def _settle(letter: Letter, status: LetterStatus) -> None:
    _as_it_is(letter).update(
        status=status, settled_at=timezone.now(), address="", facts={}, error="", is_unanswered=False
    )


def _put_off(letter: Letter, error: Exception, *, is_refused: bool) -> Outcome:
    """Try again after a pause that grows, or give up."""
    now = timezone.now()
    longest = _LONGEST_PAUSE if is_refused else _LONGEST_PAUSE_UNANSWERED
    pause = min(5 * 2 ** min(letter.attempts, 10), longest)
    is_over = letter.attempts >= _MOST_REFUSALS if is_refused else now - (letter.tried_since or now) >= _TRIED_FOR
    changes = {"error": _in_words(error), "is_unanswered": not (is_refused or is_over)}
    if is_over:
        logger.error("Letter %s (%s) is given up", letter.pk, letter.kind, exc_info=error)
        _as_it_is(letter).update(status=LetterStatus.GIVEN_UP, settled_at=now, **changes)
    else:
        logger.warning("Letter %s (%s) is tried again in %s s", letter.pk, letter.kind, pause, exc_info=error)
        # Tries that found nobody are no word against the letter: they count no further than the longest pause.
        attempts = letter.attempts if is_refused else min(letter.attempts, 6)
        _as_it_is(letter).update(due_at=now + timedelta(seconds=pause), attempts=attempts, **changes)
    return Outcome.REFUSED if is_refused else Outcome.UNANSWERED


def _in_words(error: Exception) -> str:
    return (str(error) if isinstance(error, NoAnswer) else f"{type(error).__name__}: {error}")[:200]
