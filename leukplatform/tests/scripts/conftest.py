"""The product's own scripts in a real browser, on small pages of their own; no server, no database."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.contrib.staticfiles import finders
from django.test import RequestFactory
from django.urls import reverse
from django.utils.translation import override
from playwright.sync_api import Browser, Page, Route

from leukplatform.web import texts

ADDRESS = "http://scripts.test"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action *"
)
FRAME = """<!doctype html><html lang="en-GB"><head><title>Test</title><meta name="csrf-token" content="token">
<script src="/static/js/theme.js"></script>
<script src="/static/vendor/htmx.min.js" defer></script>
<link rel="stylesheet" href="/static/css/leukplatform.css">
{scripts}
</head><body>{body}</body></html>"""
NAMES = ("confirm", "draft", "upload", "heat", "viewer", "cell-pictures", "gallery")
SCRIPTS = '<script src="/texts.js"></script>' + "".join(
    f'<script src="/static/js/{name}.js" type="module"></script>' for name in NAMES
)


def catalogue_of(language: str) -> str:
    with override(language):
        return texts.catalogue(RequestFactory().get(reverse("texts"))).content.decode()


class Desk:
    """One page at a time. `answers` maps a path to what answers it; every other path shows the page itself."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.answers: dict[str, Callable[[Route], None]] = {}
        self.requests: list[str] = []  # method and path of all that is not a static file
        self.faults: list[str] = []
        self._html = ""
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.route("**/*", self._serve)

    def show(self, body: str) -> Page:
        self._html = FRAME.format(scripts=SCRIPTS, body=body)
        self.page.goto(ADDRESS)
        return self.page

    def _serve(self, route: Route) -> None:
        path = route.request.url.removeprefix(ADDRESS).partition("?")[0]
        if path.startswith("/static/"):
            return route.fulfill(path=finders.find(path.removeprefix("/static/")))
        if path == reverse("texts") and path not in self.answers:
            return route.fulfill(body=catalogue_of("en-gb"), content_type="text/javascript")
        self.requests.append(f"{route.request.method} {path}")
        if path in self.answers:
            return self.answers[path](route)
        headers = {"Content-Security-Policy": POLICY, "Content-Type": "text/html; charset=utf-8"}
        return route.fulfill(body=self._html, headers=headers)


@pytest.fixture
def desk(browser: Browser) -> Iterator[Desk]:
    context = browser.new_context(
        viewport={"width": 1000, "height": 800}, color_scheme="light", reduced_motion="reduce"
    )
    desk = Desk(context.new_page())
    yield desk
    context.close()
    assert not desk.faults, "\n".join(desk.faults)
