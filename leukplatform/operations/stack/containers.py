"""The commands of docker-compose.yml, run by hand against PostgreSQL, Redis and an S3-compatible store."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from leukplatform.operations.stack.running import ROOT

HOST = "clinic.example"


def compose() -> dict[str, dict[str, object]]:
    return dict(yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"])


@dataclass
class Containers:
    """Each service gets a data folder of its own, as containers have: they share the database, queue and store only."""

    folder: Path
    port: int
    environment: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def run(self, service: str, command: str | None = None) -> str:
        """A one-shot command in the service's environment; its output. Fails when the command does."""
        done = subprocess.run(
            self._words(command or str(compose()[service]["command"])),
            cwd=ROOT,
            env=self._environment(service),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{service}: {command} failed:\n{done.stdout}"
        return done.stdout

    def start(self, service: str) -> None:
        with self._log(service).open("wb") as log:
            self.processes[service] = subprocess.Popen(
                self._words(str(compose()[service]["command"])),
                cwd=ROOT,
                env=self._environment(service),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def check_health(self, service: str) -> str:
        """The service's own health check, word for word but for the port and the folder."""
        kind, *test = list(compose()[service]["healthcheck"]["test"])  # type: ignore[index]
        command = shlex.join(test) if kind == "CMD" else f"sh -c {shlex.quote(test[0].replace('$$', '$'))}"
        return self.run(service, command)

    def output(self, service: str) -> str:
        return self._log(service).read_text(errors="replace")

    def stop(self) -> dict[str, int]:
        """SIGTERM, as `docker compose stop` sends it; the exit codes."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        try:
            return {service: process.wait(timeout=60) for service, process in self.processes.items()}
        finally:
            for process in self.processes.values():
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)

    def _log(self, service: str) -> Path:
        return self.folder / f"{service}.log"

    def _words(self, command: str) -> list[str]:
        """Only what a container would keep apart is replaced: the port and the folder for temporary files."""
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
