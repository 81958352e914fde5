"""The commands of docker-compose.yml, run by hand against PostgreSQL, Redis and an S3-compatible store."""

from __future__ import annotations

import os
import secrets
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from leukplatform.operations.stack.processes import ROOT, Service

HOST = "clinic.example"


def compose() -> dict[str, dict[str, object]]:
    return dict(yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"])


def production(database: str, queue: str) -> dict[str, str]:
    """Return the environment of production behind a proxy, on the given PostgreSQL and Redis."""
    return {
        "LEUKPLATFORM_ENV": "production",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "SITE_URL": f"https://{HOST}",
        "ALLOWED_HOSTS": HOST,
        "BEHIND_PROXY": "1",
        "DATABASE_URL": database,
        "REDIS_URL": queue,
    }


@dataclass
class Containers:
    """Each service gets a data folder of its own, as containers have: they share the database, queue and store only."""

    folder: Path
    port: int
    environment: dict[str, str]
    services: dict[str, Service] = field(default_factory=dict)

    def run(self, service: str, command: str | None = None) -> str:
        """Run a command in the service's environment and return its output. Fails when the command does."""
        done = self._run(service, command or str(compose()[service]["command"]))
        assert done.returncode == 0, f"{service}: {command} failed:\n{done.stdout}"
        return done.stdout

    def start(self, name: str) -> None:
        command = self._words(str(compose()[name]["command"]))
        self.services[name] = Service(name, command, self._environment(name), self.folder / f"{name}.log")
        self.services[name].start()

    def is_healthy(self, service: str) -> bool:
        """Run the service's own health check, word for word except the port and the folder."""
        kind, *test = list(compose()[service]["healthcheck"]["test"])  # type: ignore[index]  # read from YAML
        command = shlex.join(test) if kind == "CMD" else f"sh -c {shlex.quote(test[0].replace('$$', '$'))}"
        return self._run(service, command).returncode == 0

    def output(self, service: str) -> str:
        return self.services[service].log.read_text(errors="replace")

    def stop(self) -> dict[str, int | None]:
        """Stop everything with SIGTERM, as `docker compose stop` does, and return the exit codes."""
        return {name: service.stop(seconds=60) for name, service in self.services.items()}

    def _run(self, service: str, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._words(command),
            cwd=ROOT,
            env=self._environment(service),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def _words(self, command: str) -> list[str]:
        """Replace only what a container would keep apart: the port and the folder for temporary files."""
        command = command.replace("0.0.0.0:8000", f"127.0.0.1:{self.port}").replace(":8000/", f":{self.port}/")
        return shlex.split(command.replace("/tmp", str(self.folder)))

    def _environment(self, service: str) -> dict[str, str]:
        return {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONUNBUFFERED": "1",
            "PYTHONPYCACHEPREFIX": os.environ.get("PYTHONPYCACHEPREFIX", str(ROOT / "var" / "pycache")),
            "VAR_DIR": str(self.folder / service),
            "STATIC_ROOT": str(self.folder / "static"),
            **self.environment,
        }
