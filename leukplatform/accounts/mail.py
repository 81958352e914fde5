"""Letters to account holders: plain text, links built from SITE_URL, sent once the change they speak of is saved."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.crypto import salted_hmac

logger = logging.getLogger(__name__)


class MailNotSent(Exception):
    """The change is saved, its letter could not be handed to the mail server."""

    def __init__(self) -> None:
        super().__init__("The change is saved, but the e-mail could not be sent. Please try to send it again later.")


def absolute(path: str) -> str:
    return settings.SITE_URL + path


def send(subject: str, text: str, *, to: str, about: str) -> None:
    """Send now. Whoever is written to twice about the same thing gets the same Message-ID twice, so that a mail server
    that looks at it keeps one: a process killed before it could write down that the letter is sent sends it again.
    """
    name = salted_hmac("leukplatform.accounts.mail", f"{about} {to}").hexdigest()  # tells nothing of what it is about
    headers = {"Message-ID": f"<{name}@{urlsplit(settings.SITE_URL).hostname}>"}
    EmailMessage(subject, text, to=[to], headers=headers).send()


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
