"""A free port and a data folder of its own for each running platform."""

from __future__ import annotations

import fcntl
import os
import socket
from pathlib import Path

HOST = "127.0.0.1"
DEFAULT_PORT = "8000"


class CannotStart(Exception):
    """Nothing has been started; the text says why and what to do next."""


def free_port(text: str) -> int:
    """Return the port named by `text`. Raises CannotStart if it is not a port or somebody listens on it."""
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise CannotStart(f"PORT is {text!r}. Give a number from 1 to 65535, for example: make run PORT=8001")
    port = int(text)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as gunicorn does: a port in TIME_WAIT is free
        try:
            probe.bind((HOST, port))
        except PermissionError as error:
            raise CannotStart(
                f"Port {port} is reserved for the system. Use one from 1024 up: make run PORT=8001"
            ) from error
        except OSError as error:
            raise CannotStart(
                f"Port {port} is already in use by another program. Stop that program, or choose another port: "
                f"make run PORT={port + 1 if port < 65535 else 8001}"
            ) from error
    return port


def hold(folder: Path) -> int:
    """Lock the data folder until this process ends, so that two platforms never share one database and queue.

    Returns the open file descriptor; the lock goes with it. Raises `CannotStart` when another platform holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / "running", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise CannotStart(
            f"Another platform is already running on {folder}. Use that one, stop it, or give this one "
            "a data folder of its own: make run PORT=8001 VAR_DIR=var-2"
        ) from error
    return descriptor
