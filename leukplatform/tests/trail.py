"""Behind the back of the audit trail: the database without the triggers that keep it. For tests alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest
from django.core.management.commands import flush
from django.db import connection

TABLES = ("audit_auditevent", "audit_auditseal")


@contextmanager
def unguarded() -> Iterator[None]:
    """As somebody who owns the database could have it: nothing is refused and nothing sealed within the block."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            connection.check_constraints()  # seals what was written so far; the triggers cannot be changed before
            for table in TABLES:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            yield
            for table in TABLES:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        else:
            cursor.execute(f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN {TABLES}")
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            yield
            for _, statement in triggers:
                cursor.execute(statement)


@pytest.fixture(scope="session", autouse=True)
def tables_can_be_emptied() -> Iterator[None]:
    """Django empties every table after a test that commits. In production `manage.py flush` is refused."""
    empty = flush.Command.handle

    def empty_unguarded(self: flush.Command, **options: Any) -> None:
        with unguarded():
            empty(self, **options)

    with mock.patch.object(flush.Command, "handle", empty_unguarded):
        yield
