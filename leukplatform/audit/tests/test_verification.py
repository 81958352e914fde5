from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leukplatform.audit import anchor, verification
from leukplatform.audit.models import AuditEvent
from leukplatform.audit.tests.attacks import ATTACKS, ELSEWHERE, events, forge_the_chain, links
from leukplatform.audit.tests.conftest import EVENTS, event_ids, problems, seal, write
from leukplatform.audit.verification import Verification
from leukplatform.tests.trail import unguarded


def test_an_untouched_trail_is_whole(sealed_trail: Path) -> None:
    assert problems(sealed_trail) == []


def test_an_empty_trail_is_whole(db: None) -> None:
    assert problems() == []


def test_seals_head_and_anchors_are_counted(sealed_trail: Path) -> None:
    found = Verification(anchor.read(sealed_trail))
    assert list(found.problems()) == []
    last = links().get(seq=EVENTS)
    assert (found.seals, found.seq, found.head, found.anchors) == (EVENTS, EVENTS, last.hash, 2)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_any_single_attack_is_found(attack: Callable[..., None], sealed_trail: Path) -> None:
    @settings(
        max_examples=50,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(data=st.data())
    def try_it(data: st.DataObject) -> None:
        with transaction.atomic():
            with unguarded():
                attack(data.draw)
            assert problems(sealed_trail)
            transaction.set_rollback(True)

    try_it()
    assert problems(sealed_trail) == []  # every attempt was taken back


def test_an_edited_event_is_named(sealed_trail: Path) -> None:
    pk = event_ids()[2]
    with unguarded():
        events().filter(pk=pk).update(action="patient.updated")
    assert problems(sealed_trail) == [f"Event {pk} (seal 3) was edited, or written past the platform."]


def test_a_deleted_event_is_named(sealed_trail: Path) -> None:
    pk = event_ids()[4]
    with unguarded():
        events().filter(pk=pk)._raw_delete("default")
    assert problems(sealed_trail) == [f"Event {pk} (seal 5) was deleted or cannot be read."]


def test_missing_links_are_counted_and_located(sealed_trail: Path) -> None:
    with unguarded():
        links().filter(seq__in=[3, 4])._raw_delete("default")
        events().filter(seal=None)._raw_delete("default")
    found = problems(sealed_trail)
    assert found[0] == "Before seal 5, 2 of the chain are missing: the last one read was 2."
    assert "Seal 4 is not the one that was anchored" in found[1]


def test_a_cut_off_end_is_located(sealed_trail: Path) -> None:
    with unguarded():
        lost = event_ids()[-2:]
        links().filter(event_id__in=lost)._raw_delete("default")
        events().filter(pk__in=lost)._raw_delete("default")
    assert problems() == []  # nothing within the database tells
    time = list(anchor.read(sealed_trail))[-1].time
    assert problems(sealed_trail) == [
        f"The chain ends at seal {EVENTS - 2}, but seal {EVENTS} was anchored at {time}: its end was cut off."
    ]


def test_a_link_that_does_not_follow_is_named(sealed_trail: Path) -> None:
    with unguarded():
        links().filter(seq=3).update(previous_hash="1:00")
    pk = event_ids()[2]
    assert problems(sealed_trail) == [
        "Seal 3 does not follow seal 2: one of them was edited or exchanged.",
        f"Seal 3 (event {pk}) was edited: its hash is not that of its contents.",
    ]


def test_a_link_before_the_first_is_named(sealed_trail: Path) -> None:
    with unguarded():
        links().filter(seq=1).update(seq=0)
    assert problems(sealed_trail)[0] == "Seal 0 is out of place: a chain begins with 1."


def test_an_event_without_a_seal_is_named(sealed_trail: Path) -> None:
    with unguarded():
        pk = AuditEvent.objects.create(action="case.viewed", channel="web").pk
    assert problems(sealed_trail) == [
        f"Event {pk} has no seal: it was inserted past the chain, or its seal was removed."
    ]


@pytest.mark.parametrize("again", [0, 1])
def test_a_chain_that_grew_again_is_recognised_by_the_order_of_its_anchors(again: int, sealed_trail: Path) -> None:
    lines = sealed_trail.read_text().splitlines(keepends=True)
    sealed_trail.write_text("".join([*lines, lines[again]]))
    earlier = list(anchor.read(sealed_trail))[again]
    assert (
        f"Seal {earlier.seq} was anchored at {earlier.time}, after seal {EVENTS}: the chain was cut off and grew again."
    ) in problems(sealed_trail)


def test_an_anchor_that_cannot_be_read_is_a_problem(sealed_trail: Path) -> None:
    lines = sealed_trail.read_text().splitlines(keepends=True)
    sealed_trail.write_text(lines[0] + "nonsense\n" + lines[1])
    (problem,) = problems(sealed_trail)
    assert "Line 2 of " in problem


def test_an_event_written_outside_the_platform_is_sealed_and_found(sealed_trail: Path) -> None:
    with connection.cursor() as cursor:
        names = "occurred_at, actor_id, actor_name, actor_role, action, subject_type, subject_id, patient_id, details, "
        names += "channel, ip_address, user_agent, request_id, content_hash"
        values = "'2026-03-01 12:00:00+00', '', '', '', 'case.viewed', '', '', '', '{}', 'web', '', '', '', '1:00'"
        cursor.execute(f"INSERT INTO audit_auditevent ({names}) VALUES ({values})")
    seal()
    newest = AuditEvent.objects.latest("pk").pk
    assert problems() == [f"Event {newest} (seal {EVENTS + 1}) was edited, or written past the platform."]


def test_a_value_that_cannot_be_read_is_found_and_the_rest_is_still_read(sealed_trail: Path) -> None:
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL holds nothing that its column's type cannot hold")
    third, fifth = event_ids()[2], event_ids()[4]
    with unguarded(), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_auditevent SET occurred_at = '2026-13-45 99:00:00' WHERE id = %s", [third])
        cursor.execute("UPDATE audit_auditevent SET action = 'patient.viewed' WHERE id = %s", [fifth])
    assert problems() == [
        f"Event {third} (seal 3) was deleted or cannot be read.",
        f"Event {fifth} (seal 5) was edited, or written past the platform.",
    ]


def test_an_event_sealed_twice_is_found(sealed_trail: Path) -> None:
    first = event_ids()[0]
    with unguarded():
        drop_the_constraint_on_events()
        links().filter(seq=EVENTS).update(event_id=first)
        forge_the_chain()
    assert f"Event {first} has 2 seals." in problems()


def drop_the_constraint_on_events() -> None:
    """One event, one seal."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT conname FROM pg_constraint WHERE conrelid = 'audit_auditseal'::regclass AND contype = 'u'"
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f"ALTER TABLE audit_auditseal DROP CONSTRAINT {name}")
        else:  # SQLite has no such statement, but lets the table be replaced
            cursor.execute("CREATE TABLE audit_copy AS SELECT * FROM audit_auditseal")
            cursor.execute("DROP TABLE audit_auditseal")
            cursor.execute("ALTER TABLE audit_copy RENAME TO audit_auditseal")


def test_a_long_trail_is_read_in_batches(
    sealed_trail: Path, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Callable[..., object]
) -> None:
    monkeypatch.setattr(verification, "BATCH", 3)
    with django_assert_num_queries(4 + 3 + 2):  # seals until there are none, their events, the two questions at the end
        assert problems(sealed_trail) == []
    with unguarded():
        events().filter(pk=event_ids()[6]).update(channel=str(ELSEWHERE))
    assert len(problems(sealed_trail)) == 1


def test_rows_created_together_are_sealed_like_others(sealed_trail: Path) -> None:
    AuditEvent.objects.bulk_create([AuditEvent(action="case.viewed", channel="web") for _ in range(3)])
    seal()
    write(1)
    assert problems(sealed_trail) == []
    assert len(event_ids()) == EVENTS + 4
