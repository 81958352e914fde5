"""No row of the trail holds a word of a patient, whatever the action: hashed, it could never be taken out again."""

from __future__ import annotations

import json
import re

import pytest

from leukplatform.audit.actions import Action
from leukplatform.audit.chain import FIELDS
from leukplatform.audit.models import AuditEvent
from leukplatform.tests.access.asking import knock, undone
from leukplatform.tests.access.bodies import body
from leukplatform.tests.access.roles import ROLES
from leukplatform.tests.access.table import Row, read_table
from leukplatform.tests.access.targets import NONE, address
from leukplatform.tests.access.world import World

pytestmark = pytest.mark.django_db

_ID = re.compile(r"[0-9a-f-]{32,64}")  # of rows and of files' contents: they name nobody
QUERY = {"q": "Oriannel Vantongeren ZQ-774411", "who": "Vantongeren"}


def rows_of(world: World) -> list[tuple[Row, str, str]]:
    """Each door once for each method, knocked at by the last who is let in, or else by a stranger."""
    return [
        (row, method, next((role for role in ROLES[::-1] if row.answer(role) in ("200", "done")), "stranger"))
        for row in read_table()
        for method in ("GET", "POST")
        if method in row.methods
    ]


def test_no_row_holds_a_name_a_number_a_date_or_a_text_of_a_patient(world: World) -> None:
    records = (world.ours, world.theirs)
    words = {word for record in records for word in record.everything() - record.names_in_the_trail()}
    words = {word for word in words if not _ID.fullmatch(word)}
    words |= {part for word in words for part in word.split() if len(part) > 8}
    words -= {word for record in records for word in record.names_in_the_trail()}
    found, actions = [], set()
    for row, method, role in rows_of(world):
        with undone():
            before = AuditEvent.objects.latest("pk").pk
            data = body(row.route, world) if method == "POST" else QUERY if row.target == NONE else None
            knock(world, role, method, address(row.route, row.target, world), data)
            for event in AuditEvent.objects.filter(pk__gt=before):
                actions.add(event.action)
                text = json.dumps([str(getattr(event, name)) for name in FIELDS], ensure_ascii=False).lower()
                found += [(event.action, word) for word in words if word.lower() in text]
    assert found == []
    assert len(actions) >= 40  # of all there are
    assert actions <= {action.value for action in Action}
