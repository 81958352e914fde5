from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from leukplatform.audit import anchor
from leukplatform.audit.models import AuditSeal
from leukplatform.audit.tests.attacks import events, links
from leukplatform.audit.tests.conftest import EVENTS, event_ids, write
from leukplatform.tests.trail import unguarded


def test_the_end_of_the_chain_is_written_down(sealed_trail: Path) -> None:
    head = AuditSeal.objects.latest("seq")
    lines = [json.loads(line) for line in sealed_trail.read_text().splitlines()]
    assert [line["seq"] for line in lines] == [EVENTS // 2, EVENTS]
    assert lines[-1]["hash"] == head.hash
    assert datetime.fromisoformat(lines[-1]["time"]).tzinfo is not None
    assert [found.seq for found in anchor.read(sealed_trail)] == [EVENTS // 2, EVENTS]


def test_no_line_is_added_when_nothing_is_new(sealed_trail: Path) -> None:
    before = sealed_trail.read_bytes()
    assert anchor.write(sealed_trail) is None
    assert sealed_trail.read_bytes() == before


def test_an_empty_trail_is_not_anchored(db: None, anchor_file: Path) -> None:
    assert anchor.write(anchor_file) is None
    assert anchor_file.read_bytes() == b""


def test_only_the_owner_can_read_the_file_and_its_folder(db: None, tmp_path: Path) -> None:
    write(1)
    path = tmp_path / "new" / "anchor.jsonl"
    written = anchor.write(path)
    assert written is not None
    assert written.seq == 1
    assert path.stat().st_mode & 0o077 == 0


def test_a_line_cut_short_by_a_full_disk_is_removed(sealed_trail: Path) -> None:
    before = sealed_trail.read_bytes()
    sealed_trail.write_bytes(before + b'{"seq": 9, "ha')
    assert [found.seq for found in anchor.read(sealed_trail)] == [EVENTS // 2, EVENTS]
    write(1)
    anchor.write(sealed_trail)
    assert sealed_trail.read_bytes().startswith(before)
    assert [found.seq for found in anchor.read(sealed_trail)] == [EVENTS // 2, EVENTS, EVENTS + 1]


def test_a_truncated_chain_is_not_anchored_again(sealed_trail: Path) -> None:
    before = sealed_trail.read_bytes()
    with unguarded():
        lost = event_ids()[-1]
        links().filter(event_id=lost)._raw_delete("default")
        events().filter(pk=lost)._raw_delete("default")
    with pytest.raises(anchor.ChainBehindAnchor, match=f"^Seal {EVENTS}, anchored at ") as caught:
        anchor.write(sealed_trail)
    assert str(caught.value).endswith(
        f" in {sealed_trail}, is no longer in the database. Run `manage.py verify_audit`. "
        "If a backup was restored, keep the old anchor file aside and start a new one."
    )
    assert sealed_trail.read_bytes() == before


def test_a_forged_end_is_not_anchored(sealed_trail: Path) -> None:
    with unguarded():
        links().filter(seq=EVENTS).update(hash="1:00")
    with pytest.raises(anchor.ChainBehindAnchor):
        anchor.write(sealed_trail)


@pytest.mark.parametrize("line", ["nonsense", "[1]", '{"hash": "1:ab"}', '{"seq": "8"}', "\\xff"])
def test_a_line_that_is_not_an_anchor_is_named(line: str, sealed_trail: Path) -> None:
    sealed_trail.write_text(sealed_trail.read_text() + line + "\n")
    with pytest.raises(anchor.Unreadable, match="Line 3"):
        list(anchor.read(sealed_trail))
    with pytest.raises(anchor.Unreadable, match="last line"):
        anchor.write(sealed_trail)


def test_a_long_line_is_named_by_its_beginning(anchor_file: Path) -> None:
    anchor_file.write_bytes(b"x" * 200 + b"\n")
    with pytest.raises(anchor.Unreadable) as caught:
        list(anchor.read(anchor_file))
    assert str(caught.value) == f"Line 1 of {anchor_file} is not an anchor: {b'x' * 80!r}"


def test_rows_added_during_the_reading_wait_for_the_next_time(sealed_trail: Path) -> None:
    reading = anchor.read(sealed_trail)
    next(reading)
    write(1)
    anchor.write(sealed_trail)
    assert [found.seq for found in reading] == [EVENTS]
