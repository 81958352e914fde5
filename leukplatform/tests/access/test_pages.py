"""Every page that is shown to anybody: what its markup may not hold, and the headers no answer goes out without."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from leukplatform.tests.access.asking import LOGIN, ask
from leukplatform.tests.access.bodies import body
from leukplatform.tests.access.roles import ROLES
from leukplatform.tests.access.table import Row, read_table
from leukplatform.tests.access.targets import address
from leukplatform.tests.access.world import World
from leukplatform.web.headers import PERMISSIONS_POLICY

pytestmark = pytest.mark.django_db

TABLE = read_table()
MOVED = "308"
PAGES = [row for row in TABLE if "GET" in row.methods and "200" in row.answers]
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS_POLICY,
}
_SOURCES = ("src", "href", "action", "formaction", "data", "poster", "srcset", "hx-get", "hx-post")


class Faults(HTMLParser):
    """Finds what the content policy would block, and what would get around it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._is_script_without_source = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag in ("style", "base", "object", "embed", "applet", "iframe", "frame"):
            self.found.append(f"<{tag}>")
        if tag == "script" and not names.get("src"):
            self.found.append("a script in the page")
        if (
            tag == "form"
            and names.get("method", "get").lower() == "post"
            and urlsplit(names.get("action") or "").netloc
        ):
            self.found.append("a form sent elsewhere")
        for name, value in attrs:
            if name == "style" or name.startswith(("on", "hx-on")):
                self.found.append(f"{name}=")
            if name in _SOURCES:
                self._check_address(tag, name, (value or "").strip())

    handle_startendtag = handle_starttag

    def _check_address(self, tag: str, name: str, value: str) -> None:
        parts = urlsplit(value)
        if parts.scheme.lower() not in ("", "http", "https", "mailto", "tel", "data"):
            self.found.append(f"{name}={value}")
        if parts.scheme == "data" and tag != "img":
            self.found.append(f"{name}={value[:20]}")
        if tag != "a" and parts.netloc:
            self.found.append(f"something of {parts.netloc}")


@pytest.mark.parametrize("row", PAGES, ids=str)
def test_a_page_holds_nothing_that_the_content_policy_would_block(row: Row, world: World) -> None:
    for role in ROLES:
        if row.answer(role) == "200":
            answer = ask(world, role, "GET", address(row.route, row.target, world))
            if answer.headers["Content-Type"].startswith("text/html"):
                assert Faults(answer.body.decode()).found == [], role


# Script -> what a page holds that needs it. Every page needs theme.js, for the appearance, and draft.js, which drops
# drafts that outlived a login.
NEEDED_BY = {"htmx": r"\shx-(get|post)=", "confirm": r"\sdata-confirm=", "upload": r"\sdata-upload\b"}
NEEDED_BY |= {"viewer": r"\sdata-viewer\b", "starter": r"\sdata-starter=", "theme": "", "draft": ""}
NEEDED_BY |= {"gallery": r"\sdata-gallery\b", "cell": r"\sdata-gallery\b", "heat": r"\sdata-heat\b"}
NEEDED_BY |= {"texts": r"\sdata-(confirm=|draft-key=|upload\b|viewer\b)"}  # for the scripts that say something
MAY_COME_LATER = {  # htmx brings what needs the script, or the state of the page decides
    "diagnosis:case": {"htmx", "upload", "texts"},
    "diagnosis:picture": {"htmx", "viewer", "heat", "texts"},
    "diagnosis:cells": {"htmx", "gallery", "cell"},  # htmx puts in the summary that the server has rendered
    "patients:care": {"confirm", "texts"},
    "accounts:detail": {"confirm", "texts"},
}


@pytest.mark.parametrize("row", PAGES, ids=str)
def test_a_page_loads_one_style_sheet_and_only_the_scripts_it_uses(row: Row, world: World) -> None:
    for role in ROLES:
        if row.answer(role) != "200":
            continue
        answer = ask(world, role, "GET", address(row.route, row.target, world))
        page = answer.body.decode(errors="replace")
        if "<html" not in page:  # a file, or a part of a page
            continue
        assert len(re.findall(r'rel="stylesheet"', page)) == 1, role
        loaded = set(re.findall(r'<script src="[^"]*/(\w+)[^"/]*\.js"', page))
        needed = {name for name, pattern in NEEDED_BY.items() if re.search(pattern, page)}
        assert needed <= loaded, role
        assert loaded - needed <= MAY_COME_LATER.get(row.route, set()), role


@pytest.mark.parametrize(
    "markup",
    [
        "<p style='color: red'>",
        "<p OnClick='x()'>",
        "<style>p {}</style>",
        "<script>x()</script>",
        "<a href=' javascript:x()'>",
        "<iframe src='/x'></iframe>",
        "<script src='https://elsewhere.example/x.js'></script>",
        "<form method=post action='//elsewhere.example/'>",
        "<a href='data:text/html,x'>",
        "<img src='/x' onerror='x()' />",
    ],
)
def test_the_search_finds_each_kind_of_forbidden_markup(markup: str) -> None:
    assert Faults(markup).found


@pytest.mark.parametrize("row", [row for row in TABLE if "GET" in row.methods], ids=str)
def test_no_answer_goes_out_without_its_headers(row: Row, world: World) -> None:
    for role in ("anonymous", "doctor", "patient", "admin"):
        headers = ask(world, role, "GET", address(row.route, row.target, world)).headers
        referrer = {"Referrer-Policy": "strict-origin"} if row.target == "invitation" else {}
        assert {name: headers.get(name) for name in HEADERS} == HEADERS | referrer, role
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        if headers["Content-Type"].startswith("text/html"):
            for rule in ("frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
                assert rule in policy
        assert "unsafe" not in policy
        if row.route == "texts":  # the words of the scripts, and nothing of anybody's
            assert headers["Cache-Control"] == "private, max-age=3600", role
        else:
            assert "no-store" in headers["Cache-Control"] or "no-cache" in headers["Cache-Control"], role
        assert "Server" not in headers
        assert "X-Powered-By" not in headers


@pytest.mark.parametrize("route", sorted({row.route for row in TABLE}))
def test_nothing_is_taken_from_anybody_without_the_token_of_a_form(route: str, world: World) -> None:
    """Each address of the platform, each role: also those that take no form answer before anything is looked up.

    An address of before reads nothing and leads to the present one, which asks for the token.
    """
    for row in TABLE:
        if row.route == route and "POST" in row.methods:
            url = address(row.route, row.target, world)
            for role in ROLES:
                answer = ask(world, role, "POST", url, body(row.route, world), check_csrf=True)
                # The upload looks for the token once it is known that there is somebody to look for.
                expected = row.answer(role)
                assert answer.outcome == "403" or answer.outcome == expected in (LOGIN, MOVED), f"{row} as {role}"
                assert not answer.written
