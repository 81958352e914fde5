"""A private PostgreSQL and a private Redis on free ports of 127.0.0.1, with data folders of their own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg2
import redis

from leukplatform.operations.stack.processes import Service, wait_until
from leukplatform.operations.stack.running import free_port

# PostgreSQL refuses to run as root.
_AS_POSTGRES = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []


class NotInstalled(Exception):
    """A program the suite needs is not on this machine."""


class Postgres:
    def __init__(self, folder: Path) -> None:
        self.port, self.folder = free_port(), folder / "postgres"
        binaries = _postgres_binaries()
        self.folder.mkdir()
        if _AS_POSTGRES:
            shutil.chown(self.folder, "postgres", "postgres")
        initdb = [*_AS_POSTGRES, str(binaries / "initdb"), "-D", str(self.folder), "-A", "trust", "-U", "postgres"]
        subprocess.run([*initdb, "--no-sync"], cwd="/", check=True, stdout=subprocess.DEVNULL)
        # fsync guards against the loss of power, which is not among the faults; processes may be killed without it.
        options = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "shared_buffers": "32MB",
            "fsync": "off",
            "max_connections": 60,
        }
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        self.service = Service(
            "database",
            [*_AS_POSTGRES, str(binaries / "postgres"), "-D", str(self.folder), *settings],
            {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            folder / "postgres.log",
        )

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def answers(self) -> bool:
        try:
            psycopg2.connect(self.url, connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True

    def start(self) -> None:
        self.service.start()
        assert wait_until(self.answers, seconds=60), "PostgreSQL did not start"

    def stop(self) -> None:
        self.service.stop(signal.SIGQUIT)  # immediate: nothing of it is kept


class Redis:
    def __init__(self, folder: Path) -> None:
        self.port, data = free_port(), folder / "redis"
        program = shutil.which("redis-server")
        if program is None:
            raise NotInstalled("redis-server is not installed.")
        data.mkdir()
        self.service = Service(
            "broker",
            [program, "--port", str(self.port), "--bind", "127.0.0.1", "--appendonly", "yes", "--dir", str(data)],
            {"PATH": os.environ["PATH"]},
            folder / "redis.log",
        )

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def answers(self) -> bool:
        try:
            with redis.from_url(self.url, socket_timeout=2) as connection:
                return bool(connection.ping())
        except redis.RedisError:
            return False

    def start(self) -> None:
        self.service.start()
        assert wait_until(self.answers, seconds=30), "Redis did not start"

    def stop(self) -> None:
        self.service.send(signal.SIGCONT)
        self.service.stop()


def _postgres_binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    if not found:
        raise NotInstalled("PostgreSQL is not installed below /usr/lib/postgresql.")
    return found[-1]
