"""The account of web and worker: enough for the work, not enough to touch the trail or its guards."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from leukplatform.audit import roles, services
from leukplatform.audit.actions import Action
from leukplatform.audit.management.commands import limit_database_role
from leukplatform.audit.models import AuditEvent
from leukplatform.audit.tests.conftest import problems, seal, seals, write

ROLE = "leukplatform_test_role"
needs_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only PostgreSQL has roles")


def execute(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def as_role(db: None) -> Iterator[None]:
    """The rest of the test is done with the rights of the limited account."""
    execute(f"CREATE ROLE {ROLE}")  # gone with the transaction of the test
    call_command("limit_database_role", ROLE)
    execute(f"SET ROLE {ROLE}")
    yield
    execute("RESET ROLE")


def test_the_account_has_only_the_rights_it_needs_on_each_table() -> None:
    tables = ["audit_auditevent", "audit_auditseal", "audit_unsealed", "django_content_type", "django_migrations", "x"]
    assert roles._statements(tables) == [
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
        "REVOKE ALL ON SCHEMA public FROM {role}",
        "GRANT USAGE ON SCHEMA public TO {role}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        'GRANT SELECT, INSERT ON "audit_auditevent" TO {role}',
        'GRANT SELECT, INSERT ON "audit_auditseal" TO {role}',
        'GRANT SELECT, INSERT, DELETE ON "audit_unsealed" TO {role}',
        'GRANT SELECT ON "django_content_type" TO {role}',
        'GRANT SELECT ON "django_migrations" TO {role}',
        'GRANT SELECT, INSERT, UPDATE, DELETE ON "x" TO {role}',
    ]


def test_the_name_of_the_account_is_quoted(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    cursor = mock.MagicMock()
    cursor.__enter__.return_value.fetchone.return_value = (False,)
    monkeypatch.setattr(connection, "vendor", "postgresql")
    monkeypatch.setattr(connection, "cursor", lambda: cursor)
    monkeypatch.setattr(connection.introspection, "table_names", lambda cursor: ["audit_auditevent"])
    roles.limit.__wrapped__("app SUPERUSER --")  # without the transaction, which is none of PostgreSQL's here
    asked = [call.args[0] for call in cursor.__enter__.return_value.execute.call_args_list]
    assert asked[0] == "SELECT rolsuper FROM pg_roles WHERE rolname = %s"
    assert asked[-1] == 'GRANT SELECT, INSERT ON "audit_auditevent" TO "app SUPERUSER --"'
    assert all(statement.endswith(' "app SUPERUSER --"') for statement in asked[1:])


def test_the_command_says_what_it_did_and_to_whom(monkeypatch: pytest.MonkeyPatch) -> None:
    limit, out = mock.Mock(), io.StringIO()
    monkeypatch.setattr(roles, "limit", limit)
    call_command("limit_database_role", ROLE, stdout=out)
    limit.assert_called_once_with(ROLE)
    assert out.getvalue() == f"{ROLE} may do what web and worker need, and no more.\n"


def test_the_help_of_the_command_says_which_role_to_give() -> None:
    help_ = limit_database_role.Command().create_parser("manage.py", "limit_database_role").format_help()
    assert re.search(r"^ +role +a role that exists and owns nothing here$", help_, re.MULTILINE)


@needs_postgresql
def test_the_limited_account_writes_and_seals_the_trail(as_role: None) -> None:
    write(2)
    with transaction.atomic():
        services.record(Action.AUDIT_VIEWED, by=None)
    seal()
    assert len(seals()) == AuditEvent.objects.count() == 3
    assert problems() == []


@needs_postgresql
def test_the_limited_account_does_the_daily_work(as_role: None) -> None:
    execute("INSERT INTO django_session VALUES ('k', 'd', now())")
    execute("UPDATE django_session SET session_data = 'e'")
    execute("DELETE FROM django_session")
    execute("UPDATE accounts_user SET name = name")


@needs_postgresql
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditevent SET content_hash = ''",
        "DELETE FROM audit_auditevent",
        "DELETE FROM audit_auditseal",
        "TRUNCATE audit_auditseal",
        "ALTER TABLE audit_auditevent DISABLE TRIGGER ALL",
        "DROP TRIGGER audit_event_kept ON audit_auditevent",
        "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "DROP TABLE audit_auditseal",
        "DELETE FROM django_migrations",
        "CREATE TABLE of_my_own (id int)",
        "SET session_replication_role = replica",
    ],
)
def test_the_limited_account_cannot_change_the_trail_its_guards_or_tables(as_role: None, statement: str) -> None:
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        execute(statement)


@needs_postgresql
def test_an_unknown_role_and_a_superuser_are_refused(db: None) -> None:
    with pytest.raises(CommandError, match="There is no role nobody_there"):
        call_command("limit_database_role", "nobody_there")
    execute(f"CREATE ROLE {ROLE} SUPERUSER")
    with pytest.raises(CommandError, match="superuser"):
        call_command("limit_database_role", ROLE)


@pytest.mark.skipif("connection.vendor == 'postgresql'", reason="PostgreSQL has roles")
def test_roles_are_refused_on_another_database(db: None) -> None:
    with pytest.raises(CommandError, match="Only PostgreSQL has roles"):
        call_command("limit_database_role", ROLE)
