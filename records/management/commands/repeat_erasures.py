from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from records.services import erasing


class Command(BaseCommand):
    help = (
        "After a restore: list the ids of erased records that are back; with --erase erase them again, as two people "
        "decided before."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--erase", action="store_true")

    def handle(self, *args: Any, erase: bool, **options: Any) -> None:
        found = erasing.to_repeat()
        for patient in found:
            self.stdout.write(str(patient.pk))
            if erase:
                erasing.repeat(patient=patient)
        self.stdout.write(f"{len(found)} erased records are back{' and were erased again' if erase and found else ''}.")
