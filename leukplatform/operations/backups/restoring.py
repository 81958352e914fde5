"""Puts a backup in place: the checksums before, files, then rows, then the audit chain and every file once more.

Files come first, so that whatever ends it halfway leaves no row without its file. The rows come in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from diagnosis.files import inventory
from diagnosis.files.errors import STORAGE_ERRORS, StorageUnavailable
from diagnosis.files.write import put
from leukplatform.audit import anchor
from leukplatform.audit import services as audit
from leukplatform.audit.actions import Action
from leukplatform.operations.backups import checking, engines, layout, parallel
from leukplatform.operations.backups.errors import BackupError, Refused
from leukplatform.operations.backups.layout import Manifest
from leukplatform.operations.backups.verifying import verify

Say = Callable[[str], object]


def restore(folder: Path, *, replace: bool = False, say: Say) -> Manifest:
    """Put the backup in place of an empty database and storage; of anything at all with `replace`.

    Tells `say` what was done. Raises Damaged or Refused before anything is changed, and BackupError when what is there
    in the end is not what was backed up.
    """
    manifest = verify(folder)
    say(f"The backup of {manifest.made_at} is whole: {manifest.files} files, {sum(manifest.rows.values())} rows.")
    _check_fits(manifest)
    if not replace:
        _check_empty()
    digests = layout.digests_of_files(folder)
    put_files(digests, folder, replace=replace)
    say(f"{len(digests)} files are in the storage.")
    engines.of(connection.vendor).load(folder / manifest.database)
    say("The rows are in the database. Everybody has to sign in again.")
    checking.check_rows(manifest)
    call_command("migrate", verbosity=0, interactive=False)
    _exchange_anchors(folder, say)
    say(checking.check_chain(manifest))
    say(checking.check_files(digests, manifest))
    with transaction.atomic():
        audit.record(Action.BACKUP_RESTORED, by=None, details={"files": manifest.files, "seals": manifest.audit_seals})
    anchor.write(settings.AUDIT_ANCHOR_FILE)
    return manifest


def _check_fits(manifest: Manifest) -> None:
    if manifest.engine != connection.vendor:
        raise Refused(f"The backup is of {manifest.engine}, and DATABASE_URL names {connection.vendor}.")
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations or {}
    unknown = [f"{app}.{name}" for app, names in manifest.migrations.items() for name in names]
    unknown = [name for name in unknown if tuple(name.split(".", 1)) not in known]
    if unknown:
        raise Refused(
            f"The backup was made by another version of the platform; this one does not know {', '.join(unknown)}."
        )


def _check_empty() -> None:
    if connection.introspection.table_names():
        raise Refused("The database is not empty. To replace all that is in it, add --replace.")
    if not inventory.is_empty():
        raise Refused("The storage of the files is not empty. To write into it all the same, add --replace.")


def put_files(digests: dict[str, str], folder: Path, *, replace: bool) -> None:
    for _ in parallel.each(lambda name: _put(name, digests[name], folder, replace=replace), digests):
        pass


def _put(name: str, digest: str, folder: Path, *, replace: bool) -> None:
    try:
        found = checking.digest_in_storage(name)
        if found == digest:
            return
        if found and not replace:
            raise Refused(f"The storage has another file {name}.")
        with (folder / layout.FILES / name).open("rb") as source:
            put(name, source)
    except StorageUnavailable as error:
        raise BackupError(str(error)) from error
    except STORAGE_ERRORS as error:
        raise BackupError(f"The file {name} could not be read: {error}") from error


def _exchange_anchors(folder: Path, say: Say) -> None:
    """Put the anchors of the backup in use, and those written since aside: they speak of rows that are gone."""
    path = Path(settings.AUDIT_ANCHOR_FILE)
    if path.exists():
        aside = path.with_name(f"{path.name}.{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
        path.rename(aside)
        say(f"The anchors that were in use are kept in {aside}.")
    source = folder / layout.ANCHOR
    if source.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(source.read_bytes())
