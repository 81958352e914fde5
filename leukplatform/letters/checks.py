"""The checks of mail in `manage.py check --deploy`."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

NO_MAIL_SERVER = Error(
    "No mail server is set: invitations, new passwords and notices would reach nobody.",
    hint="Set EMAIL_HOST (see .env.example). To do without mail on purpose, set EMAIL_BACKEND=console: the worker then "
    "prints letters, without their one-time links.",
    id="letters.E001",
)


@register(Tags.security, deploy=True)
def check_mail_server(**_: Any) -> list[CheckMessage]:
    return [] if settings.EMAIL_HOST or settings.MAIL_IS_PRINTED else [NO_MAIL_SERVER]
