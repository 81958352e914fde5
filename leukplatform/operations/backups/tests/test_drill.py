"""The drill: back up while others write, restore elsewhere, and look whether all of it is there.

With real processes, as an operator would, on both databases.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dj_database_url
import psycopg2
import pytest

from leukplatform.tests.e2e.running import ROOT, wait_until

pytestmark = pytest.mark.slow

POSTGRES = os.environ.get("DATABASE_URL") or "postgres://postgres@127.0.0.1:5432/postgres"
WRITERS = 3

# Every picture as its row and as the storage has it, asked apart from what restore itself checks.
LOOK = """
import hashlib, json
from django.core.files.storage import default_storage
from diagnosis.models import Picture
from leukplatform.audit.models import AuditEvent
rows = Picture.objects.values_list("file", "stored_sha256")
same = [hashlib.sha256(default_storage.open(name).read()).hexdigest() == digest for name, digest in rows]
added = AuditEvent.objects.filter(action="picture.added").count()
print(json.dumps({"pictures": len(same), "same": sum(same), "added": added}))
"""


@dataclass(frozen=True)
class Clinic:
    """A platform with a data folder and a database of its own."""

    var: Path
    database_url: str

    def manage(self, *arguments: str, succeeds: bool = True) -> str:
        command = [sys.executable, "manage.py", *arguments]
        options = {"cwd": ROOT, "env": self.environment, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        done = subprocess.run(command, check=False, text=True, **options)
        assert (done.returncode == 0) is succeeds, done.stdout
        return str(done.stdout)

    @property
    def environment(self) -> dict[str, str]:
        unset = {"REDIS_URL", "S3_BUCKET", "LEUKPLATFORM_ENV", "DJANGO_SETTINGS_MODULE", "AUDIT_ANCHOR_FILE"}
        kept = {name: value for name, value in os.environ.items() if name not in unset}
        return {**kept, "VAR_DIR": str(self.var), "DATABASE_URL": self.database_url, "LOG_LEVEL": "ERROR"}

    def look(self) -> dict[str, int]:
        return dict(json.loads(self.manage("shell", "--no-imports", "--command", LOOK).splitlines()[-1]))


@pytest.fixture(params=["sqlite", "postgresql"])
def clinics(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[Clinic]]:
    """A clinic at work, and an empty one."""
    with contextlib.ExitStack() as stack:
        found = []
        for name in ("here", "elsewhere"):
            (tmp_path / name).mkdir()
            url = "" if request.param == "sqlite" else stack.enter_context(database(f"leukplatform_drill_{name}"))
            found.append(Clinic(tmp_path / name, url))
        yield found


@contextlib.contextmanager
def database(name: str) -> Iterator[str]:
    """The address of an empty PostgreSQL database of our own."""
    name = f"{name}_{os.getpid()}"
    parts = dj_database_url.parse(POSTGRES)
    login = {"host": parts["HOST"], "port": parts["PORT"] or 5432, "user": parts["USER"]}
    try:
        connection = psycopg2.connect(**login, password=parts["PASSWORD"] or None, dbname=parts["NAME"])
    except psycopg2.OperationalError as error:
        pytest.skip(f"needs PostgreSQL: {error}")
    connection.autocommit = True
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        yield f"{POSTGRES.rpartition('/')[0]}/{name}"
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextlib.contextmanager
def people_at_work(clinic: Clinic, folder: Path) -> Iterator[list[Path]]:
    """Processes that add pictures; one file each, with a line for every picture that was committed."""
    logs = [folder / f"writer-{number}.txt" for number in range(WRITERS)]
    command = [sys.executable, "-m", "leukplatform.operations.backups.tests.writer"]
    processes = []
    for log in logs:
        with log.open("wb") as output:
            processes.append(subprocess.Popen(command, cwd=ROOT, env=clinic.environment, stdout=output))
    try:
        yield logs
        assert [process.poll() for process in processes] == [None] * WRITERS, "a writer stopped by itself"
    finally:
        for process in processes:
            process.terminate()
        codes = [process.wait(timeout=60) for process in processes]
    assert codes == [0] * WRITERS


def written(logs: list[Path]) -> int:
    return sum(len(log.read_text().splitlines()) for log in logs)


def test_a_backup_made_under_load_is_restored_whole_elsewhere(clinics: list[Clinic], tmp_path: Path) -> None:
    here, elsewhere = clinics
    backup = tmp_path / "backup"
    here.manage("migrate", "--verbosity", "0")
    here.manage("install_released")
    here.manage("load_demo")
    here.manage("verify_audit", "--write-anchor")
    drawn = here.look()["pictures"]

    with people_at_work(here, tmp_path) as logs:
        wait_until(lambda: all(log.read_text() for log in logs), seconds=60, what="the first pictures")
        before = written(logs)
        assert "The backup is whole." in here.manage("backup", "--to", str(backup))
        after = written(logs)
        wait_until(lambda: written(logs) > after, seconds=60, what="work after the backup")
    assert before < after, "nothing was written while the backup was made"

    assert "The backup is whole." in here.manage("backup", "--verify", str(backup))
    told = elsewhere.manage("restore", "--from", str(backup))
    assert "The audit chain is whole" in told
    assert "1 anchors agree" in told
    assert "are what the rows say" in told

    found = elsewhere.look()
    assert found["same"] == found["pictures"] == found["added"]
    assert drawn + before <= found["pictures"] < here.look()["pictures"]
    assert "The audit trail is whole." in elsewhere.manage("verify_audit")
    assert "The audit trail is whole." in here.manage("verify_audit")
    assert "No changes detected" in elsewhere.manage("makemigrations", "--check", "--dry-run")

    # What was restored is a platform at work again: its guards stand, and it can be backed up and replaced.
    guarded = "from leukplatform.audit.models import AuditEvent; AuditEvent.objects.all()._raw_delete('default')"
    assert "append-only" in elsewhere.manage("shell", "--no-imports", "--command", guarded, succeeds=False)
    elsewhere.manage("backup", "--to", str(tmp_path / "second"))
    assert "not empty" in here.manage("restore", "--from", str(backup), succeeds=False)
    assert "kept in" in here.manage("restore", "--from", str(backup), "--replace")
    assert here.look() == found

    damage(backup)
    refusal = elsewhere.manage("restore", "--from", str(backup), "--replace", succeeds=False)
    assert "was changed: its content does not match its checksum" in refusal
    assert elsewhere.look() == found


def damage(backup: Path) -> None:
    picture = next(backup.rglob("picture.png"))
    content = bytearray(picture.read_bytes())
    content[len(content) // 2] ^= 1
    picture.write_bytes(content)
