"""Backup by PostgreSQL's own pg_dump, pg_restore and psql, at the server's version or newer."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.db import connection, transaction
from django.db.backends.postgresql.client import DatabaseClient

from leukplatform.operations.backups.errors import BackupError, Damaged

FILE = "database.dump"
_SESSIONS = "django_session"

# All tables and functions of the schema but those of extensions. Waits a little for whoever still reads them.
_CLEAR = """
SET LOCAL lock_timeout = '15s';
DO $$
DECLARE
    item text;
BEGIN
    FOR item IN
        SELECT format('DROP TABLE IF EXISTS %s CASCADE', oid::regclass) FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
            AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
        UNION ALL
        SELECT format('DROP FUNCTION IF EXISTS %s CASCADE', oid::regprocedure) FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace
            AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
    LOOP
        EXECUTE item;
    END LOOP;
END $$;
"""


@contextmanager
def snapshot() -> Iterator[Callable[[Path], None]]:
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (name,) = cursor.fetchone()
        yield lambda path: _dump(path, name)


def _dump(path: Path, snapshot_name: str) -> None:
    target, environment = _connection()
    options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot_name}"]
    without = f"--exclude-table-data={_SESSIONS}"
    _run("pg_dump", *options, without, f"--file={path}", *target, environment=environment)


def check(path: Path) -> None:
    try:
        _run("pg_restore", "--list", str(path), environment={})
    except _Failed as error:
        raise Damaged(f"pg_restore cannot read {path}: {error}") from error


def load(path: Path) -> None:
    target, environment = _connection()
    connection.close()
    with tempfile.TemporaryFile() as said:
        script = subprocess.Popen(  # noqa: S603 - no shell
            [_program("pg_restore"), "--file=-", "--no-owner", "--no-privileges", str(path)],
            stdout=subprocess.PIPE,
            stderr=said,
        )
        database = subprocess.Popen(  # noqa: S603 - no shell
            [_program("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", *target],
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        _feed(script, database)
        if script.returncode or database.returncode:
            said.seek(0)
            words = said.read().decode(errors="replace").strip()
            raise BackupError(f"PostgreSQL did not take the dump, and the database is as it was: {words[-2000:]}")


def _feed(script: subprocess.Popen[bytes], database: subprocess.Popen[bytes]) -> None:
    """Feed the script to psql as one transaction. Without its last word, COMMIT, the database keeps nothing of it."""
    if script.stdout is None or database.stdin is None:
        raise TypeError("Both need a pipe.")
    try:
        with database.stdin as statements, script.stdout as found:
            statements.write(f"BEGIN;\n{_CLEAR}".encode())
            shutil.copyfileobj(found, statements)
            if script.wait() == 0:
                statements.write(b"\nCOMMIT;\n")
    except BrokenPipeError:  # psql stopped at an error, which it has written down
        pass
    finally:
        script.wait()
        database.wait()


class _Failed(BackupError):
    pass


def _connection() -> tuple[list[str], Mapping[str, str]]:
    """Arguments and environment for PostgreSQL's programs; the password is in the environment alone."""
    arguments, environment = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    return arguments[1:], environment or {}


def _run(name: str, *arguments: str, environment: Mapping[str, str]) -> None:
    done = subprocess.run(  # noqa: S603 - no shell
        [_program(name), *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        raise _Failed(f"{name} failed: {done.stderr.decode(errors='replace').strip()[-2000:]}")


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise BackupError(f"{name} is not installed. It comes with PostgreSQL's client (Debian: postgresql-client).")
    return found
