"""A database of its own, beside the one of DATABASE_URL, and the web server of docker-compose.yml on it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import dj_database_url
import psycopg2

from leukplatform.operations.stack import containers
from leukplatform.operations.stack.containers import Containers
from leukplatform.operations.stack.processes import free_port, wait_until

NAME = "leukplatform_load"
POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"


class NotHere(Exception):
    """The load must not be run in this place."""


@contextlib.contextmanager
def database(*, keep: bool) -> Iterator[str]:
    """Make an empty PostgreSQL database and give its address. `keep` names it NAME and leaves it behind."""
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
    """Return the settings of production, for this process, which seeds, and for the server alike."""
    queue = os.environ.get("REDIS_URL") or "redis://127.0.0.1:6379/0"
    return {**containers.production(database_url, queue), "REQUIRE_MFA": "1", "LOG_LEVEL": "WARNING"}


@contextlib.contextmanager
def server(variables: dict[str, str]) -> Iterator[Containers]:
    """Start the web service, word for word as docker-compose.yml does, and give it once it is healthy."""
    with TemporaryDirectory(prefix="leukplatform-load-") as folder:
        web = Containers(Path(folder), free_port(), variables)
        web.run("web", "python manage.py collectstatic --noinput --verbosity 0")
        web.start("web")
        try:
            assert wait_until(lambda: web.is_healthy("web"), seconds=60), "the web server does not answer"
            yield web
        finally:
            web.stop()
