import random
import subprocess
from itertools import islice
from types import SimpleNamespace

import pytest
from django.utils import timezone

from diagnosis.models import Analysis
from diagnosis.tests.factories import AnalysisFactory
from leukplatform.operations.chaos import faults
from leukplatform.operations.stack.processes import Service, wait_until


def names(*, count: int, seed: int = 1, database: object = None, can_be_full: bool = True, only: str = "") -> list[str]:
    stack = SimpleNamespace(database=database, disk=SimpleNamespace(can_be_full=can_be_full))
    return [name for name, _ in islice(faults.deck(stack, random.Random(seed), only), count)]


def test_every_fault_comes_in_every_round_and_the_order_is_the_seed_s():
    everything = {*faults.EVERYWHERE, *faults.WITH_SERVERS}
    count = len(everything)
    assert set(names(count=count, database="one")) == everything
    assert names(count=2 * count, database="one") == names(count=2 * count, database="one")
    assert names(count=count, database="one") != names(count=count, database="one", seed=2)


def test_faults_without_their_server_or_disk_are_left_out():
    assert set(names(count=len(faults.EVERYWHERE))) == set(faults.EVERYWHERE)
    assert "full disk" not in names(count=100, can_be_full=False)


def test_a_single_fault_can_be_requested():
    assert set(names(count=5, only="kill -9 web")) == {"kill -9 web"}


def test_faults_on_request_do_not_change_the_meaning_of_a_seed():
    assert not set(names(count=100, database="one")) & set(faults.ON_REQUEST)
    assert set(names(count=5, only="deadly picture")) == {"deadly picture"}


def test_a_deadly_picture_kills_each_process_that_computes_it_once_until_it_is_set_aside(db, monkeypatch):
    quick, deadly = AnalysisFactory(running=True), AnalysisFactory()
    killed = []

    def kill(pid):
        """The first one comes too late; of the other picture each attempt dies, until the third."""
        killed.append(pid)
        row, attempt = Analysis.objects.filter(pk=deadly.pk), len(killed)
        now, nothing = timezone.now(), {"lease_expires_at": None, "heartbeat_at": None}
        if attempt == 1:
            Analysis.objects.filter(pk=quick.pk).update(status="CANCELLED", finished_at=now, **nothing)
        if attempt == 4:
            row.update(status="QUARANTINED", error="It died.", finished_at=now, **nothing)
        else:
            row.update(status="RUNNING", attempt=attempt, lease_expires_at=now, heartbeat_at=now)

    monkeypatch.setattr(faults, "kill", kill)
    worker = SimpleNamespace(children=lambda: [4711])
    faults.deadly_picture(SimpleNamespace(processes={"worker": worker}), random.Random(1))
    assert killed == [4711] * 4


@pytest.fixture
def service(tmp_path):
    command = ["sh", "-c", "sleep 60 & wait"]
    service = Service("nap", command, {"PATH": "/usr/bin:/bin"}, tmp_path / "log")
    service.start()
    assert wait_until(service.children, seconds=5)
    yield service
    service.stop()


def test_a_killed_service_is_started_again_and_leaves_no_child(service):
    (child,), first = service.children(), service.pid
    stack = SimpleNamespace(processes={"worker": service})
    faults.EVERYWHERE["kill -9 worker"](stack, random.Random(1))
    assert service.is_running
    assert service.pid != first
    assert wait_until(lambda: subprocess.run(["kill", "-0", str(child)], check=False).returncode != 0, seconds=5)


def test_a_killed_child_leaves_the_process_that_started_it(service):
    (child,) = service.children()
    faults.EVERYWHERE["kill -9 pool child"](SimpleNamespace(processes={"worker": service}), random.Random(1))
    assert service.wait(5)  # `wait` in the shell returns
    assert wait_until(lambda: subprocess.run(["kill", "-0", str(child)], check=False).returncode != 0, seconds=5)
