"""Writes an audit trail like that of a clinic at work: every row hashed and sealed, so that it verifies."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection, transaction

from leukplatform.audit import chain
from leukplatform.audit.actions import Action
from leukplatform.audit.models import AuditEvent, AuditSeal
from leukplatform.operations.load.seeding.clinic import DAYS, NOW, Clinic
from leukplatform.operations.load.seeding.table import Table

_BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_SHARES = {  # how often a day's work writes each
    Action.CASE_VIEWED: 40,
    Action.WORKLIST_VIEWED: 15,
    Action.PATIENT_VIEWED: 15,
    Action.FILE_READ: 20,
    Action.REPORT_VIEWED: 5,
    Action.ACCOUNT_LOGGED_IN: 4,
    Action.AUDIT_VIEWED: 1,
}


def seed(clinic: Clinic, events: int, *, seed: int = 2) -> None:
    """Continue the chain from its end, in one transaction in which the guards are switched off."""
    with transaction.atomic(), unguarded():
        head = AuditSeal.objects.order_by("-seq").first()
        seq, previous = (head.seq, head.hash) if head else (0, chain.START)
        last = AuditEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        with Table(AuditEvent, numbered=True) as rows, Table(AuditSeal, numbered=True) as seals:
            for number, row in enumerate(_rows(clinic, events, random.Random(seed)), start=1):
                content, pk, seq = chain.content_hash(row), last + number, seq + 1
                sealed = chain.seal_hash(seq=seq, event_id=pk, previous_hash=previous, content_hash=content)
                rows.add(id=pk, content_hash=content, **row)
                seals.add(seq=seq, event_id=pk, content_hash=content, previous_hash=previous, hash=sealed)
                previous = sealed
        with connection.cursor() as cursor:
            cursor.execute("SELECT setval(pg_get_serial_sequence('audit_auditevent', 'id'), %s)", [last + events])


@contextmanager
def unguarded() -> Iterator[None]:
    """Switch the triggers of the trail off: nothing is refused and nothing sealed within the block."""
    tables = (AuditEvent._meta.db_table, AuditSeal._meta.db_table)
    with connection.cursor() as cursor:
        connection.check_constraints()  # seals the rows written so far; the triggers cannot be changed before
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _rows(clinic: Clinic, events: int, chance: random.Random) -> Iterator[dict[str, object]]:
    step = timedelta(days=DAYS) / events
    actions = chance.choices(list(_SHARES), weights=list(_SHARES.values()), k=events)
    doctors = [*clinic.doctors, *clinic.busy]
    for number, action in enumerate(actions):
        case, patient = clinic.cases[chance.randrange(len(clinic.cases))]
        actor = clinic.admins[0] if action == Action.AUDIT_VIEWED else chance.choice(doctors)
        is_of_patient = action in (Action.CASE_VIEWED, Action.PATIENT_VIEWED, Action.FILE_READ, Action.REPORT_VIEWED)
        is_of_case = action in (Action.CASE_VIEWED, Action.FILE_READ)
        yield {
            "occurred_at": NOW - step * (events - number),
            "actor_id": str(actor),
            "actor_name": clinic.names[actor],
            "actor_role": "ADMIN" if action == Action.AUDIT_VIEWED else "DOCTOR",
            "action": action.value,
            "subject_type": "Case" if is_of_case else "",
            "subject_id": str(case) if is_of_case else "",
            "patient_id": str(patient) if is_of_patient else "",
            "details": {"pictures": 2} if is_of_case else {},
            "channel": "web",
            "ip_address": f"192.0.2.{number % 250}",
            "user_agent": _BROWSER,
            "request_id": f"{chance.getrandbits(128):032x}",
        }
