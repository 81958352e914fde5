from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.utils import timezone

from leukplatform.letters import services
from leukplatform.letters.models import Letter

KIND = "second_factor_reset"  # any kind that needs nothing but its reader


@pytest.fixture
def owe(db: None) -> Callable[..., Letter]:
    """Owe a letter and return its row."""

    def owe(to: object, **options: object) -> Letter:
        with transaction.atomic():
            services.owe(KIND, to=to, **options)
        return Letter.objects.latest("owed_at")

    return owe


@pytest.fixture
def later() -> Callable[..., None]:
    """Let time pass for every letter."""

    def later(**passed: float) -> None:
        for letter in Letter.objects.all():
            for name in ("owed_at", "due_at", "tried_since", "settled_at"):
                if getattr(letter, name) is not None:
                    setattr(letter, name, getattr(letter, name) - timedelta(**passed))
            letter.save()

    return later


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> dict[str, Exception | None]:
    """Set `open` or `send` to an error, and the mail server answers with it."""
    answers: dict[str, Exception | None] = {"open": None, "send": None}
    send = EmailBackend.send_messages

    def opened(self: EmailBackend) -> None:
        if answers["open"] is not None:
            raise answers["open"]

    def sent(self: EmailBackend, messages: list[object]) -> int:
        if answers["send"] is not None:
            raise answers["send"]
        return send(self, messages)

    monkeypatch.setattr(EmailBackend, "open", opened)
    monkeypatch.setattr(EmailBackend, "send_messages", sent)
    return answers


def seconds_until_due(letter: Letter) -> int:
    letter.refresh_from_db()
    return round((letter.due_at - timezone.now()).total_seconds())
