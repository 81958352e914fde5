"""Checks after a restore that everything is as it was backed up."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import connection

from diagnosis.files import inventory
from diagnosis.files.errors import FileMissing
from diagnosis.files.read import open_file
from leukplatform.audit import anchor
from leukplatform.audit.models import AuditSeal
from leukplatform.audit.verification import Verification
from leukplatform.operations.backups import hashing, parallel
from leukplatform.operations.backups.errors import BackupError
from leukplatform.operations.backups.layout import Manifest

_NAMED = 10  # problems that are listed, if there are many


def check_rows(manifest: Manifest) -> None:
    """Compare row counts while the tables are those of the backup, before any later migration."""
    with connection.cursor() as cursor:
        for table, expected in manifest.rows.items():
            cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608 - quoted
            (found,) = cursor.fetchone()
            if found != expected:
                raise BackupError(f"{table} has {found} rows after the restore and had {expected} in the backup.")


def check_chain(manifest: Manifest) -> str:
    """Verify the whole trail with the backup's anchors, up to its last event. Returns a sentence for the operator."""
    path = Path(settings.AUDIT_ANCHOR_FILE)
    verification = Verification(anchor.read(path) if path.exists() else ())
    problems = list(verification.problems())
    if problems:
        raise BackupError("The audit chain is broken after the restore:\n" + "\n".join(problems[:_NAMED]))
    last = AuditSeal.objects.filter(seq=manifest.audit_seals).values_list("hash", flat=True).first()
    if (last or "") != manifest.audit_head:
        raise BackupError("The audit chain lacks the event after the restore with which it ended in the backup.")
    return f"The audit chain is whole: {verification.seals} seals, {verification.anchors} anchors agree."


def check_files(digests: dict[str, str], manifest: Manifest) -> str:
    """Read every file back and compare it with the backup and with its row. Returns a sentence for the operator."""
    excused = {*manifest.missing, *manifest.altered}
    said_by_rows = {file.name: file.sha256 for file in inventory.named() if file.name not in excused}
    expected = {**digests, **{name: digest or digests.get(name, "") for name, digest in said_by_rows.items()}}
    wrong = [name for name, digest in parallel.each(digest_in_storage, expected) if digest != expected[name]]
    wrong += [name for name in said_by_rows if name not in digests]
    if wrong:
        listed = "\n".join(wrong[:_NAMED])
        raise BackupError(f"{len(wrong)} files are not what the rows say after the restore:\n{listed}")
    return f"{len(expected)} files were read back and are what the rows say."


def digest_in_storage(name: str) -> str:
    """Return the SHA-256 in hexadecimal, empty if the storage has no such file."""
    try:
        with open_file(name) as file:
            return hashing.copy(file, None)[0]
    except FileMissing:
        return ""
