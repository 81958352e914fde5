"""Makes a backup: the rows of one moment first, then every file they name.

A file is stored before the row that names it is committed, and never changed afterwards. So all files that the rows of
the snapshot name can be read later, while others go on writing; files stored meanwhile belong to later rows and are
left out. The folder gets its name when it is complete: an interrupted backup never looks like one.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from diagnosis.files.errors import READ_ERRORS, FileMissing
from diagnosis.files.inventory import StoredFile, named
from diagnosis.files.read import open_file
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from leukplatform.audit.models import AuditSeal
from leukplatform.operations.backups import engines, hashing, layout, parallel
from leukplatform.operations.backups.errors import BackupError, Refused
from leukplatform.operations.backups.layout import Manifest


@dataclass(slots=True)
class _Files:
    """The files copied so far."""

    sums: dict[str, str] = field(default_factory=dict)
    files: int = 0
    bytes: int = 0
    missing: list[str] = field(default_factory=list)
    altered: list[str] = field(default_factory=list)


def create(to: Path) -> Manifest:
    """Back up database and files into the new folder `to`, readable by its owner alone.

    A file that the storage does not have, or has with another content than its row says, is noted in the manifest:
    the rest is worth keeping all the same.
    Raises Refused when the folder exists or has no place, BackupError when database or storage fail.
    """
    if to.exists():
        raise Refused(f"{to} exists already; a backup is never written over another.")
    if not to.parent.is_dir():
        raise Refused(f"There is no folder {to.parent}. Is the disk for backups mounted?")
    with _unfinished(to) as folder:
        manifest = _fill(folder)
        os.sync()
        folder.rename(to)
    with transaction.atomic():
        audit.record(Action.BACKUP_MADE, by=None, details={"files": manifest.files, "seals": manifest.audit_seals})
    return manifest


@contextmanager
def _unfinished(to: Path) -> Iterator[Path]:
    """Make a private folder beside `to`, and remove it if the block fails."""
    folder = to.with_name(f".{to.name}.unfinished-{os.getpid()}")
    usual = os.umask(0o077)
    try:
        folder.mkdir()
        yield folder
    except OSError as error:
        raise BackupError(f"The backup could not be written: {error}") from error
    finally:
        os.umask(usual)
        shutil.rmtree(folder, ignore_errors=True)


def _fill(folder: Path) -> Manifest:
    engine, copied = engines.of(connection.vendor), _Files()
    _copy_anchors(folder, copied)  # before the rows: no anchor may be newer than the snapshot
    with engine.snapshot() as dump:
        made_at = datetime.now(UTC).isoformat(timespec="seconds")
        files = {file.name: file for file in named()}
        facts = _facts()
        dump(folder / engine.FILE)
    copied.sums[engine.FILE] = hashing.digest_of(folder / engine.FILE)
    _copy_files(files.values(), folder, copied)
    manifest = Manifest(
        format=layout.FORMAT,
        made_at=made_at,
        engine=connection.vendor,
        database=engine.FILE,
        files=copied.files,
        bytes=copied.bytes,
        missing=sorted(copied.missing),
        altered=sorted(copied.altered),
        **facts,
    )
    manifest.write(folder)
    copied.sums[layout.MANIFEST] = hashing.digest_of(folder / layout.MANIFEST)
    layout.write_sums(folder, copied.sums)
    return manifest


def _facts() -> dict[str, Any]:
    """Return what the manifest says of the rows. A restore compares it with what it finds."""
    migrations: dict[str, list[str]] = {}
    for app, name in sorted(MigrationRecorder(connection).applied_migrations()):
        migrations.setdefault(app, []).append(name)
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    head = AuditSeal.objects.order_by("-seq").first()
    return {
        "migrations": migrations,
        "rows": {model._meta.db_table: model._base_manager.count() for model in models if model is not Session},
        "audit_seals": head.seq if head else 0,
        "audit_head": head.hash if head else "",
    }


def _copy_anchors(folder: Path, copied: _Files) -> None:
    source = Path(settings.AUDIT_ANCHOR_FILE)
    if source.exists():
        lines = source.read_bytes()
        target = folder / layout.ANCHOR
        target.write_bytes(lines[: lines.rfind(b"\n") + 1])  # whole ones
        copied.sums[layout.ANCHOR] = hashing.digest_of(target)


def _copy_files(named: Iterable[StoredFile], folder: Path, copied: _Files) -> None:
    for file, found in parallel.each(lambda file: _copy(file.name, folder), named):
        if found is None:
            copied.missing.append(file.name)
            continue
        digest, size = found
        copied.sums[f"{layout.FILES}/{file.name}"] = digest
        copied.files, copied.bytes = copied.files + 1, copied.bytes + size
        if file.sha256 not in ("", digest):
            copied.altered.append(file.name)


def _copy(name: str, folder: Path) -> tuple[str, int] | None:
    """Copy one file. Return its SHA-256 and its bytes, or None if the storage has no such file."""
    if not layout.is_plain(name):
        raise BackupError(f"A row names the file {name!r}, which is no name of a file below a folder.")
    target = folder / layout.FILES / name
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with open_file(name) as source, target.open("xb") as copy:
            return hashing.copy(source, copy)
    except FileMissing:
        return None
    except READ_ERRORS as error:
        raise BackupError(f"The file {name} could not be copied: {error.__cause__ or error}") from error
