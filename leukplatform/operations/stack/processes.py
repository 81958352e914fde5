"""Processes that a program starts: each in a session of its own, signalled by number, ended whatever happens."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from leukplatform.operations.healthcheck import trouble

ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Service:
    """One command that is kept running, as a service manager keeps it.

    `answers`, if given, tells when the service is ready: `start` waits for it. `url` is where clients find it.
    """

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    answers: Callable[[], bool] | None = None
    url: str = ""
    stop_signal: signal.Signals = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = None
    _ended: list[int] = field(default_factory=list)  # sessions of earlier starts

    def start(self) -> None:
        """Start the command unless it runs. First end whatever an earlier start left in its session."""
        if self.is_running:
            return
        for session in self._ended:
            kill_session(session)
        self._ended.clear()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        assert self.answers is None or wait_until(self.answers, seconds=60), f"{self.name} did not start"

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        assert self.process is not None, f"{self.name} was not started"
        return self.process.pid

    def send(self, number: signal.Signals) -> None:
        """Signal the process itself, not its children."""
        if self.is_running:
            os.kill(self.pid, number)

    def children(self) -> list[int]:
        return children_of(self.pid) if self.is_running else []

    def wait(self, seconds: float) -> bool:
        """Return True if the process ended within `seconds`."""
        assert self.process is not None
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        self._ended.append(self.process.pid)
        return True

    def stop(self, seconds: float = 15) -> int | None:
        """Ask the process to stop, end it after `seconds`, end all that it started. Return its exit code."""
        if self.process is None:
            return None
        self.send(signal.SIGCONT)
        self.send(self.stop_signal)
        if not self.wait(seconds):
            self.send(signal.SIGKILL)
            self.wait(10)
        kill_session(self.process.pid)
        return self.process.returncode


def children_of(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def stat_of(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat after the name, or none if the process has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def kill_session(session: int) -> None:
    """Kill every process that is left of a session started here."""
    for pid in [int(folder.name) for folder in Path("/proc").glob("[0-9]*")]:
        if stat_of(pid)[3:4] == [str(session)]:
            kill(pid)


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_answered(url: str) -> bool:
    return trouble(url) is None


def wait_until(condition: Callable[[], object], *, seconds: float, every: float = 0.1) -> bool:
    """Return True as soon as `condition` holds, False if it does not within `seconds`."""
    give_up_at = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > give_up_at:
            return False
        time.sleep(every)
    return True
