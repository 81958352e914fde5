"""One platform for all journeys of this folder; nothing is started unless a journey runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from leukplatform.tests.e2e import running
from leukplatform.tests.e2e.browser import Person

expect.set_options(timeout=20_000)  # a machine busy with other tests answers late, and is still right


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[running.Platform]:
    started = running.start(tmp_path_factory.mktemp("platform"))
    started.wait_until_it_answers()
    assert started.process.poll() is None, started.output()
    yield started
    started.interrupt()
    started.end()


def read_logins(platform: running.Platform) -> dict[str, tuple[str, str]]:
    """role -> (e-mail, password), as `make run` prints them."""
    found = re.findall(r"(\w+)@leukplatform\.example\s+(\S+)", platform.output())
    return {name: (f"{name}@leukplatform.example", password) for name, password in found}


@pytest.fixture(scope="session")
def logins(platform: running.Platform) -> dict[str, tuple[str, str]]:
    return read_logins(platform)


@pytest.fixture
def person(browser: Browser, platform: running.Platform) -> Iterator[Callable[..., Person]]:
    """Open a browser for somebody; afterwards nobody's console or server may have complained."""
    people: list[Person] = []

    def open_browser(**options: int) -> Person:
        people.append(Person(browser, platform.address, **options))
        return people[-1]

    yield open_browser
    faults = [fault for somebody in people for fault in somebody.faults]
    for somebody in people:
        somebody.context.close()
    assert not faults, "\n".join(faults)
