"""A worker that is never busy: with `mailoutbox`, letters are sent as soon as their transaction commits."""

from __future__ import annotations

import pytest
from django.core.mail import EmailMessage

from leukplatform.letters import delivery, services


@pytest.fixture
def mailoutbox(mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch) -> list[EmailMessage]:
    monkeypatch.setattr(services, "_wake", delivery.send_due)
    return mailoutbox
