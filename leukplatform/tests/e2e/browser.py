"""A real Chromium, and what is asked of every page it opens."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

_FAULTS = (Path(__file__).parent / "page_faults.js").read_text()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, or the one named by CHROMIUM. Fails with what to install when there is none."""
    path = os.environ.get("CHROMIUM") or which("chromium") or which("chromium-browser") or which("google-chrome")
    if not path or not Path(path).exists():
        raise FileNotFoundError("No Chromium found. Install it (apt-get install chromium) or set CHROMIUM to its path.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class Person:
    """Somebody at a browser of their own. Everything the console or the server complains about is remembered."""

    def __init__(self, browser: Browser, address: str, *, width: int = 1280, height: int = 900) -> None:
        self.address = address
        self.faults: list[str] = []
        self.visited: set[str] = set()
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, accept_downloads=True, locale="en-GB", reduced_motion="reduce"
        )
        self.context.set_default_timeout(30_000)
        self.page = self.context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: {error}"))
        self.page.on("response", self._see)
        self.page.on("load", self._inspect)

    def goto(self, path: str) -> Page:
        self.page.goto(path if path.startswith("http") else self.address + path)
        return self.page

    def sign_in(self, email: str, password: str) -> None:
        self.goto("/account/login/")
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(lambda url: "/account/login/" not in url)

    def status_of(self, path: str) -> int:
        """Return the status that this person gets, without opening the page."""
        return self.context.request.get(self.address + path, max_redirects=0).status

    def inspect(self) -> None:
        """Look at the page as it is now, scripts and live parts included."""
        self.faults += [f"{self.page.url}: {fault}" for fault in self.page.evaluate(_FAULTS)]

    def _inspect(self, page: Page) -> None:
        self.visited.add(page.url.removeprefix(self.address))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):  # a breach of the content security policy is an error here
            self.faults.append(f"{self.page.url}: {message.text}")

    def _see(self, response: Response) -> None:
        if response.status >= 400:
            self.faults.append(f"{self.page.url}: {response.url} answered {response.status}")
