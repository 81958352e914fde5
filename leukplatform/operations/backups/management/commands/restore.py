from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from leukplatform.operations.backups import restoring
from leukplatform.operations.backups.errors import BackupError


class Command(BaseCommand):
    help = (
        "Put a backup into the database and the storage of the settings, which have to be empty. Checks it before and "
        "what came of it after. Stop web, worker and beat first. See docs/backup.md."
    )
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="folder", type=Path, required=True, metavar="DIR")
        parser.add_argument("--replace", action="store_true", help="throw away what is in the database now")

    def handle(self, *args: Any, folder: Path, replace: bool, **options: Any) -> None:
        try:
            restoring.restore(folder, replace=replace, say=self.stdout.write)
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(self.style.SUCCESS("Restored."))
