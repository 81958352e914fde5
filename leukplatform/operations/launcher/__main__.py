"""Start the whole platform on this machine: `make run`, or `PORT=8000 python -m leukplatform.operations.launcher`."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from threading import Thread

from honcho.environ import parse_procfile

from leukplatform.operations.healthcheck import trouble
from leukplatform.operations.launcher.places import DEFAULT_PORT, HOST, CannotStart, free_port, hold
from leukplatform.operations.launcher.supervisor import Supervisor

ROOT = Path(__file__).resolve().parents[3]
_PATIENCE = 120  # seconds for the platform to answer


def main() -> int:
    os.chdir(ROOT)
    try:
        if os.environ.get("LEUKPLATFORM_ENV") == "production":
            raise CannotStart("This start is for one machine with a demonstration. For production see README.md.")
        port = free_port(os.environ.get("PORT") or DEFAULT_PORT)
        folder = Path(os.environ.get("VAR_DIR") or ROOT / "var").resolve()
        lock = hold(folder)  # kept open until this process ends
    except CannotStart as obstacle:
        print(obstacle, file=sys.stderr)
        return 1
    try:
        return _run(port, folder)
    except KeyboardInterrupt:
        print("Stopped.", flush=True)
        return 130
    finally:
        os.close(lock)


def _run(port: int, folder: Path) -> int:
    address = f"http://{HOST}:{port}"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "leukplatform.settings",
        "PORT": str(port),
        "SITE_URL": os.environ.get("SITE_URL") or address,
        "VAR_DIR": str(folder),
        "PYTHONUNBUFFERED": "1",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
    }
    print("Preparing the database and the demonstration ...", flush=True)
    command = [sys.executable, "-m", "leukplatform.operations.launcher.preparation"]
    prepared = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603
    if prepared.returncode:
        print(prepared.stdout, "Could not prepare the database (see above); nothing was started.", file=sys.stderr)
        return 1
    supervisor = Supervisor()
    for name, command in parse_procfile((ROOT / "Procfile").read_text()).processes.items():
        supervisor.add_process(name, command, env=environment, cwd=str(ROOT))
    Thread(target=_announce, args=(address, prepared.stdout), daemon=True).start()
    supervisor.loop()
    with suppress(OSError):  # nobody may be there to read it
        print(supervisor.farewell(), flush=True)
    return int(supervisor.returncode or 0)


def _announce(address: str, news: str) -> None:
    """Print the address and what the preparation said (the logins) as soon as the platform answers there."""
    give_up_at = time.monotonic() + _PATIENCE
    while trouble(f"{address}/healthz"):
        if time.monotonic() > give_up_at:
            return  # the processes' own lines tell what is wrong
        time.sleep(0.2)
    print(f"\n  leukplatform answers at  {address}\n{news}\n  Stop it with Ctrl-C.\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
