"""`make run` and `make test` as a newcomer meets them: each in a fresh clone, its own environment and an empty home.

Run with any Python 3.11, from anywhere: `python3 .ci/newcomer.py run test`. Takes the last commit of this checkout, not
what is changed since. Exits with 1 if the demonstration is not computed or a test fails.
"""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 600  # seconds for the installation and the demonstration together
KEPT = ("PATH", "LANG", "TMPDIR", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")  # and what says how pip reaches its index


def newcomer(home: Path) -> dict[str, str]:
    """Return the environment of somebody who has just logged in: no services, no earlier settings, nothing at home."""
    kept = {name: value for name, value in os.environ.items() if name in KEPT or name.startswith(("PIP_", "PYENV_"))}
    return {**kept, "HOME": str(home)}


def run(clone: Path, home: Path) -> None:
    """Start the platform, wait until every picture of the demonstration is analysed, and stop it as Ctrl-C does."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["make", "run", f"PORT={port}"]
    platform = subprocess.Popen(command, cwd=clone, env=newcomer(home), start_new_session=True)
    try:
        give_up_at = time.monotonic() + PATIENCE
        while not _is_computed(clone / "var" / "leukplatform.sqlite3"):
            if platform.poll() is not None:
                sys.exit(f"make run ended by itself with {platform.returncode}")
            if time.monotonic() > give_up_at:
                sys.exit(f"The demonstration was not computed within {PATIENCE} s")
            time.sleep(1)
        print("The demonstration is computed.", flush=True)
    finally:
        if platform.poll() is None:
            os.killpg(platform.pid, signal.SIGINT)
        platform.wait(timeout=60)


def _is_computed(database: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            statuses = [status for (status,) in connection.execute("SELECT status FROM diagnosis_analysis")]
    except sqlite3.OperationalError:  # not there yet, or being made
        return False
    if "FAILED" in statuses:
        sys.exit("An analysis of the demonstration failed")
    return bool(statuses) and set(statuses) == {"SUCCEEDED"}


def test(clone: Path, home: Path) -> None:
    """Run the tests with nothing installed but what `make test` brings."""
    done = subprocess.run(["make", "test"], cwd=clone, env=newcomer(home), check=False)
    if done.returncode:
        sys.exit("make test fails for a newcomer")


STEPS: dict[str, Callable[[Path, Path], None]] = {"run": run, "test": test}


def main() -> None:
    for name in sys.argv[1:] or STEPS:
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix=f"newcomer-{name}-") as folder:
            clone, home = Path(folder, "leukplatform"), Path(folder, "home")
            home.mkdir()
            subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
            STEPS[name](clone, home)
        print(f"make {name} in a fresh clone: {time.monotonic() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
