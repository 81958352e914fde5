from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from diagnosis.models import ModelRelease
from diagnosis.services import releases


class Command(BaseCommand):
    help = "Use an installed model for every analysis requested from now on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--model-version", help="when several versions are installed; otherwise the newest")

    def handle(self, *args: Any, name: str, model_version: str | None, **options: Any) -> None:
        found = ModelRelease.objects.filter(name=name)
        if model_version:
            found = found.filter(version=model_version)
        release = found.order_by("-installed_at").first()
        if release is None:
            known = ", ".join(str(row) for row in ModelRelease.objects.all()) or "none"
            raise CommandError(f"No such model is installed (installed: {known}). Use install_model first.")
        self.stdout.write(f"{releases.activate(release=release)} is in use.")
