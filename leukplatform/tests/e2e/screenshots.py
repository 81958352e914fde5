"""Take the pictures of README.md anew: `make screenshots`. All on them is the demonstration, drawn and invented."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect

from leukplatform.tests.e2e import running
from leukplatform.tests.e2e.browser import Person, chromium
from leukplatform.tests.e2e.conftest import read_logins
from leukplatform.tests.e2e.test_journey import sign

FOLDER = running.ROOT / "docs" / "img"
QUALITY = 82  # of WebP: text stays sharp, a page stays under 150 KB


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        platform = running.start(Path(folder))
        try:
            platform.wait_until_it_answers()
            take(browser, platform)
        finally:
            platform.interrupt()
            platform.end()


def take(browser: Browser, platform: running.Platform) -> None:
    logins = read_logins(platform)
    _take_the_doctors_pages(Person(browser, platform.address, width=1280, height=960), logins["doctor"])
    _take_the_patients_report(Person(browser, platform.address, width=390, height=844), logins["patient"])
    _take_the_queue(Person(browser, platform.address, width=1280, height=640), logins["admin"])


def _take_the_doctors_pages(doctor: Person, login: tuple[str, str]) -> None:
    doctor.sign_in(*login)
    page = doctor.goto("/cases/")
    page.locator("main table a").first.click()
    expect(page.locator("#pictures .thumb").get_by_role("link", name="Review")).to_have_count(4, timeout=60_000)
    _save(page, "case")
    case = page.url
    page.locator("#pictures .thumb", has_text="Leukaemia suspected").first.get_by_role("link").first.click()
    page.get_by_role("button", name="Cells").click()
    page.set_viewport_size({"width": 1280, "height": 1030})
    page.evaluate("scrollTo(0, 0)")
    _save(page, "picture")
    page.goto(f"{case}cells/")
    page.locator("[data-cell]").first.hover()
    _save(page, "cells")
    page.set_viewport_size({"width": 1280, "height": 960})
    sign(doctor, case)


def _take_the_patients_report(patient: Person, login: tuple[str, str]) -> None:
    patient.sign_in(*login)
    patient.page.get_by_role("link", name="Report on your").click()
    _save(patient.page, "report-phone")


def _take_the_queue(admin: Person, login: tuple[str, str]) -> None:
    admin.page.emulate_media(color_scheme="dark")
    admin.sign_in(*login)
    _save(admin.goto("/manage/queue/"), "queue-dark")


def _save(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        picture.convert("RGB").save(FOLDER / f"{name}.webp", quality=QUALITY, method=6)


if __name__ == "__main__":
    main()
