"""Letters to account holders: plain text, links built from SITE_URL, sent once the change they speak of is saved."""

from __future__ import annotations

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)


class MailNotSent(Exception):
    """The change is saved, its letter could not be handed to the mail server."""

    def __init__(self) -> None:
        super().__init__("The change is saved, but the e-mail could not be sent. Please try to send it again later.")


def absolute(path: str) -> str:
    return settings.SITE_URL + path


def send_on_commit(template: str, *, to: str, context: dict[str, object]) -> None:
    """Render `accounts/email/<template>.txt` (first line: the subject) now, send it after the commit.

    The outermost `atomic` block raises `MailNotSent` when the mail server refuses: nothing is rolled back by it.
    """
    subject, _, body = render_to_string(f"accounts/email/{template}.txt", context).strip().partition("\n")
    message = EmailMessage(subject.strip(), body.strip() + "\n", to=[to])
    transaction.on_commit(lambda: _send(message))


def _send(message: EmailMessage) -> None:
    try:
        message.send()
    except (OSError, SMTPException) as error:
        logger.exception("An e-mail could not be sent: %s", message.subject)
        raise MailNotSent from error
