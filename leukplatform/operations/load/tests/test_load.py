"""The measurement itself: the invented clinic is one that the platform could have made, and nothing runs elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest
from django.core.management import call_command
from django.db import connection

from diagnosis.models import Case, SignOff
from leukplatform.accounts.models import User
from leukplatform.audit.models import AuditEvent
from leukplatform.audit.verification import Verification
from leukplatform.operations.load import clients, place, work
from leukplatform.operations.load.pages import pages
from leukplatform.operations.load.seeding import trail
from leukplatform.operations.load.seeding.clinic import Clinic
from leukplatform.operations.load.seeding.records import seed_clinic
from leukplatform.operations.stack.processes import ROOT

CASES, EVENTS = 40, 200


@pytest.fixture
def clinic(db: None) -> Clinic:
    if connection.vendor != "postgresql":
        pytest.skip("fills PostgreSQL with COPY")
    call_command("install_released")
    clinic = seed_clinic(CASES)
    trail.seed(clinic, EVENTS)
    return clinic


def test_the_audit_chain_goes_on_whole_and_guarded(clinic: Clinic) -> None:
    verification = Verification()
    assert list(verification.problems()) == []
    assert verification.seals == AuditEvent.objects.count() > EVENTS
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'D'")
        assert cursor.fetchall() == []


def test_the_rows_keep_every_constraint(clinic: Clinic) -> None:
    connection.check_constraints()
    assert Case.objects.count() == CASES
    assert 0 < SignOff.objects.count() < 2 * CASES


def test_every_page_that_is_measured_opens(clinic: Clinic, client, settings) -> None:
    settings.REQUIRE_MFA = False
    measured = pages(clinic)
    assert len({page.title for page in measured}) == len(measured) > 10
    for page in measured:
        client.force_login(User.objects.get(pk=page.people[0]))
        assert client.get(page.path(0)).status_code == 200, page.title


def test_nothing_is_made_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEUKPLATFORM_ENV", "production")
    with pytest.raises(place.NotHere, match="not made in production"), place.database(keep=False):
        pass


def test_nothing_is_made_on_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://postgres@db.clinic.example:5432/leukplatform")
    with pytest.raises(place.NotHere, match=r"names db\.clinic\.example"), place.database(keep=False):
        pass


def test_the_number_of_requests_is_bounded() -> None:
    with pytest.raises(ValueError, match="at most"):
        clients.measure_page([], lambda turn: "/", requests=clients.MOST_REQUESTS + 1, work=dict)


def test_only_processes_that_are_still_running_count() -> None:
    assert work.between({1: 10.0, 2: 70.0}, {1: 15.0, 3: 4.0}) == 9.0


def test_the_processor_time_of_this_process_is_known(clinic: Clinic) -> None:
    assert work.spent(os.getpid())[os.getpid()] > 0


@pytest.mark.slow
def test_the_measurement_runs_from_end_to_end_and_writes_its_page(tmp_path: Path) -> None:
    try:
        psycopg2.connect(os.environ.get("DATABASE_URL") or place.POSTGRES).close()
    except psycopg2.OperationalError as error:
        pytest.skip(f"needs PostgreSQL: {error}")
    sizes = ["--cases", "200", "--audit", "1000", "--requests", "4", "--out", str(tmp_path / "performance.md")]
    command = [sys.executable, "-m", "leukplatform.operations.load", *sizes]
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr  # whether the aim is reached depends on who else is at work
    written = (tmp_path / "performance.md").read_text()
    assert "`make load CASES=200 AUDIT=1000`" in written
    assert "| Administrator: audit trail of a patient |" in written
    assert "The chain is whole: 8000 seals." in written
