"""A database of its own, beside the one of DATABASE_URL, and the web server of docker-compose.yml on it."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import dj_database_url
import psycopg2

from leukplatform.operations.stack import running
from leukplatform.operations.stack.containers import HOST, Containers

NAME = "leukplatform_load"
POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"


class NotHere(Exception):
    """What is asked for must not be done in this place."""


@contextlib.contextmanager
def database(*, keep: bool) -> Iterator[str]:
    """The address of an empty PostgreSQL database: of this process alone, or NAME, which stays behind."""
    if os.environ.get("LEUKPLATFORM_ENV") == "production":
        raise NotHere("Invented patients are not made in production.")
    server = os.environ.get("DATABASE_URL") or POSTGRES
    parts = dj_database_url.parse(server)
    if parts["HOST"] not in ("127.0.0.1", "localhost", "::1"):
        raise NotHere(f"The load is for this machine alone, and DATABASE_URL names {parts['HOST']}.")
    login = {"host": parts["HOST"], "port": parts["PORT"] or 5432, "user": parts["USER"]}
    connection = psycopg2.connect(**login, password=parts["PASSWORD"] or None, dbname=parts["NAME"])
    connection.autocommit = True
    name = NAME if keep else f"{NAME}_{os.getpid()}"
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{server.rpartition('/')[0]}/{name}"
        finally:
            if not keep:
                cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def environment(database_url: str) -> dict[str, str]:
    """Production, as it would be behind a proxy; for this process, which seeds, and for the server alike."""
    return {
        "LEUKPLATFORM_ENV": "production",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "SITE_URL": f"https://{HOST}",
        "ALLOWED_HOSTS": HOST,
        "BEHIND_PROXY": "1",
        "REQUIRE_MFA": "1",
        "LOG_LEVEL": "WARNING",
        "DATABASE_URL": database_url,
        "REDIS_URL": os.environ.get("REDIS_URL") or "redis://127.0.0.1:6379/0",
    }


@contextlib.contextmanager
def server(variables: dict[str, str]) -> Iterator[Containers]:
    """The web service, word for word as docker-compose.yml starts it, once it is healthy."""
    with TemporaryDirectory(prefix="leukplatform-load-") as folder:
        containers = Containers(Path(folder), running.free_port(), variables)
        containers.run("web", "python manage.py collectstatic --noinput --verbosity 0")
        containers.start("web")
        try:
            running.wait_until(lambda: _is_healthy(containers), seconds=60, what="the start of the web server")
            yield containers
        finally:
            containers.stop()


def _is_healthy(containers: Containers) -> bool:
    try:
        containers.check_health("web")
    except AssertionError:
        return False
    return True
