"""Pages are as quick as ever with a mail server that takes connections and never answers."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from leukplatform.operations.stack.processes import ROOT, Service, free_port, is_answered

REQUESTS = 20
ROUNDS = 3


@pytest.fixture
def silent_server() -> Iterator[tuple[int, list[socket.socket]]]:
    """Yield its port, and the connections it took."""
    taken: list[socket.socket] = []

    def take() -> None:
        while True:
            try:
                taken.append(listening.accept()[0])
            except OSError:  # closed
                return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        yield listening.getsockname()[1], taken
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()
    for connection in taken:
        connection.close()


@pytest.fixture
def site(silent_server: tuple[int, list[socket.socket]], tmp_path: Path) -> Iterator[str]:
    """Yield the address of a web server as `make run` starts it, without a worker."""
    port = free_port()
    unset = {"DATABASE_URL", "REDIS_URL", "S3_BUCKET", "SITE_URL", "LEUKPLATFORM_ENV", "DJANGO_SETTINGS_MODULE"}
    environment = {name: value for name, value in os.environ.items() if name not in unset} | {
        "VAR_DIR": str(tmp_path),
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(silent_server[0]),
        "BEHIND_PROXY": "1",  # lets each request come from another address
    }
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
    command = re.search(r"^web: exec python (.*)$", (ROOT / "Procfile").read_text(), re.MULTILINE).group(1)
    address = f"http://127.0.0.1:{port}"
    web = Service(
        "web",
        [sys.executable, *command.replace("$PORT", str(port)).split()],
        environment,
        tmp_path / "web.log",
        answers=lambda: is_answered(f"{address}/healthz"),
    )
    web.start()
    yield address
    web.stop()


def prepare(site: str, number: int) -> requests.Request:
    """Fill in the form at an address of its own, for a mail address of its own."""
    page = requests.get(f"{site}/account/password/reset/", timeout=60)
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page.text).group(1)
    form = {"csrfmiddlewaretoken": token, "email": f"nobody{number}@clinic.example"}
    headers = {"X-Forwarded-For": f"198.51.100.{number}"}
    return requests.Request("POST", page.url, headers=headers, data=form, cookies=page.cookies)


def ask(request: requests.Request) -> int:
    with requests.Session() as browser:
        return browser.send(browser.prepare_request(request), timeout=60, allow_redirects=False).status_code


@pytest.mark.slow
def test_twenty_simultaneous_resets_keep_nobody_waiting(
    site: str, silent_server: tuple[int, list[socket.socket]]
) -> None:
    """The quickest of several rounds: what else the machine does only ever makes one slower."""
    waited = []
    for turn in range(ROUNDS):
        forms = [prepare(site, turn * REQUESTS + number) for number in range(REQUESTS)]
        with ThreadPoolExecutor(REQUESTS) as pool:
            asked = [pool.submit(ask, form) for form in forms]
            time.sleep(0.2)  # all threads of the web server are at work on them
            started = time.perf_counter()
            assert requests.get(f"{site}/healthz", timeout=60).status_code == 200
            waited.append(time.perf_counter() - started)
            assert [answer.result() for answer in asked] == [302] * REQUESTS
    assert min(waited) < 1, waited
    assert silent_server[1] == []  # the web server has not even tried
