"""Checks that the trail is still what was written: reads it once, in batches, and names every row that differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import Count, Exists, OuterRef

from leukplatform.audit import chain
from leukplatform.audit.anchor import Anchor, Unreadable
from leukplatform.audit.models import AuditEvent, AuditSeal

BATCH = 1000

# Errors of a stored value that its column's type cannot hold (SQLite accepts any value).
_UNREADABLE = (ValueError, TypeError, AttributeError, OverflowError)

Row = Mapping[str, Any]


class Verification:
    """One walk along the chain: exhaust `problems()`, then the counts are complete.

    `anchors` are read beside the chain, in the order in which they were written.
    """

    def __init__(self, anchors: Iterable[Anchor] = ()) -> None:
        self.seals = 0
        self.seq = 0  # of the last seal
        self.head = chain.START  # its hash
        self._anchors = _Anchors(anchors)

    @property
    def anchors(self) -> int:
        """The number of anchors that agree with the chain."""
        return self._anchors.agreeing

    def problems(self) -> Iterator[str]:
        for seals in _batches():
            events = _events([seal["event_id"] for seal in seals])
            for seal in seals:
                yield from self._link(seal)
                yield from _event(seal, events.get(seal["event_id"]))
                yield from self._anchors.at(seal)
                self.seq, self.head, self.seals = seal["seq"], seal["hash"], self.seals + 1
        yield from self._anchors.beyond(self.seq)
        yield from _unsealed()
        yield from _sealed_twice()

    def _link(self, seal: Row) -> Iterator[str]:
        seq, expected = seal["seq"], self.seq + 1
        if seq == expected:
            if seal["previous_hash"] != self.head:
                yield f"Seal {seq} does not follow seal {seq - 1}: one of them was edited or exchanged."
        elif seq < expected:
            yield f"Seal {seq} is out of place: a chain begins with 1."
        else:
            yield f"Before seal {seq}, {seq - expected} of the chain are missing: the last one read was {self.seq}."
        if seal["hash"] != chain.seal_hash(**{name: value for name, value in seal.items() if name != "hash"}):
            yield f"Seal {seq} (event {seal['event_id']}) was edited: its hash is not that of its contents."


class _Anchors:
    """The anchor file beside the chain: both are read once, in step."""

    def __init__(self, anchors: Iterable[Anchor]) -> None:
        self.agreeing = 0
        self._coming = iter(anchors)
        self._next: Anchor | None = None
        self._problems: list[str] = []
        self._advance()

    def at(self, seal: Row) -> Iterator[str]:
        while self._next is not None and self._next.seq <= seal["seq"]:
            if (self._next.seq, self._next.hash) == (seal["seq"], seal["hash"]):
                self.agreeing += 1
            else:
                yield f"Seal {self._next.seq} is not the one that was anchored at {self._next.time}."
            self._advance()
        yield from self._noticed()

    def beyond(self, end: int) -> Iterator[str]:
        """Yield a problem if seals after the last one were anchored: they are gone."""
        furthest = None
        while self._next is not None:
            furthest = self._next
            self._advance()
        yield from self._noticed()
        if furthest is not None:
            yield (
                f"The chain ends at seal {end}, but seal {furthest.seq} was anchored at {furthest.time}: "
                "its end was cut off."
            )

    def _advance(self) -> None:
        before, self._next = self._next, None
        try:
            self._next = next(self._coming, None)
        except Unreadable as error:
            self._problems.append(f"{error}. The anchors after it were not read.")
        if before is not None and self._next is not None and self._next.seq <= before.seq:
            self._problems.append(
                f"Seal {self._next.seq} was anchored at {self._next.time}, after seal {before.seq}: "
                "the chain was cut off and grew again."
            )

    def _noticed(self) -> list[str]:
        noticed, self._problems = self._problems, []
        return noticed


def _batches() -> Iterator[list[Row]]:
    """Yield all seals by number. Each batch is a query of its own, so no transaction stays open."""
    batch: list[Row] = list(AuditSeal.objects.order_by("seq").values()[:BATCH])
    while batch:
        yield batch
        batch = list(AuditSeal.objects.filter(seq__gt=batch[-1]["seq"]).order_by("seq").values()[:BATCH])


def _events(ids: list[int]) -> dict[int, Row | None]:
    """Return events by id; None stands for a row that cannot be read."""
    found = AuditEvent.objects.order_by().values("pk", "content_hash", *chain.FIELDS)
    try:
        return {event["pk"]: event for event in found.filter(pk__in=ids)}
    except _UNREADABLE:
        return {pk: _event_alone(pk) for pk in AuditEvent.objects.filter(pk__in=ids).values_list("pk", flat=True)}


def _event_alone(pk: int) -> Row | None:
    try:
        return AuditEvent.objects.values("content_hash", *chain.FIELDS).get(pk=pk)
    except _UNREADABLE:
        return None


def _event(seal: Row, event: Row | None) -> Iterator[str]:
    pk = seal["event_id"]
    if event is None:
        yield f"Event {pk} (seal {seal['seq']}) was deleted or cannot be read."
    elif event["content_hash"] != seal["content_hash"]:
        yield f"Event {pk} is not the one that was sealed (seal {seal['seq']}): edited or exchanged."
    elif event["content_hash"] != _content_hash(event):
        yield f"Event {pk} (seal {seal['seq']}) was edited, or written past the platform."


def _content_hash(event: Row) -> str | None:
    try:
        return chain.content_hash(event)
    except _UNREADABLE:
        return None


def _unsealed() -> Iterator[str]:
    is_sealed = Exists(AuditSeal.objects.filter(event_id=OuterRef("pk")))
    for pk in AuditEvent.objects.filter(~is_sealed).order_by("pk").values_list("pk", flat=True).iterator():
        yield f"Event {pk} has no seal: it was inserted past the chain, or its seal was removed."


def _sealed_twice() -> Iterator[str]:
    twice = AuditSeal.objects.order_by().values("event_id").annotate(seals=Count("seq")).filter(seals__gt=1)
    for row in twice.iterator():
        yield f"Event {row['event_id']} has {row['seals']} seals."
