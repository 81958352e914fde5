"""A worker that is never busy: with `mailoutbox`, letters are sent as soon as their transaction commits."""

from __future__ import annotations

import pytest
from django.core.mail import EmailMessage

from leukplatform.letters import delivery, services


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a round end with its letters and not with the clock: the machine may be busy with other tests."""
    monkeypatch.setattr(delivery, "_ROUND", 3600)


@pytest.fixture
def mailoutbox(mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch) -> list[EmailMessage]:
    monkeypatch.setattr(services, "_wake", delivery.send_due)
    return mailoutbox
