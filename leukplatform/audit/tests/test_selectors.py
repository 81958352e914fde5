from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from leukplatform.audit.models import AuditEvent
from leukplatform.audit.selectors import Filter, page
from leukplatform.audit.tests.factories import AuditEventFactory

if TYPE_CHECKING:
    from leukplatform.accounts.models import User  # the app itself knows no other app

NOON = timezone.make_aware(datetime.datetime(2026, 3, 10, 12))


def ids(events: list[AuditEvent]) -> list[int]:
    return [event.pk for event in events]


@pytest.fixture
def trail(db: None) -> list[int]:
    """Ten rows, the ids oldest first; rows 3 to 5 share their moment, rows 8 and 9 are written out of order."""
    minutes = [0, 1, 2, 3, 3, 3, 6, 7, 9, 8]
    rows = [AuditEventFactory(occurred_at=NOON + datetime.timedelta(minutes=minute)) for minute in minutes]
    return [row.pk for row in sorted(rows, key=lambda row: (row.occurred_at, row.pk))]


def test_walking_to_the_end_and_back_shows_every_row_once(trail: list[int]) -> None:
    shown = page(Filter(), size=3)
    down = [ids(shown.events)]
    while shown.older is not None and len(down) < 5:
        shown = page(Filter(), before=shown.older, size=3)
        down.append(ids(shown.events))
    newest_first = trail[::-1]
    assert down == [newest_first[:3], newest_first[3:6], newest_first[6:9], newest_first[9:]]

    up = [ids(shown.events)]
    while shown.newer is not None and len(up) < 5:
        shown = page(Filter(), after=shown.newer, size=3)
        assert shown.older == shown.events[-1].pk
        up.append(ids(shown.events))
    assert up == [newest_first[9:], newest_first[6:9], newest_first[3:6], newest_first[:3]]


def test_rows_of_one_moment_keep_their_order_under_a_filter_of_several_actions(db: None) -> None:
    """The database collects them action by action."""
    rows = [AuditEventFactory(action=f"patient.{what}", occurred_at=NOON).pk for what in ("viewed", "listed") * 3]
    area = Filter(action="patient.")
    assert ids(page(area).events) == rows[::-1]
    assert ids(page(area, after=rows[0], size=4).events) == rows[4:0:-1]


def test_rows_from_before_a_thing_was_renamed_are_found_by_its_present_name(db: None) -> None:
    old, new = (AuditEventFactory(action=action, occurred_at=NOON).pk for action in ("slide.viewed", "picture.viewed"))
    given_back = AuditEventFactory(action="analysis.released", occurred_at=NOON).pk
    assert ids(page(Filter(action="picture.viewed")).events) == [new, old]
    assert ids(page(Filter(action="picture.")).events) == [new, old]
    assert ids(page(Filter(action="analysis.given_back")).events) == [given_back]


def test_the_newest_page_costs_one_query(
    trail: list[int], django_assert_num_queries: Callable[..., AbstractContextManager[object]]
) -> None:
    with django_assert_num_queries(1):
        page(Filter(), size=3)


def test_the_first_page_has_nothing_newer_and_the_last_nothing_older(trail: list[int]) -> None:
    whole = page(Filter(), size=10)
    assert (whole.newer, whole.older) == (None, None)


def test_a_row_that_does_not_exist_leads_to_the_newest(trail: list[int]) -> None:
    for way in ({"before": 10**12}, {"after": 10**12}):
        assert ids(page(Filter(), size=2, **way).events) == trail[::-1][:2]


def test_an_empty_trail_is_an_empty_page(db: None) -> None:
    assert page(Filter()).events == []


def test_rows_are_found_by_who_did_it(doctor: User, other_doctor: User) -> None:
    mine = AuditEventFactory(actor_id=str(doctor.pk))
    AuditEventFactory(actor_id=str(other_doctor.pk))
    AuditEventFactory()
    for chosen in (Filter(who="moreau"), Filter(who="ada@clinic"), Filter(actor=str(doctor.pk))):
        assert ids(page(chosen).events) == [mine.pk]
    assert page(Filter(who="nobody")).events == []


def test_the_rows_of_several_people_of_one_name_come_in_one_order(trail: list[int]) -> None:
    people = get_user_model()._default_manager
    namesakes = [
        people.create_user(email=f"{given}@clinic.example", name=f"Dr {given} Okafor", role="DOCTOR")
        for given in ("hana", "kofi", "lena")
    ]
    minutes = [0, 4, 2, 2, 5, 1, 3, 2]
    rows = [
        AuditEventFactory(actor_id=str(namesakes[turn % 3].pk), occurred_at=NOON + datetime.timedelta(minutes=minute))
        for turn, minute in enumerate(minutes)
    ]
    expected = [row.pk for row in sorted(rows, key=lambda row: (row.occurred_at, row.pk))]

    seen, shown = [], page(Filter(who="okafor"), size=3)
    seen += ids(shown.events)
    while shown.older is not None:
        shown = page(Filter(who="okafor"), before=shown.older, size=3)
        seen += ids(shown.events)
    assert seen == expected[::-1]

    back = ids(shown.events)[::-1]
    while shown.newer is not None:
        shown = page(Filter(who="okafor"), after=shown.newer, size=3)
        back += ids(shown.events)[::-1]
    assert back == expected
    assert ids(page(Filter(who="okafor hana")).events) == [
        row.pk for row in sorted(rows[::3], key=lambda row: (row.occurred_at, row.pk), reverse=True)
    ]


def test_rows_are_found_by_action_and_by_area(db: None) -> None:
    viewed = AuditEventFactory(action="patient.viewed")
    updated = AuditEventFactory(action="patient.updated")
    AuditEventFactory(action="case.viewed")
    assert ids(page(Filter(action="patient.viewed")).events) == [viewed.pk]
    assert ids(page(Filter(action="patient.")).events) == [updated.pk, viewed.pk]


def test_both_days_of_a_period_are_included(db: None) -> None:
    days = [datetime.date(2026, 3, day) for day in (9, 10, 11, 12)]
    rows = []
    for day in days:
        late = datetime.datetime.combine(day, datetime.time(23, 59, 59))
        rows.append(AuditEventFactory(occurred_at=timezone.make_aware(late)).pk)
    assert ids(page(Filter(since=days[1], until=days[2])).events) == [rows[2], rows[1]]
    assert ids(page(Filter(since=days[3])).events) == [rows[3]]
    assert ids(page(Filter(until=days[0])).events) == [rows[0]]


def test_rows_are_found_by_subject_and_by_patient(db: None) -> None:
    subject, patient = str(uuid.uuid4()), str(uuid.uuid4())
    first = AuditEventFactory(subject_id=subject, patient_id=patient)
    second = AuditEventFactory(patient_id=patient)
    AuditEventFactory()
    assert ids(page(Filter(subject=subject)).events) == [first.pk]
    assert ids(page(Filter(patient=patient)).events) == [second.pk, first.pk]
    assert ids(page(Filter(patient=patient, subject=subject)).events) == [first.pk]
