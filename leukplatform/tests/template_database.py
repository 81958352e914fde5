"""A migrated database made once and copied: every mutant gets one of its own without running the migrations again.

Mutants are tested in forks of one process (docs/decisions/0017-mutation-testing.md), which find the template in memory.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

_template: sqlite3.Connection | None = None


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Replaces pytest-django's fixture for SQLite in memory."""
    configured = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        if _template is None:
            connection.creation.create_test_db(verbosity=0, serialize=False)
            _keep()
        else:
            connection.close()
            connection.settings_dict["NAME"] = connection.creation._get_test_db_name()
            connection.ensure_connection()
            _template.backup(connection.connection)
    yield
    with django_db_blocker.unblock():
        connection.creation.destroy_test_db(configured, verbosity=0)


def _keep() -> None:
    global _template
    _template = sqlite3.connect(":memory:")
    connection.connection.backup(_template)
