"""The supervisor is tried in a process of its own, because it takes over the signals."""

import os
import signal
import subprocess
import sys
import time

import pytest

_PROGRAM = """
import sys
from leukplatform.operations.launcher.supervisor import Supervisor

supervisor = Supervisor()
for number, command in enumerate(sys.argv[1:]):
    supervisor.add_process(f"process{number}", command)
supervisor.loop()
print(supervisor.farewell())
"""
_PATIENCE = 20


@pytest.fixture
def supervise():
    """Start a supervisor over the commands; whatever is left of it is ended after the test."""
    started = []

    def start(*commands):
        program = [sys.executable, "-c", _PROGRAM, *commands]
        process = subprocess.Popen(program, stdout=subprocess.PIPE, text=True, start_new_session=True)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.stdout.close()
        process.wait()


def _wait_for_pid(path):
    give_up_at = time.monotonic() + _PATIENCE
    while not (path.exists() and path.read_text().strip()):
        assert time.monotonic() < give_up_at, f"{path} was not written"
        time.sleep(0.02)
    return int(path.read_text())


def _is_alive(pid):
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], stdout=subprocess.PIPE, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")  # a zombie has ended and only waits to be noticed


def test_one_process_that_ends_takes_the_others_with_it_and_is_named(supervise, tmp_path):
    supervisor = supervise(f"echo $$ > {tmp_path}/pid; exec sleep 60", "sleep 0.3; echo the reason; exit 7")

    output, _ = supervisor.communicate(timeout=_PATIENCE)

    assert "the reason" in output
    assert "process1 ended by itself (exit code 7)" in output
    assert not _is_alive(_wait_for_pid(tmp_path / "pid"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_children_and_grandchildren(supervise, tmp_path, number):
    supervisor = supervise(f"sh -c 'echo $$ > {tmp_path}/pid; exec sleep 60' & wait", "exec sleep 60")
    grandchild = _wait_for_pid(tmp_path / "pid")

    supervisor.send_signal(number)
    output, _ = supervisor.communicate(timeout=_PATIENCE)

    assert output.splitlines()[-1] == "Stopped."
    assert not _is_alive(grandchild)


def test_a_signal_in_the_first_moment_still_stops_everything(supervise, tmp_path):
    supervisor = supervise(f"echo $$ > {tmp_path}/pid; exec sleep 60", *["exec sleep 60"] * 4)
    first = _wait_for_pid(tmp_path / "pid")  # the others are still starting

    supervisor.send_signal(signal.SIGINT)
    output, _ = supervisor.communicate(timeout=_PATIENCE)

    assert output.splitlines()[-1] == "Stopped."
    assert not _is_alive(first)


def test_the_supervisor_goes_on_without_a_reader_and_still_stops_everything(supervise, tmp_path):
    supervisor = supervise("while :; do echo words; sleep 0.05; done", f"echo $$ > {tmp_path}/pid; exec sleep 60")
    child = _wait_for_pid(tmp_path / "pid")

    supervisor.stdout.close()
    time.sleep(0.5)
    assert supervisor.poll() is None
    supervisor.send_signal(signal.SIGTERM)
    supervisor.wait(timeout=_PATIENCE)

    assert not _is_alive(child)
