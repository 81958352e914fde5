"""A platform started as a person starts it, with a data folder and a port of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from leukplatform.operations.stack.processes import ROOT, free_port


def wait_until(condition: Callable[[], object], *, seconds: float, what: str) -> float:
    """Ask again and again; returns the seconds it took, fails by name when it takes too long."""
    started = time.monotonic()
    while not condition():
        waited = time.monotonic() - started
        assert waited < seconds, f"{what} did not happen within {seconds:g} s"
        time.sleep(0.1)
    return time.monotonic() - started


@dataclass
class Platform:
    """`make run`, from the outside."""

    var: Path
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_until_it_answers(self, seconds: float = 60) -> float:
        return wait_until(
            lambda: self.process.poll() is not None or "answers at" in self.output(),
            seconds=seconds,
            what=f"the start of {self.address}",
        )

    def interrupt(self) -> None:
        """Ctrl-C: the terminal sends SIGINT to the whole foreground group."""
        os.killpg(self.process.pid, signal.SIGINT)

    def children(self) -> dict[int, str]:
        """Every living process that was started with this platform's data folder: process number -> command line."""
        mark = f"VAR_DIR={self.var}".encode()
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:  # it ended meanwhile, or belongs to somebody else
                continue
        return {pid: command for pid, command in found.items() if command}  # a zombie has no command line

    def end(self) -> None:
        """Whatever the test left behind."""
        for pid in self.children():
            os.kill(pid, signal.SIGKILL)
        self.process.wait(timeout=20)


def start(var: Path, *, port: int | None = None) -> Platform:
    """`make run`, in the background, with its output in a file."""
    port = port or free_port()
    var.mkdir(parents=True, exist_ok=True)
    log = var / f"make-run-{time.monotonic_ns()}.txt"
    unset = {"DATABASE_URL", "REDIS_URL", "S3_BUCKET", "SITE_URL", "LEUKPLATFORM_ENV", "DJANGO_SETTINGS_MODULE"}
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    environment["SPT_NOENV"] = "1"  # setproctitle, which mutmut brings, else writes over what `children` looks for
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["make", "run", f"PORT={port}", f"VAR_DIR={var}"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Platform(var, port, process, log)
