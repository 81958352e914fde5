from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from diagnosis.management.releasing import install_folder


class Command(BaseCommand):
    help = "Check a model folder, keep a copy where workers look, and make it known. This does not put it in use."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("model", help="a folder anywhere, or the name of one below RELEASED_MODELS_DIR")

    def handle(self, *args: Any, model: str, **options: Any) -> None:
        named = Path(settings.RELEASED_MODELS_DIR) / model
        release = install_folder(named if named.is_dir() else Path(model))
        self.stdout.write(f"{release} is installed. Put it in use: python manage.py activate_model {release.name}")
