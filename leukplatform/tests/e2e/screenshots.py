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
    doctor = Person(browser, platform.address, width=1280, height=860)
    doctor.sign_in(*logins["doctor"])
    page = doctor.goto("/cases/")
    page.locator("main table a").first.click()
    expect(page.locator("#slides .thumb").get_by_role("link", name="Review")).to_have_count(4, timeout=60_000)
    _save(page, "case")
    doctor.goto("/cases/")
    _save(page, "worklist")
    page.locator("main table a").first.click()
    page.locator("#slides .thumb > a").first.click()
    page.get_by_label("I agree with the machine").check()
    _save(page, "slide")
    doctor.context.close()

    dark = Person(browser, platform.address, width=1280, height=860)
    dark.page.emulate_media(color_scheme="dark")
    dark.sign_in(*logins["admin"])
    dark.goto("/manage/queue/")
    _save(dark.page, "queue-dark")
    dark.context.close()

    visitor = Person(browser, platform.address, width=390, height=844)
    visitor.goto("/learn/")
    _save(visitor.page, "learn-phone")
    visitor.context.close()


def _save(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        picture.convert("RGB").save(FOLDER / f"{name}.webp", quality=QUALITY, method=6)


if __name__ == "__main__":
    main()
