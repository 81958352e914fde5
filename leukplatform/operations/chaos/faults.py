"""The faults. Each returns when it is over: what it killed was started again, what it took was given back."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Iterator

import redis
from django.db import DatabaseError, connection

from diagnosis.models import Analysis
from diagnosis.states import AnalysisStatus
from leukplatform.operations.chaos.stack import Stack
from leukplatform.operations.stack.processes import Service, kill

Fault = Callable[[Stack, random.Random], None]
_UNTRIED = 10  # seconds to wait for a picture that is being computed
_DEADLY = 120  # seconds for it to be tried as often as any picture is
_WARM_SHUTDOWN = 130  # seconds; a worker that is asked to stop ends its analysis first (ANALYSIS_TIME_LIMIT)


def _end(service: Service, number: signal.Signals, rng: random.Random) -> None:
    """Signal it, and wait a moment after it ended, as a service manager does before it starts it again."""
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
    """Kill a process that computes (worker), answers (web) or serves a connection (database)."""

    def fault(stack: Stack, rng: random.Random) -> None:
        if children := stack.processes[name].children():
            kill(rng.choice(children))

    return fault


def stop_broker(stack: Stack, rng: random.Random) -> None:
    """The broker is there, takes connections, and says nothing."""
    stack.processes["broker"].send(signal.SIGSTOP)
    time.sleep(rng.uniform(1, 6))
    stack.processes["broker"].send(signal.SIGCONT)


def lose_messages(stack: Stack, rng: random.Random) -> None:
    """Everything that waits at the broker is gone; workers keep what they hold already."""
    if stack.broker is not None:
        with redis.from_url(stack.broker.url) as broker:
            broker.flushall()
        return
    for message in (stack.folder / "var" / "broker" / "queue").glob("*.msg"):
        message.unlink(missing_ok=True)


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
    """A power cut: everything ends at once, then everything starts again."""
    for service in stack.processes.values():
        service.send(signal.SIGKILL)
    for service in stack.processes.values():
        if service.process is not None:
            service.wait(10)
    time.sleep(rng.uniform(0, 1))
    stack.start()


def deadly_picture(stack: Stack, rng: random.Random) -> None:
    """One picture kills each process that computes it, until it is set aside. The others must be answered."""
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
            deadly = None  # it ended before it could be killed: take another one
        elif deadly.is_final:
            return
        elif deadly.status == AnalysisStatus.RUNNING and deadly.attempt > died:
            died = deadly.attempt
            for child in stack.processes["worker"].children():
                kill(child)
        time.sleep(0.01)


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
    "kill -9 broker": _ending("broker", signal.SIGKILL),
    "SIGSTOP broker": stop_broker,
    "kill -9 database": _ending("database", signal.SIGKILL),
    "SIGQUIT database": _ending("database", signal.SIGQUIT),  # immediate: every connection is cut
    "kill -9 database backend": _killing_a_child_of("database"),  # PostgreSQL then restarts all its processes
}
# Not in the deck, so that a seed keeps its meaning, and because such a run takes three times as long.
ON_REQUEST: dict[str, Fault] = {"deadly picture": deadly_picture}


def deck(stack: Stack, rng: random.Random, only: str = "") -> Iterator[tuple[str, Fault]]:
    """Yield faults without end: each in turn, every round in another order, so that few runs already see most of them.

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
