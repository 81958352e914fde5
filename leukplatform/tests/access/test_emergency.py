"""The doctor who broke the glass: reads, changes nothing, and each page they see leaves a row the patient is shown."""

from __future__ import annotations

import pytest

from leukplatform.audit.models import AuditEvent
from leukplatform.tests.access.asking import DONE, knock, undone
from leukplatform.tests.access.bodies import body
from leukplatform.tests.access.table import Row, read_table
from leukplatform.tests.access.targets import NONE, address
from leukplatform.tests.access.world import World
from records import readers

pytestmark = pytest.mark.django_db

OF_THE_RECORD = [row for row in read_table() if row.target != NONE and row.answer("stranger") == "404"]
READ = [row for row in OF_THE_RECORD if "GET" in row.methods and row.answer("glass") == "200"]
# Says only that an analysis is not finished; with a result they leave a row.
NOTHING_TO_READ = {("diagnosis:analysis-status", "queued"), ("diagnosis:api-analysis", "queued")}


@pytest.mark.parametrize("row", READ, ids=str)
def test_each_page_read_under_it_is_marked_in_the_trail(row: Row, world: World) -> None:
    if (row.route, row.target) in NOTHING_TO_READ:
        return
    with undone():
        before = AuditEvent.objects.latest("pk").pk
        assert knock(world, "glass", "GET", address(row.route, row.target, world)).outcome == "200"
        rows = list(AuditEvent.objects.filter(pk__gt=before))
        assert rows
        for event in rows:
            assert event.patient_id == str(world.ours.patient.pk)
            assert event.details["emergency"] == str(world.emergency.pk)
        newest = readers.readings(world.ours.patient).object_list[0]
        assert (newest.name, newest.kind) == ("Dr Emergency", "emergency")


def test_nothing_of_the_record_is_carried_out_under_it() -> None:
    carried_out = {row.route for row in OF_THE_RECORD if row.answer("glass") == DONE}
    assert carried_out == {"patients:end-emergency"}


def test_lists_do_not_show_the_record(world: World) -> None:
    """Reading a list names no patient in the trail, so a record opened in an emergency is on none."""
    for route in ("patients:list", "diagnosis:worklist", "diagnosis:api-cases"):
        answer = knock(world, "glass", "GET", address(route, NONE, world))
        assert answer.names(world.ours.everything(), asked="") == [], route


@pytest.mark.parametrize("row", READ, ids=str)
def test_a_record_is_not_found_after_the_access_has_ended(row: Row, world: World) -> None:
    with undone():
        end = address("patients:end-emergency", "emergency", world)
        assert knock(world, "glass", "POST", end, body("patients:end-emergency", world)).outcome == DONE
        assert knock(world, "glass", "GET", address(row.route, row.target, world)).outcome == "404"
