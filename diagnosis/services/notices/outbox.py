"""Sends what is owed. The row says whose turn it is: of two messages for one notice, one finds nothing to do.

A mail server cannot be asked whether it took a letter, so a process killed between sending and settling sends again
after `_HELD`, under the same Message-ID. All else is sent once.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from diagnosis.models import Notice
from diagnosis.services import queue
from diagnosis.services.notices import texts
from leukplatform.accounts import mail

logger = logging.getLogger(__name__)

_HELD = timedelta(seconds=60)  # longer than a mail server is waited for (EMAIL_TIMEOUT)
_LONGEST_WAIT = 3600  # seconds between two tries
_TRIES = 15  # the last one some seven hours after the first
_WAKE_AT_ONCE = 50


def send(*, notice_id: int) -> bool:
    """Try once; True when the mail server took it. A failure is due again later, and given up after the last try."""
    now = timezone.now()
    owed = Notice.objects.filter(pk=notice_id, settled_at=None)
    if not owed.filter(due_at__lte=now).update(due_at=now + _HELD, attempts=F("attempts") + 1):
        return False
    notice = Notice.objects.select_related("recipient").get(pk=notice_id)
    letter = texts.write(notice)
    if letter is None:
        owed.update(settled_at=timezone.now())
        return False
    try:
        mail.send(letter.subject, letter.text, to=notice.recipient.email, about=f"{notice.kind} {notice.subject_id}")
    except OSError:  # smtplib's errors are OSErrors
        _put_off(notice)
        return False
    owed.update(settled_at=timezone.now(), is_sent=True)
    return True


def _put_off(notice: Notice) -> None:
    if notice.attempts >= _TRIES:
        logger.exception("Notice %s was not taken %s times and is given up", notice.pk, notice.attempts)
        Notice.objects.filter(pk=notice.pk).update(settled_at=timezone.now())
        return
    wait = min(5 * 2**notice.attempts, _LONGEST_WAIT)
    logger.warning("Notice %s was not taken; tried again in %s s", notice.pk, wait, exc_info=True)
    Notice.objects.filter(pk=notice.pk).update(due_at=timezone.now() + timedelta(seconds=wait))


def wake_owed() -> int:
    """Send the message again for notices that are due and were not woken lately; how many."""
    now = timezone.now()
    before = now - timedelta(seconds=settings.ANALYSIS_WAKE_AFTER)
    woken = 0
    for notice in Notice.objects.filter(settled_at=None, due_at__lte=now, woken_at__lt=before)[:_WAKE_AT_ONCE]:
        with transaction.atomic():
            # Conditional, so that of two rounds at once only one sends.
            if Notice.objects.filter(pk=notice.pk, settled_at=None, woken_at=notice.woken_at).update(woken_at=now):
                queue.notice(notice)
                woken += 1
    return woken
