"""What goes wrong. A fault returns when it is over: what it killed was started again, what it took was given back."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import redis

from leukplatform.operations.chaos.stack import Stack
from leukplatform.operations.stack.processes import Service

Fault = Callable[[Stack, random.Random], None]
_UNTRIED = 10  # seconds to wait for a picture that is being computed
_DEADLY = 120  # seconds, for it to be tried as often as any is
_WARM_SHUTDOWN = 130  # seconds; a worker that is asked to stop ends its analysis first (ANALYSIS_TIME_LIMIT)


def _end(service: Service, number: signal.Signals, rng: random.Random) -> None:
    """Signal it, and start it again a moment after it ended, as a service manager does."""
    service.send(number)
    if not service.wait(_WARM_SHUTDOWN):
        service.send(signal.SIGKILL)
        service.wait(10)
    time.sleep(rng.uniform(0, 1))


def _ending(name: str, number: signal.Signals) -> Fault:
    def fault(stack: Stack, rng: random.Random) -> None:
        _end(stack.processes[name], number, rng)
        stack.processes[name].start()

    return fault


def _killing_a_child_of(name: str) -> Fault:
    """Of the worker: the process that computes. Of the web server: the one that answers."""

    def fault(stack: Stack, rng: random.Random) -> None:
        children = stack.processes[name].children()
        if children:
            _kill(rng.choice(children))

    return fault


def kill_broker(stack: Stack, rng: random.Random) -> None:
    assert stack.broker is not None
    _end(stack.broker.service, signal.SIGKILL, rng)
    stack.broker.start()


def stop_broker(stack: Stack, rng: random.Random) -> None:
    """It is there, takes connections, and says nothing."""
    assert stack.broker is not None
    stack.broker.service.send(signal.SIGSTOP)
    time.sleep(rng.uniform(1, 6))
    stack.broker.service.send(signal.SIGCONT)


def lose_messages(stack: Stack, rng: random.Random) -> None:
    """Everything that waits at the broker is gone; what workers hold already they keep."""
    if stack.broker is not None:
        with redis.from_url(stack.broker.url) as connection:
            connection.flushall()
        return
    for message in (stack.folder / "var" / "broker" / "queue").glob("*.msg"):
        message.unlink(missing_ok=True)


def kill_database(stack: Stack, rng: random.Random) -> None:
    assert stack.database is not None
    _end(stack.database.service, signal.SIGKILL, rng)
    stack.database.start()


def quit_database(stack: Stack, rng: random.Random) -> None:
    """PostgreSQL's immediate shutdown: every connection is cut, the next start recovers."""
    assert stack.database is not None
    _end(stack.database.service, signal.SIGQUIT, rng)
    stack.database.start()


def kill_database_backend(stack: Stack, rng: random.Random) -> None:
    """PostgreSQL then restarts all its processes by itself."""
    assert stack.database is not None
    backends = stack.database.service.children()
    if backends:
        _kill(rng.choice(backends))


def fill_disk(stack: Stack, rng: random.Random) -> None:
    stack.disk.fill()
    time.sleep(rng.uniform(1, 4))
    stack.disk.free()


def two_workers(stack: Stack, rng: random.Random) -> None:
    """A second worker joins, and one of the two is killed."""
    stack.processes["second"].start()
    time.sleep(rng.uniform(2, 5))
    _end(stack.processes[rng.choice(["worker", "second"])], signal.SIGKILL, rng)
    stack.processes["worker"].start()


def restart_everything(stack: Stack, rng: random.Random) -> None:
    """As after a power cut: all at once, then all again."""
    backing = [found.service for found in (stack.database, stack.broker) if found is not None]
    everything = [*stack.processes.values(), *backing]
    for service in everything:
        service.send(signal.SIGKILL)
    for service in everything:
        if service.process is not None:
            service.wait(10)
    time.sleep(rng.uniform(0, 1))
    stack.start()


def deadly_picture(stack: Stack, rng: random.Random) -> None:
    """One of the pictures kills each process that computes it, until it is set aside. The others are to be answered."""
    # Imported here: Django is set up on the stack once that is there.
    from django.db import DatabaseError, connection

    from diagnosis.models import Analysis
    from diagnosis.states import AnalysisStatus

    deadly, died, give_up_at = None, 0, time.monotonic() + _UNTRIED
    while time.monotonic() < give_up_at:
        try:
            if deadly is None:
                deadly, died = Analysis.objects.filter(status=AnalysisStatus.RUNNING).first(), 0
                give_up_at += _DEADLY if deadly is not None else 0
            else:
                deadly.refresh_from_db()
        except DatabaseError:
            connection.close()
            continue
        if deadly is None or (deadly.is_final and deadly.status != AnalysisStatus.QUARANTINED):
            deadly = None  # it was quicker than we: then another one
        elif deadly.is_final:
            return
        elif deadly.status == AnalysisStatus.RUNNING and deadly.attempt > died:
            died = deadly.attempt
            for child in stack.processes["worker"].children():
                _kill(child)
        time.sleep(0.01)


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


EVERYWHERE: dict[str, Fault] = {
    "kill -9 web": _ending("web", signal.SIGKILL),
    "kill -9 web child": _killing_a_child_of("web"),
    "SIGTERM web": _ending("web", signal.SIGTERM),
    "kill -9 worker": _ending("worker", signal.SIGKILL),
    "kill -9 pool child": _killing_a_child_of("worker"),
    "SIGTERM worker": _ending("worker", signal.SIGTERM),
    "SIGQUIT worker": _ending("worker", signal.SIGQUIT),
    "kill -9 beat": _ending("beat", signal.SIGKILL),
    "SIGTERM beat": _ending("beat", signal.SIGTERM),
    "two workers": two_workers,
    "messages lost": lose_messages,
    "full disk": fill_disk,
    "restart of everything": restart_everything,
}
WITH_SERVERS: dict[str, Fault] = {
    "kill -9 broker": kill_broker,
    "SIGSTOP broker": stop_broker,
    "kill -9 database": kill_database,
    "SIGQUIT database": quit_database,
    "kill -9 database backend": kill_database_backend,
}
# Not in the deck, so that seeds go on meaning what they meant, and because a run takes three times as long.
ON_REQUEST: dict[str, Fault] = {"deadly picture": deadly_picture}


def deck(stack: Stack, rng: random.Random, only: str = "") -> Iterator[tuple[str, Fault]]:
    """Without end: every fault in turn, each round in another order, so that few runs already see most of them.

    `only` names the one fault that is wanted.
    """
    faults = dict(EVERYWHERE) if stack.database is None else {**EVERYWHERE, **WITH_SERVERS}
    if only:
        faults = {only: {**faults, **ON_REQUEST}[only]}
    if not stack.disk.can_be_full:
        faults.pop("full disk", None)
    names = sorted(faults)
    while True:
        rng.shuffle(names)
        yield from ((name, faults[name]) for name in names)
