"""No value in a form or a query is answered with an error of the platform."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest import mock

import pytest
from django.http import QueryDict

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
    url = address(route, NONE, world)
    with _fields_read() as fields:
        ask(world, role, "GET", url)
    for field in sorted(fields):
        for name, value in HOSTILE.items():
            answer = ask(world, role, "GET", url, {field: value})
            assert answer.outcome != "500", (field, name)


def test_the_fields_of_a_query_are_those_that_its_page_reads(world: World) -> None:
    found = {}
    for route, role in (("audit:list", "admin"), ("diagnosis:worklist", "doctor")):
        with _fields_read() as fields:
            ask(world, role, "GET", address(route, NONE, world))
        found[route] = fields
    assert found["audit:list"] >= {"who", "action", "since", "subject", "patient", "actor", "before", "after"}
    assert found["diagnosis:worklist"] >= {"q", "status", "page"}


@contextmanager
def _fields_read() -> Iterator[set[str]]:
    """Collect the names of the fields that are looked up in a query or form, sent or not."""
    names: set[str] = set()

    def spied(look_up: Callable[[QueryDict, str], object]) -> Callable[[QueryDict, str], object]:
        def look(query: QueryDict, name: str, *default: object) -> object:
            names.add(name)
            return look_up(query, name, *default)

        return look

    with (
        mock.patch.object(QueryDict, "__getitem__", spied(QueryDict.__getitem__)),
        mock.patch.object(QueryDict, "getlist", spied(QueryDict.getlist)),
    ):
        yield names
