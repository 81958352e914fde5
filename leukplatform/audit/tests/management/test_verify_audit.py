from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from leukplatform.audit import anchor
from leukplatform.audit.tests.attacks import events, links
from leukplatform.audit.tests.conftest import EVENTS, event_ids, write
from leukplatform.tests.trail import unguarded


def verify(*arguments: str) -> str:
    out = io.StringIO()
    call_command("verify_audit", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_a_whole_trail_is_counted(sealed_trail: Path) -> None:
    head = links().get(seq=EVENTS).hash
    assert verify("--anchor", str(sealed_trail)).splitlines() == [
        f"{EVENTS} events sealed, head {head}, 2 anchors agree.",
        "The audit trail is whole.",
    ]


def test_an_empty_trail_is_whole_and_has_no_head(db: None, anchor_file: Path) -> None:
    anchor_file.touch()
    assert verify("--anchor", str(anchor_file)).splitlines()[0] == "0 events sealed, head none, 0 anchors agree."


def test_a_broken_trail_ends_in_an_error_that_names_the_row(sealed_trail: Path) -> None:
    edited = event_ids()[1:3]
    with unguarded():
        events().filter(pk__in=edited).update(ip_address="192.0.2.1")
    out = io.StringIO()
    with pytest.raises(CommandError, match=r"broken\. Problems: 2, listed above") as caught:
        call_command("verify_audit", "--anchor", str(sealed_trail), stdout=out, stderr=out)
    assert caught.value.returncode == 1
    for seq, pk in enumerate(edited, start=2):
        assert f"Event {pk} (seal {seq}) was edited" in out.getvalue()


def test_the_file_of_the_settings_is_used(sealed_trail: Path, settings: LazySettings) -> None:
    settings.AUDIT_ANCHOR_FILE = sealed_trail
    assert "2 anchors agree" in verify()


def test_a_missing_anchor_is_reported(db: None, settings: LazySettings, anchor_file: Path) -> None:
    settings.AUDIT_ANCHOR_FILE = anchor_file
    assert f"No anchor in {anchor_file}" in verify()
    with pytest.raises(CommandError, match="no anchor file"):
        verify("--anchor", str(anchor_file))


def test_a_whole_chain_is_anchored_on_request(sealed_trail: Path, settings: LazySettings) -> None:
    settings.AUDIT_ANCHOR_FILE = sealed_trail
    assert verify("--write-anchor").splitlines()[-1] == "Nothing new to anchor."
    write(1)
    assert f"Anchored seal {EVENTS + 1}" in verify("--write-anchor")
    assert [found.seq for found in anchor.read(sealed_trail)][-1] == EVENTS + 1


def test_a_broken_chain_is_not_anchored(sealed_trail: Path) -> None:
    before = sealed_trail.read_bytes()
    with unguarded():
        events().filter(pk=event_ids()[1]).update(ip_address="192.0.2.1")
    write(1)
    with pytest.raises(CommandError):
        verify("--anchor", str(sealed_trail), "--write-anchor")
    assert sealed_trail.read_bytes() == before
