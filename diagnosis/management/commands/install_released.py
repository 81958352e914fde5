from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from diagnosis.management.releasing import install_folder, released_folders
from diagnosis.models import ModelRelease
from diagnosis.services import releases


class Command(BaseCommand):
    help = (
        "Install every model below RELEASED_MODELS_DIR and make sure one is in use. Safe to repeat. "
        "A model whose folder was replaced by another version is followed by that version; its old reports keep it."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        installed = [install_folder(folder) for folder in released_folders()]
        if not installed:
            self.stdout.write(f"No model in {settings.RELEASED_MODELS_DIR}: pictures cannot be analysed yet.")
            return
        chosen = _choose(installed)
        if chosen is not None:
            releases.activate(release=chosen)
            self.stdout.write(f"{chosen} is in use.")


def _choose(installed: list[ModelRelease]) -> ModelRelease | None:
    """The release to activate; None when the one in use is fine, or lives on other machines."""
    by_folder = {release.folder: release for release in installed}
    active = ModelRelease.objects.filter(is_active=True).first()
    if active is None:
        return by_folder.get(settings.PRIMARY_MODEL, installed[0])
    successor = by_folder.get(active.folder)
    return successor if successor is not None and successor != active else None
