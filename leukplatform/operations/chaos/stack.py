"""The whole platform as it is run: the commands of the Procfile over a database, a broker and a disk of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from honcho.environ import parse_procfile

from leukplatform.operations.chaos.disk import Disk
from leukplatform.operations.stack import servers
from leukplatform.operations.stack.processes import ROOT, Service, free_port, is_answered, wait_until

SETTINGS = "leukplatform.operations.chaos.settings"
_UNSET = {
    *("DATABASE_URL", "REDIS_URL", "S3_BUCKET", "SITE_URL", "LEUKPLATFORM_ENV", "WORKER_CONCURRENCY", "PRIVATE_ROOT")
}


class Stack:
    """`services` is "postgres" (with Redis) or "embedded" (SQLite and the filesystem transport).

    `processes` holds database and broker, if there are any, then "web", "worker", "beat" and a "second" worker.
    """

    def __init__(self, folder: Path, services: str) -> None:
        self.folder, self.services, self.port = folder, services, free_port()
        self.database = servers.postgres(folder) if services == "postgres" else None
        self.broker = servers.redis(folder) if services == "postgres" else None
        self.disk = Disk(folder / "private")
        self.environment = self._environment()
        self.backing = {backing.name: backing for backing in (self.database, self.broker) if backing is not None}
        commands = dict(parse_procfile((ROOT / "Procfile").read_text()).processes)
        commands["second"] = f"{commands['worker']} --hostname second@%h"
        self.processes = self.backing | {
            name: Service(name, ["sh", "-c", command], self.environment, folder / f"{name}.log")
            for name, command in commands.items()
        }

    def start(self) -> None:
        """Start whatever does not run, except the second worker."""
        for name, process in self.processes.items():
            if name != "second":
                process.start()

    def wait_until_it_answers(self) -> None:
        assert wait_until(lambda: is_answered(f"{self.address}/healthz"), seconds=90), "the web server does not answer"

    def stop(self) -> None:
        try:
            for process in reversed(self.processes.values()):
                process.stop()
        finally:
            self.disk.close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

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


@contextmanager
def made(services: str) -> Iterator[Stack]:
    """A stack in a temporary folder, its database and broker started, with this process set up as one of its own.

    Django can be used within the block. Raises servers.NotInstalled.
    """
    import django  # it must not read the settings before the environment names the database

    with TemporaryDirectory(prefix="leukplatform-chaos-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as another user
        stack = Stack(folder, services)
        try:
            for backing in stack.backing.values():
                backing.start()
            os.environ.clear()  # or this process might use another database than the platform
            os.environ.update(stack.environment)
            django.setup()
            yield stack
        finally:
            stack.stop()
