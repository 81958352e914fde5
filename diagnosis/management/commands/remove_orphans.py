from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from diagnosis.files import sweep


class Command(BaseCommand):
    help = (
        "List stored files that no picture, analysis or report names and that are older than an hour; with --delete "
        "remove them. After restoring a database, look at the list first: newer files belong to rows that are gone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--delete", action="store_true")

    def handle(self, *args: Any, delete: bool, **options: Any) -> None:
        names = sweep.orphans()
        for name in names:
            self.stdout.write(name)
        if delete:
            sweep.remove(names)
        self.stdout.write(f"{len(names)} files belong to nothing{' and were removed' if delete and names else ''}.")
