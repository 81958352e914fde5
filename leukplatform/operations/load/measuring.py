"""Fills the database with the clinic, and measures the pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from django.core.management import call_command
from django.db import connection, transaction

from diagnosis.models import Analysis, Case, Cell, Finding, Picture, SignOff
from leukplatform.accounts.models import User
from leukplatform.audit.models import AuditEvent
from leukplatform.audit.verification import Verification
from leukplatform.operations.load.clients import Client, Times, measure_page
from leukplatform.operations.load.pages import pages
from leukplatform.operations.load.seeding import trail
from leukplatform.operations.load.seeding.clinic import Clinic
from leukplatform.operations.load.seeding.records import seed_clinic
from leukplatform.operations.load.work import spent
from leukplatform.operations.stack.containers import Containers
from patients.models import CareAssignment, Patient

Say = Callable[[str], object]
COUNTED = (User, Patient, CareAssignment, Case, Picture, Analysis, Cell, Finding, SignOff, AuditEvent)


@dataclass(frozen=True, slots=True)
class Filled:
    clinic: Clinic
    rows: dict[str, int]  # by what they are called
    seeding: float  # seconds
    verifying: float  # seconds that the audit chain took


def fill(*, cases: int, events: int, say: Say) -> Filled:
    """Fill the tables, then verify the whole audit chain. Raises RuntimeError when it is broken."""
    started = monotonic()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("install_released", verbosity=0)
    say(f"seeding {cases} cases ...")
    with transaction.atomic():
        clinic = seed_clinic(cases)
    say(f"seeding {events} events of the audit trail ...")
    trail.seed(clinic, events)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    seeding = monotonic() - started
    say(f"seeded in {seeding:.0f} s; verifying the audit chain ...")
    started = monotonic()
    verification = Verification()
    problems = list(verification.problems())
    if problems or verification.seals < events:
        raise RuntimeError(f"The chain is broken: {verification.seals} seals. {problems[:3]}")
    verifying = monotonic() - started
    rows = {str(model._meta.verbose_name_plural): model._base_manager.count() for model in COUNTED}
    return Filled(clinic, rows, seeding, verifying)


def measure(web: Containers, clinic: Clinic, *, requests: int, say: Say) -> dict[str, Times]:
    """Return the times by the title of the page. Each person signs in once."""
    signed_in: dict[object, Client] = {}
    staff = {*clinic.names}
    server = web.services["web"].pid
    results = {}
    for page in pages(clinic):
        for person in page.people:
            if person not in signed_in:
                signed_in[person] = Client(web.port, person, has_second_factor=person in staff)
        clients = [signed_in[person] for person in page.people]
        results[page.title] = times = measure_page(clients, page.path, requests=requests, work=lambda: spent(server))
        say(f"{page.title}: p50 {times.p50:.0f} ms, p95 {times.p95:.0f} ms, work {times.work:.0f} ms")
    return results
