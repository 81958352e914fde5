"""Rows of the audit trail a second, by one writer and by several at once, in a database made for it and removed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from leukplatform.audit.benchmark import measure
from leukplatform.audit.verification import Verification


class Command(BaseCommand):
    help = "Measure how fast the audit trail is written. Uses a new database beside the configured one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--writers", type=int, default=8)
        parser.add_argument("--events", type=int, default=4000, help="rows written by one, and again by all together")

    def handle(self, *args: Any, **options: Any) -> None:
        writers, events = options["writers"], options["events"]
        if not 1 < writers <= events:
            raise CommandError("There must be at least two writers, and a row for each.")
        with _database_of_its_own():
            self.stdout.write(f"{connection.vendor}, {os.cpu_count()} cores")
            alone, together = measure(writers=1, events=events), measure(writers=writers, events=events)
            self.stdout.write(f"{alone}\n{together}\n{writers} writers / 1 writer: {together.rate / alone.rate:.2f}")
            self._check_whole(2 * events)

    def _check_whole(self, expected: int) -> None:
        verification = Verification()
        problems = list(verification.problems())
        if problems or verification.seals != expected:
            raise CommandError(f"The chain is broken: {verification.seals} of {expected} seals. {problems[:3]}")
        self.stdout.write(f"The chain is whole: {verification.seals} seals.")


@contextmanager
def _database_of_its_own() -> Iterator[None]:
    """Migrated and empty. On SQLite a file, so that processes can share it."""
    name = f"bench_audit_{os.getpid()}"
    configured = connection.settings_dict["NAME"]
    is_file = connection.vendor == "sqlite"
    connection.settings_dict["TEST"]["NAME"] = str(settings.VAR_DIR / f"{name}.sqlite3") if is_file else name
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(configured, verbosity=0)
