"""Steps that the commands on models share: they turn a folder on disk into a release of the platform."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.management.base import CommandError

from diagnosis.models import ModelRelease
from diagnosis.services import releases
from mlworker.errors import ArtifactError
from mlworker.zoo import artifact, released
from mlworker.zoo.artifact import Artifact


def install_folder(folder: Path) -> ModelRelease:
    """Verify a model folder, keep it where workers look, and make it known. Raises CommandError with what to do."""
    root = Path(settings.RELEASED_MODELS_DIR).resolve()
    try:
        found = artifact.read(folder)
        released.check_licence(found.card)
        came_along = folder.resolve().is_relative_to(root)
        name = str(folder.resolve().relative_to(root)) if came_along else _keep(found)
    except ArtifactError as error:
        raise CommandError(str(error)) from error
    return releases.install(folder=name, identity=found.identity, card=json.loads(found.card.to_json()))


def _keep(found: Artifact) -> str:
    """Copy the model's files below INSTALLED_MODELS_DIR, verify the copy, and return its name there."""
    identity = found.identity
    name = f"{identity.name}-{identity.version}-{identity.digest[:8]}{identity.parameters[:8]}"
    root = Path(settings.INSTALLED_MODELS_DIR)
    if (root / name).is_dir():
        return name
    root.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=root, prefix=".copy-") as place:
        copy = Path(place, "model")
        copy.mkdir()
        for file in artifact.FILES:
            if (found.folder / file).is_file():
                shutil.copy(found.folder / file, copy / file)
        if artifact.read(copy).identity != identity:
            raise CommandError(f"{found.folder} changed while it was copied. Try again.")
        copy.rename(root / name)
    return name


def released_folders() -> list[Path]:
    root = Path(settings.RELEASED_MODELS_DIR)
    return sorted(card.parent for card in root.glob("*/card.json"))
