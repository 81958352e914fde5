"""An object of somebody else answers exactly as one that does not exist."""

from __future__ import annotations

import uuid

import pytest

from leukplatform.tests.access.asking import ask
from leukplatform.tests.access.bodies import body
from leukplatform.tests.access.comparing import UUID, comparable
from leukplatform.tests.access.table import Row, read_table
from leukplatform.tests.access.targets import TARGETS, address
from leukplatform.tests.access.world import World

pytestmark = pytest.mark.django_db

HIDDEN = [row for row in read_table() if "404" in row.answers and row.target in TARGETS and row.target != "-"]


@pytest.mark.parametrize("row", HIDDEN, ids=str)
def test_a_foreign_object_answers_as_one_that_does_not_exist(row: Row, world: World) -> None:
    theirs = address(row.route, row.target, world)
    nobodys = UUID.sub(lambda match: str(uuid.uuid4()), theirs)
    for method, role, expected in row.cells:
        if expected == "404" and method != "HEAD":  # a GET without the body
            answers = [
                comparable(ask(world, role, method, url, body(row.route, world) if method == "POST" else None), url)
                for url in (theirs, nobodys)
            ]
            assert answers[0] == answers[1], f"{method} as {role}"


@pytest.mark.parametrize("row", [row for row in HIDDEN if "GET" in row.methods], ids=str)
def test_a_fragment_asked_for_by_htmx_is_hidden_as_well(row: Row, world: World) -> None:
    url = address(row.route, row.target, world)
    for role in ("stranger", "former"):
        answer = ask(world, role, "GET", url, headers={"HX-Request": "true"})
        assert answer.outcome == row.answer(role)
        assert answer.names(world.secrets_from(role), asked=url) == []
