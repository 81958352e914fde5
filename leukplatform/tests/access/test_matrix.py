"""Every route, every method, everybody: the answer is the one in `matrix.txt`, and a refusal tells nothing."""

from __future__ import annotations

from collections import defaultdict

import pytest

from leukplatform.audit.actions import Action
from leukplatform.tests.access.asking import DONE, ask
from leukplatform.tests.access.bodies import body
from leukplatform.tests.access.roles import ROLES
from leukplatform.tests.access.summary import CELLS
from leukplatform.tests.access.table import METHODS, Row, read_table
from leukplatform.tests.access.targets import address
from leukplatform.tests.access.world import World
from leukplatform.tests.routes import patterns

TABLE = read_table()
pytestmark = pytest.mark.django_db


def test_every_route_has_a_row_for_every_method() -> None:
    written = defaultdict(set)
    for row in TABLE:
        written[row.route].update(row.methods)
    expected = {name: set(METHODS) for name, _ in patterns()}
    assert {name: methods - written[name] for name, methods in expected.items() if methods - written[name]} == {}
    assert written.keys() - expected.keys() == set()


def test_no_route_is_described_twice() -> None:
    doors = [(row.route, row.target, method) for row in TABLE for method in row.methods]
    assert sorted(door for door in doors if doors.count(door) > 1) == []


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_each_route_answers_as_the_table_says(row: Row, world: World, record_property) -> None:
    wrong = {
        f"{method} as {role}": complaints
        for method, role, expected in row.cells
        if (complaints := complaints_about(world, row, method, role, expected))
    }
    record_property(CELLS, [row.route, len(row.cells), len(row.cells) - len(wrong)])
    assert wrong == {}


def complaints_about(world: World, row: Row, method: str, role: str, expected: str) -> list[str]:
    url = address(row.route, row.target, world)
    data = body(row.route, world, row.target) if method == "POST" else None
    answer = ask(world, role, method, url, data)
    asked = f"{url} {data}"
    found = []
    if answer.outcome != expected:
        found.append(f"answers {answer.outcome}, not {expected}")
    if told := answer.names(world.secrets_from(role, row.route), asked=asked):
        found.append(f"gives away {told}")
    if answer.is_refusal and (told := answer.names(world.staff_in_charge(role), asked=asked)):
        found.append(f"tells who cares for the patient: {told}")
    if answer.written and answer.outcome != DONE:
        found.append(f"refuses and yet writes to {sorted(answer.written)}")
    # In an emergency the record may be read, and two pages record the reading before they refuse the change.
    may_read = role == "glass"
    is_refused = answer.outcome in ("403", "404", "405")
    if is_refused and not may_read and (recorded := answer.recorded - {Action.ACCESS_REFUSED}):
        found.append(f"refuses and yet records {sorted(recorded)}")
    return found


def test_every_role_is_refused_and_let_in_somewhere() -> None:
    """A column of nothing but refusals would be a login that does not work."""
    for role in set(ROLES) - {"anonymous", "gone"}:
        answers = {row.answer(role) for row in TABLE}
        assert {"200", "done"} <= answers, role
        assert answers & {"403", "404"}, role
