"""Processor time of the server and of the database: the cost of a page, independent of other work on the machine."""

from __future__ import annotations

import os

from django.db import connection

from leukplatform.operations.stack.processes import children_of, stat_of

_TICK = 1000 / os.sysconf("SC_CLK_TCK")  # milliseconds


def spent(server: int) -> dict[int, float]:
    """Return the milliseconds so far of each process: `server`, its children, and PostgreSQL's for the database."""
    return {pid: _TICK * _ticks(pid) for pid in [server, *children_of(server), *_backends()]}


def between(before: dict[int, float], after: dict[int, float]) -> float:
    """Add up the time spent by the processes that are there at the end; a connection closed meanwhile is left out."""
    return sum(spent - before.get(pid, 0) for pid, spent in after.items())


def _backends() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return [pid for (pid,) in cursor.fetchall()]


def _ticks(pid: int) -> int:
    """Clock ticks in user and in system mode."""
    return sum(int(ticks) for ticks in stat_of(pid)[11:13])
