"""Backup by SQLite's online backup, which copies whole pages while others write."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import connection

from leukplatform.operations.backups.errors import BackupError, Damaged

FILE = "database.sqlite3"
_SESSIONS = "django_session"


@contextmanager
def snapshot() -> Iterator[Callable[[Path], None]]:
    """A read transaction: Django's own would begin as a writer and keep all others out."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
        try:
            cursor.execute("SELECT COUNT(*) FROM django_migrations")  # the moment is that of the first read
            yield _dump
        finally:
            cursor.execute("ROLLBACK")


def _dump(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as copy:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, not three
        copy.execute("PRAGMA secure_delete = ON")  # with zeros over what is deleted
        copy.execute(f"DELETE FROM {_SESSIONS}")  # noqa: S608 - a constant
    check(path)


def check(path: Path) -> None:
    try:
        with closing(_open(path)) as copy:
            (found,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        raise Damaged(f"SQLite cannot read {path}: {error}") from error
    if found != "ok":
        raise Damaged(f"SQLite finds {path} damaged: {found}")


def load(path: Path) -> None:
    """Copy in one transaction of SQLite's own, also where the database is open elsewhere."""
    connection.ensure_connection()
    try:
        with closing(_open(path)) as copy:
            copy.backup(connection.connection)
    except sqlite3.Error as error:
        raise BackupError(f"SQLite did not take the copy, and the database is as it was: {error}") from error
    finally:
        connection.close()


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
