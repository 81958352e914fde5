from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from diagnosis.services import erasures


class Command(BaseCommand):
    help = (
        "After a restore: list the records that had been erased and are back, by their ids; with --erase erase them "
        "again, as two people decided before."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--erase", action="store_true")

    def handle(self, *args: Any, erase: bool, **options: Any) -> None:
        found = erasures.to_repeat()
        for patient in found:
            self.stdout.write(str(patient.pk))
            if erase:
                erasures.repeat(patient=patient)
        self.stdout.write(f"{len(found)} erased records are back{' and were erased again' if erase and found else ''}.")
