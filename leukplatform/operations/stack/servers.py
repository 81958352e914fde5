"""A private PostgreSQL and a private Redis on free ports of 127.0.0.1, with data folders of their own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg2
import redis as client

from leukplatform.operations.stack.processes import Service, free_port

# PostgreSQL refuses to run as root.
_AS_POSTGRES = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []


class NotInstalled(Exception):
    """A server program is not on this machine."""


def postgres(folder: Path) -> Service:
    """Make a new database cluster below `folder`; it is not started yet. Raises NotInstalled."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda binaries: int(binaries.parent.name))
    if not found:
        raise NotInstalled("PostgreSQL is not installed below /usr/lib/postgresql.")
    port, data = free_port(), folder / "postgres"
    data.mkdir()
    if _AS_POSTGRES:
        shutil.chown(data, "postgres", "postgres")
    initdb = [*_AS_POSTGRES, str(found[-1] / "initdb"), "-D", str(data), "-A", "trust", "-U", "postgres", "--no-sync"]
    subprocess.run(initdb, cwd="/", check=True, stdout=subprocess.DEVNULL)
    # fsync guards against the loss of power, which is not among the faults; processes may be killed without it.
    options = (
        f"port={port} listen_addresses=127.0.0.1 unix_socket_directories= shared_buffers=32MB fsync=off "
        "max_connections=60"
    )
    settings = [word for option in options.split() for word in ("-c", option)]
    url = f"postgres://postgres@127.0.0.1:{port}/postgres"

    def answers() -> bool:
        try:
            psycopg2.connect(url, connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True

    return Service(
        "database",
        [*_AS_POSTGRES, str(found[-1] / "postgres"), "-D", str(data), *settings],
        {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        folder / "postgres.log",
        answers=answers,
        url=url,
        stop_signal=signal.SIGQUIT,  # immediate: no data is kept
    )


def redis(folder: Path) -> Service:
    """Prepare a Redis that writes below `folder`; it is not started yet. Raises NotInstalled."""
    program = shutil.which("redis-server")
    if program is None:
        raise NotInstalled("redis-server is not installed.")
    port, data = free_port(), folder / "redis"
    data.mkdir()
    url = f"redis://127.0.0.1:{port}/0"

    def answers() -> bool:
        try:
            with client.from_url(url, socket_timeout=2) as connection:
                return bool(connection.ping())
        except client.RedisError:
            return False

    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--appendonly", "yes", "--dir", str(data)]
    return Service("broker", command, {"PATH": os.environ["PATH"]}, folder / "redis.log", answers=answers, url=url)
