"""What the commands on models share: from a folder on disk to a release the platform knows."""

from __future__ import annotations

import json
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError

from diagnosis.models import ModelRelease
from diagnosis.services import releases
from mlworker.errors import ArtifactError
from mlworker.zoo import artifact, released


def install_folder(folder: Path) -> ModelRelease:
    """Verify a model folder below RELEASED_MODELS_DIR and make it known. Raises CommandError with what to do."""
    root = Path(settings.RELEASED_MODELS_DIR).resolve()
    if not folder.resolve().is_relative_to(root):
        raise CommandError(f"{folder} is not below {root}, where workers look for models. Copy it there first.")
    try:
        found = artifact.read(folder)
        released.check_licence(found.card)
    except ArtifactError as error:
        raise CommandError(str(error)) from error
    return releases.install(
        folder=str(folder.resolve().relative_to(root)), identity=found.identity, card=json.loads(found.card.to_json())
    )


def released_folders() -> list[Path]:
    root = Path(settings.RELEASED_MODELS_DIR)
    return sorted(card.parent for card in root.glob("*/card.json"))
