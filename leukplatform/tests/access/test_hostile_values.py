"""No value in a form or a query is answered with an error of the platform."""

from __future__ import annotations

import pytest

from leukplatform.tests.access.asking import ask
from leukplatform.tests.access.bodies import body
from leukplatform.tests.access.roles import ROLES
from leukplatform.tests.access.table import Row, read_table
from leukplatform.tests.access.targets import NONE, address
from leukplatform.tests.access.world import World

pytestmark = pytest.mark.django_db

HOSTILE = {
    "NUL": "a\x00b",  # refused by PostgreSQL
    "unseen": "\u200e",  # nothing, once what cannot be seen is taken out
    "longer in lower case": "\u0130@x.example",
    "long number": "9" * 5000,  # more digits than Python converts
    "last day": "9999-12-31",
    "long": "x" * 20_000,
    "many words": "a " * 1000,
}
FIELDS_OF_QUERIES = (
    "q",
    "page",
    "status",
    "role",
    "who",
    "action",
    "since",
    "subject",
    "patient",
    "actor",
    "before",
    "after",
)

LISTS = (
    "accounts:list",
    "audit:list",
    "diagnosis:api-cases",
    "records:my-record",
    "records:privacy",
    "diagnosis:worklist",
    "patients:list",
)
FORMS = {row.route: row for row in read_table() if "POST" in row.methods and "done" in row.answers}


@pytest.mark.parametrize("row", FORMS.values(), ids=list(FORMS))
def test_no_value_of_a_form_causes_a_server_error(row: Row, world: World) -> None:
    role = next(role for role in ROLES if row.answer(role) == "done")
    good, url = body(row.route, world), address(row.route, row.target, world)
    for field in good:
        for name, value in HOSTILE.items():
            answer = ask(world, role, "POST", url, {**body(row.route, world), field: value})
            assert answer.outcome != "500", (field, name)


@pytest.mark.parametrize("route", LISTS)
def test_no_value_of_a_query_causes_a_server_error(route: str, world: World) -> None:
    row = next(row for row in read_table() if row.route == route and "GET" in row.methods)
    role = next(role for role in ROLES if row.answer(role) == "200")
    for field in FIELDS_OF_QUERIES:
        for name, value in HOSTILE.items():
            answer = ask(world, role, "GET", address(route, NONE, world), {field: value})
            assert answer.outcome != "500", (field, name)
