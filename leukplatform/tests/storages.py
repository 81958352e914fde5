"""Private files of a test, in a folder of its own."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings


def storages_in(root: Path) -> dict[str, object]:
    """The setting STORAGES with the private files below `root`."""
    local = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": root, "base_url": None}}
    return {**settings.STORAGES, "default": local}
