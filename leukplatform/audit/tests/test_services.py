from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from leukplatform.audit import services
from leukplatform.audit.actions import Action
from leukplatform.audit.context import Origin, origin
from leukplatform.audit.models import AppendOnlyError, AuditEvent

if TYPE_CHECKING:
    from leukplatform.accounts.models import User  # the app itself knows no other app

NEVER_CHANGED = r"^The audit trail is never changed\.$"
NEVER_DELETED = r"^The audit trail is never deleted\.$"


@pytest.fixture
def event(doctor: User) -> AuditEvent:
    return services.record(Action.PATIENT_VIEWED, by=doctor, subject=doctor, patient_id=uuid.uuid4())


def test_a_row_says_who_what_when_and_from_where(doctor: User) -> None:
    patient_id = uuid.uuid4()
    where = Origin(channel="web", ip_address="192.0.2.7", user_agent="Browser/1", request_id="r1")
    with origin(where):
        services.record(Action.CARE_STARTED, by=doctor, subject=doctor, patient_id=patient_id, details={"n": 1})
    event = AuditEvent.objects.get()
    assert (event.actor_id, event.actor_name, event.actor_role) == (str(doctor.pk), doctor.name, "DOCTOR")
    assert (event.action, event.subject_type, event.subject_id) == ("care.started", "User", str(doctor.pk))
    assert (event.patient_id, event.details) == (str(patient_id), {"n": 1})
    assert (event.channel, event.ip_address, event.user_agent, event.request_id) == (
        "web",
        "192.0.2.7",
        "Browser/1",
        "r1",
    )


def test_the_origin_of_one_request_does_not_leak_into_the_next(db: None) -> None:
    with origin(Origin(channel="web", ip_address="192.0.2.7")):
        pass
    assert services.record(Action.CARE_STARTED, by=None).channel == "command"


@pytest.mark.django_db(transaction=True)
def test_a_row_is_refused_outside_a_transaction() -> None:
    with pytest.raises(services.NotInTransaction):
        services.record(Action.CARE_STARTED, by=None)
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_row_is_rolled_back_with_its_transaction() -> None:
    @transaction.atomic
    def write_and_fail() -> None:
        services.record(Action.CARE_STARTED, by=None)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    assert not AuditEvent.objects.exists()


def test_a_row_is_never_changed_or_deleted(event: AuditEvent) -> None:
    event.action = "else"
    with pytest.raises(AppendOnlyError, match=NEVER_CHANGED):
        event.save()
    with pytest.raises(AppendOnlyError, match=NEVER_DELETED):
        event.delete()
    with pytest.raises(AppendOnlyError, match=NEVER_CHANGED):
        AuditEvent.objects.update(action="else")
    with pytest.raises(AppendOnlyError, match=NEVER_DELETED):
        AuditEvent.objects.all().delete()
    with pytest.raises(AppendOnlyError, match=NEVER_CHANGED):
        AuditEvent.objects.bulk_update([event], ["action"])
    assert AuditEvent.objects.get().action == "patient.viewed"


def test_many_rows_are_written_in_batches_of_the_requested_size(
    db: None, django_assert_num_queries: Callable[..., AbstractContextManager[object]]
) -> None:
    rows = [AuditEvent(action="case.viewed", channel="web") for _ in range(6)]
    with django_assert_num_queries(3):
        AuditEvent.objects.bulk_create(rows[:3], 1)
    with django_assert_num_queries(2):
        AuditEvent.objects.bulk_create(rows[3:], batch_size=2)


@pytest.mark.parametrize(
    ("actor", "called"),
    [
        ({"actor_id": "7", "actor_name": "Dr Ada Moreau"}, "Dr Ada Moreau"),
        ({"actor_id": "7"}, "7"),
        ({}, "system"),
    ],
)
def test_a_row_names_itself_for_logs(actor: dict[str, str], called: str) -> None:
    at = datetime.datetime(2026, 3, 10, 12, 30, 5, tzinfo=datetime.UTC)
    assert str(AuditEvent(occurred_at=at, action="case.viewed", **actor)) == f"2026-03-10 12:30:05 {called} case.viewed"


def test_every_action_reads_as_words() -> None:
    labels = [action.label for action in Action]
    assert len(set(labels)) == len(labels)
    assert Action.ACCOUNT_ROLE_CHANGED.label == "Account role changed"
    assert Action.ACCOUNT_MFA_ADDED.label == "Account second factor added"
    assert all("_" not in label and "." not in label for label in labels)


def test_every_action_fits_its_column() -> None:
    longest = AuditEvent._meta.get_field("action").max_length
    assert all(len(action) <= longest for action in Action)


def test_a_patients_name_is_not_kept(patient_user: User) -> None:
    event = services.record(Action.REPORT_VIEWED, by=patient_user)
    assert (event.actor_id, event.actor_name, event.actor_role) == (str(patient_user.pk), "", "PATIENT")


def test_fractions_are_refused_before_they_are_written(db: None) -> None:
    with pytest.raises(TypeError, match=r"0\.5"):
        services.record(Action.CASE_VIEWED, by=None, details={"share": 0.5})
    assert not AuditEvent.objects.exists()
