"""The only writer of the audit trail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from django.db import connection

from leukplatform.audit.actions import Action
from leukplatform.audit.context import current_origin
from leukplatform.audit.models import AuditEvent


class Actor(Protocol):
    """A user, as the trail needs one. Kept structural so that the audit app knows no other app."""

    pk: UUID
    name: str
    role: str


class Subject(Protocol):
    @property
    def pk(self) -> UUID | int | str: ...


# Roles whose names no row holds: a hashed name could not be removed when a patient asks for it. The reader of
# the trail looks it up by the id.
NAMELESS_ROLES = frozenset({"PATIENT"})


# What an app above adds to the details of a row, from who acts on whose record. Of two the later one wins.
Marker = Callable[[Actor, UUID], dict[str, object]]
_markers: list[Marker] = []


def mark_with(marker: Marker) -> None:
    """Ask `marker` from now on about every row of a person that concerns a patient. For an app's `ready()`."""
    _markers.append(marker)


class NotInTransaction(Exception):
    """The row and what it speaks of must stand or fall together."""


def record(
    action: Action,
    *,
    by: Actor | None,
    subject: Subject | None = None,
    patient_id: UUID | None = None,
    details: dict[str, object] | None = None,
) -> AuditEvent:
    """Append one row, in the caller's transaction.

    `by` is None for the system (worker, beat) and for somebody not logged in. `details` holds machine-readable facts
    (states, model versions, counts), never clinical content, a person's name or a fraction. The row is hashed here and
    sealed by the database when the transaction commits.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction(f"{action} must be recorded inside transaction.atomic().")
    where = current_origin()
    facts = dict(details or {})
    if by is not None and patient_id is not None:
        for marker in _markers:
            facts |= marker(by, patient_id)
    return AuditEvent.objects.create(
        actor_id=str(by.pk) if by else "",
        actor_name=by.name if by and by.role not in NAMELESS_ROLES else "",
        actor_role=by.role if by else "",
        action=action.value,
        subject_type=subject.__class__.__name__ if subject is not None else "",
        subject_id=str(subject.pk) if subject is not None else "",
        patient_id=str(patient_id) if patient_id else "",
        details=facts,
        channel=where.channel,
        ip_address=where.ip_address,
        user_agent=where.user_agent,
        request_id=where.request_id,
    )
