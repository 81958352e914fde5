"""One knock at one door: who asks, what comes back, what was written. Nothing of it stays in the database."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import unquote_plus

from django.conf import settings
from django.contrib.messages import get_messages
from django.db import connection, transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from leukplatform.audit.models import AuditEvent
from leukplatform.tests.access.world import World

LOGIN, DONE = "login", "done"
# A reading or a refused request may leave these; a plan of files is made and taken back (diagnosis/files/write.py).
_TRACES = ("audit_", "django_session", "usersessions_", "diagnosis_fileplan")
_WRITE = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM)\s+[\"`]?(\w+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """`outcome` in the words of the table: "done", "login" or the status. `written` are the tables changed.

    `recorded` are the actions that the trail has of it.
    """

    outcome: str
    text: str  # everything that went out: headers, cookies, messages, body
    body: bytes
    headers: dict[str, str]
    written: frozenset[str]
    recorded: frozenset[str]

    @property
    def is_refusal(self) -> bool:
        return self.outcome == LOGIN or self.outcome[0] in "45"

    def names(self, words: set[str], *, asked: str) -> list[str]:
        """Return the words that this answer gives away, without those of the question."""
        text, asked = self.text.lower(), asked.lower()
        return sorted(word for word in words if word.lower() in text and word.lower() not in asked)


def ask(world: World, role: str, method: str, url: str, data: object = None, **options: object) -> Answer:
    """`knock`, and everything it wrote is taken back."""
    with undone():
        return knock(world, role, method, url, data, **options)


def knock(
    world: World,
    role: str,
    method: str,
    url: str,
    data: object = None,
    *,
    check_csrf: bool = False,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Send one request in the login of `role`. An error of the platform comes back as its answer, 500."""
    client = Client(raise_request_exception=False, enforce_csrf_checks=check_csrf, headers=headers)
    if role in world.sessions:
        client.cookies[settings.SESSION_COOKIE_NAME] = world.sessions[role]
    with _writes() as written:
        response = getattr(client, method.lower())(url, data)
        body = b"".join(response)
    tables = frozenset(table for table in written if not table.startswith(_TRACES))
    recorded = _recorded(response) if AuditEvent._meta.db_table in written else frozenset()
    headers = dict(response.items())
    return Answer(_outcome(response, tables), _all_text(response, body), body, headers, tables, recorded)


@contextmanager
def undone() -> Iterator[None]:
    """A transaction that is rolled back, and that a service taking the outermost one does not mind."""
    block = transaction.atomic()
    block._from_testcase = True  # as TestCase does, for atomic(durable=True)
    with block:
        yield
        transaction.set_rollback(True)


@contextmanager
def _writes() -> Iterator[set[str]]:
    tables: set[str] = set()

    def look(execute: Callable[..., object], sql: str, params: object, many: bool, context: dict[str, Any]) -> object:
        result = execute(sql, params, many, context)
        # SQLite does not count an INSERT that gives something back; it raises or has written its row.
        if (match := _WRITE.match(sql)) and (match[1].upper() == "INSERT INTO" or context["cursor"].rowcount):
            tables.add(match[2])
        return result

    with connection.execute_wrapper(look):
        yield tables


def _recorded(response: HttpResponseBase) -> frozenset[str]:
    rows = AuditEvent.objects.filter(request_id=response.headers["X-Request-ID"])
    return frozenset(rows.values_list("action", flat=True))


def _outcome(response: HttpResponseBase, written: frozenset[str]) -> str:
    if written and response.status_code < 400:
        return DONE
    to = response.headers.get("Location", "")
    return LOGIN if to.startswith(reverse("account_login")) else str(response.status_code)


def _all_text(response: HttpResponseBase, body: bytes) -> str:
    headers = "\n".join(f"{name}: {value}" for name, value in response.items())
    request = getattr(response, "wsgi_request", None)
    told = "\n".join(str(message) for message in get_messages(request)) if hasattr(request, "_messages") else ""
    return "\n".join([unquote_plus(headers), response.cookies.output(), told, unescape(body.decode(errors="replace"))])
