"""Measure how fast the audit trail is written, by one writer and by several at once.

`python -m leukplatform.operations.load.audit_speed --writers 8 --events 4000`: each writer is a process with a
connection of its own, each row a transaction. Uses a new database beside the configured one and removes it.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from time import monotonic

import django
from django.conf import settings
from django.db import connection, connections, transaction

_PATIENCE = 60  # seconds for all writers to be connected

Times = list[float]  # of one writer, on the clock all processes share: its start, then the end of each row


@dataclass(frozen=True, slots=True)
class Speed:
    writers: int
    events: int
    seconds: float  # from the first start to the last end
    p50: float  # milliseconds for one row
    p95: float

    @property
    def rate(self) -> float:
        return self.events / self.seconds

    def __str__(self) -> str:
        return (
            f"{self.writers} writer{'s' if self.writers > 1 else ''}: {self.events} rows, {self.rate:.0f} rows/s, "
            f"p50 {self.p50:.1f} ms, p95 {self.p95:.1f} ms"
        )


def report(*, writers: int = 8, events: int = 4000) -> str:
    """Have one writer, then all of them together, write `events` rows each time. Return the figures.

    Raises RuntimeError when the chain is not whole afterwards.
    """
    from leukplatform.audit.verification import Verification  # a model: Django is set up by now

    if not 1 < writers <= events:
        raise ValueError("There must be at least two writers, and a row for each.")
    with _database_of_its_own():
        alone, together = measure(writers=1, events=events), measure(writers=writers, events=events)
        verification = Verification()
        problems = list(verification.problems())
        if problems or verification.seals != 2 * events:
            raise RuntimeError(f"The chain is broken: {verification.seals} of {2 * events} seals. {problems[:3]}")
    return (
        f"{connection.vendor}, {os.cpu_count()} cores\n{alone}\n{together}\n"
        f"{writers} writers / 1 writer: {together.rate / alone.rate:.2f}\n"
        f"The chain is whole: {verification.seals} seals."
    )


def measure(*, writers: int, events: int) -> Speed:
    """Write `events` rows, shared among so many writers, into the current database."""
    processes = get_context("fork")
    connections.close_all()  # nothing open is inherited
    together, results = processes.Barrier(writers), processes.SimpleQueue()
    shares = [events // writers + (number < events % writers) for number in range(writers)]
    started = [processes.Process(target=_write, args=(share, together, results)) for share in shares]
    for process in started:
        process.start()
    try:
        times: list[Times] = [results.get() for _ in started]
    finally:
        for process in started:
            process.join()
    if not all(times):
        raise RuntimeError("A writer failed; its error is above.")
    spent = sorted(1000 * (after - before) for each in times for before, after in pairwise(each))
    return Speed(
        writers=writers,
        events=events,
        seconds=max(each[-1] for each in times) - min(each[0] for each in times),
        p50=statistics.median(spent),
        p95=spent[int(0.95 * (len(spent) - 1))],
    )


def _write(events: int, together: Barrier, results: SimpleQueue[Times]) -> None:
    from leukplatform.audit import services
    from leukplatform.audit.actions import Action

    times: Times = []
    try:
        connection.ensure_connection()
        together.wait(_PATIENCE)
        times = [monotonic()]
        for number in range(events):
            with transaction.atomic():
                services.record(Action.AUDIT_VIEWED, by=None, details={"rows": number})
            times.append(monotonic())
    except BaseException:
        times = []
        raise
    finally:
        results.put(times)
        connections.close_all()


@contextmanager
def _database_of_its_own() -> Iterator[None]:
    """Make a database, migrated and empty. On SQLite it is a file, so that processes can share it."""
    name = f"audit_speed_{os.getpid()}"
    configured = connection.settings_dict["NAME"]
    is_file = connection.vendor == "sqlite"
    connection.settings_dict["TEST"]["NAME"] = str(settings.VAR_DIR / f"{name}.sqlite3") if is_file else name
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(configured, verbosity=0)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leukplatform.settings")
    django.setup()
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--events", type=int, default=4000, help="rows written by one, and again by all together")
    options = parser.parse_args()
    sys.stdout.write(report(writers=options.writers, events=options.events) + "\n")
