"""Processes of our own: started in a session each, signalled by number, ended whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Service:
    """One command that is kept running by the suite as a service manager would."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    _ended: list[int] = field(default_factory=list)  # sessions started before

    def start(self) -> None:
        """Does nothing while it runs. What an earlier start left in its session is ended first."""
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

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        assert self.process is not None, f"{self.name} was not started"
        return self.process.pid

    def send(self, number: signal.Signals) -> None:
        """To the process itself, not to its children."""
        if self.is_running:
            os.kill(self.pid, number)

    def children(self) -> list[int]:
        return children_of(self.pid) if self.is_running else []

    def wait(self, seconds: float) -> bool:
        """Whether it ended within `seconds`."""
        assert self.process is not None
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        self._ended.append(self.process.pid)
        return True

    def stop(self, number: signal.Signals = signal.SIGTERM, seconds: float = 15) -> None:
        """In good order if it can be, and with all it started."""
        if self.process is None:
            return
        self.send(number)
        if not self.wait(seconds):
            self.send(signal.SIGKILL)
            self.wait(10)
        kill_session(self.process.pid)


def children_of(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def kill_session(session: int) -> None:
    """Every process that is left of a session we started."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[3]) == session:
                os.kill(int(stat.parent.name), signal.SIGKILL)
        except (OSError, IndexError, ValueError):  # it ended meanwhile
            continue


def wait_until(condition: Callable[[], bool], *, seconds: float, every: float = 0.1) -> bool:
    """Whether `condition` came true in time."""
    give_up_at = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > give_up_at:
            return False
        time.sleep(every)
    return True
