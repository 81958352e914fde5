"""The pages that are measured: those opened all day, and those that cost most where the records are many."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from diagnosis.models import Case, SignOff
from leukplatform.accounts.models import User
from leukplatform.audit.models import AuditEvent
from leukplatform.operations.load.seeding.clinic import Clinic

SAMPLE = 400  # different records behind one kind of page
_DOCTOR = {
    "worklist": "/cases/",
    "worklist, open cases": "/cases/?status=OPEN",
    "worklist, a later page": "/cases/?page={page}",
    "worklist, search for a name": "/cases/?q=Lindqvist",
    "a case": "/cases/{pk}/",
    "a patient's page": "/patients/{patient_id}/",
    "the patients": "/patients/",
}
_PATIENT = {"own reports": "/my/reports/", "a report": "/my/reports/{pk}/", "who read my record": "/my/record/"}
_ADMINISTRATOR = {
    "audit trail": "/manage/audit/",
    "audit trail, far back": "/manage/audit/?before={event}",
    "audit trail of a person": "/manage/audit/?who={actor}",
    "audit trail of an action": "/manage/audit/?action=access.",
    "audit trail of accounts": "/manage/audit/?action=account.",
    "audit trail of a patient": "/manage/audit/?patient={patient_id}",
    "queue": "/manage/queue/",
}
_BUSY = {title: path for title, path in _DOCTOR.items() if title not in ("worklist, open cases", "a patient's page")}
Records = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Page:
    title: str
    people: list[UUID]  # one for each client
    path: Callable[[int], str]  # of the n-th request, which people[n % len(people)] makes


def pages(clinic: Clinic) -> list[Page]:
    doctors, patients = clinic.doctors[:2], _patients_with_reports(2)
    own = [_cases_of(pk) for pk in doctors]
    events = list(AuditEvent.objects.order_by("-pk").values_list("pk", flat=True)[: 50 * SAMPLE : 50])
    actor = clinic.names[doctors[0]].split()[0]
    trail = [{"event": event, "actor": actor, **record} for event, record in zip(events, itertools.cycle(own[0]))]
    groups: list[tuple[str, list[UUID], dict[str, str], list[Records]]] = [
        ("Doctor", doctors, _DOCTOR, own),
        ("Busy doctor", clinic.busy, _BUSY, [_cases_of(pk) for pk in clinic.busy]),
        ("Patient", patients, _PATIENT, [_reports_of(pk) for pk in patients]),
        ("Administrator", clinic.admins, _ADMINISTRATOR, [trail]),
    ]
    return [
        Page(f"{who}: {title}", people, _addresses(path, records))
        for who, people, paths, records in groups
        for title, path in paths.items()
    ]


def _addresses(path: str, records: list[Records]) -> Callable[[int], str]:
    """Fill the n-th record of the person who asks into `path`."""

    def address(turn: int) -> str:
        mine = records[turn % len(records)]
        return path.format(page=2 + turn % 40, **mine[turn // len(records) % len(mine)])

    return address


def _cases_of(doctor: UUID) -> Records:
    return _sample(Case.objects.in_care_of(User.objects.get(pk=doctor)).order_by("number"), "pk", "patient_id")


def _patients_with_reports(count: int) -> list[UUID]:
    newest = SignOff.objects.order_by("-signed_at").values_list("case__patient__user", flat=True)[: 20 * count]
    return list(itertools.islice(dict.fromkeys(newest), count))


def _reports_of(patient: UUID) -> Records:
    return _sample(SignOff.objects.visible_to(User.objects.get(pk=patient)).order_by("pk"), "pk")


def _sample(rows: QuerySet[Case] | QuerySet[SignOff], *names: str) -> Records:
    return list(rows.values(*names)[:SAMPLE])
