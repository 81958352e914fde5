"""`make run` as a newcomer meets it."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import time
from contextlib import closing

import pytest

from leukplatform.operations.stack.processes import is_answered
from leukplatform.tests.e2e import running

pytestmark = pytest.mark.slow


@pytest.fixture
def start():
    """Start platforms; what is left of them is ended after the test."""
    started = []

    def _start(var, **options):
        started.append(running.start(var, **options))
        return started[-1]

    yield _start
    for platform in started:
        platform.end()


def _analyses(platform):
    """The status of every analysis, read from the platform's own database."""
    with closing(sqlite3.connect(f"file:{platform.var}/leukplatform.sqlite3?mode=ro", uri=True)) as database:
        return [status for (status,) in database.execute("SELECT status FROM diagnosis_analysis")]


def test_first_start_computes_the_demonstration_ctrl_c_stops_it_and_the_second_start_is_quick(start, tmp_path):
    first = start(tmp_path)
    seconds = first.wait_until_it_answers()

    for words in (first.address, "doctor@", "patient@", "admin@"):
        assert words in first.output()
    running.wait_until(
        lambda: _analyses(first) and set(_analyses(first)) == {"SUCCEEDED"}, seconds=60, what="the demonstration"
    )
    assert any("ForkPoolWorker" in command or "celery" in command for command in first.children().values())

    first.interrupt()
    first.process.wait(timeout=20)
    running.wait_until(lambda: not first.children(), seconds=5, what=f"the end of {first.children()}")
    analysed = len(_analyses(first))

    second = start(tmp_path, port=first.port)
    assert second.wait_until_it_answers() < seconds  # there is no database to make
    assert len(_analyses(second)) == analysed  # the demonstration is loaded once

    os.kill(second.process.pid, signal.SIGTERM)  # what a service manager sends, to make alone
    running.wait_until(lambda: not second.children(), seconds=20, what="the end after SIGTERM")


def test_a_child_that_dies_takes_the_rest_with_it_and_is_named(start, tmp_path):
    platform = start(tmp_path)
    platform.wait_until_it_answers()
    beat = next(pid for pid, command in platform.children().items() if "leukplatform beat" in command)

    os.kill(beat, signal.SIGKILL)

    platform.process.wait(timeout=20)
    assert platform.process.returncode != 0
    assert "beat ended by itself" in platform.output()
    running.wait_until(lambda: not platform.children(), seconds=5, what="the end of the others")


def test_a_taken_port_gets_a_plain_message_before_anything_starts(start, tmp_path):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        platform = start(tmp_path / "var", port=listener.getsockname()[1])
        platform.process.wait(timeout=20)

    assert f"Port {platform.port} is already in use" in platform.output()
    assert "Traceback" not in platform.output()
    assert not (tmp_path / "var" / "leukplatform.sqlite3").exists()


def test_two_platforms_run_side_by_side_but_not_on_one_data_folder(start, tmp_path):
    one, two = start(tmp_path / "one"), start(tmp_path / "two")
    one.wait_until_it_answers()
    two.wait_until_it_answers()

    intruder = start(tmp_path / "one")
    intruder.process.wait(timeout=20)

    assert "Another platform is already running" in intruder.output()
    assert is_answered(f"{one.address}/healthz")
    assert is_answered(f"{two.address}/healthz")


def test_an_interrupted_start_leaves_nothing_behind(start, tmp_path):
    platform = start(tmp_path)
    time.sleep(1.5)  # while it prepares its database

    platform.interrupt()

    platform.process.wait(timeout=20)
    running.wait_until(lambda: not platform.children(), seconds=10, what="the end of the preparation")
