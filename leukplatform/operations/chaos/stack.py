"""The whole platform as it is run: the commands of the Procfile over a database, a broker and a disk of our own."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Protocol

from honcho.environ import parse_procfile

from leukplatform.operations.chaos.backing import Postgres, Redis
from leukplatform.operations.chaos.disk import Disk
from leukplatform.operations.stack.processes import ROOT, Service, wait_until
from leukplatform.operations.stack.running import answers, free_port

SETTINGS = "leukplatform.operations.chaos.settings"
_UNSET = {
    "DATABASE_URL",
    "REDIS_URL",
    "S3_BUCKET",
    "SITE_URL",
    "LEUKPLATFORM_ENV",
    "WORKER_CONCURRENCY",
    "PRIVATE_ROOT",
}


class Backing(Protocol):
    service: Service

    @property
    def url(self) -> str: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...


class Stack:
    """`services` is "postgres" (with Redis) or "embedded" (SQLite and the filesystem transport)."""

    def __init__(self, folder: Path, services: str) -> None:
        self.folder, self.services, self.port = folder, services, free_port()
        self.database: Postgres | None = Postgres(folder) if services == "postgres" else None
        self.broker: Redis | None = Redis(folder) if services == "postgres" else None
        self.disk = Disk(folder / "private")
        self.environment = self._environment()
        self.processes = {
            name: Service(name, ["sh", "-c", command], self.environment, folder / f"{name}.log")
            for name, command in self._commands().items()
        }

    def start_backing(self) -> None:
        for backing in (self.database, self.broker):
            if backing is not None:
                backing.start()

    def start(self) -> None:
        """Whatever of it does not run, but for the second worker."""
        self.start_backing()
        for name in ("web", "worker", "beat"):
            self.processes[name].start()

    def wait_until_it_answers(self) -> None:
        assert wait_until(lambda: answers(f"{self.address}/healthz"), seconds=90), "the web server does not answer"

    def stop(self) -> None:
        try:
            for process in self.processes.values():
                process.stop()
        finally:
            for backing in (self.broker, self.database):
                if backing is not None:
                    backing.stop()
            self.disk.close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _commands(self) -> dict[str, str]:
        commands = dict(parse_procfile((ROOT / "Procfile").read_text()).processes)
        return {**commands, "second": f"{commands['worker']} --hostname second@%h"}

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name not in _UNSET}
        urls = {"DATABASE_URL": self.database.url} if self.database else {}
        urls |= {"REDIS_URL": self.broker.url} if self.broker else {}
        return {
            **inherited,
            **urls,
            "DJANGO_SETTINGS_MODULE": SETTINGS,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "PORT": str(self.port),
            "PRIVATE_ROOT": str(self.disk.folder),
            "PYTHONUNBUFFERED": "1",
            "SITE_URL": self.address,
            "UPLOADS_PER_HOUR": "1000000",
            "VAR_DIR": str(self.folder / "var"),
        }
