"""How fast the trail is written: every writer is a process with a connection of its own, every row a transaction."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from time import monotonic

from django.db import connection, connections, transaction

from leukplatform.audit import services
from leukplatform.audit.actions import Action

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
