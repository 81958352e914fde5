"""Reads for the trail's reader."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from leukplatform.audit.actions import Action
from leukplatform.audit.models import AuditEvent

MOST_PEOPLE = 50  # whom a name in the filter may stand for


@dataclass(frozen=True, slots=True)
class Filter:
    """The reader's filter; an empty field does not narrow."""

    who: str = ""  # a part of a name or an e-mail address
    actor: str = ""  # the actor's id, from a link
    action: str = ""  # one action, or an area with its dot: "account."
    since: datetime.date | None = None
    until: datetime.date | None = None  # this day included
    subject: str = ""
    patient: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Newest first. `older` and `newer` are the ids to go on from, None at the ends."""

    events: list[AuditEvent]
    older: int | None
    newer: int | None


def page(chosen: Filter, *, before: int | None = None, after: int | None = None, size: int = 50) -> Page:
    """Return one page of the trail by keyset: row 1,000,000 costs what row 50 does, and nothing is counted."""
    people = _people_called(chosen.who) if chosen.who else None
    found = _filtered(chosen)
    if after is not None and (start := AuditEvent.objects.filter(pk=after).first()):
        rows = _first(_newer_than(found, start).order_by("occurred_at", "id"), people, size + 1)
        events, has_newer, has_older = rows[:size][::-1], len(rows) > size, True
    else:
        start = AuditEvent.objects.filter(pk=before).first() if before is not None else None
        rows = _first(_older_than(found, start) if start else found, people, size + 1)
        events, has_newer, has_older = rows[:size], start is not None, len(rows) > size
    return Page(
        events,
        older=events[-1].pk if events and has_older else None,
        newer=events[0].pk if events and has_newer else None,
    )


def names_of(events: list[AuditEvent]) -> dict[str, str]:
    """Return names by the actor's id, for rows that hold no name themselves."""
    ids = {event.actor_id for event in events if event.actor_id and not event.actor_name}
    people = get_user_model()._default_manager.filter(pk__in=ids).values_list("pk", "name")
    return {str(pk): name for pk, name in people}


def _filtered(chosen: Filter) -> QuerySet[AuditEvent]:
    found = AuditEvent.objects.order_by("-occurred_at", "-id")
    if chosen.actor:
        found = found.filter(actor_id=chosen.actor)
    if chosen.action:
        found = found.filter(action__in=_actions_meant(chosen.action))
    if chosen.since:
        found = found.filter(occurred_at__gte=_start_of(chosen.since))
    if chosen.until and chosen.until < datetime.date.max:  # no day follows the last one, so it holds nothing back
        found = found.filter(occurred_at__lt=_start_of(chosen.until + datetime.timedelta(days=1)))
    if chosen.subject:
        found = found.filter(subject_id=chosen.subject)
    if chosen.patient:
        found = found.filter(patient_id=chosen.patient)
    return found


def _first(found: QuerySet[AuditEvent], people: list[str] | None, size: int) -> list[AuditEvent]:
    """Return the first rows in the order of the page, of these people alone where they are given.

    The index of the actor ends in that order, for one actor. So each gives their own first rows, and of those the first
    are taken. Asked for all at once, PostgreSQL sorts everything that any of them ever did.
    """
    if people is None:
        return list(found[:size])
    if len(people) > 1 and connection.features.supports_slicing_ordering_in_compound:  # SQLite's are short trails
        each = [found.filter(actor_id=actor).values("pk")[:size] for actor in people]
        found = found.filter(pk__in=[row["pk"] for row in each[0].union(*each[1:], all=True)])
    else:
        found = found.filter(actor_id__in=people)
    return list(found[:size])


def _actions_meant(text: str) -> list[str]:
    """List one by one the names of an action, or of all in an area: a prefix search would need an index of its own.

    Names that older rows bear are among them.
    """
    is_area = text.endswith(".")
    meant = [action for action in Action if (action.value.startswith(text) if is_area else action.value == text)]
    return [name for action in meant for name in action.names]


def _older_than(found: QuerySet[AuditEvent], row: AuditEvent) -> QuerySet[AuditEvent]:
    # The first condition looks redundant; it is the one an index can use.
    return found.filter(occurred_at__lte=row.occurred_at).filter(Q(occurred_at__lt=row.occurred_at) | Q(id__lt=row.pk))


def _newer_than(found: QuerySet[AuditEvent], row: AuditEvent) -> QuerySet[AuditEvent]:
    return found.filter(occurred_at__gte=row.occurred_at).filter(Q(occurred_at__gt=row.occurred_at) | Q(id__gt=row.pk))


def _people_called(words: str) -> list[str]:
    """Find people among the accounts, of which there are few, not in the trail, which is long."""
    people = get_user_model()._default_manager.all()
    for word in words.split():
        people = people.filter(Q(name__icontains=word) | Q(email__icontains=word))
    return [str(pk) for pk in people.values_list("pk", flat=True)[:MOST_PEOPLE]]


def _start_of(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))
