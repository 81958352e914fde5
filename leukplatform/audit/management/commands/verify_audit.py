"""Finds what was edited, deleted, inserted, reordered or cut off in the audit trail; then the exit code is 1."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from leukplatform.audit import anchor
from leukplatform.audit.verification import Verification


class Command(BaseCommand):
    help = "Verify the chain of the audit trail, to its end as anchored outside the database. Exit code 1 if broken."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--anchor", type=Path, help="the anchor file (default: AUDIT_ANCHOR_FILE)")
        parser.add_argument("--write-anchor", action="store_true", help="anchor the end of a chain found whole")

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["anchor"] or settings.AUDIT_ANCHOR_FILE
        if options["anchor"] and not path.exists():
            raise CommandError(f"There is no anchor file {path}.")
        verification = Verification(anchor.read(path) if path.exists() else ())
        broken = 0
        for problem in verification.problems():
            broken += 1
            self.stderr.write(problem)
        self.stdout.write(
            f"{verification.seals} events sealed, head {verification.head or 'none'}, "
            f"{verification.anchors} anchors agree."
        )
        if broken:
            raise CommandError(f"The audit trail is broken. Problems: {broken}, listed above.")
        if not path.exists():
            self.stdout.write(self.style.WARNING(f"No anchor in {path}: an end that was cut off would not be noticed."))
        self.stdout.write(self.style.SUCCESS("The audit trail is whole."))
        if options["write_anchor"]:
            written = anchor.write(path)
            self.stdout.write(f"Anchored seal {written.seq} in {path}." if written else "Nothing new to anchor.")
