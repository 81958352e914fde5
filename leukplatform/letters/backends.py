"""Letters on the terminal, for a machine without a mail server."""

from __future__ import annotations

import re
import sys
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends import console

_LINK = re.compile(r"(https?://[^/\s]+/)\S+")


class ConsoleBackend(console.EmailBackend):
    """Prints to the standard output itself, not to what Celery puts in its place, which would end up in the log.

    In production the output of a container is a log. Who reads it could take an account with a one-time link, so links
    are cut after the host.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"stream": sys.__stdout__, **kwargs})

    def write_message(self, message: EmailMessage) -> None:
        if settings.IS_PRODUCTION:
            message.body = _LINK.sub(r"\1...", str(message.body))
        super().write_message(message)
