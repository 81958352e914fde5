"""Attacks on the trail by somebody who owns the database, one at a time. Each takes hypothesis's `draw`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import Max, QuerySet
from hypothesis import strategies as st

from leukplatform.audit import chain
from leukplatform.audit.models import AuditEvent, AuditSeal
from leukplatform.audit.tests.conftest import event_ids, seals

Draw = Callable[[st.SearchStrategy[Any]], Any]

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=10)
DETAILS = st.dictionaries(TEXT, st.integers(-(2**40), 2**40) | TEXT | st.booleans() | st.lists(TEXT), max_size=3)
ELSEWHERE = 10**9  # an id and a number that are not taken


def events() -> QuerySet[AuditEvent]:
    """The events without the manager that refuses changes."""
    return QuerySet(AuditEvent)


def links() -> QuerySet[AuditSeal]:
    return QuerySet(AuditSeal)


def edit_an_event(draw: Draw) -> None:
    _edit_an_event(draw, [*chain.FIELDS, "content_hash"])


def edit_an_event_and_its_hash(draw: Draw) -> None:
    pk = _edit_an_event(draw, chain.FIELDS)
    events().filter(pk=pk).update(content_hash=events().get(pk=pk).hash_content())


def edit_a_seal(draw: Draw) -> None:
    seq, _ = draw(st.sampled_from(seals()))
    field = draw(st.sampled_from(["seq", "event_id", "content_hash", "previous_hash", "hash"]))
    if field == "seq":
        value = draw(st.integers(-ELSEWHERE, ELSEWHERE).filter(lambda number: number not in dict(seals())))
    elif field == "event_id":
        value = ELSEWHERE
    else:
        old = links().values_list(field, flat=True).get(seq=seq)
        value = draw(TEXT.filter(lambda text: text != old))
    links().filter(seq=seq).update(**{field: value})


def delete_an_event(draw: Draw) -> None:
    events().filter(pk=draw(st.sampled_from(event_ids()))).delete()


def delete_a_seal(draw: Draw) -> None:
    links().filter(seq=draw(st.sampled_from(seals()))[0])._raw_delete("default")


def delete_an_event_and_its_seal(draw: Draw) -> None:
    seq, event_id = draw(st.sampled_from(seals()))
    links().filter(seq=seq)._raw_delete("default")
    events().filter(pk=event_id)._raw_delete("default")


def cut_off_the_end(draw: Draw) -> None:
    first, _ = draw(st.sampled_from(seals()))
    events().filter(seal__seq__gte=first)
    lost = [event_id for seq, event_id in seals() if seq >= first]
    links().filter(seq__gte=first)._raw_delete("default")
    events().filter(pk__in=lost)._raw_delete("default")


def cut_off_the_end_and_grow_again(draw: Draw) -> None:
    count = len(seals())
    cut_off_the_end(draw)
    while len(seals()) < count + 2:
        event = AuditEvent.objects.create(action="case.viewed", channel="web")
        QuerySet(AuditSeal).bulk_create([AuditSeal(seq=len(seals()) + 1, event=event)])
    forge_the_chain()


def exchange_two_events(draw: Draw) -> None:
    one, other = _two(draw, event_ids())
    for before, after in ((one, ELSEWHERE), (other, one), (ELSEWHERE, other)):
        events().filter(pk=before).update(id=after)


def exchange_two_seals(draw: Draw) -> None:
    one, other = _two(draw, [seq for seq, _ in seals()])
    for before, after in ((one, ELSEWHERE), (other, one), (ELSEWHERE, other)):
        links().filter(seq=before).update(seq=after)


def insert_an_event(draw: Draw) -> None:
    pk = draw(st.sampled_from([None, -1, ELSEWHERE]))
    AuditEvent.objects.create(pk=pk, action="case.viewed", channel="web")


def insert_an_event_with_a_seal(draw: Draw) -> None:
    seq = draw(st.sampled_from([-1, 0, len(seals()) + 1, ELSEWHERE]))
    event = AuditEvent.objects.create(action="case.viewed", channel="web")
    links().bulk_create([AuditSeal(seq=seq, event=event, content_hash=event.content_hash, hash=draw(TEXT))])


def edit_and_forge_the_chain(draw: Draw) -> None:
    edit_an_event_and_its_hash(draw)
    forge_the_chain()


def delete_and_forge_the_chain(draw: Draw) -> None:
    delete_an_event_and_its_seal(draw)
    forge_the_chain()


def exchange_and_forge_the_chain(draw: Draw) -> None:
    exchange_two_seals(draw)
    forge_the_chain()


ATTACKS = [
    edit_an_event,
    edit_an_event_and_its_hash,
    edit_a_seal,
    delete_an_event,
    delete_a_seal,
    delete_an_event_and_its_seal,
    cut_off_the_end,
    cut_off_the_end_and_grow_again,
    exchange_two_events,
    exchange_two_seals,
    insert_an_event,
    insert_an_event_with_a_seal,
    edit_and_forge_the_chain,
    delete_and_forge_the_chain,
    exchange_and_forge_the_chain,
]


def forge_the_chain() -> None:
    """Number and hash every seal anew, so that nothing within the database tells."""
    shift = links().aggregate(last=Max("seq"))["last"] or 0
    previous = chain.START
    for number, (seq, event_id) in enumerate(seals(), start=1):
        content = events().values_list("content_hash", flat=True).get(pk=event_id)
        forged = chain.seal_hash(seq=number, event_id=event_id, previous_hash=previous, content_hash=content)
        facts = {"content_hash": content, "previous_hash": previous, "hash": forged}
        links().filter(seq=seq).update(seq=shift + number, **facts)  # past the others, which are still in the way
        previous = forged
    for seq, _ in seals():
        links().filter(seq=seq).update(seq=seq - shift)


def _edit_an_event(draw: Draw, fields: list[str] | tuple[str, ...]) -> int:
    pk = draw(st.sampled_from(event_ids()))
    field = draw(st.sampled_from(fields))
    old = events().values_list(field, flat=True).get(pk=pk)
    if field == "occurred_at":
        value = old + timedelta(microseconds=draw(st.integers(-(10**12), 10**12).filter(bool)))
    else:
        value = draw((DETAILS if field == "details" else TEXT).filter(lambda new: new != old))
    events().filter(pk=pk).update(**{field: value})
    return pk


def _two(draw: Draw, things: list[int]) -> tuple[int, int]:
    one, other = draw(st.lists(st.sampled_from(things), min_size=2, max_size=2, unique=True))
    return one, other
