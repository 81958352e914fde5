"""The database guards the trail itself, whoever asks."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from threading import Thread

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from leukplatform.audit import services
from leukplatform.audit.actions import Action
from leukplatform.audit.models import AppendOnlyError, AuditSeal
from leukplatform.audit.tests.conftest import EVENTS, problems, seal, seals, write

TABLES = ("audit_auditevent", "audit_auditseal")
needs_postgresql = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="SQLite lets one transaction write at a time"
)


def execute(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("statement", ["UPDATE {} SET content_hash = ''", "DELETE FROM {}"])
@pytest.mark.parametrize("table", TABLES)
def test_the_database_refuses_to_change_or_delete(table: str, statement: str, sealed_trail: object) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        execute(statement.format(table))
    assert len(seals()) == EVENTS


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no TRUNCATE")
@pytest.mark.parametrize("table", TABLES)
def test_the_database_refuses_to_truncate(table: str, sealed_trail: object) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize("table", TABLES)
def test_a_row_is_not_replaced_by_an_insert(table: str, sealed_trail: object) -> None:
    statement = (
        f"INSERT INTO {table} SELECT * FROM {table} WHERE true ON CONFLICT DO NOTHING"
        if connection.vendor == "postgresql"
        else f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
    )
    if connection.vendor == "postgresql":
        execute(statement)  # does nothing
    else:
        with pytest.raises(IntegrityError, match="append-only"):
            execute(statement)
    assert problems() == []


def test_seals_are_written_by_the_database_alone(sealed_trail: object) -> None:
    link = AuditSeal.objects.latest("seq")
    with pytest.raises(AppendOnlyError, match=r"^Seals are written by the database\.$"):
        link.save()
    with pytest.raises(AppendOnlyError, match=r"^The audit trail is never deleted\.$"):
        link.delete()
    with pytest.raises(AppendOnlyError, match=r"^The audit trail is never changed\.$"):
        AuditSeal.objects.update(hash="")
    with pytest.raises(AppendOnlyError, match=r"^The audit trail is never deleted\.$"):
        AuditSeal.objects.all().delete()


def test_numbers_have_no_gap_after_a_transaction_that_failed(sealed_trail: object) -> None:
    def write_and_fail() -> None:
        with transaction.atomic():
            services.record(Action.CASE_VIEWED, by=None)
            seal()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    write(1)
    assert [seq for seq, _ in seals()] == list(range(1, EVENTS + 2))
    assert problems() == []


def test_another_program_cannot_write_to_the_trail_of_an_sqlite_file(db: None) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL seals what any program writes")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT sql FROM sqlite_master WHERE tbl_name IN {TABLES} AND sql IS NOT NULL ORDER BY rowid")
        schema = [row[0] for row in cursor.fetchall()]
    with closing(sqlite3.connect(":memory:")) as elsewhere:
        for statement in schema:
            elsewhere.execute(statement)
        names = [row[1] for row in elsewhere.execute("PRAGMA table_info(audit_auditevent)") if row[1] != "id"]
        with pytest.raises(sqlite3.OperationalError, match="SHA256"):
            elsewhere.execute(
                f"INSERT INTO audit_auditevent ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
                ["{}" if name == "details" else "" for name in names],
            )


@pytest.mark.django_db(transaction=True)
def test_an_event_is_sealed_when_its_transaction_commits() -> None:
    with transaction.atomic():
        first = services.record(Action.CASE_VIEWED, by=None)
        second = services.record(Action.CASE_VIEWED, by=None)
        if connection.vendor == "postgresql":
            assert seals() == []  # the chain's end is not held while the transaction works
    assert seals() == [(1, first.pk), (2, second.pk)]
    assert problems() == []


@needs_postgresql
@pytest.mark.django_db(transaction=True)
def test_concurrent_writers_make_one_chain() -> None:
    def work() -> None:
        try:
            for _ in range(15):
                with transaction.atomic():
                    services.record(Action.CASE_VIEWED, by=None)
        finally:
            connection.close()

    writers = [Thread(target=work) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(30)
    assert [seq for seq, _ in seals()] == list(range(1, 61))
    assert problems() == []


@needs_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_commit_that_waits_for_a_foreign_key_does_not_hold_the_chain(parent_and_child: None) -> None:
    """The check of a deferred key waits for a row that another transaction holds, which is about to be sealed."""
    outcome: list[object] = []

    def add_a_child() -> None:
        try:
            with transaction.atomic():
                services.record(Action.CASE_VIEWED, by=None)
                execute("INSERT INTO audit_test_child VALUES (1)")
        except OperationalError as error:
            outcome.append(error)
        finally:
            connection.close()

    with transaction.atomic():
        execute("SELECT id FROM audit_test_parent WHERE id = 1 FOR UPDATE")
        services.record(Action.CASE_VIEWED, by=None)
        other = Thread(target=add_a_child)
        other.start()
        wait_until_somebody_waits()
    other.join(30)
    assert outcome == []
    assert len(seals()) == 2
    assert problems() == []


@pytest.fixture
def parent_and_child(transactional_db: None) -> Iterator[None]:
    execute("CREATE TABLE audit_test_parent (id int PRIMARY KEY)")
    execute("CREATE TABLE audit_test_child (id int REFERENCES audit_test_parent DEFERRABLE INITIALLY DEFERRED)")
    execute("INSERT INTO audit_test_parent VALUES (1)")
    yield
    execute("DROP TABLE audit_test_child, audit_test_parent")


def wait_until_somebody_waits() -> None:
    """Wait until another connection waits for a lock that this one holds."""
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
            if cursor.fetchone():
                return
        time.sleep(0.02)
    pytest.fail("The other commit does not wait.")
