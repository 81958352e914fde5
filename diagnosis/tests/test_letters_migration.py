"""Letters that were owed before there was an outbox are carried over, and back."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.apps.registry import Apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

BEFORE = [("diagnosis", "0006_findings_of_pictures"), ("patients", "0004_emergency_letters")]
AFTER = [("diagnosis", "0007_letters"), ("patients", "0005_letters")]


def migrate(targets: list[tuple[str, str]]) -> Apps:
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


@pytest.fixture
def latest(transactional_db: None) -> Iterator[None]:
    """Leave the database as it was found."""
    yield
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.mark.usefixtures("latest")
def test_owed_letters_survive_the_migration_in_both_directions() -> None:
    old = migrate(BEFORE)
    doctor = old.get_model("accounts", "User").objects.create(email="a@clinic.example", name="A", role="DOCTOR")
    patient = old.get_model("patients", "Patient").objects.create(
        record_number="R-1", given_name="Noor", family_name="Haddad", birth_date="2016-02-29", sex="FEMALE"
    )
    case = old.get_model("diagnosis", "Case").objects.create(
        number=1, patient=patient, magnification=1000, question="?", opened_by=doctor
    )
    release = old.get_model("diagnosis", "ModelRelease").objects.create(
        name="m", version="1", digest="d", folder="f", card={}, parameters="p"
    )
    ended = []
    for position in (1, 2):
        picture = old.get_model("diagnosis", "Picture").objects.create(
            case=case, position=position, sha256=str(position), uploaded_by=doctor, width=1, height=1, size=1
        )
        ended.append(
            old.get_model("diagnosis", "Analysis").objects.create(
                picture=picture,
                release=release,
                requested_by=doctor,
                status="FAILED",
                finished_at=timezone.now() + timedelta(seconds=position),
            )
        )
    Notice = old.get_model("diagnosis", "Notice")
    for analysis in ended:
        Notice.objects.create(kind="CASE_ANALYSED", subject_id=analysis.pk, recipient=doctor)
    Notice.objects.create(kind="QUARANTINED", subject_id=ended[0].pk, recipient=doctor)
    report = uuid.uuid4()
    Notice.objects.create(kind="REPORT_READY", subject_id=report, recipient=doctor)
    Notice.objects.create(
        kind="REPORT_READY", subject_id=uuid.uuid4(), recipient=doctor, settled_at=timezone.now(), is_sent=True
    )
    accesses = [
        old.get_model("patients", "EmergencyAccess").objects.create(
            patient=patient,
            doctor=doctor,
            kind="OTHER",
            reason="?",
            opened_at=timezone.now() - age,
            expires_at=timezone.now(),
            letters_owed=[str(doctor.pk), str(uuid.uuid4())],
        )
        for age in (timedelta(minutes=2), timedelta(days=2))
    ]

    new = migrate(AFTER)
    letters = new.get_model("letters", "Letter").objects.values_list("kind", "subject_id", "recipient_id", "status")
    assert set(letters) == {
        ("case_analysed", case.pk, doctor.pk, "WAITING"),
        ("analysis_quarantined", ended[0].pk, doctor.pk, "WAITING"),
        ("report_ready", report, doctor.pk, "WAITING"),
        ("emergency_access", accesses[0].pk, doctor.pk, "WAITING"),
        ("emergency_access", accesses[1].pk, doctor.pk, "GIVEN_UP"),  # in silence, until now
    }

    back = migrate(BEFORE)
    notices = back.get_model("diagnosis", "Notice").objects.values_list("kind", "subject_id", "recipient_id")
    assert set(notices) == {
        ("CASE_ANALYSED", ended[1].pk, doctor.pk),  # the one that ended last
        ("QUARANTINED", ended[0].pk, doctor.pk),
        ("REPORT_READY", report, doctor.pk),
    }
    owed = back.get_model("patients", "EmergencyAccess").objects.values_list("letters_owed", flat=True)
    assert list(owed) == [[str(doctor.pk)], [str(doctor.pk)]]
