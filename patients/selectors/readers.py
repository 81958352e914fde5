"""Who read a record, as its patient sees it: made from the audit trail, one line for a person, a day and a kind.

Left out: what the patient did themselves; what the platform did by itself (no person read anything); and attempts that
were refused. A refusal shows nothing of the record and its row looks nothing up, so that a wrong address and a foreign
one stay the same; the administrators see those in the trail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Case, CharField, Count, Max, Min, Q, QuerySet, Value, When
from django.db.models.functions import TruncDate

from leukplatform.accounts.models import User
from leukplatform.accounts.permissions import check_permission
from leukplatform.accounts.roles import Permission, Role
from leukplatform.audit.actions import Action
from leukplatform.audit.models import AuditEvent
from patients.models import Patient

PAGE_SIZE = 25
_READS = [
    *Action.PATIENT_VIEWED.names,
    *Action.CASE_VIEWED.names,
    *Action.PICTURE_VIEWED.names,
    *Action.ANALYSIS_VIEWED.names,
    *Action.FILE_READ.names,
    *Action.REPORT_VIEWED.names,
    *Action.REPORT_DOWNLOADED.names,
]
_ROLES = {role.value: str(role.label) for role in Role}
_OVERSIGHT = [Action.AUDIT_VIEWED, Action.PRIVACY_VIEWED, Action.EMERGENCY_REVIEWED]


class Kind(StrEnum):
    EMERGENCY = "emergency"
    CHANGED = "changed"
    READ = "read"
    OVERSIGHT = "oversight"  # looked at who read the record, not at the record


@dataclass(frozen=True, slots=True)
class Reading:
    """What one person did to the record in one day, of one kind."""

    day: date
    name: str
    role: str
    kind: Kind
    pages: int
    first_at: datetime
    last_at: datetime


def own_record(user: User) -> Patient | None:
    """The record of a patient's account; None while none is connected."""
    check_permission(user, Permission.READ_OWN_REPORTS)
    return Patient.objects.visible_to(user).first()


def readings(patient: Patient, *, page: int | str | None = 1) -> Page[Reading]:
    """Newest first. Of a record that the caller was let to. Three queries for any length."""
    pages: Paginator[Any] = Paginator(_grouped(patient), PAGE_SIZE)
    found = pages.get_page(page)
    rows = list(found.object_list)
    names = _names_now({row["actor_id"] for row in rows})
    return Page([_reading(row, names) for row in rows], found.number, pages)


def all_readings(patient: Patient) -> list[Reading]:
    rows = list(_grouped(patient))
    names = _names_now({row["actor_id"] for row in rows})
    return [_reading(row, names) for row in rows]


def _grouped(patient: Patient) -> QuerySet[Any, Any]:
    own = "" if patient.user_id is None else str(patient.user_id)
    events = AuditEvent.objects.filter(patient_id=str(patient.pk)).exclude(actor_id__in=["", own])
    kind = Case(
        When(Q(details__has_key="emergency") | Q(action=Action.EMERGENCY_OPENED), then=Value(Kind.EMERGENCY.value)),
        When(action__in=_OVERSIGHT, then=Value(Kind.OVERSIGHT.value)),
        When(action__in=_READS, then=Value(Kind.READ.value)),
        default=Value(Kind.CHANGED.value),
        output_field=CharField(),
    )
    grouped = events.annotate(kind=kind, day=TruncDate("occurred_at")).values("day", "actor_id", "actor_role", "kind")
    return grouped.annotate(
        name=Max("actor_name"), pages=Count("pk"), first_at=Min("occurred_at"), last_at=Max("occurred_at")
    ).order_by("-day", "-last_at", "actor_id", "kind")


def _names_now(ids: set[str]) -> dict[str, str]:
    people = User.objects.filter(pk__in=[UUID(pk) for pk in ids]).values_list("pk", "name")
    return {str(pk): name for pk, name in people}


def _reading(row: dict[str, Any], names: dict[str, str]) -> Reading:
    return Reading(
        day=row["day"],
        name=names.get(row["actor_id"]) or row["name"] or "Name removed",
        role=_ROLES.get(row["actor_role"], ""),
        kind=Kind(row["kind"]),
        pages=row["pages"],
        first_at=row["first_at"],
        last_at=row["last_at"],
    )
