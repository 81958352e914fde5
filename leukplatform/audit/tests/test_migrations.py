"""A trail that was written before there was a chain."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection
from django.db.migrations.executor import MigrationExecutor

from leukplatform.audit.models import AuditEvent
from leukplatform.audit.tests.attacks import events
from leukplatform.audit.tests.conftest import problems, seals


def migrate_to(name: str) -> object:
    executor = MigrationExecutor(connection)
    executor.migrate([("audit", name)])
    return executor.loader.project_state([("audit", name)]).apps


@pytest.mark.django_db(transaction=True)
def test_older_events_are_sealed_in_their_order_and_hold_no_patients_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("leukplatform.audit.migrations.0002_chain.BATCH", 2)
    old = migrate_to("0001_initial").get_model("audit", "AuditEvent").objects
    old.create(action="patient.viewed", channel="web", actor_name="Dr Ada Moreau", actor_role="DOCTOR")
    old.create(action="report.viewed", channel="web", actor_name="Dana Lindqvist", actor_role="PATIENT")
    old.create(action="case.viewed", channel="web", details={"slides": 2})
    migrate_to("0003_guards")

    assert [event_id for _, event_id in seals()] == list(AuditEvent.objects.order_by("pk").values_list("pk", flat=True))
    assert list(AuditEvent.objects.order_by("pk").values_list("actor_name", flat=True)) == ["Dr Ada Moreau", "", ""]
    assert problems() == []
    with pytest.raises(IntegrityError):
        events().update(actor_name="")
