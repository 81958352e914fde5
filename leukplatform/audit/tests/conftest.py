"""A sealed trail with its anchor, and what somebody could do to it who owns the database."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection, transaction

from leukplatform.audit import anchor, services
from leukplatform.audit.actions import Action
from leukplatform.audit.models import AuditEvent, AuditSeal
from leukplatform.audit.verification import Verification

EVENTS = 8


def write(count: int) -> None:
    for number in range(count):
        with transaction.atomic():
            services.record(Action.PATIENT_LISTED, by=None, details={"rows": number % 3})
    seal()


def seal() -> None:
    """PostgreSQL seals at commit, which a test within one transaction never reaches."""
    if connection.vendor == "postgresql":
        connection.check_constraints()


def problems(path: Path | None = None) -> list[str]:
    return list(Verification(anchor.read(path) if path else ()).problems())


def event_ids() -> list[int]:
    return list(AuditEvent.objects.order_by("seal__seq").values_list("pk", flat=True))


def seals() -> list[tuple[int, int]]:
    return list(AuditSeal.objects.order_by("seq").values_list("seq", "event_id"))


@pytest.fixture
def anchor_file(tmp_path: Path) -> Path:
    return tmp_path / "anchor.jsonl"


@pytest.fixture
def sealed_trail(db: None, anchor_file: Path) -> Path:
    """EVENTS rows, anchored halfway and at the end."""
    write(EVENTS // 2)
    anchor.write(anchor_file)
    write(EVENTS - EVENTS // 2)
    anchor.write(anchor_file)
    return anchor_file
