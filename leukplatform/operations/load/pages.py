"""Which pages are measured: what each kind of person opens all day, and what costs most where the records are many."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from diagnosis.models import Case, SignOff
from leukplatform.accounts.models import User
from leukplatform.audit.models import AuditEvent
from leukplatform.operations.load.seeding.clinic import Clinic

SAMPLE = 400  # different records behind one kind of page


@dataclass(frozen=True, slots=True)
class Page:
    title: str
    people: list[UUID]  # one for each client
    path: Callable[[int], str]  # of the n-th request; turn % len(people) is whose it is


def pages(clinic: Clinic) -> list[Page]:
    doctors, busy, admins = clinic.doctors[:2], clinic.busy, clinic.admins
    patients = _patients_with_reports(2)
    own = [_cases_of(pk) for pk in doctors]
    own_of_busy = [_cases_of(pk) for pk in busy]
    reports = [_reports_of(pk) for pk in patients]
    events = list(AuditEvent.objects.order_by("-pk").values_list("pk", flat=True)[: 50 * SAMPLE : 50])
    trail = "/manage/audit/"
    actor = clinic.names[doctors[0]].split()[0]

    def of(records: list[list[dict[str, UUID]]], path: str) -> Callable[[int], str]:
        def address(turn: int) -> str:
            mine = records[turn % len(records)]
            return path.format(**mine[turn // len(records) % len(mine)])

        return address

    return [
        Page("Doctor: worklist", doctors, lambda turn: "/cases/"),
        Page("Doctor: worklist, open cases", doctors, lambda turn: "/cases/?status=OPEN"),
        Page("Doctor: worklist, a later page", doctors, lambda turn: f"/cases/?page={2 + turn % 40}"),
        Page("Doctor: worklist, search for a name", doctors, lambda turn: "/cases/?q=Lindqvist"),
        Page("Doctor: a case", doctors, of(own, "/cases/{pk}/")),
        Page("Doctor: a patient's page", doctors, of(own, "/patients/{patient_id}/")),
        Page("Doctor: the patients", doctors, lambda turn: "/patients/"),
        Page("Busy doctor: worklist", busy, lambda turn: "/cases/"),
        Page("Busy doctor: worklist, a later page", busy, lambda turn: f"/cases/?page={2 + turn % 40}"),
        Page("Busy doctor: worklist, search for a name", busy, lambda turn: "/cases/?q=Lindqvist"),
        Page("Busy doctor: a case", busy, of(own_of_busy, "/cases/{pk}/")),
        Page("Busy doctor: the patients", busy, lambda turn: "/patients/"),
        Page("Patient: own reports", patients, lambda turn: "/my/reports/"),
        Page("Patient: a report", patients, of(reports, "/my/reports/{pk}/")),
        Page("Patient: who read my record", patients, lambda turn: "/my/record/"),
        Page("Administrator: audit trail", admins, lambda turn: trail),
        Page(
            "Administrator: audit trail, far back",
            admins,
            lambda turn: f"{trail}?before={events[turn % len(events)]}",
        ),
        Page("Administrator: audit trail of a person", admins, lambda turn: f"{trail}?who={actor}"),
        Page("Administrator: audit trail of an action", admins, lambda turn: f"{trail}?action=access."),
        Page("Administrator: audit trail of accounts", admins, lambda turn: f"{trail}?action=account."),
        Page(
            "Administrator: audit trail of a patient",
            admins,
            of([_some(own)], f"{trail}?patient={{patient_id}}"),
        ),
        Page("Administrator: queue", admins, lambda turn: "/manage/queue/"),
    ]


def _cases_of(doctor: UUID) -> list[dict[str, UUID]]:
    return _sample(Case.objects.in_care_of(User.objects.get(pk=doctor)).order_by("number"), "pk", "patient_id")


def _patients_with_reports(count: int) -> list[UUID]:
    newest = SignOff.objects.order_by("-signed_at").values_list("case__patient__user", flat=True)[: 20 * count]
    return list(itertools.islice(dict.fromkeys(newest), count))


def _reports_of(patient: UUID) -> list[dict[str, UUID]]:
    return _sample(SignOff.objects.visible_to(User.objects.get(pk=patient)).order_by("pk"), "pk")


def _sample(rows: QuerySet[Case] | QuerySet[SignOff], *names: str) -> list[dict[str, UUID]]:
    return list(rows.values(*names)[:SAMPLE])


def _some(records: list[list[dict[str, UUID]]]) -> list[dict[str, UUID]]:
    return [record for each in records for record in each][:SAMPLE]
