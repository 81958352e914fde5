"""Readers of a record, as its patient sees them: from the audit trail, one line for each person, day and kind.

Left out are the patient's own visits, the platform's work, which no person read, and refused attempts. A refusal shows
nothing of the record, and its row does not look the record up, so that a wrong address and a foreign one stay the same;
administrators see those in the trail.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Case, CharField, Count, Max, Min, Q, QuerySet, Value, When
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from leukplatform.accounts.models import User
from leukplatform.accounts.roles import Role
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
_OVERSIGHT = [Action.AUDIT_VIEWED, Action.PRIVACY_VIEWED, Action.EMERGENCY_REVIEWED]
_ROLES = {role.value: role.label for role in Role}


class Kind(StrEnum):
    EMERGENCY = "emergency"
    CHANGED = "changed"
    READ = "read"
    OVERSIGHT = "oversight"  # looked at the readers of the record, not at the record


@dataclass(frozen=True, slots=True)
class Reading:
    """All that one person did to the record on one day, of one kind."""

    day: date
    name: str
    role: str
    kind: Kind
    pages: int
    first_at: datetime
    last_at: datetime


def readings(patient: Patient, *, page: int | str | None = 1) -> Page[Reading]:
    """Return a page of the readings of a record that the caller may read, newest first. Three queries at any length."""
    pages: Paginator[Any] = Paginator(_grouped(patient), PAGE_SIZE)
    found = pages.get_page(page)
    return Page(_readings(found.object_list), found.number, pages)


def all_readings(patient: Patient) -> list[Reading]:
    return _readings(_grouped(patient))


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


def _readings(grouped: Iterable[dict[str, Any]]) -> list[Reading]:
    """Name each person as they are called now, or as on that day if the account is gone."""
    rows = list(grouped)
    people = User.objects.filter(pk__in={UUID(row["actor_id"]) for row in rows}).values_list("pk", "name")
    names = {str(pk): name for pk, name in people}
    return [
        Reading(
            day=row["day"],
            name=names.get(row["actor_id"]) or row["name"] or _("Name removed"),
            role=str(_ROLES.get(row["actor_role"], "")),
            kind=Kind(row["kind"]),
            pages=row["pages"],
            first_at=row["first_at"],
            last_at=row["last_at"],
        )
        for row in rows
    ]
