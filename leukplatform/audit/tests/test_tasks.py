from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import LazySettings

from leukplatform.audit import anchor, tasks
from leukplatform.audit.tests.attacks import links
from leukplatform.audit.tests.conftest import write
from leukplatform.tests.trail import unguarded


def test_beat_anchors_the_trail_every_minute(db: None, settings: LazySettings, anchor_file: Path) -> None:
    settings.AUDIT_ANCHOR_FILE = anchor_file
    write(2)
    tasks.anchor_trail()
    tasks.anchor_trail()
    assert [found.seq for found in anchor.read(anchor_file)] == [2]
    planned = settings.CELERY_BEAT_SCHEDULE["anchor the audit trail"]
    assert planned == {"task": tasks.anchor_trail.name, "schedule": 60.0}
    assert settings.CELERY_TASK_ROUTES[tasks.anchor_trail.name] == {"queue": "upkeep"}


def test_a_broken_end_fails_the_task(sealed_trail: Path, settings: LazySettings) -> None:
    settings.AUDIT_ANCHOR_FILE = sealed_trail
    with unguarded():
        links().filter(seq=8)._raw_delete("default")
    with pytest.raises(anchor.ChainBehindAnchor):
        tasks.anchor_trail()
