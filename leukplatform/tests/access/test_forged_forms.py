"""A form that another site sends in the name of whoever is signed in."""

from __future__ import annotations

import pytest

from leukplatform.tests.access.asking import LOGIN, ask
from leukplatform.tests.access.bodies import body
from leukplatform.tests.access.roles import ROLES
from leukplatform.tests.access.table import Row, read_table
from leukplatform.tests.access.targets import address
from leukplatform.tests.access.world import World

pytestmark = pytest.mark.django_db

FORMS = [row for row in read_table() if "POST" in row.methods and "done" in row.answers]


@pytest.mark.parametrize("row", FORMS, ids=str)
def test_a_form_without_its_token_is_carried_out_for_nobody(row: Row, world: World) -> None:
    url = address(row.route, row.target, world)
    for role in ROLES:
        if row.answer(role) == "done":
            answer = ask(world, role, "POST", url, body(row.route, world), check_csrf=True)
            assert answer.outcome in ("403", LOGIN), role
            assert not answer.written, role
