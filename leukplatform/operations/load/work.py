"""Processor time of the server and of the database: what a page costs, whoever else is at work on the machine."""

from __future__ import annotations

import os
from pathlib import Path

from django.db import connection

_TICK = 1000 / os.sysconf("SC_CLK_TCK")  # milliseconds


def spent(server: int) -> dict[int, float]:
    """Milliseconds so far, by process: of `server` and its children, and of PostgreSQL's for the database."""
    return {pid: _TICK * _ticks(pid) for pid in [server, *_children(server), *_backends()]}


def between(before: dict[int, float], after: dict[int, float]) -> float:
    """What was spent meanwhile by those that are there at the end; a connection that was closed is left out."""
    return sum(spent - before.get(pid, 0) for pid, spent in after.items())


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _backends() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return [pid for (pid,) in cursor.fetchall()]


def _ticks(pid: int) -> int:
    """In user and in system mode; the name, which may hold blanks, stands before the last bracket."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0
    return int(fields[11]) + int(fields[12])
