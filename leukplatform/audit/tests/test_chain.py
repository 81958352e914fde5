from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest

from leukplatform.audit import chain
from leukplatform.audit.models import AuditEvent

ROW = dict.fromkeys(chain.TEXT_FIELDS, "") | {"occurred_at": datetime(2026, 3, 1, 12, tzinfo=UTC), "details": {}}


def test_the_recipe_is_the_documented_one() -> None:
    line = (
        '{"action":"","actor_id":"","actor_name":"","actor_role":"","channel":"","details":{"n":1,"w":"\\u00e9"},'
        '"ip_address":"","occurred_at":"2026-03-01T12:00:00.000000+00:00","patient_id":"","request_id":"",'
        '"subject_id":"","subject_type":"","user_agent":""}'
    )
    row = ROW | {"details": {"w": "é", "n": 1}}
    assert chain.canonical(row) == line
    assert chain.content_hash(row) == f"1:{sha256(line.encode()).hexdigest()}"


def test_a_seal_binds_number_event_predecessor_and_content() -> None:
    facts = {"seq": 2, "event_id": 7, "previous_hash": "1:ab", "content_hash": "1:cd"}
    expected = sha256(b"1|2|7|1:ab|1:cd").hexdigest()
    assert chain.seal_hash(**facts) == f"1:{expected}"
    for other in ({"seq": 3}, {"event_id": 8}, {"previous_hash": ""}, {"content_hash": "1:ce"}):
        assert chain.seal_hash(**facts | other) != f"1:{expected}"


def test_every_field_of_an_event_is_hashed() -> None:
    fields = {field.name for field in AuditEvent._meta.fields}
    assert fields - set(chain.FIELDS) == {"id", "content_hash"}


@pytest.mark.parametrize("name", chain.TEXT_FIELDS)
def test_each_text_changes_the_hash(name: str) -> None:
    assert chain.content_hash(ROW | {name: "x"}) != chain.content_hash(ROW)


def test_the_same_moment_in_another_time_zone_is_the_same() -> None:
    there = ROW["occurred_at"].astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert chain.content_hash(ROW | {"occurred_at": there}) == chain.content_hash(ROW)
    later = ROW["occurred_at"] + timedelta(microseconds=1)
    assert chain.content_hash(ROW | {"occurred_at": later}) != chain.content_hash(ROW)


@pytest.mark.parametrize("details", [{"share": 0.5}, {"list": [1, [2.0]]}, {"n": float("nan")}, {1: "x"}, {"b": b"x"}])
def test_values_that_a_database_may_change_are_refused(details: dict[object, object]) -> None:
    with pytest.raises(TypeError):
        chain.content_hash(ROW | {"details": details})


@pytest.mark.parametrize("details", [{}, {"a": [1, "x", None, True, {"b": []}]}, {"n": 10**30}, {"t": (1, 2)}])
def test_details_are_read_back_unchanged(db: None, details: dict[str, object]) -> None:
    event = AuditEvent.objects.create(action="case.viewed", channel="web", details=details)
    event.refresh_from_db()
    assert event.hash_content() == event.content_hash


def test_an_invalid_time_is_refused() -> None:
    with pytest.raises(TypeError, match="occurred_at"):
        chain.content_hash(ROW | {"occurred_at": None})
