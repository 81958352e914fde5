from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from leukplatform.operations.backups import creating, hashing, layout, verifying
from leukplatform.operations.backups.errors import BackupError
from leukplatform.operations.backups.layout import Manifest


class Command(BaseCommand):
    help = (
        "Copy the database and the files it names, as they are at one moment, into a new folder; others may go on "
        "working. See docs/backup.md. Exit code 1 if anything is missing or damaged."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--to", type=Path, metavar="DIR", help="the folder to make")
        what.add_argument("--verify", type=Path, metavar="DIR", help="only read a backup, and check all of it")

    def handle(self, *args: Any, to: Path | None, verify: Path | None, **options: Any) -> None:
        folder = to or verify or Path()
        try:
            manifest = creating.create(to.absolute()) if to else verifying.verify(folder)
        except BackupError as error:
            raise CommandError(str(error)) from error
        self._describe(folder, manifest)

    def _describe(self, folder: Path, manifest: Manifest) -> None:
        self.stdout.write(
            f"{folder}: {manifest.engine} and files as of {manifest.made_at}\n"
            f"{sum(manifest.rows.values())} rows, {manifest.files} files ({manifest.bytes / 2**20:.1f} MB), "
            f"{manifest.audit_seals} events of the audit trail, head {manifest.audit_head or 'none'}\n"
            f"SHA-256 of its {layout.SUMS}: {hashing.digest_of(folder / layout.SUMS)}"
        )
        for name in manifest.missing:
            self.stderr.write(f"{name} is named by a row, but was not in the storage.")
        for name in manifest.altered:
            self.stderr.write(f"{name} had another content in the storage than its row says.")
        if manifest.missing or manifest.altered:
            raise CommandError(
                f"The backup is whole, but what it was made of was not: {len(manifest.missing)} files were missing and "
                f"{len(manifest.altered)} altered, listed above. If a patient was erased meanwhile, make another."
            )
        self.stdout.write(self.style.SUCCESS("The backup is whole."))
